"""Settings of the server, beside those of the analysis."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from service.cpus import usable_cpus
from service.settings import Settings

MEBIBYTE = 1024 * 1024


class ServerSettings(Settings):
    host: str = "127.0.0.1"
    """Address to listen at; 0.0.0.0 for every one that the machine has."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """Port to listen at; 0 takes a free one and logs which."""
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    """Worker processes; 0 makes one for each processor that may be used."""
    worker_memory_bytes: Annotated[int, Field(ge=512 * MEBIBYTE)] = 2048 * MEBIBYTE
    """Most memory that a worker may take; what would need more fails, and nothing else does."""
    max_requests: Annotated[int, Field(ge=1)] = 64
    """Most uploads at once that are received, waiting or listened to; one more is answered with 503."""
    max_queue_seconds: Annotated[float, Field(gt=0)] = 60.0
    """Longest wait for a worker; after it, 503."""
    max_requests_per_minute: Annotated[int, Field(ge=0)] = 0
    """For each key, or each address where there are no keys; one more is answered with 429. 0 sets no limit."""
    max_body_bytes: Annotated[int, Field(ge=1)] = 1024 * MEBIBYTE
    """Largest body of a request; an hour of stereo WAV at 44.1 kHz has 636 MB."""
    max_files: Annotated[int, Field(ge=1)] = 16
    """Most `file` parts of one request."""
    max_header_bytes: Annotated[int, Field(ge=1024)] = 16_384
    """Largest headers of a request, and of each part of a form."""
    max_header_seconds: Annotated[float, Field(gt=0)] = 10.0
    """Longest time in which the headers of a request may arrive."""
    min_upload_bytes_per_second: Annotated[int, Field(ge=0)] = 1_000
    """Slowest upload, on average, once `EARMARK_UPLOAD_GRACE_SECONDS` have passed; half of an old modem."""
    upload_grace_seconds: Annotated[float, Field(gt=0)] = 10.0
    """An upload may stand still for so long."""
    upload_dir: Path | None = None
    """Folder for uploads while they are analysed; the system's own for temporary files by default."""
    max_streams: Annotated[int, Field(ge=0)] = 4
    """Most live streams at once; each has a worker process of its own."""
    stream_idle_seconds: Annotated[float, Field(gt=0)] = 30.0
    """A live stream that sends nothing for so long is ended."""
    keys_file: Path | None = None
    """File of API keys, made by `earmark key create`; without it, no key is asked for."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Web pages of these origins may call the service from a browser, separated by commas; none by default."""
    drain_delay_seconds: Annotated[float, Field(ge=0)] = 0.0
    """After SIGTERM, new requests are answered with 503 for so long before the port closes: time for a balancer."""
    drain_seconds: Annotated[float, Field(gt=0)] = 30.0
    """After that, what is in flight may take so long to finish."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged, as one JSON object a line, on standard error."""
    otlp_endpoint: str | None = None
    """Where traces are sent (OTLP over HTTP), such as http://localhost:4318; needs the extra `telemetry`."""

    engine: Literal["local", "ray"] = "local"
    """What runs the workers: this program itself, or Ray Serve; needs the extra `ray`."""
    min_replicas: Annotated[int, Field(ge=1)] = 1
    """With Ray: replicas that are there even if nothing is to be done; there are never more than workers."""
    ray_address: str | None = None
    """With Ray: address of a cluster that is there already; by default one is started on this machine."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(origin.strip() for origin in value.split(",") if origin.strip())
        return value

    @property
    def worker_count(self) -> int:
        return self.workers or usable_cpus()
