"""However the network cuts a body into pieces, the same files come out of it."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.errors import Unavailable
from service.http.server_settings import ServerSettings
from service.http.upload.receive import receive_uploads
from tests.http.held_clock import HeldClock
from tests.http.upload.wire import END, part

FORM = "multipart/form-data; boundary=xYzZY"
CONTENTS = [b"", b"--xYzZY\r\n", b"\r\n--xYzZ\r\n\r\n--xYzZYY\r\n-\r", bytes(range(256))]
BODY = b"".join(part(content) for content in CONTENTS) + END + b"\r\n"


def request(
    pieces: Iterable[bytes], content_type: str = FORM, receive: Callable[[], Awaitable[Any]] | None = None
) -> Request:
    left = iter([*pieces, None])

    async def next_piece() -> dict[str, Any]:
        piece = next(left)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type.encode())]}
    return Request(scope, receive or next_piece)


async def contents(pieces: Iterable[bytes], content_type: str = FORM, **options: Any) -> list[bytes]:
    async with receive_uploads(request(pieces, content_type), ServerSettings(**options)) as uploads:
        found = [upload.file.read() for upload in uploads]
        assert [upload.size for upload in uploads] == [len(content) for content in found]
    assert all(upload.file.closed for upload in uploads)
    return found


def test_cut_in_two_at_every_byte() -> None:
    async def every() -> None:
        for at in range(len(BODY)):
            assert await contents([BODY[:at], BODY[at:]]) == CONTENTS, at

    asyncio.run(every())


def test_byte_by_byte() -> None:
    assert asyncio.run(contents(bytes([byte]) for byte in BODY)) == CONTENTS


@settings(max_examples=50)
@given(st.lists(st.integers(0, len(BODY)), max_size=30))
def test_cut_anywhere(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(BODY)]
    pieces = [BODY[start:end] for start, end in pairwise(edges)]
    assert asyncio.run(contents(pieces)) == CONTENTS


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.binary(max_size=40), st.integers(1, 200_000)), min_size=1, max_size=4),
    st.integers(1, 300_000),
)
def test_files_of_any_size_in_pieces_of_any_size(made_of: list[tuple[bytes, int]], size: int) -> None:
    assume(not any(pattern.startswith(b"q") for pattern, _ in made_of))
    sent = [(pattern + b"\r\n--") * (length // (len(pattern) + 4)) for pattern, length in made_of]
    body = b"".join(part(content, boundary=b"q") for content in sent) + b"--q--"
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert asyncio.run(contents(pieces, "multipart/form-data; boundary=q")) == sent


def test_a_slow_disk_is_not_the_fault_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the time counts in which nothing came."""
    from service.http.upload.upload_store import UploadStore

    clock = HeldClock()

    async def slow(_store: UploadStore) -> None:
        await clock.pass_over(60)

    monkeypatch.setattr(UploadStore, "keep_up", slow)
    with asyncio.Runner(loop_factory=lambda: clock) as runner:
        assert runner.run(contents([b"s"] * 3, "", min_upload_bytes_per_second=1000)) == [b"sss"]


def test_the_last_piece_is_never_too_slow() -> None:
    """Who has sent everything need not send it again."""

    clock = HeldClock()

    async def late() -> dict[str, Any]:
        await clock.pass_over(6)  # within the grace of 10 s, but not twice
        return {"type": "http.request", "body": b"s", "more_body": next(more)}

    async def receive() -> int:
        patience = ServerSettings(upload_grace_seconds=10, min_upload_bytes_per_second=1_000_000)
        async with receive_uploads(request([], "", late), patience) as [upload]:
            return upload.size

    more = iter([True, False])
    with asyncio.Runner(loop_factory=lambda: clock) as runner:
        assert runner.run(receive()) == 2


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no objects that are open themselves


def test_a_cancelled_upload_frees_its_files(tmp_path: Path) -> None:
    async def endless() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": bytes(300_000), "more_body": True}

    async def receive() -> None:
        async with receive_uploads(request([], "", endless), ServerSettings(upload_dir=tmp_path)):
            pytest.fail("it has no end")

    async def cancel_at(seconds: float) -> None:
        task = asyncio.ensure_future(receive())
        await asyncio.sleep(seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def cancel_often() -> None:
        await cancel_at(0.01)  # the threads and their loop have descriptors, too
        before = descriptors()
        for moment in range(20):
            await cancel_at(0.0005 * moment)
        assert descriptors() == before

    asyncio.run(cancel_often())


@pytest.mark.parametrize("size", [0, 1, 1_000_000])
def test_a_folder_that_is_not_there(tmp_path: Path, size: int) -> None:
    with pytest.raises(Unavailable) as caught:
        asyncio.run(contents([bytes(size)], "", upload_dir=tmp_path / "missing"))
    assert str(tmp_path) not in caught.value.detail
    assert "no such file or directory" in caught.value.detail
    assert caught.value.retry_after_seconds
