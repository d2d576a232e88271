"""What the server needs of its surroundings: a folder for uploads, a port, keys."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from service.cli.doctor.finding import Finding
from service.errors import EarmarkError, InvalidSettings
from service.http.keys.key_file import KeyFile
from service.http.settings import MEBIBYTE, ServerSettings
from service.http.sockets import bind

TOPIC = "server"
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


def places(settings: ServerSettings) -> Iterator[Finding]:
    yield _uploads(settings)
    yield _port(settings)
    yield _keys(settings)


def _uploads(settings: ServerSettings) -> Finding:
    remedy = "Name another folder with EARMARK_UPLOAD_DIR, or free some room there."
    try:
        folder = settings.upload_dir or Path(tempfile.gettempdir())
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        where = settings.upload_dir or "the system's folder for temporary files"
        return Finding(TOPIC, "broken", f"uploads cannot be written to {where}: {error.strerror}", remedy)
    says = f"uploads go to {folder}, where {free // MEBIBYTE:,} MiB are free"
    if free < settings.max_body_bytes:
        allowed = f"one of {settings.max_body_bytes // MEBIBYTE:,} MiB is allowed (EARMARK_MAX_BODY_BYTES)"
        return Finding(TOPIC, "warning", f"{says}; {allowed}", remedy)
    return Finding(TOPIC, "ok", says)


def _port(settings: ServerSettings) -> Finding:
    try:
        for one in bind(settings.host, settings.port):
            one.close()
    except InvalidSettings as error:
        return Finding(TOPIC, "warning", error.detail, "If that is Earmark itself, all is well.")
    return Finding(TOPIC, "ok", f"port {settings.port} of {settings.host} is free")


def _keys(settings: ServerSettings) -> Finding:
    if settings.keys_file is None:
        says = f"no key is asked for; {settings.host} is "
        if settings.host in LOOPBACK:
            return Finding(TOPIC, "ok", f"{says}reached from this machine alone")
        remedy = "Make one with `earmark key create`, unless a proxy lets in only whom it should."
        return Finding(TOPIC, "warning", f"{says}reached from other machines", remedy)
    try:
        count = len(KeyFile(settings.keys_file).entries())
    except EarmarkError as error:
        remedy = "Make a key with `earmark key create`, or unset EARMARK_KEYS_FILE."
        return Finding(TOPIC, "broken", error.detail, remedy)
    return Finding(TOPIC, "ok", f"{count} keys in {settings.keys_file}")
