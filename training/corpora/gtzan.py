"""GTZAN: the genre collection (genres/<genre>/<genre>.00000.au) and music/speech (music_wav/, speech_wav/)."""

from collections.abc import Iterator
from pathlib import Path

from training.clip import Clip
from training.corpora.class_folders import class_folders, sound_files
from training.corpora.corpus import Layout

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
LICENCE = "no clearance; research use"
_MUSIC_SPEECH = {"music_wav": "music", "speech_wav": "speech"}


def _genre_root(root: Path) -> Path:
    """The published archives differ in the folder around the genres."""
    for name in ("genres", "genres_original"):
        if (root / name).is_dir():
            return root / name
    return root


def _genre_clips(root: Path) -> Iterator[Clip]:
    for folder in class_folders(_genre_root(root)):
        if folder.name in GENRES:
            for path in sound_files(folder):
                yield Clip(path, folder.name, path.stem, "gtzan-genres", licence=LICENCE)


def _music_speech_clips(root: Path) -> Iterator[Clip]:
    for name, label in _MUSIC_SPEECH.items():
        for path in sound_files(root / name):
            yield Clip(path, label, path.stem, "gtzan-music-speech", licence=LICENCE)


GTZAN_GENRES = Layout(
    "gtzan genres",
    lambda root: {folder.name for folder in class_folders(_genre_root(root))} >= set(GENRES),
    _genre_clips,
)
GTZAN_MUSIC_SPEECH = Layout(
    "gtzan music/speech", lambda root: all((root / name).is_dir() for name in _MUSIC_SPEECH), _music_speech_clips
)
