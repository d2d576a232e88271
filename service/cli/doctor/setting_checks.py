"""Settings that are not as they are by default, where they come from, and names that no setting has."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from service.cli.doctor.finding import Finding
from service.http.settings import MEBIBYTE, ServerSettings
from service.settings import PREFIX

TOPIC = "settings"
OF_EXAMPLES = frozenset((f"{PREFIX}URL", f"{PREFIX}KEY"))
"""What the examples are told by, which call a server."""


def setting_checks(settings: ServerSettings, flags: Mapping[str, object]) -> Iterator[Finding]:
    """`flags` are those of the command, None where one was not given."""
    origins = _origins()
    changed = False
    for name, field in ServerSettings.model_fields.items():
        value = getattr(settings, name)
        variable = PREFIX + name.upper()
        origin = f"--{name.replace('_', '-')}" if flags.get(name) is not None else origins.get(variable)
        if origin and value != field.default:
            changed = True
            says = f"{variable} is {_text(value)} by {origin}; the default is {_text(field.default)}"
            yield Finding(TOPIC, "ok", says)
    if not changed:
        yield Finding(TOPIC, "ok", "all as by default")
    yield from _strangers(origins)
    yield Finding(TOPIC, "ok", _limits(settings))


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
        yield Finding(TOPIC, "warning", f"{variable} of {origins[variable]} is no setting, and has no effect", remedy)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
