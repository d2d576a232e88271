"""Every layout that is known, tried from the most to the least telling."""

from pathlib import Path

from training.corpora.class_folders import CLASS_FOLDERS
from training.corpora.corpus import Corpus, CorpusError, Layout, read_layout
from training.corpora.esc50 import ESC50
from training.corpora.gtzan import GTZAN_GENRES, GTZAN_MUSIC_SPEECH
from training.corpora.manifest_table import MANIFEST
from training.corpora.tut import TUT
from training.corpora.urbansound8k import URBANSOUND8K

LAYOUTS: tuple[Layout, ...] = (MANIFEST, URBANSOUND8K, ESC50, TUT, GTZAN_MUSIC_SPEECH, GTZAN_GENRES, CLASS_FOLDERS)


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
