"""What this build reads and writes, and every limit."""

from fastapi import APIRouter

from service.audio.codecs import FFMPEG_CODECS
from service.audio.sniff import CONTAINERS
from service.formats.catalogue import FORMATS
from service.http.backend import UsesBackend
from service.http.problem_docs import problems
from service.http.rewriter import MAX_ANSWER_BYTES
from service.http.schema import FormatList, Readable, Writable
from service.http.settings import ServerSettings
from service.options import MAX_PEAKS_PER_SECOND, MIN_HOP_SECONDS

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


@router.get("/v1/formats", summary="What can be read and written", responses=problems(401))
def formats(backend: UsesBackend) -> FormatList:
    """Containers and codecs are told by their bytes, not by their names. Limits have the names of their settings."""
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
