"""Every kind of embedder as a file that any process can open; ONNX graphs are cut off at the tensor that is wanted."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from service.errors import EarmarkError
from service.features.ear import EarFrontEnd
from service.features.kinds import AnyFrontEnd
from service.inference.manifest import EarManifest
from service.inference.package import MODEL, Package
from training.embedding.embedders import (
    AnyEmbedder,
    Embedder,
    EmbedderError,
    FramesEmbedder,
    OnnxEmbedder,
    PackageEmbedder,
    TfliteEmbedder,
    WaveformEmbedder,
    no_such_tensor,
)

LAYERS = ("Gemm", "MatMul")


@dataclass(frozen=True, slots=True)
class EmbedderFile:
    """`front_end` is None where the file hears samples; `tensor` is for those only, the others have one output."""

    path: Path
    digest: str
    """Hash of the file that was given, in hexadecimal."""
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


def before_last_layer(model: onnx.ModelProto) -> str:
    """The tensor that the last linear layer is given: what the network knows of the sound, before it says a label."""
    layers = [node for node in model.graph.node if node.op_type in LAYERS]
    if not layers:
        raise EmbedderError(
            f"The graph has no {' or '.join(LAYERS)}, so it is not known what its embedding is; name a tensor."
        )
    return str(layers[-1].input[0])


def cut(model: onnx.ModelProto, tensor: str | None) -> onnx.ModelProto:
    """A copy with that tensor, or the first output, as its only output, without what that does not need."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    makers = {name: node for node in graph.node for name in node.output if name}
    wanted = tensor or graph.output[0].name
    if wanted not in makers:
        raise no_such_tensor("The graph", wanted, list(makers))
    needed, waiting = {wanted}, [wanted]
    while waiting:
        node = makers.get(waiting.pop())
        fresh = {name for name in node.input if name and name not in needed} if node else set()
        needed |= fresh
        waiting += fresh
    kept = [node for node in graph.node if needed & set(node.output)]
    weights = [one for one in graph.initializer if one.name in needed]
    for field, values in (("node", kept), ("initializer", weights)):
        graph.ClearField(field)
        getattr(graph, field).extend(values)
    graph.ClearField("value_info")  # sizes of the batch in it would bind every later step
    graph.ClearField("output")
    graph.output.append(helper.make_tensor_value_info(wanted, TensorProto.FLOAT, None))
    return made
