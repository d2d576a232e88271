"""What a front makes of Ray's proxy, played by functions of ours: its plain answers, its silence, its haste."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.admission import Admission
from service.http.logs import RequestId
from service.http.problems import CatchErrors
from service.http.server_settings import ServerSettings
from service.http.upload.upload_store import FLUSH_BYTES
from service.scale.cluster_state import ClusterState
from service.scale.proxy_app import FILES, CountsProblems, ProxyCounts, ProxyRoutes
from service.scale.relay import AHEAD_BYTES, BEGAN, TOOK, RelayedRequest, TellsTheFront, announced
from tests.http.problem import assert_problem
from tests.workers.waiting import happens

P = ParamSpec("P")
SETTINGS = ServerSettings(max_queue_seconds=0.3, max_requests=2)


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    @functools.wraps(test)
    def run(*arguments: P.args, **named: P.kwargs) -> None:
        asyncio.run(test(*arguments, **named))

    return run


class Reports:
    ready_replicas = 1

    async def tell(self) -> ClusterState:
        return ClusterState(is_draining=False, ready_replicas=self.ready_replicas, in_flight=0)

    async def exposition(self) -> bytes:
        return b"earmark_workers 2.0\n"


class Front:
    """A desk in front of such a proxy, and what it counts."""

    def __init__(self, proxy: ASGIApp) -> None:
        self.counts = ProxyCounts(CollectorRegistry())
        self.admission = Admission(SETTINGS.max_requests)
        self.reports = Reports()
        desk = ProxyRoutes(proxy, SETTINGS, self.admission, self.reports, self.counts)
        self.app = RequestId(CountsProblems(CatchErrors(desk), self.counts))

    async def ask(self, method: str = "POST", path: str = FILES, **request: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://front") as client:
            return await client.request(method, path, **request)

    def count(self, name: str) -> float:
        samples = [sample for family in self.counts.families() for sample in family.samples]
        return sum(sample.value for sample in samples if sample.name == name)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An app: says how long the body was."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message["body"])
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def rays_own(status: int, text: bytes, **headers: str) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": text})

    return answer


@in_a_loop
async def test_a_body_of_any_size_arrives_as_it_was_sent() -> None:
    front = Front(TellsTheFront(echo))
    for size in (0, 1, AHEAD_BYTES, 5 * AHEAD_BYTES + 7):
        response = await front.ask(content=bytes(size))
        assert (response.status_code, response.text) == (200, str(size))
    assert front.counts.in_flight == 0


@in_a_loop
async def test_rays_own_refusals_are_problems() -> None:
    full = await Front(rays_own(503, b"Request dropped due to backpressure", retry_after="7")).ask()
    assert_problem(full, 503, "queue-full", "may wait")
    assert full.headers["retry-after"] == "7"
    gone = await Front(rays_own(404, b"Path not found. Ping http://.../-/routes")).ask("GET", "/")
    assert_problem(gone, 503, "no-workers")
    assert int(gone.headers["retry-after"]) > 0


@pytest.mark.parametrize("size", [10, 3 * FLUSH_BYTES + 5], ids=["kept in memory", "kept in a file"])
@in_a_loop
async def test_a_request_whose_replica_died_goes_to_another_one_once(size: int) -> None:
    calls = []

    async def dies_once(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope["path"])
        await send({"type": BEGAN})
        await (echo(scope, receive, send) if len(calls) > 1 else receive())

    response = await Front(dies_once).ask(content=bytes(size))
    assert (response.status_code, response.text) == (200, str(size))
    assert len(calls) == 2


@in_a_loop
async def test_a_request_that_kills_replicas_ends() -> None:
    calls = []

    async def dies(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope["path"])
        await send({"type": BEGAN})

    front = Front(dies)
    assert_problem(await front.ask(content=b"x"), 503, "no-workers", "Send it again")
    assert len(calls) == 2
    assert_problem(await front.ask("POST", "/v1/answer", content=b"x"), 503, "no-workers")  # nobody kept its body
    assert len(calls) == 3
    assert front.count("earmark_rejects_total") == 2


@in_a_loop
async def test_who_waits_too_long_for_a_replica_is_told_and_forgotten() -> None:
    left = asyncio.Event()

    async def never_begins(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        left.set()

    front = Front(never_begins)
    asking = asyncio.ensure_future(front.ask(content=b"x"))
    await happens(lambda: front.count("earmark_queue") == 1)
    assert_problem(await asking, 503, "queue-full", "0.3 s")
    assert left.is_set()
    assert front.count("earmark_queue") == 0


@in_a_loop
async def test_there_is_room_for_so_many_uploads() -> None:
    go_on = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": BEGAN})
        await go_on.wait()
        await echo(scope, receive, send)

    front = Front(waits)
    asking = [asyncio.ensure_future(front.ask(content=b"x")) for _ in range(2)]
    await happens(lambda: front.admission.in_flight == 2)
    assert_problem(await front.ask(content=b"x"), 503, "queue-full", "2 are allowed")
    assert (await front.ask("GET", "/health/live")).status_code == 200
    go_on.set()
    assert [one.status_code for one in await asyncio.gather(*asking)] == [200, 200]


@in_a_loop
async def test_health() -> None:
    front = Front(rays_own(200, b"nobody asks Ray"))
    assert (await front.ask("GET", "/health/ready")).json() == {"status": "ready"}
    assert (await front.ask("GET", "/metrics")).text == "earmark_workers 2.0\n"
    front.reports.ready_replicas = 0
    assert_problem(await front.ask("GET", "/health/ready"), 503, "no-workers")
    front.admission.drain()
    assert_problem(await front.ask("GET", "/health/ready"), 503, "draining")
    assert_problem(await front.ask(content=b"x"), 503, "draining")
    assert (await front.ask("GET", "/health/live")).json() == {"status": "live"}


@in_a_loop
async def test_no_further_ahead_than_the_replica_says() -> None:
    """Ray's proxy takes whatever it gets."""
    received = 0

    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal received
        await send({"type": BEGAN})
        while True:
            received += len((await receive())["body"])

    async def client() -> Message:
        return {"type": "http.request", "body": bytes(AHEAD_BYTES // 4), "more_body": True}

    conversation = RelayedRequest({"type": "http"}, client, _ignore)
    holding = asyncio.ensure_future(conversation.hold(hasty, 30, ProxyCounts(CollectorRegistry()).queueing()))
    await happens(lambda: received >= AHEAD_BYTES)
    for _ in range(100):  # turns of the loop: nothing else keeps it from receiving more
        await asyncio.sleep(0)
    assert received == AHEAD_BYTES
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding


@in_a_loop
async def test_a_replica_tells_only_those_who_understand() -> None:
    plain: Scope = {"type": "http"}
    answer = {"http.response.start", "http.response.body"}
    for scope, expected in ((plain, answer), (announced(plain), answer | {BEGAN, TOOK})):
        said: set[str] = set()
        await TellsTheFront(echo)(scope, _body(bytes(AHEAD_BYTES)), _remember(said))
        assert said == expected


def _body(data: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": data, "more_body": False}

    return receive


def _remember(said: set[str]) -> Callable[[Message], Awaitable[None]]:
    async def send(message: Message) -> None:
        said.add(message["type"])

    return send


async def _ignore(message: Message) -> None:
    pass
