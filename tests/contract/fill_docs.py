"""Samples in the documentation are what a real run prints: `python -m tests.contract.fill_docs` writes them anew.

It also writes the numbers in the README and in docs/accuracy.md, from the manifests and cards of the models.

A sample is a comment with a command, and the block below it:

    <!-- sample: earmark classify sample.wav -->
    ```json
    …
    ```

`earmark … | terminal` runs the command on a terminal 100 columns wide. `sample.wav` is the sound of examples/sample.py.
"""

import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.inference.store import ModelStore
from tests.http.server import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
NUMBERS = {
    "Is there music?": ("gate", "balanced_accuracy/music"),
    "Is there speech?": ("gate", "balanced_accuracy/speech"),
    "Which of ten genres?": ("genre", "best_known_label"),
    "Which of fifteen scenes?": ("scene", "best_known_label"),
}
"""The rows of the README's table: model and metric."""
SAMPLE = re.compile(r"<!-- sample: (?P<command>.+?) -->\n```(?P<language>\w*)\n(?P<text>.*?)```\n", re.DOTALL)
ON_A_TERMINAL = " | terminal"
ID = re.compile(r'(?<="id": ")[0-9a-f]{32}|(?<="request_id": ")[0-9a-f]{32}')
STYLE = re.compile(r"\x1b\[[0-9;]*m")
SAME_ID = "71e3031865354d84ae3eefff5f4bca55"
"""In place of each id, so that filling twice changes nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    page: str
    command: str
    text: str


def samples() -> list[Sample]:
    """Every sample of every page, in the order of the pages."""
    return [
        Sample(path.name, found["command"], found["text"])
        for path in PAGES
        for found in SAMPLE.finditer(path.read_text("utf-8"))
    ]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the commands of samples in a folder that holds `sample.wav`, and against one server."""

    folder: Path
    server: Server

    def output(self, command: str) -> str:
        """What `command` writes to stdout: without styles, and without spaces at the ends of lines."""
        alone, terminal, _ = command.partition(ON_A_TERMINAL)
        words = shlex.split(alone.replace("http://127.0.0.1:8000", self.server.url))
        if words[0] == "earmark":
            words[0] = str(Path(sys.executable).with_name("earmark"))
        printed = self._on_a_terminal(words) if terminal else self._in_a_pipe(words)
        printed = ID.sub(SAME_ID, STYLE.sub("", printed).replace(self.server.url, "http://127.0.0.1:8000"))
        return "\n".join(line.rstrip() for line in printed.splitlines())

    def _in_a_pipe(self, words: list[str]) -> str:
        done = subprocess.run(words, cwd=self.folder, env=_environment(), capture_output=True, check=False)
        return done.stdout.decode()

    def _on_a_terminal(self, words: list[str]) -> str:
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            words, cwd=self.folder, env=_environment(), stdout=follower, stderr=subprocess.DEVNULL
        )
        os.close(follower)
        pieces = []
        try:
            while piece := os.read(leader, 65_536):
                pieces.append(piece)
        except OSError:  # the command has closed its end
            pass
        process.wait(60)
        os.close(leader)
        return b"".join(pieces).decode()


def _environment() -> dict[str, str]:
    """No setting of this machine's owner shows in a sample."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    ours = {"COLUMNS": "100", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "xterm"}
    return {**kept, **ours, "EARMARK_MODELS_DIR": str(ROOT / "models")}


@contextmanager
def running() -> "Iterator[Runner]":
    with tempfile.TemporaryDirectory() as folder, serving(ROOT / "models", "--workers", "1") as server:
        subprocess.run([sys.executable, "-m", "examples.sample", f"{folder}/sample.wav"], check=True, cwd=ROOT)
        yield Runner(Path(folder), server)


def measured(question: str) -> str:
    """Value and interval of a row of the README's table."""
    name, metric = NUMBERS[question]
    (found,) = (one for one in ModelStore(ROOT / "models").package(name).manifest.metrics if one.name == metric)
    assert found.interval
    return "{:.3f} ({:.3f} to {:.3f})".format(found.value, *found.interval)


def reached(name: str, metric: str) -> tuple[str, str]:
    """Value and interval of a row of the first table of docs/accuracy.md."""
    (found,) = (one for one in ModelStore(ROOT / "models").package(name).manifest.metrics if one.name == metric)
    return f"{found.value:.3f}", "{:.3f} to {:.3f}".format(*found.interval) if found.interval else "-"


def left_out(label: str) -> str:
    """What the gate has on collections that it was not told of, such as `0.975 (0.970 to 0.981) of music`."""
    store = ModelStore(ROOT / "models")
    card = (ROOT / "models" / "gate" / store.package("gate").manifest.version / "README.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in card.splitlines()]
    (row,) = (row for row in rows if row[:2] == ["(all)", f"balanced_accuracy/{label}"])
    return f"{row[3]} ({row[4]}) of {label}"


def _fill_numbers() -> None:
    readme, accuracy = ROOT / "README.md", ROOT / "docs" / "accuracy.md"
    text = readme.read_text("utf-8")
    for question in NUMBERS:
        text = re.sub(rf"(?m)^(\| {re.escape(question)} \|.+\| ).+( \|)$", rf"\g<1>{measured(question)}\g<2>", text)
    readme.write_text(text, "utf-8")
    text = re.sub(
        r"(?m)^(\| (\w+) \| `(.+?)` \| [^|]+ \|) [^|]+ \| [^|]+ \|$",
        lambda row: f"{row[1]} {' | '.join(reached(row[2], row[3]))} |",
        accuracy.read_text("utf-8"),
    )
    for label in ("music", "speech"):
        text = re.sub(rf"\d\.\d+ \(\d\.\d+ to \d\.\d+\) of {label}", left_out(label), text)
    accuracy.write_text(text, "utf-8")


def main() -> None:
    _fill_numbers()
    with running() as runner:
        for path in PAGES:
            text = path.read_text("utf-8")
            filled = SAMPLE.sub(
                lambda found: (
                    f"<!-- sample: {found['command']} -->\n```{found['language']}\n"
                    f"{runner.output(found['command']).strip()}\n```\n"
                ),
                text,
            )
            if filled != text:
                path.write_text(filled, "utf-8")
                sys.stdout.write(f"Filled: {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
