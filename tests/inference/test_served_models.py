"""What a given answer's models are, read from the manifests alone."""

import shutil
from pathlib import Path

import pytest

from service.engine import Engine
from service.errors import BrokenPackage, NoModels, UnsuitableAnswer
from service.inference.served_models import current_models, served_models_of
from service.inference.store import ModelStore
from tests.tiny_models import CASCADE, CHUNK_SECONDS, EAR_STEPS, EARED_CASCADE, write_cascade, write_tiny
from tests.tones import MUSIC_HZ, SPEECH_HZ

MODELS = {"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0"}
EARED = {**MODELS, "tags": "tags@1.0.0"}


def test_it_knows_what_the_engine_knows(tiny_models: Path, engine: Engine) -> None:
    served = served_models_of(ModelStore(tiny_models), MODELS)
    assert served.decisions.outcomes == engine.cascade.decisions.outcomes
    assert served.decisions.chunk_seconds == engine.cascade.chunk_seconds
    assert (served.decisions.step_seconds, served.decisions.has_tags) == (None, False)
    assert served.labels == {name: session.manifest.labels for name, session in engine.cascade.sessions.items()}
    assert list(served.labels) == ["gate", "genre", "scene"]
    assert current_models(ModelStore(tiny_models)) == served


def test_ears_steps_and_tags(eared_models: Path) -> None:
    served = served_models_of(ModelStore(eared_models), EARED)
    assert list(served.models) == ["gate", "genre", "scene", "tags"]
    assert list(served.labels) == ["gate", "genre", "scene"]
    assert served.decisions.step_seconds == pytest.approx(CHUNK_SECONDS / EAR_STEPS)
    assert served.decisions.other_below == {"genre": 0.4, "scene": 0.4}
    assert len(served.decisions.tag_thresholds or {}) == 5


def test_an_answer_may_be_older_than_the_tagger(eared_models: Path, tiny_models: Path) -> None:
    served = served_models_of(ModelStore(eared_models), MODELS)
    assert served.decisions.tag_thresholds is None
    with pytest.raises(UnsuitableAnswer, match="models names gate, genre, scene, tags; an answer of this service has"):
        served_models_of(ModelStore(tiny_models), EARED)


def test_an_ear_has_no_place(eared_models: Path, tmp_path: Path) -> None:
    models = shutil.copytree(eared_models, tmp_path / "models")
    write_cascade(models, {**EARED_CASCADE, "tags": "ear"})
    with pytest.raises(BrokenPackage, match="it is an ear"):
        current_models(ModelStore(models))


def test_an_older_version_is_understood_as_long_as_it_is_here(tiny_models: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(tiny_models, models)
    newer = {"music": list(MUSIC_HZ.values()), "speech": [SPEECH_HZ]}
    write_tiny(models, "gate", newer, "sigmoid", version="1.1.0", thresholds={"music": 0.9})
    thresholds = [
        served_models_of(ModelStore(models), {**MODELS, "gate": reference}).decisions.outcomes.thresholds["music"]
        for reference in ("gate@1.0.0", "gate@1.1.0")
    ]
    assert thresholds == [0.5, 0.9]
    write_cascade(models, {**CASCADE, "gate": "gate@1.1.0"})
    with pytest.raises(UnsuitableAnswer, match=r"models.gate is 'gate@1.0.0'; this service has gate@1.1.0 there"):
        served_models_of(ModelStore(models), MODELS)


@pytest.mark.parametrize(
    ("models", "words"),
    [
        ({}, "models names nothing; an answer of this service has gate, genre, scene"),
        ({"gate": "gate@1.0.0"}, "models names gate; an answer"),
        ({**MODELS, "birds": "birds@1.0.0"}, "models names gate, genre, scene, birds;"),
        ({**MODELS, "gate": "genre@1.0.0"}, "models.gate is 'genre@1.0.0'; this service has gate there"),
        ({**MODELS, "scene": "scene@2.0.0"}, "models.scene is 'scene@2.0.0', which this service does not have"),
        ({**MODELS, "scene": "scene"}, "models.scene is 'scene', which"),
        ({**MODELS, "scene": "scene@../../gate/1.0.0"}, "models.scene is .*, which"),
    ],
)
def test_other_models_are_refused(tiny_models: Path, models: dict[str, str], words: str) -> None:
    with pytest.raises(UnsuitableAnswer, match=words):
        served_models_of(ModelStore(tiny_models), models)


def test_without_models_nothing_is_understood(tmp_path: Path) -> None:
    with pytest.raises(NoModels):
        served_models_of(ModelStore(tmp_path), MODELS)
