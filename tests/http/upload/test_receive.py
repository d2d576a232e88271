"""Over real sockets: what arrives is what was sent, and what is hostile costs one request."""

import hashlib
import random
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.errors import EarmarkError, MalformedRequest, UnsuitableParts, UnsupportedFormat, UploadTooSlow
from tests.http.upload.receiver import Receiver, receiver
from tests.http.upload.wire import END, SECONDS, answer_on, chunked, form_type, head, part, send
from tests.workers.waiting import wait_for

MAX_BODY_BYTES = 25_000_000
MAX_FILES = 4
SIZES = [0, 1, 65_535, 65_537, 262_144, 1_000_003]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Receiver]:
    with receiver(
        upload_dir=folder,
        max_body_bytes=MAX_BODY_BYTES,
        max_files=MAX_FILES,
        max_header_bytes=2048,
    ) as one:
        yield one


@pytest.fixture(scope="module")
def impatient() -> Iterator[Receiver]:
    with receiver(upload_grace_seconds=1, min_upload_bytes_per_second=1000) as one:
        yield one


@pytest.fixture
def client(running: Receiver) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, timeout=SECONDS, trust_env=False) as client:
        yield client


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def kept(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "problem": None}


def assert_refused(answer: tuple[int, Any], error: type[EarmarkError], *words: str) -> None:
    status, problem = answer
    assert (status, problem["type"].rpartition(":")[2]) == (error.status, error.slug), problem
    for word in words:
        assert word in problem["detail"]


@pytest.mark.parametrize("size", [*SIZES, 20_000_000])
def test_a_body_of_any_size(client: httpx.Client, size: int) -> None:
    content = noise(size)
    assert client.post("/", content=content).json() == [kept("upload", content)]


@pytest.mark.parametrize(
    "content_type", ["audio/mpeg", "application/x-www-form-urlencoded", "multipart/mixed", "?", ""]
)
def test_any_other_content_type_is_a_file(client: httpx.Client, content_type: str) -> None:
    answer = client.post("/", content=b"sound", headers={"Content-Type": content_type})
    assert answer.json() == [kept("upload", b"sound")]


def test_a_body_without_a_length(client: httpx.Client) -> None:
    content = noise(3_000_000)
    pieces = (content[start : start + 99_991] for start in range(0, len(content), 99_991))
    assert client.post("/", content=pieces).json() == [kept("upload", content)]


def test_a_body_has_the_name_that_its_head_says(client: httpx.Client) -> None:
    says = {"Content-Disposition": "attachment; filename=x; filename*=UTF-8''C:%5Cmusic%5CGr%C3%BCn.mp3"}
    assert client.post("/", content=b"sound", headers=says).json() == [kept("Grün.mp3", b"sound")]


def test_the_files_of_a_form_keep_their_order(client: httpx.Client) -> None:
    contents = [noise(size) for size in (0, 700_000, 1, 262_144)]
    files = [("file", (f"{place}.wav", content)) for place, content in enumerate(contents)]
    assert client.post("/", files=files).json() == [kept(name, content) for _, (name, content) in files]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_in_a_form_without_a_length(running: Receiver, size: int) -> None:
    content = noise(size)
    body = chunked([part(content), END, b"whatever follows"])
    assert send(running.address, [head(form_type()), *body]) == (200, [kept("a.mp3", content)])


def test_nearly_a_boundary_is_content(running: Receiver) -> None:
    content = b"\r\n--xYzZ\r\n--xYzZYY\r\n\r\n--\r\n--xYzZY-\r\r\n"
    body = part(content) + END
    answer = send(running.address, [head(form_type(), length=len(body)), body])
    assert answer == (200, [kept("a.mp3", content)])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b'form-data; name="file"', "upload"),
        (b'form-data; name="file"; filename=""', "upload"),
        (b'form-data; name="file"; filename=".."', "upload"),
        (b"form-data; name=file; filename=my song.mp3", "my song.mp3"),
        (b'form-data; name="file"; filename="../../etc/passwd"', "passwd"),
        (b'form-data; name="file"; filename="C:\\music\\a.mp3"', "a.mp3"),
        (b'form-data; name="file"; filename="say \\"so\\".mp3"', 'say "so".mp3'),
        (b'form-data; name="file"; filename="a\n\x00Set-Cookie: b.mp3"', "a Set-Cookie: b.mp3"),
        (b'form-data; name="file"; filename="\xff\xfe.mp3"', "\ufffd\ufffd.mp3"),
        ('form-data; name="file"; filename="Grün.mp3"'.encode(), "Grün.mp3"),
        (b'form-data; name="file"; filename="a"; filename*=UTF-8\'\'%2Fetc%2Fgr%C3%BCn%0D%0A.mp3', "grün .mp3"),
        (b"form-data; name=\"file\"; filename*=iso-8859-1'en'gr%FCn.mp3", "grün.mp3"),
        (b"form-data; name=\"file\"; filename=b; filename*=klingon''a", "b"),
        (b'form-data; name="file"; filename="' + b"a" * 300 + b'"', "a" * 255),
    ],
)
def test_names_are_cleaned(running: Receiver, line: bytes, name: str) -> None:
    body = part(b"sound", b"Content-Disposition: " + line) + END
    assert send(running.address, [head(form_type(), length=len(body)), body]) == (200, [kept(name, b"sound")])


OTHER_FIELD = b'Content-Disposition: form-data; name="hop_seconds"'


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b"", MalformedRequest, ["0 bytes", "closing boundary"]),
        (part(), MalformedRequest, ["closing boundary"]),
        (part() + b"--xYzZY", MalformedRequest, ["closing boundary"]),
        (b"song", MalformedRequest, ["byte 0", "curl -F"]),
        (b"--xYzZ\r\n" + part() + END, MalformedRequest, ["byte 6"]),
        (END, UnsuitableParts, ["empty"]),
        (part(b"1", OTHER_FIELD) + END, UnsuitableParts, ["'hop_seconds'", "?hop_seconds=1"]),
        (part() + part(b"1", OTHER_FIELD) + END, UnsuitableParts, ["'hop_seconds'"]),
        (part(b"", b"Content-Disposition: form-data") + END, UnsuitableParts, ["no name", "`file`"]),
        (part(b"", b'Content-Disposition: form-data; name="\x1b[2J' + b"n" * 900 + b'"'), UnsuitableParts, ["'\\x1b"]),
        (part() * (MAX_FILES + 1) + END, UnsuitableParts, [f"more than {MAX_FILES}"]),
        (part(b"", b"X: y") + END, MalformedRequest, ["no Content-Disposition"]),
        (part(b"", b"Content-Disposition: attachment; name=file") + END, MalformedRequest, ["form-data;"]),
        (part(b"", b'Content-Disposition: form-data; name="file') + END, MalformedRequest, ["form-data;"]),
        (part(b"", b"Content-Disposition: form-data; name=file; name=file") + END, MalformedRequest, ["form-data;"]),
        (part(b"", b"no colon") + END, MalformedRequest, ["not well formed"]),
        (part(b"", b": no name") + END, MalformedRequest, ["not well formed"]),
        (part(b"", b"X: a\rb") + END, MalformedRequest, ["not well formed"]),
        (part(b"", b"X: y", b"x: z") + END, MalformedRequest, ["'x' twice"]),
        (part(b"", b"X: " + b"y" * 3_000) + END, MalformedRequest, ["at most 2048"]),
        (part(b"", b"X: " + b"y" * 300_000) + END, MalformedRequest, ["at most 2048"]),
        (part(b"", b"X" * 200_000) + END, MalformedRequest, ["at most 2048"]),
        (part(b"", b"X:" + b" " * 300_000) + END, MalformedRequest, ["not well formed"]),
        (part(b"", *(b"X%d:" % n for n in range(40))) + END, MalformedRequest, ["more than 32 headers"]),
        (part(b"", *(b"X%d: %b" % (n, b"y" * 100) for n in range(30))) + END, MalformedRequest, ["at most 2048"]),
    ],
)
def test_forms_that_do_not_fit(running: Receiver, body: bytes, error: type[EarmarkError], words: list[str]) -> None:
    answer = send(running.address, [head(form_type(), length=len(body)), body])
    assert_refused(answer, error, *words)
    assert len(answer[1]["detail"]) < 400
    assert answer[1]["detail"].isprintable()


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "Multipart/Form-Data; boundary=",
        'multipart/form-data; boundary="x',
        f"multipart/form-data; boundary={'x' * 71}",
    ],
)
def test_bad_boundaries(running: Receiver, content_type: str) -> None:
    answer = send(running.address, [head(f"Content-Type: {content_type}", length=4), b"--x\r"])
    assert_refused(answer, MalformedRequest, "boundary of 1 to 70", "Leave the header")


@pytest.mark.parametrize("boundary", ["x", "a'()+_,-./:=? b", "y" * 70])
def test_good_boundaries(running: Receiver, boundary: str) -> None:
    body = part(boundary=boundary.encode()) + f"--{boundary}--".encode()
    says = f'Content-Type: multipart/form-data; charset=utf-8; boundary="{boundary}"'
    assert send(running.address, [head(says, length=len(body)), body]) == (200, [kept("a.mp3", b"sound")])


def test_ten_thousand_parts_are_refused_before_they_came(running: Receiver) -> None:
    parts = part() * 10_000
    first = parts[: len(part()) * (MAX_FILES + 1)]
    with socket.create_connection(running.address, timeout=SECONDS) as connection:
        connection.sendall(head(form_type(), length=len(parts)) + first)
        assert_refused(answer_on(connection), UnsuitableParts, "Send several requests")


def test_a_part_that_is_encoded_does_not_spoil_the_others(running: Receiver) -> None:
    said = b'Content-Disposition: form-data; name="file"; filename="b.mp3"'
    body = part() + part(b"c291bmQ=", said, b"Content-Transfer-Encoding: base64")
    body += part(b"more", said, b"content-transfer-encoding: BINARY ") + END
    status, [first, encoded, last] = send(running.address, [head(form_type(), length=len(body)), body])
    assert status == 200
    assert [first, last] == [kept("a.mp3", b"sound"), kept("b.mp3", b"more")]
    assert "'base64'" in encoded.pop("problem")
    assert encoded == {key: value for key, value in kept("b.mp3", b"").items() if key != "problem"}


@pytest.mark.parametrize("encoding", ["gzip", "br, identity", "x" * 500])
def test_encoded_bodies_are_refused_at_once(running: Receiver, encoding: str) -> None:
    with socket.create_connection(running.address, timeout=SECONDS) as connection:
        connection.sendall(head(f"Content-Encoding: {encoding}", length=1000))
        assert_refused(answer_on(connection), UnsupportedFormat, encoding[:30], "as it is")


def test_identity_is_no_encoding(client: httpx.Client) -> None:
    answer = client.post("/", content=b"sound", headers={"Content-Encoding": "Identity"})
    assert answer.json() == [kept("upload", b"sound")]


def test_a_broken_disposition_of_the_body(client: httpx.Client) -> None:
    answer = client.post("/", content=b"sound", headers={"Content-Disposition": 'attachment; filename="x'})
    assert_refused((answer.status_code, answer.json()), MalformedRequest, "attachment;")


@pytest.mark.parametrize("opening", [b"", part()[:-7]], ids=["raw", "form"])
def test_too_large(running: Receiver, opening: bytes) -> None:
    """Without end: the answer comes as soon as the limit is passed."""

    def endless() -> Iterator[bytes]:
        yield head(*([form_type()] if opening else []))
        yield b"%x\r\n%b\r\n" % (len(opening), opening) if opening else b""
        sent = len(opening)
        while sent <= MAX_BODY_BYTES:
            size = min(1_000_000, MAX_BODY_BYTES + 1 - sent)
            sent += size
            yield b"%x\r\n%b\r\n" % (size, bytes(size))

    answer = send(running.address, endless())
    assert answer[0] == 413
    assert f"at most {MAX_BODY_BYTES} are accepted" in answer[1]["detail"]


@pytest.mark.parametrize("opening", [b"", b"s", part()[:-7]], ids=["nothing", "raw", "form"])
def test_an_upload_that_stands_still(impatient: Receiver, opening: bytes) -> None:
    lines = [form_type()] if len(opening) > 1 else []
    with socket.create_connection(impatient.address, timeout=SECONDS) as connection:
        connection.sendall(head(*lines, length=1000) + opening)
        answer = answer_on(connection)
    assert_refused(answer, UploadTooSlow, "Nothing came for 1 s", f"after {len(opening)} bytes")


def test_an_upload_that_trickles(impatient: Receiver) -> None:
    def trickle() -> Iterator[bytes]:
        yield head(length=1000)
        for _ in range(1000):
            time.sleep(0.05)
            yield b"s"

    answer = send(impatient.address, trickle())
    assert_refused(answer, UploadTooSlow, "at least 1000 a second")


@pytest.mark.parametrize("opening", [head(length=100) + b"sound", head(form_type()) + b"fff\r\n" + part()])
def test_a_client_that_hangs_up(running: Receiver, opening: bytes) -> None:
    running.gone.clear()
    with socket.create_connection(running.address, timeout=SECONDS) as connection:
        connection.sendall(opening)
    assert running.gone.wait(SECONDS)


def open_uploads(folder: Path) -> int:
    """Files of the folder that this process has open, though they have no name."""
    count = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed by now
            count += link.readlink().is_relative_to(folder)
    return count


def test_nothing_is_left_behind(running: Receiver, folder: Path) -> None:
    """Neither of what went well nor of what did not: the tests above have sent all kinds of it."""
    with socket.create_connection(running.address, timeout=SECONDS) as connection:
        connection.sendall(head(length=10_000_000) + noise(3_000_000))
        wait_for(lambda: open_uploads(folder) == 1)
        assert not list(folder.iterdir())
    wait_for(lambda: not open_uploads(folder))
