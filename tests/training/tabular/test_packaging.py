"""From sound to a package of hand-crafted features that is served in a cascade beside log-mel models."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from service.engine import Engine
from service.errors import BrokenPackage
from service.features.handcrafted import Handcrafted
from service.inference.package import Package
from service.inference.verified import verified
from service.settings import Settings
from service.types import Options
from tests.tiny_models import write_tiny
from tests.tones import RATE, noise, tone
from tests.training.small_corpus import LABELS, write_corpus
from training.cache.feature_cache import FeatureCache
from training.corpora.catalogue import read_corpus
from training.export.errors import ExportError
from training.tabular.classifiers import CLASSIFIERS
from training.tabular.feature_table import FeatureTable
from training.tabular.heard_table import table_of
from training.tabular.packaging import PackagePlan, check_equal, package_classifier

FRONT_END = Handcrafted(window_seconds=1.0, sample_rate=16_000)
PLAN = PackagePlan("pitch", "Is it low, high or noise?", "tones", "CC0", "training tabular tones.csv", folds=2)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> FeatureTable:
    folder = tmp_path_factory.mktemp("corpus")
    clips = read_corpus(write_corpus(folder / "data", groups=4, clips=1)).clips
    features = FeatureCache(folder / "cache", FRONT_END)
    features.fill([clip.path for clip in clips], 1)
    return table_of(clips, features)


@pytest.fixture(scope="module")
def models(table: FeatureTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log-mel gate that hears tones of any pitch as music, and what tells them apart by hand-crafted features."""
    folder = tmp_path_factory.mktemp("models")
    package_classifier(PLAN, "logistic_regression", table, FRONT_END, folder)
    write_tiny(folder, "gate", {"music": [310, 2_500], "speech": [1_000]}, "sigmoid", chunk_seconds=1.0)
    routes = [{"label": "music", "when": {"music": True}, "model": "pitch"}, {"label": "rest"}]
    (folder / "cascade.json").write_text(json.dumps({"gate": "gate", "chunk_seconds": 1.0, "routes": routes}))
    return folder


@pytest.mark.parametrize("hop", [1.0, 0.4])
def test_it_is_served_beside_a_log_mel_model(models: Path, tmp_path: Path, hop: float) -> None:
    engine = Engine.load(Settings(models_dir=models))
    parts = [0.3 * tone(310, 2.6), 0.3 * tone(2_500, 2.0)]
    sound = np.concatenate([part + noise(len(part) / RATE, amplitude=0.01) for part in parts])
    soundfile.write(tmp_path / "sound.wav", np.concatenate([sound, np.zeros(RATE)]), RATE)
    report = engine.analyse(tmp_path / "sound.wav", Options(hop_seconds=hop))
    heard = {chunk.start: chunk.branches["pitch"] for chunk in report.chunks}
    for start, label in ((0.0, "low"), (1.0 if hop == 1 else 1.2, "low"), (3.0 if hop == 1 else 2.8, "high")):
        scores = next(scores for at, scores in heard.items() if at == pytest.approx(start))
        assert scores is not None
        assert max(scores, key=scores.__getitem__) == label
    assert {chunk.gate is None for chunk in report.chunks} == {False, True}, "silence is not shown to models"


def test_the_package_says_how_it_was_measured(models: Path) -> None:
    package = Package(models / "pitch" / "1.0.0")
    metrics = {metric.name: metric for metric in package.manifest.metrics}
    assert metrics["accuracy"].value > 0.8
    assert metrics["accuracy"].split == "grouped 2-fold"
    assert package.manifest.labels == LABELS
    assert package.manifest.front_end == FRONT_END
    assert package.manifest.data_licence == "CC0"
    assert "| network | logistic_regression on 57 hand-crafted features |" in package.card()
    assert "| tones | CC0 | 36 | 12 |" in package.card()


def test_without_librosa_the_package_is_refused_with_the_way_out(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(BrokenPackage, match=r"pitch@1\.0\.0 is refused: .* pip install 'earmark\[handcrafted\]'\.$"):
        verified(Package(models / "pitch" / "1.0.0"))


def test_a_chunk_must_be_whole_windows(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pitch" / "1.0.0"
    folder.mkdir(parents=True)
    said = json.loads((models / "pitch" / "1.0.0" / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**said, "chunk_seconds": 1.2}))
    with pytest.raises(BrokenPackage, match=r"chunk_seconds 1\.2 should be a multiple of 1 s"):
        Package(folder)


def test_a_file_that_answers_otherwise_is_refused(table: FeatureTable) -> None:
    kind = CLASSIFIERS["naive_bayes"]
    fitted = kind.fit(table.rows, table.targets, 0)
    check_equal(kind.onnx(fitted), fitted, table)
    other = kind.fit(table.rows, table.targets[::-1], 0)
    with pytest.raises(ExportError, match="probabilities are off by"):
        check_equal(kind.onnx(other), fitted, table)
