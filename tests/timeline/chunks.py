"""Chunks made by hand and by hypothesis, for a gate of music and speech with two branches."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from service.grid import Grid, window_starts
from service.outcomes import Decisions, Outcome, Outcomes
from service.timeline.report import report_of
from service.types import AudioInfo, Chunk, Options, Report, Scores, StepTrack, StepWindow

STEP_SECONDS = 0.5
STEPS_PER_WINDOW = 6

OUTCOMES = Outcomes(
    (
        Outcome("music+speech", "music", "genre", {"music": True, "speech": True}),
        Outcome("music", "music", "genre", {"music": True, "speech": False}),
        Outcome("speech", "speech", None, {"music": False, "speech": True}),
        Outcome("scene", "scene", "scene", {"music": False, "speech": False}),
    ),
    {"music": 0.5, "speech": 0.5},
    exclusive=False,
)
DECISIONS = Decisions(OUTCOMES, 3.0)
AUDIO = AudioInfo("wav", "pcm_s16le", 16_000, 1, 6.0, 0.0, 0.0, ())
MODELS = {"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0"}


def answer(
    chunks: Sequence[Chunk],
    options: Options | None = None,
    decisions: Decisions = DECISIONS,
    steps: StepTrack | None = None,
) -> Report:
    return report_of(
        chunks,
        decisions,
        options or Options(),
        identifier="a1",
        audio=AUDIO,
        models={**MODELS, **({"tags": "tags@1.0.0"} if decisions.has_tags else {})},
        peaks=None,
        steps=steps,
    )


def chunk(
    start: float,
    end: float,
    music: float | None = None,
    speech: float | None = None,
    genre: Scores | None = None,
    scene: Scores | None = None,
) -> Chunk:
    """A silent chunk unless music and speech are given."""
    gate = None if music is None or speech is None else {"music": music, "speech": speech}
    return Chunk(start, end, gate, {"genre": genre, "scene": scene})


@st.composite
def chunk_lists(draw: st.DrawFn) -> list[Chunk]:
    """One to twelve chunks of 3 s every hop, routed as the gate says, some of them silent."""
    hop = draw(st.sampled_from([0.5, 1.0, 3.0]))
    probability = st.floats(0, 1)
    chunks = []
    for index in range(draw(st.integers(1, 12))):
        start = index * hop
        if draw(st.integers(0, 4)) == 0:
            chunks.append(chunk(start, start + 3.0))
            continue
        gate = {"music": draw(probability), "speech": draw(probability)}
        branch = OUTCOMES.decide(gate).branch
        share = draw(probability)
        scores = {
            "genre": {"low": share, "high": 1 - share} if branch == "genre" else None,
            "scene": {"hum": share, "hiss": 1 - share} if branch == "scene" else None,
        }
        chunks.append(Chunk(start, start + 3.0, gate, scores))
    return chunks


def window(start: float, rows: Sequence[tuple[float, float] | None], step_seconds: float = STEP_SECONDS) -> StepWindow:
    """Music and speech of each step; None is a step in which nothing sounds."""
    values = np.array([(0.1, 0.1) if row is None else row for row in rows], dtype=np.float32)
    return StepWindow(start, step_seconds * len(rows), values, np.array([row is None for row in rows]))


def stepped(start: float, end: float, *rows: tuple[float, float] | None, genre: Scores | None = None) -> Chunk:
    """A chunk that its one window fits, and who says step by step what it is."""
    heard = window(start, rows)
    music, speech = heard.values[~heard.silent].mean(axis=0).tolist()
    return Chunk(start, end, {"music": music, "speech": speech}, {"genre": genre, "scene": None}, steps=(heard,))


@st.composite
def stepped_lists(draw: st.DrawFn) -> tuple[list[Chunk], float]:
    """The chunks of a sound of up to 14 s, and their hop; some are silent, and silences begin and end within others."""
    hop = draw(st.sampled_from([0.7, 1.0, 1.5, 3.0]))
    total = draw(st.sampled_from([0.4, 2.0, 3.0, 3.09, 6.0, 6.09]) | st.floats(0.3, 14))
    offset = draw(st.sampled_from([0.0, 12.345, 400_000.5]))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    grid = Grid(3.0, hop)
    chunks = []
    for index in range(grid.count(total)):
        span = grid.span(index, total)
        if rng.random() < 0.2:
            chunks.append(chunk(offset + span.start, offset + span.end))
            continue
        windows = []
        for start in window_starts(span, 3.0, total):
            pauses = np.repeat(rng.random(STEPS_PER_WINDOW // 2) < 0.3, 2)
            values = rng.random((STEPS_PER_WINDOW, 2)).astype(np.float32)
            windows.append(StepWindow(offset + start, 3.0, values, pauses))
        music, speech = np.concatenate([one.values for one in windows]).mean(axis=0).tolist()
        gate = {"music": music, "speech": speech}
        branch = OUTCOMES.decide(gate).branch
        scores = {
            "genre": {"low": 0.3, "high": 0.7} if branch == "genre" else None,
            "scene": {"hum": 0.6, "hiss": 0.4} if branch == "scene" else None,
        }
        chunks.append(Chunk(offset + span.start, offset + span.end, gate, scores, steps=tuple(windows)))
    return chunks, hop
