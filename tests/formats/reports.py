"""Reports to write: one small and readable, and a strategy for all kinds of them."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st

from service.types import SILENCE, AudioInfo, BranchAverage, Chunk, JointLabel, Report, Scores, Segment

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
    gate=GATE,
    branches={"genre": BranchAverage(3.0, GENRES), "scene": BranchAverage(0.0, None)},
    joint=(JointLabel("music/metal", 0.5673), JointLabel("music/rock", 0.2325), JointLabel("speech", 0.04)),
    segments=(Segment(0.0, 3.0, "music", "metal", 0.9300004), Segment(3.0, 6.5004, SILENCE, None, 1.0)),
    chunks=(
        Chunk(0.0, 3.0, GATE, {"genre": GENRES, "scene": None}),
        Chunk(3.0, 6.5004, None, {"genre": None, "scene": None}),
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
        gate=draw(scores["gate"]),
        branches={name: BranchAverage(draw(lengths), draw(scores[name])) for name in branches},
        joint=tuple(draw(st.lists(st.builds(JointLabel, texts, ratios), max_size=4))),
        segments=segments,
        chunks=chunks,
    )
