"""The guards look at the headers of a request, and refuse it before any of its body is read: key, size, rate."""

from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import BodyTooLarge, KeyRefused, MalformedRequest
from service.http.admission import RateLimit
from service.http.api_keys import ApiKeys
from service.http.observe import key_name_of, note_key
from service.http.server_settings import ServerSettings

_COUNTED = {("POST", "/v1/classify"), ("POST", "/v1/answer")}
_HOW = "Send one as `Authorization: Bearer KEY` or `X-API-Key: KEY`; the operator of the service issues them."


class RequireKey:
    """Every address under /v1 needs a key. A live stream may bring it in its first message instead, since
    browsers cannot send headers with a WebSocket."""

    def __init__(self, app: ASGIApp, keys: ApiKeys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"].startswith("/v1/"):
            key = _key_in(Headers(scope=scope))
            if key is not None or scope["type"] == "http":
                check_key(scope, self._keys, key)
        await self._app(scope, receive, send)


def check_key(scope: Scope, keys: ApiKeys, key: str | None) -> None:
    """Notes the owner of the key. Raises KeyRefused."""
    if key is None:
        raise KeyRefused(f"The request has no key. {_HOW}")
    name = keys.name_of(key)
    if name is None:
        raise KeyRefused(f"The key is not known, or not any more. {_HOW}")
    note_key(scope, name)


def _key_in(headers: Headers) -> str | None:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    return headers.get("x-api-key")


class LimitSize:
    """Refuses headers that are too large, and a body whose declared length is. Others are counted as they come."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._max_headers = settings.max_header_bytes
        self._max_body = settings.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            self._check_headers(scope)
            self._check_body(Headers(scope=scope))
        await self._app(scope, receive, send)

    def _check_headers(self, scope: Scope) -> None:
        fields = sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"]) + fields
        if size > self._max_headers:
            raise MalformedRequest(f"The headers of the request have {size} bytes; {self._max_headers} are allowed.")

    def _check_body(self, headers: Headers) -> None:
        # A proxy in front may go by the other one of the two, and read another request.
        if "content-length" in headers and "transfer-encoding" in headers:
            raise MalformedRequest("The request has both Content-Length and Transfer-Encoding; send one of them.")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise MalformedRequest(f"Content-Length is {length[:20]!r}; it must be a number of bytes.")
        if int(length) > self._max_body:
            raise BodyTooLarge(
                f"The body has {length} bytes; {self._max_body} are allowed. "
                "Send less sound at once, or a compressed format."
            )


class LimitRate:
    """Counts uploads only. A live stream counts itself, once it has sent its key."""

    def __init__(self, app: ASGIApp, rate: RateLimit) -> None:
        self._app = app
        self._rate = rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) in _COUNTED:
            self._rate.take(caller_of(scope))
        await self._app(scope, receive, send)


def caller_of(scope: Scope) -> str:
    """Requests of one caller are counted together: the owner of a key, or an address where no key is needed."""
    name = key_name_of(scope)
    return _network_of(scope.get("client")) if name is None else name


def _network_of(client: tuple[str, int] | None) -> str:
    """An IPv6 address stands for its /64 network, within which a client can change its address at any time."""
    if client is None:
        return ""
    try:
        address = ip_address(client[0])
    except ValueError:
        return client[0]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)
