"""What the service can do: its models, what it reads and writes, and every limit."""

from fastapi import APIRouter

from service.audio.accepted import FFMPEG_CODECS
from service.audio.containers import CONTAINERS
from service.errors import BrokenPackage, ModelError
from service.features.ear import EarFrontEnd
from service.formats.catalogue import FORMATS
from service.http.backend import UsesBackend
from service.http.openapi import (
    BrokenModel,
    FormatList,
    MetricInfo,
    ModelDetails,
    ModelInfo,
    ModelList,
    Readable,
    Writable,
    problem_responses,
)
from service.http.rewrite import MAX_ANSWER_BYTES
from service.http.server_settings import ServerSettings
from service.inference.cascade_spec import read_cascade
from service.inference.manifest import EarManifest
from service.inference.package import Package
from service.inference.store import ModelStore
from service.types import MAX_PEAKS_PER_SECOND, MIN_HOP_SECONDS

router = APIRouter(tags=["models"])

LIMITS = (
    "max_body_bytes",
    "max_files",
    "max_requests",
    "max_requests_per_minute",
    "max_queue_seconds",
    "max_duration_seconds",
    "max_analysis_seconds",
    "max_chunks",
    "max_channels",
    "min_sample_rate_hz",
    "max_sample_rate_hz",
    "min_upload_bytes_per_second",
    "upload_grace_seconds",
    "max_streams",
    "stream_idle_seconds",
)
"""Settings that bound what a caller may send."""


@router.get("/v1/models", summary="The models folder", responses=problem_responses(401, 503))
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


@router.get("/v1/models/{name}", summary="One model", responses=problem_responses(401, 404, 422, 503))
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


@router.get("/v1/formats", summary="What can be read and written", responses=problem_responses(401))
def formats(backend: UsesBackend) -> FormatList:
    """Earmark knows containers and codecs by their bytes, not by names. Limits have the names of their settings."""
    return FormatList(
        reads=Readable(
            containers=[container.name for container in CONTAINERS], codecs=sorted(set(FFMPEG_CODECS.values()))
        ),
        writes=[
            Writable(name=one.name, media_type=one.media_type, extension=one.extension, summary=one.summary)
            for one in FORMATS.values()
        ],
        limits=_limits(backend.settings),
    )


def _limits(settings: ServerSettings) -> dict[str, float]:
    limits = {"min_hop_seconds": MIN_HOP_SECONDS, "max_peaks_per_second": MAX_PEAKS_PER_SECOND}
    return limits | {"max_answer_bytes": MAX_ANSWER_BYTES, **{name: getattr(settings, name) for name in LIMITS}}
