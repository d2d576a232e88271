"""Who asks: the owner of a key, or an address where no key is asked for."""

from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from service.errors import KeyRefused
from service.http.exchange import key_name_of, note_key
from service.http.keys.keys import Keys

_HOW = "Send one as `Authorization: Bearer KEY` or `X-API-Key: KEY`; whoever runs the service hands them out."


def check_key(scope: Scope, keys: Keys, key: str | None) -> None:
    """Notes whose key it is. Raises KeyRefused."""
    if key is None:
        raise KeyRefused(f"The request has no key. {_HOW}")
    name = keys.name_of(key)
    if name is None:
        raise KeyRefused(f"The key is not known, or not any more. {_HOW}")
    note_key(scope, name)


def caller_of(scope: Scope) -> str:
    """Whose requests are counted together."""
    name = key_name_of(scope)
    return _network_of(scope.get("client")) if name is None else name


def _network_of(client: tuple[str, int] | None) -> str:
    """An address of IPv6 stands for its network of 64 bits, within which anybody can take another at any time."""
    if client is None:
        return ""
    try:
        address = ip_address(client[0])
    except ValueError:
        return client[0]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
