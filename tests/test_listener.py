"""The listener knows nothing of files: the same samples give the same chunks however they come in."""

from pathlib import Path

import numpy as np
import pytest

from service.inference.cascade import Cascade
from service.inference.store import ModelStore
from service.listener import Listener
from service.types import Chunk
from tests.tiny_models import write_tiny, write_tiny_models
from tests.tones import MUSIC_HZ, RATE, SCENE_HZ, medley


def heard(cascade: Cascade, block: int, hop_seconds: float) -> list[Chunk]:
    listener, samples, chunks = Listener(cascade, RATE, hop_seconds), medley(), []
    for start in range(0, len(samples), block):
        chunks += listener.push(samples[start : start + block])
    return [*chunks, *listener.finish()]


@pytest.fixture(scope="module", params=[0.4, 1.0, 2.5, 3.0, 10.0, 30.0])
def cascade(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Cascade:
    """The branches hear windows of another length than the chunk."""
    models = write_tiny_models(tmp_path_factory.mktemp("models"))
    for name, hertz in (("genre", MUSIC_HZ), ("scene", SCENE_HZ)):
        bands = {label: [one] for label, one in hertz.items()}
        write_tiny(models, name, bands, "softmax", version="2.0.0", chunk_seconds=request.param)
    return Cascade.load(ModelStore(Path(models)))


@pytest.mark.parametrize("hop_seconds", [0.5, 3.0])
def test_chunks_do_not_depend_on_how_the_sound_comes_in(cascade: Cascade, hop_seconds: float) -> None:
    at_once = heard(cascade, len(medley()), hop_seconds)
    for block in (4_000, 23_456):
        in_pieces = heard(cascade, block, hop_seconds)
        assert [(one.start, one.end) for one in in_pieces] == [(one.start, one.end) for one in at_once]
        for piece, whole in zip(in_pieces, at_once, strict=True):
            assert (piece.gate is None) is (whole.gate is None)
            branches = zip(piece.branches.values(), whole.branches.values(), strict=True)
            for mine, theirs in [(piece.gate, whole.gate), *branches]:
                np.testing.assert_allclose(
                    list((mine or {}).values()), list((theirs or {}).values()), atol=1e-6, err_msg=f"{piece.start}"
                )
