"""Each kind of embedder gives the numbers that can be worked out, for the chunks that the service would hear."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
import torch

from service.features.bank import window_of
from service.grid import Grid
from service.inference.package import MODEL
from service.inference.session import open_graph
from tests.tones import RATE, noise, tone
from tests.training.embedding import tiny_tagger
from tests.training.embedding.tiny_embedder import (
    EMBEDDING,
    FRONT_END,
    OFFSET,
    WEIGHTS,
    WINDOW,
    network,
    network_file,
    package,
)
from training.embedding.chunk_embeddings import ChunkEmbeddings, chunk_embedding, chunks_of, embedded_chunks
from training.embedding.embedder_file import EmbedderFile, embedder_file, open_embedder
from training.embedding.embedders import (
    AnyEmbedder,
    EmbedderError,
    FramesEmbedder,
    PackageEmbedder,
    VggishEmbedder,
    WaveformEmbedder,
    spread,
)
from training.embedding.vggish_graph import FRONT_END as VGGISH_FRONT_END
from training.networks import vggish

FRAMES = FramesEmbedder(front_end=FRONT_END, tensor=EMBEDDING)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """2.35 s: two chunks, and a rest of 0.35 s."""
    soundfile.write(tmp_path / "sound.wav", noise(2.35) + tone(700, 2.35), RATE, subtype="FLOAT")
    return tmp_path / "sound.wav"


@pytest.mark.parametrize(("length", "window"), [(100, 100), (101, 100), (400, 96), (64_000, 15_600), (200, 150)])
def test_few_windows_hear_all_of_a_chunk(length: int, window: int) -> None:
    starts = spread(length, window)
    heard = {row for start in starts for row in range(start, start + window)}
    assert heard == set(range(length))
    assert (len(starts) - 1) * window < length


def test_a_waveform_embedder_gives_the_mean_of_a_tensor_over_windows(tmp_path: Path, sound: Path) -> None:
    given = tiny_tagger.tagger(tmp_path / "tagger.tflite")
    file = embedder_file(WaveformEmbedder(tensor=tiny_tagger.SUMS), given, tmp_path)
    rows = embedded_chunks(sound, file, 1.0)
    samples, _ = soundfile.read(sound, dtype="float32")
    np.testing.assert_allclose(rows[:, 0], [1, 1, 0.35], atol=1e-6)
    for row, start in zip(rows, (0, RATE, len(samples) - RATE), strict=True):
        windows = [samples[start + at : start + at + tiny_tagger.WINDOW] for at in spread(RATE, tiny_tagger.WINDOW)]
        expected = np.mean([tiny_tagger.sums(window) for window in windows], axis=0)
        np.testing.assert_allclose(row[1:], expected, atol=1e-4)


def test_frames_are_those_of_the_service_and_the_embedding_is_their_mean_over_windows(
    tmp_path: Path, sound: Path
) -> None:
    file = embedder_file(FRAMES, network_file(tmp_path / "tiny.onnx"), tmp_path)
    rows = embedded_chunks(sound, file, 1.0)
    samples, _ = soundfile.read(sound, dtype="float32")
    frames = window_of(FRONT_END, samples, 50)
    windows = [frames[start : start + WINDOW].mean(axis=0) for start in spread(50, WINDOW)]
    assert len(windows) == 3
    np.testing.assert_allclose(rows[0, 1:], np.mean(windows, axis=0), rtol=1e-5)
    assert len(rows) == Grid(1.0, 1.0).count(2.35) == 3


def test_a_package_is_cut_before_its_last_layer(tmp_path: Path) -> None:
    made = package(tmp_path / "models")
    file = embedder_file(PackageEmbedder(learned_from=()), made.folder, tmp_path)
    embedder = open_embedder(file)
    windows = np.random.default_rng(1).normal(size=(3, WINDOW, FRONT_END.bins)).astype(np.float32)
    (logits,) = open_graph(made.read(MODEL)).run(None, {"frames": windows})
    np.testing.assert_allclose(embedder.embed(windows) @ WEIGHTS + OFFSET, logits, atol=1e-5)
    assert file.front_end == FRONT_END
    kept = onnx.load(file.path).graph
    assert [node.op_type for node in kept.node] == ["ReduceMean", "Reshape"]
    assert [one.name for one in kept.initializer] == ["shape"]


def test_vggish_is_the_network_with_the_weights_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vggish, "GROUPS", ((2,), (2,), (4, 4), (8, 8)))
    monkeypatch.setattr(vggish, "DENSE", (16, 16))
    torch.manual_seed(3)
    network = vggish.Vggish().eval()
    torch.save(network.state_dict(), tmp_path / "vggish.pt")
    file = embedder_file(VggishEmbedder(), tmp_path / "vggish.pt", tmp_path)
    embedder = open_embedder(file)
    windows = np.random.default_rng(2).normal(size=(5, vggish.FRAMES, vggish.BINS)).astype(np.float32)
    with torch.inference_mode():
        expected = network.embed(torch.from_numpy(windows)).numpy()
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose(embedder.embed(windows), expected, atol=1e-4)
    assert (embedder.width, embedder.rate, file.front_end) == (128, 100.0, VGGISH_FRONT_END)
    weights = network.state_dict()
    del weights["embeddings.2.bias"]
    torch.save(weights, tmp_path / "less.pt")
    with pytest.raises(EmbedderError, match=r"less\.pt has no 'embeddings\.2\.bias'"):
        embedder_file(VggishEmbedder(), tmp_path / "less.pt", tmp_path)


def test_a_short_sound_is_repeated(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "short.wav", tone(500, 0.5), RATE)
    file = embedder_file(FRAMES, network_file(tmp_path / "tiny.onnx"), tmp_path)
    embedder = open_embedder(file)
    heard = embedder.hear(tmp_path / "short.wav")
    ((rows, seconds),) = chunks_of(embedder, heard, 1.0)
    assert (len(rows), seconds) == (50, 0.5)
    np.testing.assert_array_equal(rows, np.resize(heard.rows, (50, FRONT_END.bins)))
    assert np.isfinite(chunk_embedding(embedder, rows)).all()


def test_a_file_is_embedded_once(tmp_path: Path, sound: Path) -> None:
    file = embedder_file(FRAMES, network_file(tmp_path / "tiny.onnx"), tmp_path)
    assert ChunkEmbeddings(tmp_path / "cache", file, 1.0).fill([sound], 1) == {}
    again = ChunkEmbeddings(tmp_path / "cache", file, 1.0)
    index = next((tmp_path / "cache").glob("*/index.jsonl"))
    before = index.read_text()
    assert again.fill([sound], 1) == {}
    assert index.read_text() == before
    rows, seconds = again.of(sound)
    np.testing.assert_array_equal(np.column_stack([seconds, rows]), embedded_chunks(sound, file, 1.0))
    assert ChunkEmbeddings(tmp_path / "cache", file, 2.0).fill([], 1) == {}
    assert len(list((tmp_path / "cache").iterdir())) == 2, "chunks of another length are others"


def _fixed_batch(folder: Path) -> Path:
    onnx.save(network(batch=1), folder / "one.onnx")
    return folder / "one.onnx"


def _flat_input(folder: Path) -> Path:
    model = network()
    del model.graph.input[0].type.tensor_type.shape.dim[2:]
    onnx.save(model, folder / "flat.onnx")
    return folder / "flat.onnx"


def _no_layer(folder: Path) -> Path:
    made = package(folder / "models")
    model = onnx.load_from_string(made.read(MODEL))
    for node in model.graph.node:
        if node.op_type == "MatMul":
            node.op_type, node.domain = "Einsum", ""
            node.attribute.append(onnx.helper.make_attribute("equation", "ij,jk->ik"))
    onnx.save(model, made.folder / MODEL)
    return made.folder


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (FRAMES, lambda folder: folder / "none.onnx", "is no file; an embedder of the kind 'frames' is one"),
        (PackageEmbedder(learned_from=()), lambda folder: folder, "manifest.json is missing or cannot be read"),
        (PackageEmbedder(learned_from=()), _no_layer, "has no Gemm or MatMul"),
        (FRAMES, _fixed_batch, "its batch must be free"),
        (
            FRAMES.model_copy(update={"tensor": "inner"}),
            lambda folder: network_file(folder / "tiny.onnx"),
            "computes no tensor 'inner'; the last of its 4 are 'kept', 'frames_mean', 'margins', 'logits'",
        ),
        (
            FRAMES.model_copy(update={"front_end": FRONT_END.model_copy(update={"n_mels": 16})}),
            lambda folder: network_file(folder / "tiny.onnx"),
            "hears 32 bins; the front-end gives 16",
        ),
        (FRAMES, _flat_input, r"an embedder takes one tensor\(float\) of shape \(batch, frames, bins\)"),
    ],
)
def test_what_embeds_nothing_is_refused(kind: AnyEmbedder, given: object, said: str, tmp_path: Path) -> None:
    assert callable(given)
    with pytest.raises(EmbedderError, match=said):
        open_embedder(embedder_file(kind, given(tmp_path), tmp_path / "cache"))


def test_a_window_longer_than_the_chunk_is_refused(tmp_path: Path) -> None:
    file: EmbedderFile = embedder_file(FRAMES, network_file(tmp_path / "tiny.onnx"), tmp_path)
    with pytest.raises(EmbedderError, match=r"hears 0\.4 s at once; chunk_seconds is 0\.3, and must be at least that"):
        ChunkEmbeddings(tmp_path, file, 0.3)
