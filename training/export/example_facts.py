"""What a card says of the examples that were learned from, where exactly one label holds for each."""

from collections.abc import Sequence

from training.examples import Example
from training.export.card_facts import CorpusFacts
from training.recipe import Source


def corpora_of(examples: Sequence[Example], hours: Sequence[float]) -> tuple[CorpusFacts, ...]:
    """`hours` is how long each example is."""
    names = sorted({example.clip.corpus for example in examples})
    return tuple(
        CorpusFacts(
            name=name,
            clips=sum(one.clip.corpus == name for one in examples),
            groups=len({one.clip.group for one in examples if one.clip.corpus == name}),
            hours=sum(its for one, its in zip(examples, hours, strict=True) if one.clip.corpus == name),
            licence=licences_of([one for one in examples if one.clip.corpus == name]),
        )
        for name in names
    )


def licences_of(examples: Sequence[Example]) -> str:
    return "; ".join(sorted({example.clip.licence for example in examples}))


def mapping_of(sources: Sequence[Source]) -> tuple[str, ...]:
    """A sentence for each."""
    return tuple(map(_sentence, sources))


def _sentence(source: Source) -> str:
    which = f"{source.corpus}, {', '.join(source.labels)}" if source.labels else source.corpus
    return f"{which}: {source.holds[0] if source.holds else 'its own label'}."
