import json
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.errors import EarmarkError
from tests.audio.mutants import Nursery
from tests.sound_files import KINDS

MUTANTS = 11_200
HANG_SECONDS = 10.0
"""The child stops a mutant by itself after half of it; one that goes on hangs in native code."""
START_SECONDS = 60.0
LEAK_BYTES = 10_000_000
BOMB_BYTES = 100_000_000
"""Far more than a file of half a second needs, and far less than what its header may claim."""
NOISE_BYTES_PER_MUTANT = 20
ROOT = Path(__file__).parents[2]


def error_names(base: type[EarmarkError] = EarmarkError) -> set[str]:
    return {base.__name__}.union(*(error_names(child) for child in base.__subclasses__()))


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    folder = tmp_path_factory.mktemp("fuzz")
    command = [sys.executable, "-m", "tests.audio.fuzz_child", str(MUTANTS), str(folder)]
    noise = folder / "stderr"
    with noise.open("w") as stderr:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True)
        with process:
            yield process, noise
            process.kill()


@pytest.fixture(scope="module")
def outcomes(child: tuple[subprocess.Popen[str], Path]) -> list[dict[str, Any]]:
    """One for each mutant. A crash or a hang fails here, with the number of the mutant."""
    process, noise = child
    lines: queue.Queue[str] = queue.Queue()
    stdout = process.stdout
    assert stdout

    def listen() -> None:
        for line in stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=listen, daemon=True).start()
    found: list[dict[str, Any]] = []
    assert json.loads(lines.get(timeout=START_SECONDS)) == {"ready": True}, noise.read_text()[-2000:]
    while len(found) < MUTANTS:
        try:
            line = lines.get(timeout=HANG_SECONDS)
        except queue.Empty:
            pytest.fail(f"Mutant {len(found)} hangs; it is in {noise.parent}.")
        if not line:
            pytest.fail(
                f"Mutant {len(found)} killed the process ({process.wait()}); it is in {noise.parent}. "
                + noise.read_text()[-2000:]
            )
        found.append(json.loads(line))
    assert process.wait(HANG_SECONDS) == 0
    return found


def test_every_mutant_is_sound_or_one_of_our_errors(outcomes: list[dict[str, Any]]) -> None:
    good = {"sound"} | error_names()
    assert [outcome for outcome in outcomes if outcome["outcome"] not in good] == []


def test_the_damage_is_neither_too_weak_nor_too_strong(outcomes: list[dict[str, Any]]) -> None:
    """Or else the corpus would not be worth its time."""
    counts = Counter(outcome["outcome"] for outcome in outcomes)
    assert MUTANTS / 4 < counts["sound"] < MUTANTS * 3 / 4
    assert {"UndecodableAudio", "UnsupportedFormat", "UnsupportedChannels", "UnsupportedSampleRate"} < set(counts)
    assert {outcome["kind"] for outcome in outcomes} > set(KINDS)


def test_memory_does_not_grow(outcomes: list[dict[str, Any]]) -> None:
    first_half, second_half = (outcome["rss_bytes"] for outcome in outcomes if "rss_bytes" in outcome)
    assert second_half < first_half + LEAK_BYTES


def test_no_memory_bomb(outcomes: list[dict[str, Any]]) -> None:
    first_half, second_half = (outcome["peak_bytes"] for outcome in outcomes if "peak_bytes" in outcome)
    assert second_half < first_half + BOMB_BYTES


def test_stderr_stays_quiet(outcomes: list[dict[str, Any]], child: tuple[subprocess.Popen[str], Path]) -> None:
    """libmpg123 says a line here and there that cannot be turned off."""
    noise = child[1].read_text()
    assert "Traceback" not in noise
    assert len(noise) < NOISE_BYTES_PER_MUTANT * MUTANTS


def test_the_damage_is_always_the_same() -> None:
    """The files differ in what encoders write of their own: dates and serial numbers."""
    one, other = Nursery(), Nursery()
    for number in range(2 * len(KINDS)):
        first, second = one.mutant(number), other.mutant(number)
        assert (first.kind, first.damage, len(first.data)) == (second.kind, second.damage, len(second.data))
