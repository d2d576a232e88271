"""Which replica gets a request: one that is not known to be busy. If all are, the request waits until one is free.

Ray's own choice asks two replicas at random, again and again. Where each takes one request at a time and more are
waiting, much of a processor goes into asking. Each proxy of Ray imports this file, so it imports nothing else of ours.
"""

import asyncio
import random
from collections import deque
from typing import Any

from ray.serve.request_router import FIFOMixin, LocalityMixin, PendingRequest, ReplicaID, RequestRouter, RunningReplica

ASK_SECONDS = 0.2
"""After so long one is asked: it may have been busy with what another proxy sent."""
PAUSE_SECONDS = 0.02
"""Ray's own, after a replica that was asked had no time; a request that pauses is not notified."""


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
            candidate_replicas = list(self.curr_replicas.values())
        free = self.select_available_replicas(candidate_replicas) or candidate_replicas
        return [random.sample(near, 1) for near in self.rank_replicas_via_locality(free) if near]

    def decrement_queue_len_cache(self, replica_id: ReplicaID) -> None:
        """Ray calls this for every request that a replica took, once it is over."""
        super().decrement_queue_len_cache(replica_id)
        self._tell_the_first()

    async def _until_one_is_free(self) -> None:
        notified: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(notified)
        try:
            await asyncio.wait((notified,), timeout=ASK_SECONDS)
        except asyncio.CancelledError:
            if notified.done():  # it leaves, and the next one has not heard of it
                self._tell_the_first()
            raise
        finally:
            if notified in self._waiting:
                self._waiting.remove(notified)

    def _tell_the_first(self) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(None)
