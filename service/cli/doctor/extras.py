"""Packages that are not needed by all: installed or not, and what for."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from service.cli.doctor.finding import Finding
from service.http.settings import ServerSettings

TOPIC = "extras"
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "handcrafted": ("librosa",),
    "telemetry": ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"),
    "library": ("fsspec", "pyarrow"),
    "ray": ("fsspec", "pyarrow", "ray"),
}
PURPOSES: Mapping[str, str] = {
    "handcrafted": "models with hand-crafted features",
    "telemetry": "traces (EARMARK_OTLP_ENDPOINT)",
    "library": "`earmark library`",
    "ray": "`earmark serve --engine ray`",
}


def extras(settings: ServerSettings) -> Iterator[Finding]:
    """An extra that is missing is broken only where a setting asks for it."""
    asked_for = {"telemetry": settings.otlp_endpoint is not None, "ray": settings.engine == "ray"}
    for extra, packages in PACKAGES.items():
        versions = {package: _version(package) for package in packages}
        missing = [package for package, found in versions.items() if found is None]
        purpose = PURPOSES[extra]
        if not missing:
            there = ", ".join(f"{package} {found}" for package, found in versions.items())
            yield Finding(TOPIC, "ok", f"{extra}: {there}, for {purpose}")
            continue
        install = f"pip install 'earmark[{extra}]'"
        if asked_for.get(extra, False):
            says = f"{extra}: {', '.join(missing)} missing, which the settings ask for"
            yield Finding(TOPIC, "broken", says, f"Install it with: {install}")
        else:
            yield Finding(TOPIC, "ok", f"{extra}: not installed; needed for {purpose} only ({install})")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
