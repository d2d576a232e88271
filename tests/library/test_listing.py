"""Which files an INPUT means, and in which order."""

import os
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
import soundfile

from service.audio.sound_folder import files_below
from service.errors import FileMissing, InvalidOption, SourceError
from service.library.items import LibraryItem
from service.library.listing import listed
from tests.tones import RATE, tone


def names(found: Iterator[LibraryItem], folder: Path | str) -> list[str]:
    return [item.path.removeprefix(f"{folder}/") for item in found]


def unsearched(folder: str, error: OSError) -> None:
    raise AssertionError(f"{folder}: {error}")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.wav", "a/2.mp3", "a/1.mp3", "a/deep/x.flac", "c [live].ogg", "notes.txt", "z/y.WAV"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("?")
    soundfile.write(tmp_path / "a" / "sound.dat", tone(300, 1), RATE, format="WAV")
    return tmp_path


def test_a_folder_is_searched_in_the_order_of_its_names(tree: Path) -> None:
    found = list(listed(str(tree), unsearched))
    assert names(iter(found), tree) == [
        "a/1.mp3", "a/2.mp3", "a/deep/x.flac", "a/sound.dat", "b.wav", "c [live].ogg", "z/y.WAV",
    ]  # fmt: skip
    status = (tree / "a/1.mp3").stat()
    assert found[0] == LibraryItem(str(tree / "a/1.mp3"), status.st_size, status.st_mtime_ns)


def test_links_to_files_count_links_to_folders_do_not(tree: Path) -> None:
    (tree / "a" / "link.wav").symlink_to(tree / "b.wav")
    (tree / "a" / "up").symlink_to(tree)
    (tree / "a" / "nowhere.wav").symlink_to(tree / "gone")
    found = names(listed(str(tree / "a"), unsearched), tree)
    assert found == ["a/1.mp3", "a/2.mp3", "a/deep/x.flac", "a/link.wav", "a/sound.dat"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.wav", ["b.wav"]),
        ("a/*", ["a/1.mp3", "a/2.mp3", "a/sound.dat"]),
        ("**/*.mp3", ["a/1.mp3", "a/2.mp3"]),
        ("**/[xy].*", ["a/deep/x.flac", "z/y.WAV"]),
        ("?/deep/*", ["a/deep/x.flac"]),
        ("c [live].ogg", ["c [live].ogg"]),
        ("nothing/*.wav", []),
    ],
)
def test_patterns(tree: Path, pattern: str, expected: list[str]) -> None:
    assert names(listed(f"{tree}/{pattern}", lambda *_: None), tree) == expected


def test_a_pattern_looks_no_deeper_than_it_must(tree: Path) -> None:
    seen = {Path(one.path).parent.name for one in files_below(str(tree), unsearched, depth=2)}
    assert "deep" not in seen
    assert "a" in seen


def test_a_folder_that_cannot_be_searched_is_told(tree: Path) -> None:
    told: list[str] = []
    found = listed(f"{tree}/nothing/*.wav", lambda folder, error: told.append(f"{folder}: {error.strerror}"))
    assert not list(found)
    assert told == [f"{tree}/nothing: {os.strerror(2)}"]


def test_what_is_not_there_is_refused_at_once(tree: Path) -> None:
    with pytest.raises(FileMissing, match=r"no file and no folder .*musci"):
        listed(str(tree / "musci"), unsearched)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", "b.wav\n\n{tree}/a/1.mp3\r\nfile://{tree}/z/y.WAV\n#gone.wav"),
        ("list.m3u", "#EXTM3U\n#EXTINF:3,Title\nb.wav\na/1.mp3\nz/y.WAV\n"),
        ("list.csv", 'id,path\n1,b.wav\n2,"a/1.mp3"\n3,z/y.WAV\n4,\n'),
        ("list.csv", "\ufefffile;,url\n-,b.wav\n-,a/1.mp3\n-,z/y.WAV\n"),
    ],
)
def test_lists_of_files(tree: Path, name: str, text: str) -> None:
    (tree / name).write_text(text.format(tree=tree), encoding="utf-8", newline="")
    found = list(listed(str(tree / name), unsearched))
    assert names(iter(found), tree)[:3] == ["b.wav", "a/1.mp3", "z/y.WAV"]
    assert all(item.size_bytes for item in found[:3])
    assert found[3:] == ([LibraryItem(str(tree / "#gone.wav"))] if name == "list.txt" else [])


def test_a_list_without_a_column_of_names_is_refused(tree: Path) -> None:
    (tree / "list.csv").write_text("title,year\na,1\n")
    with pytest.raises(InvalidOption, match="columns title, year; one of them has to be called path, url or file"):
        listed(str(tree / "list.csv"), unsearched)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    Path(os.fsdecode(raw)).write_bytes(b"?")
    (item,) = listed(str(tmp_path), unsearched)
    assert os.fsencode(item.path) == raw
    assert item.name == f"{tmp_path}/caf\\xe9.wav"
    assert LibraryItem.from_line(item.line()) == item


@pytest.fixture
def store(tree: Path) -> str:
    """The tree in a store of fsspec's that other machines could be behind."""
    memory = fsspec.filesystem("memory")
    for name in ("b.wav", "a/2.mp3", "a/1.mp3", "notes.txt", "a/deep/x.flac"):
        memory.pipe(f"/{tree.name}/{name}", b"?" * 7)
    return f"memory:///{tree.name}"


def test_a_folder_of_a_store(store: str) -> None:
    found = list(listed(store, unsearched))
    assert names(iter(found), store) == ["a/1.mp3", "a/2.mp3", "a/deep/x.flac", "b.wav"]
    assert all(item.size_bytes == 7 and item.modified_ns and item.is_remote for item in found)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("**/*.mp3", ["a/1.mp3", "a/2.mp3"]), ("*", ["b.wav", "notes.txt"]), ("b.wav", ["b.wav"])],
)
def test_patterns_of_a_store(store: str, pattern: str, expected: list[str]) -> None:
    assert names(listed(f"{store}/{pattern}", unsearched), store) == expected


def test_a_list_of_urls(store: str, tree: Path) -> None:
    (tree / "list.txt").write_text(f"{store}/b.wav\n{store}/gone.wav\nb.wav\n")
    found = list(listed(str(tree / "list.txt"), unsearched))
    assert [item.size_bytes for item in found] == [7, None, 1]


def test_a_store_that_has_nothing_there(store: str) -> None:
    with pytest.raises(SourceError, match="nothing at memory:"):
        listed(f"{store}/gone", unsearched)


@pytest.mark.parametrize(
    ("url", "why"),
    [("zip://a.wav::memory://x.zip", "chain of URLs"), ("nosuch://bucket/x", "cannot be opened")],
)
def test_urls_that_cannot_be_opened(url: str, why: str) -> None:
    with pytest.raises(InvalidOption, match=why):
        listed(url, unsearched)
