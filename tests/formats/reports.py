"""Reports to write: one small and readable, and a strategy for all kinds of them."""

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from service.types import (
    SILENCE,
    AudioInfo,
    BranchAverage,
    Chunk,
    LabelProbability,
    Report,
    Scores,
    Segment,
    StepTrack,
)

SOME = settings(max_examples=50, deadline=None)
MILLISECOND = 0.001
# Half a unit of the last place, and a little for the binary fractions that decimals become.
TIME_ERROR = 0.000501
PROBABILITY_ERROR = 0.000000501

GATE = {"music": 0.93, "speech": 0.04}
GENRES = {"rock": 0.25, "metal": 0.61, "jazz": 0.14}

REPORT = Report(
    id="a1",
    audio=AudioInfo(
        container="mp3",
        codec="mp3",
        sample_rate=44100,
        channels=2,
        duration_seconds=6.5004,
        silence_ratio=0.1234567,
        clipping_ratio=0.0,
        warnings=("cut short",),
    ),
    models={"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0"},
    label="music/metal",
    shares={"music": 0.4615148, "speech": 0.0, "both": 0.0, "neither": 0.0, "silent": 0.5384852},
    gate=GATE,
    branches={"genre": BranchAverage(3.0, GENRES), "scene": BranchAverage(0.0, None)},
    joint=(
        LabelProbability("music/metal", 0.5673),
        LabelProbability("music/rock", 0.2325),
        LabelProbability("speech", 0.04),
    ),
    segments=(Segment(0.0, 3.0, "music", "metal", 0.9300004), Segment(3.0, 6.5004, SILENCE, None, 1.0)),
    chunks=(
        Chunk(0.0, 3.0, GATE, {"genre": GENRES, "scene": None}),
        Chunk(3.0, 6.5004, None, {"genre": None, "scene": None}),
    ),
)

TAGS = (LabelProbability("Music", 0.8123456), LabelProbability("Guitar", 0.4))
# The same sound, heard by a gate that speaks in steps, and by a tagger.
STEPPED = replace(
    REPORT,
    models={**REPORT.models, "tags": "tags@2.0.0"},
    tags=TAGS,
    segments=(replace(REPORT.segments[0], tags=TAGS[:1]), replace(REPORT.segments[1], tags=())),
    chunks=(replace(REPORT.chunks[0], tags={"Music": 0.8123456, "Guitar": 0.4}), REPORT.chunks[1]),
    steps=StepTrack(
        0.0,
        1.0,
        ("music", "speech"),
        np.array([[0.9, 0.1], [0.123456789, 0.2], [1, 0], *[[np.nan, np.nan]] * 4], dtype=np.float32),
    ),
)


def with_segments(*segments: Segment) -> Report:
    return replace(REPORT, segments=segments)


words = st.sampled_from(
    ["music", "speech", "rock & roll", 'so "called"', "a --> b", "fête/été", "音楽", "=1+1", "a\tb\nc", "d\u2028e\x85f"]
)
texts = words | st.text(min_size=1, max_size=6)
names = st.sampled_from(["song.mp3", "my song.mp3", "=cmd|' /C calc'!A0", "-1.wav", "a\r\nb", "--->", ""]) | st.text(
    max_size=8
)
ratios = st.floats(0, 1)
lengths = st.just(0.0) | st.floats(0, 0.002) | st.floats(0, 40) | st.integers(1, 9).map(float)
offsets = st.sampled_from([0.0, 0.0004, 12.345678, 400_000.5])


@st.composite
def _segments(draw: st.DrawFn) -> tuple[Segment, ...]:
    """In order of time and apart, but with gaps, instants and slivers."""
    time = draw(offsets)
    segments = []
    for gap, length in draw(st.lists(st.tuples(st.just(0.0) | lengths, lengths), max_size=5)):
        start, time = time + gap, time + gap + length
        label = draw(texts | st.just(SILENCE))
        segments.append(Segment(start, time, label, draw(st.none() | texts), draw(ratios)))
    return tuple(segments)


_ranked = st.lists(st.builds(LabelProbability, texts, ratios), max_size=12).map(
    lambda tags: tuple(sorted(tags, key=lambda tag: -tag.probability))
)


@st.composite
def _tracks(draw: st.DrawFn, start: float) -> StepTrack:
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = rng.random((draw(st.integers(0, 60)), 2)).astype(np.float32)
    values[rng.random(len(values)) < 0.3] = np.nan
    return StepTrack(start, draw(st.sampled_from([3 / 19, 0.5])), ("music", "speech"), values)


def _scores(labels: list[str]) -> st.SearchStrategy[Scores]:
    return st.tuples(*[ratios for _ in labels]).map(lambda values: dict(zip(labels, values, strict=True)))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    vocabularies = {
        listener: draw(st.lists(texts, min_size=1, max_size=4, unique=True))
        for listener in ["gate", *draw(st.lists(st.sampled_from(["genre", "scene", "bird"]), unique=True))]
    }
    scores = {listener: st.none() | _scores(labels) for listener, labels in vocabularies.items()}
    branches = [listener for listener in scores if listener != "gate"]
    hop, start = draw(st.floats(0.1, 5)), draw(offsets)
    chunks = tuple(
        Chunk(
            start + k * hop, start + k * hop + 3, draw(scores["gate"]), {name: draw(scores[name]) for name in branches}
        )
        for k in range(draw(st.integers(0, 3)))
    )
    segments = draw(_segments())
    has_tags = draw(st.booleans())
    if has_tags:
        segments = tuple(replace(one, tags=draw(_ranked)[:3]) for one in segments)
        chunks = tuple(
            replace(one, tags=draw(st.none() | _ranked.map(lambda tags: {tag.label: tag.probability for tag in tags})))
            for one in chunks
        )
    audio = replace(
        REPORT.audio,
        duration_seconds=draw(st.just(0.0) | st.just(segments[-1].end if segments else 1.0) | st.floats(0, 500_000)),
        silence_ratio=draw(ratios),
        warnings=tuple(draw(st.lists(texts, max_size=2))),
    )
    return Report(
        id=draw(texts),
        audio=audio,
        models={listener: f"{listener}@1.0.0" for listener in vocabularies},
        label=draw(texts),
        shares=dict(zip(("music", "neither", "silent"), draw(st.tuples(ratios, ratios, ratios)), strict=True)),
        gate=draw(scores["gate"]),
        branches={name: BranchAverage(draw(lengths), draw(scores[name])) for name in branches},
        joint=tuple(draw(st.lists(st.builds(LabelProbability, texts, ratios), max_size=4))),
        segments=segments,
        chunks=chunks,
        tags=draw(_ranked) if has_tags else None,
        steps=draw(st.none() | _tracks(start)),
    )
