"""What comes of one job, on its way from the thread that hears it into the event loop."""

import asyncio
from collections.abc import AsyncGenerator

from service.errors import EarmarkError
from service.types import Progress, Report
from service.workers.job import Message, Piece, Written


class Inbox:
    """Without a bound of its own: one job's answer has one, and a worker is not to wait for a slow reader."""

    def __init__(self) -> None:
        self.is_answered = False
        """Whether the answer was read."""
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Message] = asyncio.Queue()

    def put(self, message: Message) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._queue.put_nowait, message)

    async def messages(self) -> AsyncGenerator[Progress | Piece | Report | Written]:
        """Up to the answer, which is raised if it is an error."""
        while not self.is_answered:
            message = await self._queue.get()
            self.is_answered = not isinstance(message, Progress | Piece)
            if isinstance(message, EarmarkError):
                raise message
            yield message
