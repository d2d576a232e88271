"""A server that is attacked, and what must still hold afterwards."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.http.server import Server
from tests.workers.waiting import wait_for

SECONDS = 30.0
MAX_BODY_BYTES = 4_000_000
CANARY = "canary"
"""Part of every file name that is sent, so that it is found where it must not be."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def slug(self) -> str | None:
        """Of the problem, if it is one."""
        if self.headers.get("content-type") != "application/problem+json":
            return None
        problem = json.loads(self.body)
        assert problem["status"] == self.status
        assert problem["request_id"] == self.headers["x-request-id"]
        slug: str = problem["type"].removeprefix("urn:earmark:problem:")
        return slug


@dataclass(frozen=True, slots=True)
class Fortress:
    server: Server
    upload_dir: Path

    def connect(self) -> socket.socket:
        return socket.create_connection(self.server.address, SECONDS)

    def answers(self, *sent: bytes) -> list[Answer]:
        """All answers of one connection, until the server closes it."""
        with self.connect() as connection:
            with suppress(ConnectionError):  # it may have heard enough
                for piece in sent:
                    connection.sendall(piece)
            return list(_parsed(everything_from(connection)))

    def assert_unharmed(self) -> None:
        with self.server.client() as client:
            assert client.get("/health/ready").status_code == 200
        wait_for(lambda: not self._open_uploads())
        assert not list(self.upload_dir.iterdir())
        log = json.dumps(self.server.log)
        assert CANARY not in log
        faults = [line for line in self.server.log if "Traceback" in str(line) or line.get("level") == "ERROR"]
        assert not faults, faults

    def memory_bytes(self) -> int:
        """What the server and all its processes have for themselves."""
        return sum(_memory_bytes(one) for one in self._processes())

    def front_memory_bytes(self) -> int:
        """The same, without the workers."""
        return _memory_bytes(self._processes()[0])

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(self.server.process.pid)
        return [server, *server.children(recursive=True)]

    def _open_uploads(self) -> int:
        """Files of the upload folder that any process has open; none of them has a name."""
        count = 0
        for process in self._processes():
            with suppress(FileNotFoundError):  # it has ended by now
                for link in Path(f"/proc/{process.pid}/fd").iterdir():
                    with suppress(FileNotFoundError):  # closed by now
                        count += link.readlink().is_relative_to(self.upload_dir)
        return count


def _memory_bytes(process: psutil.Process) -> int:
    bytes_of_its_own: int = process.memory_full_info().uss
    return bytes_of_its_own


def everything_from(connection: socket.socket) -> bytes:
    """Until the other end closes, or breaks off."""
    received = b""
    with suppress(ConnectionError):
        while more := connection.recv(65_536):
            received += more
    return received


def _parsed(received: bytes) -> Iterator[Answer]:
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        fields = [line.partition(": ") for line in lines]
        headers = {name.lower(): value for name, _, value in fields}
        assert len(headers) == len(fields), "a header is there twice"
        length = int(headers.get("content-length", 0))
        yield Answer(int(first.split()[1]), headers, rest[:length])
        received = rest[length:]
