"""TUT Acoustic Scenes 2016 and 2017: meta.txt (file, scene, and in 2017 the location) and evaluation_setup/fold1..4.

The development and the evaluation set are folders of their own. A recording made at one location was cut into several
files, a001_0_30.wav and so on; the location is the group. The folds name what each of them evaluates on.
"""

from collections.abc import Iterator
from pathlib import Path

from training.clip import Clip
from training.corpora.corpus import CorpusError, Layout

LICENCE = "TUT, non-commercial"
_META = "meta.txt"
_SETUP = "evaluation_setup"


def _lines(path: Path) -> Iterator[list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CorpusError(f"{path.name} cannot be read: {error.strerror}.") from None
    for number, line in enumerate(text.splitlines(), 1):
        cells = line.split("\t")
        if line.strip() and len(cells) < 2:
            raise CorpusError(f"{path.name}, line {number}: a file and its scene are expected, separated by a tab.")
        if line.strip():
            yield cells


def _evaluating_folds(root: Path) -> dict[str, str]:
    """File -> number of the fold that evaluates on it."""
    return {
        cells[0]: path.name.removeprefix("fold").split("_")[0]
        for path in sorted((root / _SETUP).glob("fold*_evaluate.txt"))
        for cells in _lines(path)
    }


def _clips(root: Path) -> Iterator[Clip]:
    folds = _evaluating_folds(root)
    for cells in _lines(root / _META):
        file, scene, *location = cells
        scene = scene.replace("/", "_")  # cafe/restaurant: labels have no slash
        group = location[0] if location else Path(file).stem.partition("_")[0]
        yield Clip(root / file, scene, f"tut-{scene}-{group}", "tut", folds.get(file), LICENCE, is_test=not folds)


TUT = Layout("tut acoustic scenes", lambda root: (root / _META).is_file() and (root / "audio").is_dir(), _clips)
