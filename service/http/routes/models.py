"""Which models there are, what they serve as, what was measured on them, and their cards."""

from fastapi import APIRouter

from service.errors import BrokenPackage, ModelError
from service.features.ear import EarFrontEnd
from service.http.backend import UsesBackend
from service.http.problem_docs import problems
from service.http.schema import BrokenModel, MetricInfo, ModelDetails, ModelInfo, ModelList
from service.inference.cascade_spec import read_cascade
from service.inference.manifest import EarManifest
from service.inference.package import Package
from service.inference.store import ModelStore

router = APIRouter(tags=["models"])


@router.get("/v1/models", summary="The models folder", responses=problems(401, 503))
def models(backend: UsesBackend) -> ModelList:
    """Every package, ears among them, with its labels, and its metrics with their split. Also those that are broken."""
    store = ModelStore(backend.settings.models_dir)
    packages = store.packages()
    return ModelList(
        models=[ModelInfo(**_info(one, store)) for one in packages if isinstance(one, Package)],
        broken=[
            BrokenModel(model=reference, problem=one.detail)
            for reference, one in zip(store.references(), packages, strict=True)
            if isinstance(one, BrokenPackage)
        ],
    )


@router.get("/v1/models/{name}", summary="One model", responses=problems(401, 404, 422, 503))
def model(name: str, backend: UsesBackend) -> ModelDetails:
    """By its name, which means the newest version, or as `name@version`: also the whole manifest and the model card."""
    store = ModelStore(backend.settings.models_dir)
    package = store.package(name)
    return ModelDetails(**_info(package, store), manifest=package.manifest.model_dump(mode="json"), card=package.card())


def _info(package: Package, store: ModelStore) -> dict[str, object]:
    manifest = package.manifest
    return {
        "model": manifest.reference,
        "name": manifest.name,
        "version": manifest.version,
        "task": manifest.task,
        "labels": [] if isinstance(manifest, EarManifest) else list(manifest.labels),
        "ear": _ear_of(package),
        "serves_as": _places(package, store),
        "metrics": [MetricInfo(**metric.model_dump()) for metric in manifest.metrics],
    }


def _ear_of(package: Package) -> str | None:
    """The ear that a head hears through."""
    front_end = package.manifest.front_end
    return front_end.model if isinstance(front_end, EarFrontEnd) else None


def _places(package: Package, store: ModelStore) -> list[str]:
    """What the cascade on disk calls this package; nothing if the cascade itself is broken."""
    try:
        served = {place: store.package(name) for place, name in read_cascade(store.folder).places.items()}
    except ModelError:
        return []
    if isinstance(package.manifest, EarManifest):
        return ["ear"] if package.reference in map(_ear_of, served.values()) else []
    return [place for place, one in served.items() if one.reference == package.reference]
