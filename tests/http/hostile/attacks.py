"""Requests that no client library would send, and what they deserve."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.http.hostile.fortress import CANARY, MAX_BODY_BYTES
from tests.http.upload.wire import END, form_type, part

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n"


@dataclass(frozen=True, slots=True)
class Attack:
    sent: bytes
    status: int
    slug: str | None = None
    """Of the problem that is answered; None where the request is served."""
    answers: int = 1


def get(target: str | bytes, *lines: bytes) -> bytes:
    target = target.encode() if isinstance(target, str) else target
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + CLOSE + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def post(*lines: bytes, body: bytes = b"", target: bytes = b"/v1/classify") -> bytes:
    """The lines say how long the body is."""
    head = b"POST " + target + b" HTTP/1.1\r\n" + HOST + CLOSE
    return head + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def raw(body: bytes, *lines: bytes, target: bytes = b"/v1/classify") -> bytes:
    return post(b"Content-Length: %d" % len(body), *lines, body=body, target=target)


def form(body: bytes, target: bytes = b"/v1/classify") -> bytes:
    return raw(body, form_type().encode(), target=target)


def chunks(body: bytes, *lines: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked", *lines, body=body)


def length(value: bytes, body: bytes = b"ab") -> bytes:
    return post(b"Content-Length: " + value, body=body)


def coding(line: bytes, body: bytes = b"0\r\n\r\n") -> bytes:
    return post(line, body=body)


def malformed(sent: bytes, answers: int = 1) -> Attack:
    return Attack(sent, 400, "malformed-request", answers)


def nowhere(sent: bytes) -> Attack:
    return Attack(sent, 404, "no-such-page")


def no_sound(sent: bytes) -> Attack:
    return Attack(sent, 415, "unsupported-format")


def empty(sent: bytes) -> Attack:
    return Attack(sent, 422, "empty-file")


BODIES: Mapping[str, Attack] = {
    "longer than announced": no_sound(post(b"Content-Length: 5", body=b"hello" + SMUGGLED)),
    "chunk size is no number": malformed(chunks(b"zz\r\nhello\r\n0\r\n\r\n")),
    "chunk size is negative": malformed(chunks(b"-5\r\nhello\r\n0\r\n\r\n")),
    "chunk size without end": malformed(chunks(b"f" * 10_000 + b"\r\nhello\r\n0\r\n\r\n")),
    "chunk longer than its size": malformed(chunks(b"3\r\nhello\r\n0\r\n\r\n")),
    "chunk with a long extension": no_sound(chunks(b"5;" + b"a" * 9_000 + b"\r\nhello\r\n0\r\n\r\n")),
    "chunks with a long trailer": no_sound(chunks(b"5\r\nhello\r\n0\r\nX: " + b"a" * 9_000 + b"\r\n\r\n")),
    "chunks without end": Attack(
        chunks(b"100000\r\n" + bytes(0x100000) + b"\r\n" + (b"1000\r\n" + bytes(0x1000) + b"\r\n") * 1000),
        413,
        "body-too-large",
    ),
    "announced as too large": Attack(length(b"%d" % (MAX_BODY_BYTES + 1)), 413, "body-too-large"),
    "announced as larger than any disk": Attack(length(b"9" * 20), 413, "body-too-large"),
    "length beyond all bounds": malformed(length(b"1" + b"0" * 30)),
    "length with a sign": malformed(length(b"+2")),
    "negative length": malformed(length(b"-2")),
    "length in hexadecimal": malformed(length(b"0x2")),
    "length with an underscore": malformed(length(b"1_0")),
    "length with blanks": malformed(length(b"2 2")),
    "length in other digits": malformed(length("\N{FULLWIDTH DIGIT TWO}".encode())),
    "no length where one should be": malformed(length(b"")),
    "two lengths": malformed(post(b"Content-Length: 2", b"Content-Length: 3", body=b"abc")),
    "the same length twice": no_sound(post(b"Content-Length: 2", b"Content-Length: 2", body=b"ab")),
    "a body that nobody asked for": Attack(get("/health/live", b"Content-Length: 5") + b"hello", 200),
    "a body for a page that is not there": nowhere(raw(bytes(100_000), target=b"/v1/none")),
    "an expectation that cannot be met": no_sound(raw(b"ab", b"Expect: 200-maybe")),
    "compressed": no_sound(raw(b"\x1f\x8b" + bytes(100), b"Content-Encoding: gzip")),
}

SMUGGLING: Mapping[str, Attack] = {
    "length and coding": malformed(
        post(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED)
    ),
    "coding and length, to be kept alive": malformed(
        b"POST /v1/classify HTTP/1.1\r\n" + HOST + CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED
    ),
    "both on another page": malformed(
        get("/health/live", b"Content-Length: 6", b"Transfer-Encoding: chunked") + b"0\r\n\r\n"
    ),
    "coding twice": malformed(coding(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")),
    "coding that is none": malformed(coding(b"Transfer-Encoding: identity")),
    "coding of coding": malformed(coding(b"Transfer-Encoding: chunked, identity")),
    "coding by a similar name": malformed(coding(b"Transfer-Encoding: xchunked")),
    "coding after a vertical tab": malformed(coding(b"Transfer-Encoding: \x0bchunked")),
    "blank before the colon": malformed(coding(b"Transfer-Encoding : chunked")),
    "coding after a tab": empty(coding(b"Transfer-Encoding:\tchunked")),
    "coding on the next line": empty(coding(b"Transfer-Encoding:\r\n chunked")),
    "bare line feeds": Attack(b"GET /health/live HTTP/1.1\nHost: a\nConnection: close\n\n", 200),
    "a request within a body": Attack(
        LIVE + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED + get("/health/live"), 200
    ),
}

HEADS: Mapping[str, Attack] = {
    "no HTTP at all": malformed(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \r\n\r\n"),
    "HTTP/0.9": malformed(b"GET /health/live\r\n\r\n"),
    "HTTP/1.0": Attack(b"GET /health/live HTTP/1.0\r\n\r\n", 200),
    "no host": malformed(b"GET /health/live HTTP/1.1\r\n" + CLOSE + b"\r\n"),
    "two hosts": malformed(get("/health/live", HOST.strip())),
    "a host that is a script": Attack(b"GET /health/live HTTP/1.1\r\nHost: <script>\r\n" + CLOSE + b"\r\n", 200),
    "one header of 200 KB": malformed(get("/health/live", b"X: " + b"a" * 200_000)),
    "one header a little too long": malformed(get("/health/live", b"X: " + b"a" * 17_000)),
    "a thousand headers": Attack(get("/health/live", *(b"X%d: a" % n for n in range(1_000))), 200),
    "ten thousand headers": malformed(get("/health/live", *(b"X%d: a" % n for n in range(10_000)))),
    "an address of 30 KB": malformed(get("/" + "a" * 30_000)),
    "four thousand parameters": Attack(raw(b"ab", target=b"/v1/classify?" + b"a&" * 4_000), 422, "invalid-option"),
    "a method of 1 KB": Attack(b"A" * 1_000 + b" / HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", 405, "method-not-allowed"),
    "header injection in the request id": malformed(get("/health/live", b"X-Request-ID: a\rSet-Cookie: a=1")),
    "a folded request id": Attack(get("/health/live", b"X-Request-ID: a", b" Set-Cookie: a=1"), 200),
    "a request id of another log line": Attack(get("/health/live", b'X-Request-ID: a", "level": "x'), 200),
    "a request id of 129 letters": Attack(get("/health/live", b"X-Request-ID: " + b"a" * 129), 200),
    "invalid UTF-8 in a key": no_sound(raw(b"ab", b"Authorization: Bearer \xff\xfe")),
    "invalid UTF-8 in Accept": no_sound(raw(b"ab", b"Accept: \xff\xfe;;;,,,")),
    "a long Accept": Attack(raw(b"ab", b"Accept: " + b"a/b;q=1," * 1_500), 406, "not-acceptable"),
    "invalid UTF-8 in a parameter": Attack(
        raw(b"ab", target=b"/v1/classify?detail=%ff%fe&%ff=%00"), 422, "invalid-option"
    ),
    "an upgrade to HTTP/2": Attack(
        LIVE + b"Connection: close, Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", 200
    ),
    "fifty at once": Attack((LIVE + b"\r\n") * 49 + get("/health/live"), 200, answers=50),
}

ADDRESSES: Mapping[str, Attack] = {
    "absolute": nowhere(get("http://elsewhere.example/health/live")),
    "of a proxy": nowhere(b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n"),
    "an asterisk": nowhere(b"OPTIONS * HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n"),
    "two slashes": nowhere(get("//elsewhere.example/")),
    "a slash too many": nowhere(get("/docs/")),
    "raw UTF-8": malformed(get("/grün")),
    "wrong escapes": nowhere(get("/%zz%ff%00")),
    "up and out": nowhere(get("/static/../../../../../etc/passwd")),
    "up and out, escaped": nowhere(get("/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd")),
    "up and out, slashes escaped": nowhere(get("/docs/assets/..%2f..%2f..%2f..%2fetc%2fpasswd")),
    "a long file name": nowhere(get("/static/" + "a" * 5_000)),
    "a file name with a zero": nowhere(get("/static/index%00.html")),
    "a model of another folder": nowhere(get("/v1/models/..%2f..%2fmodels")),
    "a model named ..": Attack(get("/v1/models/.."), 404, "unknown-model"),
    "a model named by a zero": Attack(get("/v1/models/%00"), 404, "unknown-model"),
    "a model in another folder's version": nowhere(get("/v1/models/gate@..%2f..")),
}

FILE = b'Content-Disposition: form-data; name="file"; filename="' + CANARY.encode() + b'.wav"'

FORMS: Mapping[str, Attack] = {
    "ten thousand parts": Attack(form(part(b"", FILE) * 10_000 + END), 422, "unsuitable-parts"),
    "ten thousand fields": Attack(
        form(part(b"", b'Content-Disposition: form-data; name="a"') * 10_000 + END), 422, "unsuitable-parts"
    ),
    "a part without end": malformed(form(part(b"sound", FILE))),
    "a head without end": malformed(form(part(b"", FILE, b"X: " + b"a" * 100_000))),
    "a thousand heads": malformed(form(part(b"", FILE, *(b"X%d: a" % n for n in range(1_000))) + END)),
    "boundaries all over": Attack(form(b"--xYzZY" * 100_000), 422, "unsuitable-parts"),
    "no boundary": malformed(raw(b"ab", b"Content-Type: multipart/form-data")),
    "a boundary of other letters": malformed(raw(b"ab", b'Content-Type: multipart/form-data; boundary=\xff"')),
}

ATTACKS: Mapping[str, Attack] = {
    f"{group}: {name}": attack
    for group, attacks in {
        "body": BODIES,
        "smuggling": SMUGGLING,
        "head": HEADS,
        "address": ADDRESSES,
        "form": FORMS,
    }.items()
    for name, attack in attacks.items()
}
