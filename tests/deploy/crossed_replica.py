"""A replica that takes requests and never answers them as it should."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.deploy.proxy import Address


@dataclass(slots=True)
class CrossedReplica:
    address: Address
    answer: bytes
    """Nothing, to hang up on every client."""
    heads: list[bytes] = field(default_factory=list)
    """The first line of each request that came."""


@contextmanager
def crossed_replica(answer: bytes = b"") -> Iterator[CrossedReplica]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        replica = CrossedReplica(listener.getsockname()[:2], answer)
        thread = threading.Thread(target=_take, args=(listener, replica), daemon=True)
        thread.start()
        try:
            yield replica
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _take(listener: socket.socket, replica: CrossedReplica) -> None:
    with suppress(OSError):  # the listener is closed
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                if request := _read(connection):
                    replica.heads.append(request.split(b"\r\n")[0])
                    connection.sendall(replica.answer)


def _read(connection: socket.socket) -> bytes:
    """All of it: a connection that is closed before its request was read is reset, and the answer lost."""
    came = b""
    while piece := connection.recv(65_536):
        came += piece
        head, end, body = came.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        if end and len(body) >= (int(length[1]) if length else 0):
            break
    return came
