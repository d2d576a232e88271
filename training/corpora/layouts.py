"""Every published layout of a corpus that is known, tried from the most to the least telling."""

from collections.abc import Iterator
from pathlib import Path

from training.corpora.corpus import Clip, Corpus, CorpusError, Layout, read_layout, table_rows


def read_corpus(root: Path) -> Corpus:
    """The corpus in this folder. Raises CorpusError if the folder has no known layout, or no clip."""
    if not root.is_dir():
        raise CorpusError(f"{root} is no folder.")
    for layout in LAYOUTS:
        if layout.fits(root):
            corpus = read_layout(layout, root)
            if not corpus.clips:
                raise CorpusError(f"{root} looks like {layout.name}, but none of its sound files is there.")
            return corpus
    raise CorpusError(f"{root} has no known layout. Known are: {', '.join(layout.name for layout in LAYOUTS)}.")


MANIFEST_FILE = "manifest.csv"


def _manifest_clips(root: Path) -> Iterator[Clip]:
    for row in table_rows(root / MANIFEST_FILE, ("path", "label", "group")):
        yield Clip(
            path=root / row["path"],
            label=row["label"],
            group=row["group"],
            corpus=row.get("corpus") or root.name,
            fold=row.get("fold") or None,
            licence=row.get("licence") or "unknown",
            is_test=row.get("split") == "test",
        )


MANIFEST = Layout("manifest.csv", lambda root: (root / MANIFEST_FILE).is_file(), _manifest_clips)
"""A table: path, label, group, and where they are known corpus, licence, fold and split."""


_URBANSOUND8K_LICENCE = "CC BY-NC 3.0"
_URBANSOUND8K_TABLE = Path("metadata/UrbanSound8K.csv")


def _urbansound8k_clips(root: Path) -> Iterator[Clip]:
    for row in table_rows(root / _URBANSOUND8K_TABLE, ("slice_file_name", "fsID", "fold", "class")):
        path = root / "audio" / f"fold{row['fold']}" / row["slice_file_name"]
        yield Clip(path, row["class"], f"us8k-{row['fsID']}", "urbansound8k", row["fold"], _URBANSOUND8K_LICENCE)


URBANSOUND8K = Layout("urbansound8k", lambda root: (root / _URBANSOUND8K_TABLE).is_file(), _urbansound8k_clips)
"""metadata/UrbanSound8K.csv and audio/fold1..fold10. Slices of one recording share their fsID."""


_ESC50_LICENCE = "CC BY-NC 3.0"
_ESC50_TABLE = Path("meta/esc50.csv")


def _esc50_clips(root: Path) -> Iterator[Clip]:
    for row in table_rows(root / _ESC50_TABLE, ("filename", "fold", "category", "src_file")):
        path = root / "audio" / row["filename"]
        yield Clip(path, row["category"], f"esc-{row['src_file']}", "esc50", row["fold"], _ESC50_LICENCE)


ESC50 = Layout("esc50", lambda root: (root / _ESC50_TABLE).is_file(), _esc50_clips)
"""meta/esc50.csv and audio/. Clips cut from one recording share their src_file."""


_TUT_LICENCE = "TUT, non-commercial"
_TUT_META = "meta.txt"
_TUT_SETUP = "evaluation_setup"


def _tut_lines(path: Path) -> Iterator[list[str]]:
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
        for path in sorted((root / _TUT_SETUP).glob("fold*_evaluate.txt"))
        for cells in _tut_lines(path)
    }


def _tut_clips(root: Path) -> Iterator[Clip]:
    folds = _evaluating_folds(root)
    for cells in _tut_lines(root / _TUT_META):
        file, scene, *location = cells
        scene = scene.replace("/", "_")  # cafe/restaurant: labels have no slash
        group = location[0] if location else Path(file).stem.partition("_")[0]
        yield Clip(root / file, scene, f"tut-{scene}-{group}", "tut", folds.get(file), _TUT_LICENCE, is_test=not folds)


TUT = Layout("tut acoustic scenes", lambda root: (root / _TUT_META).is_file() and (root / "audio").is_dir(), _tut_clips)
"""2016 and 2017: meta.txt (file, scene, and in 2017 the location) and evaluation_setup/fold1..4.

The development and the evaluation set are folders of their own. A recording made at one location was cut into several
files, a001_0_30.wav and so on; the location is the group. The folds name what each of them evaluates on."""


GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
_GTZAN_LICENCE = "no clearance; research use"
_MUSIC_SPEECH = {"music_wav": "music", "speech_wav": "speech"}


def _genre_root(root: Path) -> Path:
    """The published archives differ in the folder around the genres."""
    for name in ("genres", "genres_original"):
        if (root / name).is_dir():
            return root / name
    return root


def _genre_clips(root: Path) -> Iterator[Clip]:
    for folder in _class_folders(_genre_root(root)):
        if folder.name in GENRES:
            for path in _sound_files(folder):
                yield Clip(path, folder.name, path.stem, "gtzan-genres", licence=_GTZAN_LICENCE)


def _music_speech_clips(root: Path) -> Iterator[Clip]:
    for name, label in _MUSIC_SPEECH.items():
        for path in _sound_files(root / name):
            yield Clip(path, label, path.stem, "gtzan-music-speech", licence=_GTZAN_LICENCE)


GTZAN_GENRES = Layout(
    "gtzan genres",
    lambda root: {folder.name for folder in _class_folders(_genre_root(root))} >= set(GENRES),
    _genre_clips,
)
"""genres/<genre>/<genre>.00000.au"""

GTZAN_MUSIC_SPEECH = Layout(
    "gtzan music/speech", lambda root: all((root / name).is_dir() for name in _MUSIC_SPEECH), _music_speech_clips
)
"""music_wav/ and speech_wav/"""


def _sound_files(folder: Path) -> list[Path]:
    """Files in the order of their names; hidden ones are left out."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _class_folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))


def _class_folder_clips(root: Path) -> Iterator[Clip]:
    for folder in _class_folders(root):
        for path in _sound_files(folder):
            yield Clip(path, folder.name, f"{folder.name}/{path.stem}", root.name)


CLASS_FOLDERS = Layout(
    "class folders", lambda root: any(_sound_files(one) for one in _class_folders(root)), _class_folder_clips
)
"""A folder per class. Every file is a group of its own, since nothing says which files belong together."""

LAYOUTS: tuple[Layout, ...] = (MANIFEST, URBANSOUND8K, ESC50, TUT, GTZAN_MUSIC_SPEECH, GTZAN_GENRES, CLASS_FOLDERS)
"""From the most to the least telling."""
