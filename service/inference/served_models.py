"""What must be known of the served models to understand an answer: their manifests, without a network."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import UnknownModel, UnsuitableAnswer
from service.inference.cascade_spec import read_cascade
from service.inference.manifest import Manifest, parse_reference
from service.inference.store import ModelStore
from service.outcomes import Decisions

_HOW = "Send the sound to /v1/classify again."
_TAGS = "tags"


@dataclass(frozen=True, slots=True)
class ServedModels:
    decisions: Decisions
    models: Mapping[str, str]
    """Place -> `name@version`, in the order of the answer."""
    labels: Mapping[str, tuple[str, ...]]
    """Labels of the gate and of each branch, in the order of the answer."""


def served_models_of(store: ModelStore, models: Mapping[str, str]) -> ServedModels:
    """Those that an answer names, of whichever version, as long as the cascade has the same models in the same places.

    An answer without tags is one of the same cascade before it had a tagger. Raises UnsuitableAnswer, and ModelError
    where the folder is broken."""
    spec = read_cascade(store.folder)
    places = {place: served for place, served in spec.places.items() if place in models or place != _TAGS}
    if models.keys() != places.keys():
        raise UnsuitableAnswer(
            f"models names {_listed(models)}; an answer of this service has {_listed(spec.places)} there. {_HOW}"
        )
    manifests = {}
    for place, served in places.items():
        name, version = parse_reference(served)
        if parse_reference(models[place])[0] != name or (version and models[place] != served):
            raise UnsuitableAnswer(f"models.{place} is {models[place]!r:.80}; this service has {served} there. {_HOW}")
        manifests[place] = _manifest(store, place, models[place])
    return ServedModels(
        decisions=spec.decisions(manifests),
        models={place: models[place] for place in places},
        labels={place: manifest.labels for place, manifest in manifests.items() if place != _TAGS},
    )


def current_models(store: ModelStore) -> ServedModels:
    """That of the cascade as it is on disk. Raises ModelError."""
    places = read_cascade(store.folder).places
    return served_models_of(store, {place: store.package(served).reference for place, served in places.items()})


def _manifest(store: ModelStore, place: str, reference: str) -> Manifest:
    try:
        package = store.package(reference)
    except UnknownModel:
        package = None
    if package is None or package.reference != reference:
        raise UnsuitableAnswer(f"models.{place} is {reference!r:.80}, which this service does not have. {_HOW}")
    return package.model_manifest


def _listed(places: Mapping[str, str]) -> str:
    return f"{', '.join(places):.120}" or "nothing"
