"""`earmark library` at work: which engine listens, how far it has come, and how a run ends."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

from service.cli.exits import Exit, Stderr
from service.cli.progress_bars import library_progress
from service.cpus import usable_cpus
from service.http.server_settings import ServerSettings
from service.library.library_engine import LibraryEngine, LocalEngine
from service.library.run_library import LibraryRequest, Tally, Watch, run_library
from service.settings import Settings
from service.types import Options


def choose_engine(
    name: Literal["local", "ray"], settings: Settings, options: Options, jobs: int | None, address: str | None
) -> LibraryEngine:
    """Raises InvalidSettings if there is no such cluster."""
    if name == "local":
        return LocalEngine(settings, options, jobs or usable_cpus())
    from service.scale.ray_data import RayEngine  # noqa: PLC0415 - an extra

    return RayEngine(settings, options, jobs, address or ServerSettings.read().ray_address)


def run_request(request: LibraryRequest, engine: LibraryEngine, stderr: Stderr) -> Exit:
    unsearched: list[str] = []

    def skip(folder: str, error: OSError) -> None:
        unsearched.append(folder)
        stderr.complain(f"{folder}: The folder could not be searched: {error.strerror}.")

    def say_so() -> None:
        stderr.say("Stopping once the files under way are finished. Ctrl-C again stops at once.")

    with library_progress(stderr) as shown, _stop_wish(say_so) as wish:
        tally = run_library(request, engine, Watch(lambda: wish.is_said, skip, shown.show))
    if wish.is_said:
        stderr.say(f"{_summary(tally)} Run the same command again to resume.")
        return Exit.STOPPED
    if not tally.before and not tally.to_do:
        stderr.complain("There is no audio file in what was named.")
        return Exit.UNUSABLE
    stderr.say(_summary(tally))
    return Exit.SOME_FAILED if tally.failed or tally.failed_before or unsearched else Exit.OK


def _summary(tally: Tally) -> str:
    now = f"{tally.ok} files analysed, {tally.failed} failed, {tally.sound_seconds / 3600:.1f} hours of sound."
    if not tally.before:
        return now
    return f"{now} Done before: {tally.before} files; {tally.failed_before} of them failed."


class _StopWish:
    """Whether Ctrl-C or SIGTERM was sent: the first asks for an end in good order, the second ends the run at once."""

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.is_said = False
        self._on_first = on_first

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        if self.is_said:
            raise KeyboardInterrupt
        self.is_said = True
        self._on_first()


@contextmanager
def _stop_wish(on_first: Callable[[], None]) -> Iterator[_StopWish]:
    """Within the block the first signal only sets `is_said`, and calls `on_first`; the second interrupts it."""
    wish = _StopWish(on_first)
    before = {number: signal.signal(number, wish.hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
