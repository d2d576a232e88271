"""What `earmark doctor` examines besides decoding: settings, machine, models, what the server needs, extras."""

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from service.cpus import usable_cpus
from service.errors import BrokenPackage, EarmarkError, InvalidSettings, ModelError
from service.extras import PACKAGES, PURPOSES, how_to_install
from service.http.api_keys import KeyFile
from service.http.server_settings import MEBIBYTE, ServerSettings
from service.http.sockets import bind
from service.inference.cascade import Cascade
from service.inference.package import Package
from service.inference.store import HOW_TO_GET, ModelStore
from service.inference.verified import Verifier
from service.settings import PREFIX

State = Literal["ok", "warning", "broken"]
SETTINGS = "settings"
_MACHINE, _MODELS, _SERVER, _EXTRAS = "machine", "models", "server", "extras"
"""Topics of findings."""

OF_EXAMPLES = frozenset((f"{PREFIX}URL", f"{PREFIX}KEY"))
"""Read by the example clients, which call a server."""
WORKER_BYTES = 200 * MEBIBYTE
"""What a worker with three models takes while it analyses a sound, and some room."""
_MEMORY = Path("/proc/meminfo")
_GROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Files of cgroup v2, and of v1."""
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined."""

    topic: str
    state: State
    says: str
    remedy: str | None = None
    """What to do about it, where there is something to do."""


def setting_checks(settings: ServerSettings, flags: Mapping[str, object]) -> Iterator[Finding]:
    """Settings that differ from their defaults, where they come from, and names that no setting has.

    `flags` are those of the command, None where one was not given.
    """
    origins = _origins()
    changed = False
    for name, field in ServerSettings.model_fields.items():
        value = getattr(settings, name)
        variable = PREFIX + name.upper()
        origin = f"--{name.replace('_', '-')}" if flags.get(name) is not None else origins.get(variable)
        if origin and value != field.default:
            changed = True
            says = f"{variable} is {_text(value)} by {origin}; the default is {_text(field.default)}"
            yield Finding(SETTINGS, "ok", says)
    if not changed:
        yield Finding(SETTINGS, "ok", "all settings have their defaults")
    yield from _strangers(origins)
    yield Finding(SETTINGS, "ok", _limits(settings))


def _limits(settings: ServerSettings) -> str:
    return (
        f"sounds of up to {settings.max_duration_seconds:g} s, {settings.max_channels} channels, "
        f"{settings.min_sample_rate_hz} to {settings.max_sample_rate_hz} Hz; uploads of up to "
        f"{settings.max_body_bytes // MEBIBYTE:,} MiB, {settings.max_requests} at once"
    )


def _origins() -> dict[str, str]:
    """Where each EARMARK_ variable is set; the environment wins over the file."""
    in_file = DotEnvSettingsSource(ServerSettings).env_vars
    in_environment = EnvSettingsSource(ServerSettings).env_vars
    found = {**dict.fromkeys(in_file, "the file .env"), **dict.fromkeys(in_environment, "the environment")}
    return {name.upper(): origin for name, origin in found.items() if name.upper().startswith(PREFIX)}


def _strangers(origins: Mapping[str, str]) -> Iterator[Finding]:
    known = [PREFIX + name.upper() for name in ServerSettings.model_fields]
    for variable in sorted(origins.keys() - set(known) - OF_EXAMPLES):
        near = get_close_matches(variable, known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else "`earmark serve --help` lists the settings; remove this one."
        yield Finding(
            SETTINGS, "warning", f"{variable} of {origins[variable]} is not a setting and has no effect", remedy
        )


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def machine(settings: ServerSettings, memory_file: Path = _MEMORY) -> Iterator[Finding]:
    """Processors and memory, as far as this process may have them."""
    system = f"{platform.system()} {platform.machine()}"
    yield Finding(_MACHINE, "ok", f"Earmark {version('earmark')}, Python {platform.python_version()}, {system}")
    yield _processors(settings)
    yield _memory(settings, memory_file)


def _processors(settings: ServerSettings) -> Finding:
    usable, there = usable_cpus(), os.cpu_count() or 1
    says = f"{usable} of {there} processors may be used; {settings.worker_count} workers, each with one thread"
    if settings.worker_count > usable:
        remedy = f"More workers than processors gain nothing: set EARMARK_WORKERS to {usable}, or 0 for as many."
        return Finding(_MACHINE, "warning", says, remedy)
    return Finding(_MACHINE, "ok", says)


def _memory(settings: ServerSettings, memory_file: Path) -> Finding:
    available = _available_bytes(memory_file)
    needed = settings.worker_count * WORKER_BYTES
    if available is None:
        return Finding(
            _MACHINE, "ok", f"this system does not say how much memory is free; the workers need some {_mib(needed)}"
        )
    says = f"{_mib(available)} of memory are free; the workers need some {_mib(needed)}"
    if available < needed:
        return Finding(_MACHINE, "warning", says, "Close other programs, or set EARMARK_WORKERS to fewer.")
    return Finding(_MACHINE, "ok", says)


def _available_bytes(memory_file: Path) -> int | None:
    """What the machine has left, or the group's limit if that is less."""
    try:
        lines = dict(line.split(":") for line in memory_file.read_text().splitlines())
        found = [int(lines["MemAvailable"].split()[0]) * 1024]
    except (OSError, ValueError, KeyError):
        return None
    for limit in _GROUP_LIMITS:
        try:
            found.append(int(limit.read_text()))
        except (OSError, ValueError):  # there is none, or it is "max"
            continue
    return min(found)


def _mib(count: int) -> str:
    return f"{count // MEBIBYTE:,} MiB"


def model_checks(store: ModelStore) -> Iterator[Finding]:
    """The packages of the models folder, each verified, and the cascade that they make."""
    packages = store.packages()
    if not packages:
        yield Finding(_MODELS, "broken", f"there is no model package in {store.folder}", HOW_TO_GET)
        return
    verifier = Verifier(store)
    for package in packages:
        yield _of_package(package, verifier)
    started = time.perf_counter()
    try:
        cascade = Cascade.load(store)
    except ModelError as error:
        yield Finding(_MODELS, "broken", f"{error.title}. {error.detail}", "`earmark verify` checks again.")
        return
    chain = ", ".join(session.manifest.reference for session in cascade.sessions.values())
    yield Finding(_MODELS, "ok", f"cascade.json: loads {chain} in {_milliseconds(started)}")


def _of_package(package: Package | BrokenPackage, verifier: Verifier) -> Finding:
    started = time.perf_counter()
    try:
        if isinstance(package, BrokenPackage):
            raise package
        verifier.check(package)
    except BrokenPackage as error:
        return Finding(_MODELS, "broken", error.detail, "Put the whole package there again, or remove its folder.")
    return Finding(_MODELS, "ok", f"{package.reference}: verified in {_milliseconds(started)}")


def _milliseconds(started: float) -> str:
    return f"{1000 * (time.perf_counter() - started):.0f} ms"


def places(settings: ServerSettings) -> Iterator[Finding]:
    """What the server needs of its surroundings: a folder for uploads, a port, keys."""
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
        return Finding(_SERVER, "broken", f"uploads cannot be written to {where}: {error.strerror}", remedy)
    says = f"uploads go to {folder}, where {free // MEBIBYTE:,} MiB are free"
    if free < settings.max_body_bytes:
        allowed = f"one of {settings.max_body_bytes // MEBIBYTE:,} MiB is allowed (EARMARK_MAX_BODY_BYTES)"
        return Finding(_SERVER, "warning", f"{says}; {allowed}", remedy)
    return Finding(_SERVER, "ok", says)


def _port(settings: ServerSettings) -> Finding:
    try:
        for one in bind(settings.host, settings.port):
            one.close()
    except InvalidSettings as error:
        return Finding(_SERVER, "warning", error.detail, "If that is Earmark itself, all is well.")
    return Finding(_SERVER, "ok", f"port {settings.port} of {settings.host} is free")


def _keys(settings: ServerSettings) -> Finding:
    if settings.keys_file is None:
        says = f"no key is asked for; {settings.host} is "
        if settings.host in LOOPBACK:
            return Finding(_SERVER, "ok", f"{says}reached from this machine alone")
        remedy = "Make a key with `earmark key create`, unless a proxy checks who may call."
        return Finding(_SERVER, "warning", f"{says}reached from other machines", remedy)
    try:
        count = len(KeyFile(settings.keys_file).entries())
    except EarmarkError as error:
        remedy = "Make a key with `earmark key create`, or unset EARMARK_KEYS_FILE."
        return Finding(_SERVER, "broken", error.detail, remedy)
    return Finding(_SERVER, "ok", f"{count} keys in {settings.keys_file}")


def extras(settings: ServerSettings, version_of: Callable[[str], str | None] | None = None) -> Iterator[Finding]:
    """An extra that is missing is broken only where a setting asks for it. By default, what is installed counts."""
    version_of = version_of or _version
    asked_for = {"telemetry": settings.otlp_endpoint is not None, "ray": settings.engine == "ray"}
    for extra, packages in PACKAGES.items():
        versions = {package: version_of(package) for package in packages}
        missing = [package for package, found in versions.items() if found is None]
        purpose = PURPOSES[extra]
        if not missing:
            there = ", ".join(f"{package} {found}" for package, found in versions.items())
            yield Finding(_EXTRAS, "ok", f"{extra}: {there}, for {purpose}")
            continue
        if asked_for.get(extra, False):
            says = f"{extra}: {', '.join(missing)} missing, but a setting asks for it"
            yield Finding(_EXTRAS, "broken", says, how_to_install(extra))
        else:
            yield Finding(_EXTRAS, "ok", f"{extra}: not installed; only {purpose} needs it", how_to_install(extra))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
