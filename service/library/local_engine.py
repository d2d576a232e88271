"""The engine of one machine."""

from service.library.analyst import Analyst
from service.library.backlog import Backlog
from service.library.engine import Recorder
from service.settings import Settings
from service.types import Options


class LocalEngine:
    def __init__(self, settings: Settings, options: Options, jobs: int) -> None:
        self._settings = settings
        self._options = options
        self._jobs = jobs

    def work(self, backlog: Backlog, recorder: Recorder) -> None:
        with Analyst(self._settings, self._options, self._jobs) as analyst:
            analyst.analyse(backlog.items(), recorder, backlog.stopping)
