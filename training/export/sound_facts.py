"""What a card says of the sound that was learned from: which corpora, under which licences, and what holds in them."""

from collections.abc import Sequence

from training.clip import Clip
from training.export.card_facts import CorpusFacts
from training.recipe import Source


def corpora_of(clips: Sequence[Clip], hours: Sequence[float]) -> tuple[CorpusFacts, ...]:
    """`hours` is how long each clip is."""
    by_name: dict[str, list[tuple[Clip, float]]] = {}
    for clip, its_hours in zip(clips, hours, strict=True):
        by_name.setdefault(clip.corpus, []).append((clip, its_hours))
    return tuple(
        CorpusFacts(
            name=name,
            clips=len(its),
            groups=len({clip.group for clip, _ in its}),
            hours=sum(its_hours for _, its_hours in its),
            licence=licences_of([clip for clip, _ in its]),
        )
        for name, its in sorted(by_name.items())
    )


def licences_of(clips: Sequence[Clip]) -> str:
    return "; ".join(sorted({clip.licence for clip in clips}))


def mapping_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """A sentence for each."""
    return tuple(map(_sentence, sources))


def _sentence(source: Source) -> str:
    which = f"{source.corpus}, {', '.join(source.labels)}" if source.labels else source.corpus
    holds = "its own label" if source.holds is None else " and ".join(source.holds) or "no label"
    unknown = f"; nothing is known about {' and '.join(source.unknown)}" if source.unknown else ""
    measured = "" if source.measured else " Only learned from, not measured."
    return f"{which}: {holds}{unknown}.{measured}"
