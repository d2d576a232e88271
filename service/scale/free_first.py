"""Which replica gets a request: one that is known to be free. If none is, the request waits until one tells that it is.

Ray's own choice asks two replicas at random, again and again; where each takes one request at a time and more are
waiting, that costs almost as much as listening does.
"""

import asyncio
import random
from collections import deque
from typing import Any

from ray.serve.request_router import FIFOMixin, LocalityMixin, PendingRequest, ReplicaID, RequestRouter, RunningReplica

ASK_SECONDS = 0.2
"""After so long one is asked: it may have been busy with what another proxy sent."""


class FreeFirst(FIFOMixin, LocalityMixin, RequestRouter):
    """In each proxy. Replicas of its own node come first."""

    def initialize_state(self, **_: Any) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        if pending_request is not None:
            pending_request.routing_context.should_backoff = True
        if not self.select_available_replicas(candidate_replicas):
            await self._until_one_is_free()
        free = self.select_available_replicas(candidate_replicas) or candidate_replicas
        return [random.sample(near, 1) for near in self.rank_replicas_via_locality(free) if near]

    def on_request_completed(self, replica_id: ReplicaID, internal_request_id: str) -> None:  # noqa: ARG002 - Ray's
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(None)
                return

    async def _until_one_is_free(self) -> None:
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        try:
            await asyncio.wait((told,), timeout=ASK_SECONDS)
        finally:  # whoever left is not told
            told.cancel()
