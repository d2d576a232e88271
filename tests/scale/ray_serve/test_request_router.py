"""Which replica is chosen, and who of those that wait is next."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from ray.serve.request_router import RequestRouter

from service.scale.request_router import ASK_SECONDS, FreeFirst

NEAR, FAR = "near", "far"


class Known(FreeFirst):
    """With replicas `near` and `far`, of which those in `free` are not known to be busy."""

    def __init__(self, *free: str) -> None:
        self.free = set(free)
        self.initialize_state()

    def select_available_replicas(self, candidates: Any = None) -> Any:
        return [one for one in candidates if one in self.free]

    def rank_replicas_via_locality(self, replicas: Any) -> Any:
        return [[one for one in replicas if one == name] for name in (NEAR, FAR)]

    async def choose(self) -> list[list[str]]:
        request: Any = SimpleNamespace(routing_context=SimpleNamespace(should_backoff=False))
        chosen: Any = await self.choose_replicas([FAR, NEAR], request)  # type: ignore[list-item]
        assert request.routing_context.should_backoff, "Ray would ask again without a pause"
        return list(chosen)

    @property
    def curr_replicas(self) -> Any:
        return {name: name for name in (FAR, NEAR)}

    def end(self, replica: str) -> None:
        """What Ray does when a request is over."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RequestRouter, "decrement_queue_len_cache", lambda _, name: self.free.add(name))
            self.decrement_queue_len_cache(replica)  # type: ignore[arg-type]


def test_one_that_is_free_is_taken_and_of_several_the_nearest() -> None:
    assert asyncio.run(Known(FAR).choose()) == [[FAR]]
    assert asyncio.run(Known(FAR, NEAR).choose()) == [[NEAR], [FAR]]


def test_who_waits_is_told_in_turn() -> None:
    async def three_requests() -> list[list[list[str]]]:
        router, told = Known(), []
        waiting = [asyncio.create_task(router.choose()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting.pop(1).cancel()  # its client is gone
        for task in waiting:
            router.end(FAR)
            done, _ = await asyncio.wait(waiting, timeout=ASK_SECONDS / 2, return_when=asyncio.FIRST_COMPLETED)
            assert task in done
            told.append(task.result())
            router.free.clear()
            waiting = [one for one in waiting if one is not task]
        return told

    assert asyncio.run(three_requests()) == [[[FAR]], [[FAR]]]


def test_one_is_asked_if_none_tells() -> None:
    started = time.monotonic()
    assert asyncio.run(Known().choose()) == [[NEAR], [FAR]]
    assert time.monotonic() - started >= ASK_SECONDS * 0.9
