"""Chunks made by hand and by hypothesis, for a gate of music and speech with two branches."""

from hypothesis import strategies as st

from service.outcomes import Outcome, Outcomes
from service.types import Chunk, Scores

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
