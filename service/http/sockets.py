"""The sockets to listen at. They are bound before anything else is done, so that a port in use is reported at once."""

import errno
import socket

from service.errors import InvalidSettings

_REASONS = {
    errno.EADDRINUSE: "Port {port} is taken: another program listens at {host}. Choose another, or 0 for a free one.",
    errno.EACCES: "Port {port} needs more rights than this user has. Choose a port from 1024 on.",
    errno.EADDRNOTAVAIL: "{host} is not an address of this machine. Choose one that it has, or 0.0.0.0 for all.",
}


def bind(host: str, port: int) -> list[socket.socket]:
    """One for each address that `host` has, none of them listening yet. Raises InvalidSettings."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise InvalidSettings(f"EARMARK_HOST is {host!r:.80}; no such address can be found.") from None
    bound: list[socket.socket] = []
    for family, _, _, _, address in dict.fromkeys(found):
        # asyncio sends at once (TCP_NODELAY) only where the protocol is named; otherwise answers may wait 40 ms.
        one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.append(one)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        chosen = port or (bound[0].getsockname()[1] if len(bound) > 1 else 0)
        try:
            one.bind((address[0], chosen, *address[2:]))
        except OSError as error:
            for each in bound:
                each.close()
            raise cannot_listen(host, chosen, error) from None
    return bound


def cannot_listen(host: str, port: int, error: OSError) -> InvalidSettings:
    reason = _REASONS.get(error.errno or 0, "Port {port} of {host} cannot be opened: the system does not allow it.")
    return InvalidSettings(reason.format(host=host, port=port))


def address_of(bound: socket.socket) -> str:
    """The address, as you type it into a browser."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if bound.family == socket.AF_INET6 else f"http://{host}:{port}"
