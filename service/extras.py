"""Extras: packages that not everyone needs, what they are for, and how to install them."""

from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec

from service.errors import InvalidSettings

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


def require_extra(extra: str, *modules: str) -> None:
    """Raises InvalidSettings if one of the modules is not installed."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise extra_missing(extra, *missing)


def extra_missing(extra: str, *missing: str) -> InvalidSettings:
    are = "is" if len(missing) == 1 else "are"
    return InvalidSettings(
        f"earmark[{extra}] is not installed: {' and '.join(missing)} {are} missing. {how_to_install(extra)}"
    )


def how_to_install(extra: str) -> str:
    """Names the wheel's file: pip may look for the bare name on PyPI, where Earmark is not."""
    wheel = f"earmark-{version('earmark')}-py3-none-any.whl"
    return (
        f"Run `pip install '{wheel}[{extra}]'` in the wheel's folder, "
        f"or `.venv/bin/pip install -e '.[{extra}]'` in a checkout."
    )
