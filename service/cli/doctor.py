"""`earmark doctor`: what this machine can do, and what keeps it from doing more. It changes nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from service.cli.doctor_checks import SETTINGS, Finding, State, extras, machine, model_checks, places, setting_checks
from service.cli.doctor_decoding import decoding
from service.cli.stdout import Stdout
from service.errors import InvalidSettings
from service.formats.caption import one_line
from service.http.server_settings import ServerSettings
from service.inference.store import ModelStore

_STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "broken": "bold red"}
_STATE_COLUMNS, _TOPIC_COLUMNS = 9, 10


def doctor(models_dir: Path | None, stdout: Stdout, *, as_json: bool) -> int:
    """Returns how many findings are broken."""
    counts: Counter[State] = Counter()
    findings = []
    for finding in examine(models_dir):
        counts[finding.state] += 1
        findings.append(finding)
        if not as_json:
            _show(finding, stdout)
    if as_json:
        answer: dict[str, object] = {state: counts[state] for state in _STYLES}
        answer["findings"] = [asdict(one) for one in findings]
        stdout.write(json.dumps(answer, indent=2, ensure_ascii=False) + "\n")
    else:
        stdout.show(f"ok: {counts['ok']}, warnings: {counts['warning']}, broken: {counts['broken']}")
    return counts["broken"]


def examine(models_dir: Path | None) -> Iterator[Finding]:
    """As they are found. If a setting is wrong, the rest is examined with the defaults."""
    flags: dict[str, Path | None] = {"models_dir": models_dir}
    try:
        settings = ServerSettings.read(**flags)
    except InvalidSettings as error:
        yield Finding(
            SETTINGS, "broken", error.detail, "Change it, or unset it; the rest is examined with the defaults."
        )
        settings = ServerSettings.model_construct()
        if models_dir:
            settings = settings.model_copy(update={"models_dir": models_dir})
    else:
        yield from setting_checks(settings, flags)
    yield from machine(settings)
    yield from decoding()
    yield from model_checks(ModelStore(settings.models_dir))
    yield from places(settings)
    yield from extras(settings)


def _show(finding: Finding, stdout: Stdout) -> None:
    """On a terminal in columns; elsewhere a line each, however long."""
    says = one_line(finding.says).removesuffix(".")
    if stdout.screen is None:
        remedy = f". {finding.remedy}" if finding.remedy else ""
        stdout.show(f"{finding.state:<{_STATE_COLUMNS}}{finding.topic:<{_TOPIC_COLUMNS}}{says}{remedy}")
        return
    line = Table.grid(padding=0)
    line.add_column(width=_STATE_COLUMNS)
    line.add_column(width=_TOPIC_COLUMNS)
    line.add_column(overflow="fold")
    line.add_row(Text(finding.state, _STYLES[finding.state]), Text(finding.topic, "dim"), Text(says))
    if finding.remedy:
        line.add_row("", "", Text(one_line(finding.remedy), "italic"))
    stdout.show(line)
