"""A listing on disk is read while it grows, and ends however it ends."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import EarmarkError, InvalidOption
from service.library.backlog import Backlog, backlog_items
from service.library.items import LibraryItem

ITEMS = [LibraryItem(f"/music/{number}.wav", number, 10**18 + number, "e") for number in range(500)]


def never() -> bool:
    return False


def test_items_come_as_they_were_listed(tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "backlog", iter(ITEMS), never)
    assert list(backlog.items()) == ITEMS
    backlog.join()
    assert (backlog.length, backlog.is_whole) == (500, True)


def test_the_first_item_is_there_before_the_last_is_listed(tmp_path: Path) -> None:
    gate = threading.Event()

    def slow() -> Iterator[LibraryItem]:
        yield ITEMS[0]
        assert gate.wait(30)
        yield ITEMS[1]

    backlog = Backlog(tmp_path / "backlog", slow(), never)
    assert backlog.has_any()
    items = backlog.items()
    assert next(items) == ITEMS[0]
    assert not backlog.is_whole
    gate.set()
    assert list(items) == ITEMS[1:2]


def test_an_empty_listing(tmp_path: Path) -> None:
    assert not Backlog(tmp_path / "backlog", iter(()), never).has_any()


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (InvalidOption("No column."), InvalidOption, "No column."),
        (RuntimeError("?"), EarmarkError, r"could not be listed \(RuntimeError\)"),
    ],
)
def test_a_listing_that_breaks_off(tmp_path: Path, error: Exception, kind: type[Exception], message: str) -> None:
    def breaking() -> Iterator[LibraryItem]:
        yield ITEMS[0]
        raise error

    backlog = Backlog(tmp_path / "backlog", breaking(), never)
    assert list(backlog.items()) == ITEMS[:1]
    with pytest.raises(kind, match=message):
        backlog.join()


def test_a_reader_ends_when_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "backlog").write_text(ITEMS[0].line())
    told = threading.Event()
    items = backlog_items(tmp_path / "backlog", told.is_set)
    assert next(items) == ITEMS[0]
    told.set()
    assert not list(items)


def test_a_reader_ends_when_the_listing_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "backlog").write_text(ITEMS[0].line())
    items = backlog_items(tmp_path / "backlog", never)
    assert next(items) == ITEMS[0]
    (tmp_path / "backlog").unlink()
    assert not list(items)
