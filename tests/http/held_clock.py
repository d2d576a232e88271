"""A clock for what waits in an event loop: tests put it forward and need not wait."""

import asyncio


class HeldClock(asyncio.SelectorEventLoop):
    """An event loop whose time a test can put forward, so that nobody waits for a timer."""

    skipped_seconds = 0.0

    def time(self) -> float:
        return super().time() + self.skipped_seconds

    async def pass_over(self, seconds: float) -> None:
        """Puts the time forward. Timers that are due by then have run when it returns."""
        self.skipped_seconds += seconds
        for _ in range(2):  # what is due is scheduled in the next round, and runs in it
            await asyncio.sleep(0)

    def skip(self, seconds: float) -> None:
        """The same, from another thread."""
        asyncio.run_coroutine_threadsafe(self.pass_over(seconds), self).result(30)
