"""`training check` on a corpus with planted faults: a copy, a near copy, a broken file and a missing one."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.sound_files import sound_bytes
from tests.tones import RATE, noise, tone
from tests.training.command import training
from training.corpora.layouts import read_corpus
from training.inspection.inspection import SIMILAR, Inspection, fingerprint, inspect

PER_LABEL = 5


def melody(seed: int, seconds: float = 4.0) -> NDArray[np.float32]:
    """Notes over faint noise; another seed gives another tune."""
    notes = np.random.default_rng(seed).uniform(150, 3_000, 16)
    tune = np.concatenate([tone(hertz, seconds / 16) for hertz in notes])
    return (tune + noise(seconds, amplitude=0.003, seed=seed)[: len(tune)]).astype(np.float32)


def write_cut(path: Path) -> None:
    """A quarter of a file, whose header promises all of it."""
    soundfile.write(path, melody(200), RATE)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 4])


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    rows = ["path,label,group"]
    for label, offset in (("a", 0), ("b", 100)):
        (root / label).mkdir()
        for number in range(PER_LABEL):
            soundfile.write(root / label / f"{number}.wav", melody(offset + number), RATE)
            rows.append(f"{label}/{number}.wav,{label},{label}{number}")
    shutil.copy(root / "a" / "0.wav", root / "b" / "copy.wav")
    (root / "b" / "near.mp3").write_bytes(sound_bytes("mp3", 0.3 * melody(1), RATE))
    (root / "b" / "broken.wav").write_bytes(b"RIFF nonsense")
    write_cut(root / "b" / "cut.wav")
    rows += ["b/copy.wav,b,copy", "b/near.mp3,b,near", "b/broken.wav,b,broken", "b/missing.wav,b,missing"]
    rows += ["b/cut.wav,b,cut"]
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture(scope="module")
def inspection(corpus_folder: Path) -> Inspection:
    return inspect(read_corpus(corpus_folder), workers=2)


def test_planted_copies_are_found_and_nothing_else(inspection: Inspection) -> None:
    found = {(copy.first.path.name, copy.second.path.name, copy.is_exact) for copy in inspection.copies}
    assert found == {("0.wav", "copy.wav", True), ("1.wav", "near.mp3", False)}
    assert all(copy.similarity >= SIMILAR for copy in inspection.copies)


def test_what_cannot_be_heard_is_named_and_left_out(inspection: Inspection) -> None:
    ((clip, reason),) = inspection.broken
    assert clip.path.name == "broken.wav"
    assert reason
    assert [path.name for path in inspection.corpus.missing] == ["missing.wav"]
    assert inspection.clips_per_label == {"a": PER_LABEL, "b": PER_LABEL + 3}
    assert inspection.groups_of("b") == PER_LABEL + 3
    assert inspection.seconds_of("a") == pytest.approx(4 * PER_LABEL, abs=0.1)
    assert inspection.sample_rates == {RATE: 2 * PER_LABEL + 3}


def test_a_part_of_a_file_is_heard_and_named(inspection: Inspection) -> None:
    ((clip, damage),) = inspection.damaged
    assert clip.path.name == "cut.wav"
    assert "The end is missing" in damage
    assert clip in inspection.sound


def test_a_damaged_file_alone_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_cut(tmp_path / "a" / "cut.wav")
    assert training(tmp_path, "check", ".").exit_code == 1


def test_folders_are_looked_at_together(corpus_folder: Path, tmp_path: Path) -> None:
    """A copy in another folder is found, and one that was published to be tested on leaks."""
    shutil.copy(corpus_folder / "a" / "0.wav", tmp_path / "tested.wav")
    soundfile.write(tmp_path / "own.wav", melody(300), RATE)
    rows = "path,label,group,split\ntested.wav,a,tested,test\nown.wav,a,own,test\n"
    (tmp_path / "manifest.csv").write_text(rows)
    done = training(corpus_folder, "check", ".", str(tmp_path))
    assert "15 clips in 15 groups" in done.stdout
    assert "0.wav (a) = tested.wav (a), byte by byte" in done.stdout
    assert re.search(r"published evaluation set +15 +0 +[12]\b", done.stdout)


def test_copies_within_a_group_are_no_leak(corpus_folder: Path, tmp_path: Path) -> None:
    shutil.copy(corpus_folder / "a" / "0.wav", tmp_path / "one.wav")
    shutil.copy(corpus_folder / "a" / "0.wav", tmp_path / "two.wav")
    (tmp_path / "manifest.csv").write_text("path,label,group\none.wav,a,song\ntwo.wav,a,song\n")
    assert inspect(read_corpus(tmp_path), workers=1).copies == ()


def test_the_fingerprint_does_not_hear_the_level(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", 3 * melody(5), RATE)
    soundfile.write(tmp_path / "soft.wav", 0.3 * melody(5), RATE)
    loud, soft = fingerprint(tmp_path / "loud.wav"), fingerprint(tmp_path / "soft.wav")
    assert float(loud.shape @ soft.shape) > 0.999
    assert loud.digest != soft.digest


def test_silence_has_a_fingerprint_too(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE, np.float32), RATE)
    assert np.isfinite(fingerprint(tmp_path / "silence.wav").shape).all()


def test_the_command_prints_what_was_found(corpus_folder: Path) -> None:
    done = training(corpus_folder, "check", ".")
    assert done.exit_code == 1
    assert "manifest.csv: 13 clips in 13 groups" in done.stdout
    assert "1 listed, but not there" in done.stdout
    assert "1 not decodable" in done.stdout
    assert re.search(r"1 damaged:\s+.*cut\.wav: .*The end is missing", done.stdout)
    assert "0.wav (a) = copy.wav (b), byte by byte" in done.stdout
    assert "1.wav (a) = near.mp3 (b), similarity 0.99" in done.stdout
    assert re.search(r"grouped 5-fold +13 +0 +[12]\b", done.stdout)  # copies in groups of their own are torn apart
    assert re.search(r"stratified random 5-fold +13 +0 +\d", done.stdout)
    assert re.search(r"LEAKY per-slice random 5-fold +13 +\d+ +\d", done.stdout)
    assert "official folds" not in done.stdout


def test_the_command_names_labels_that_are_too_rare_to_be_split(corpus_folder: Path, tmp_path: Path) -> None:
    for label in ("[rare]", "none"):
        (tmp_path / label).mkdir()
        shutil.copy(corpus_folder / "a" / "0.wav", tmp_path / label / "one.wav")
    done = training(tmp_path, "check", ".")
    assert done.exit_code == 0
    assert "2 labels have fewer than 5 groups" in done.stdout
    assert "[rare], none" in done.stdout
    assert "5-fold" not in done.stdout


def test_a_folder_that_is_no_corpus_is_refused(tmp_path: Path) -> None:
    done = training(tmp_path, "check", ".")
    assert done.exit_code == 2
    assert "has no known layout" in done.stderr
