"""Every kind of embedder as a file that any process can open."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import onnx

from service.errors import EarmarkError
from service.features.ear import EarFrontEnd
from service.features.kinds import AnyFrontEnd
from service.inference.manifest import EarManifest
from service.inference.package import MODEL, Package
from training.embedding.embedder import Embedder, EmbedderError
from training.embedding.frame_embedder import OnnxEmbedder
from training.embedding.graph_cut import before_last_layer, cut
from training.embedding.kinds import AnyEmbedder, FramesEmbedder, PackageEmbedder, WaveformEmbedder
from training.embedding.waveform_embedder import TfliteEmbedder


@dataclass(frozen=True, slots=True)
class EmbedderFile:
    """`front_end` is None where the file hears samples; `tensor` is for those only, the others have one output."""

    path: Path
    digest: str
    """Of what was given, in hexadecimal."""
    front_end: AnyFrontEnd | None
    tensor: str | None = None


@cache
def open_embedder(file: EmbedderFile) -> Embedder:
    """Once in each process. Raises EmbedderError."""
    if file.front_end is None:
        return TfliteEmbedder(file.path, file.tensor)
    return OnnxEmbedder(file.path, file.front_end)


def embedder_file(kind: AnyEmbedder, given: Path, folder: Path) -> EmbedderFile:
    """What is computed from `given` is written into `folder`. Raises EmbedderError."""
    if isinstance(kind, PackageEmbedder):
        return _of_package(given, folder)
    if not given.is_file():
        raise EmbedderError(f"{given} is no file; an embedder of the kind {kind.kind!r} is one.")
    digest = hashlib.sha256(given.read_bytes()).hexdigest()
    if isinstance(kind, WaveformEmbedder):
        return EmbedderFile(given, digest, None, kind.tensor)
    if isinstance(kind, FramesEmbedder):
        path = _written(cut(_parsed(given), kind.tensor), folder, f"{digest[:32]}-{_short(kind.tensor or '')}")
        return EmbedderFile(path, digest, kind.front_end)
    from training.embedding.vggish_graph import FRONT_END, vggish_graph  # noqa: PLC0415 - workers need no PyTorch

    path = folder / f"embedder-vggish-{digest[:32]}.onnx"
    if not path.is_file():
        _write(vggish_graph(given), path)
    return EmbedderFile(path, digest, FRONT_END)


def _of_package(given: Path, folder: Path) -> EmbedderFile:
    try:
        package = Package(given)
    except EarmarkError as error:
        raise EmbedderError(error.detail) from None
    manifest, model = package.manifest, _parsed(given / MODEL)
    if isinstance(manifest, EarManifest):
        tensor = manifest.outputs["embedding"].name
    elif isinstance(manifest.front_end, EarFrontEnd):
        raise EmbedderError(f"{package.reference} is a head of {manifest.front_end.model}; give that ear instead.")
    else:
        tensor = before_last_layer(model)
    assert not isinstance(manifest.front_end, EarFrontEnd)
    return EmbedderFile(_written(cut(model, tensor), folder, manifest.sha256), manifest.sha256, manifest.front_end)


def _parsed(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load(path)
    except Exception as error:  # the parser's own, which onnx does not export
        raise EmbedderError(f"{path.name} is no ONNX file that can be read.") from error


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _written(model: onnx.ModelProto, folder: Path, name: str) -> Path:
    path = folder / f"embedder-{name}.onnx"
    _write(model.SerializeToString(deterministic=True), path)
    return path


def _write(model: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_bytes(model)
    unfinished.replace(path)
