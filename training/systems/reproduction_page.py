"""docs/reproduction.md, from the registry and what was measured."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from training.evaluation.measure import LEAKY
from training.export.card import table
from training.systems.network_run import SETTINGS
from training.systems.registry import COMPARISON, SYSTEMS, System
from training.systems.results import GROUP, OFFICIAL, REPORT, Result
from training.systems.table_run import AS_COUNTED
from training.tabular.protocols import REPORTED

HEAD = """# Reproduction

Every system of the four reports: what its report states, what was measured here under the report's
protocol, and what the same system has by group, with nothing of one recording, song or speaker on both
sides. Written by `python -m training reproduce`; `python -m training systems` prints the list with
parameters and front-ends.

All numbers are accuracies, with 95 % intervals by drawing groups with replacement. The reports had as much of
each label, the data at hand has not: what is measured from sound is the mean over the labels of what was right
of each (balanced accuracy), but for the cascade. What answers the same to everything has one divided by the
number of labels: 0.5 for music, 0.091 for genres, 0.083 for scenes. What is called LEAKY was measured with parts
of one group on both sides, so that it is no test result, here as in the report. A dash: the report has no such
number, or it was not measured here.

What a report was measured on is not always to be had: report 001 used all of GTZAN and 1,000 files of
UrbanSound8K with VGGish's published weights, report 003 TUT Acoustic Scenes 2017 with its 15 scenes. The
column *data* says what stands in for it, so that numbers of different data stand side by side there and are
not to be compared digit by digit. Given the folder of TUT 2017, `reproduce` takes its scenes, all of its band
and, as well, its official folds.

Where the column *how* says that only some of a recipe's epochs were run, the number shows how far it got with
them, not what it is worth. Where it says bfloat16, the network computed with numbers of half the length while
it learned, which saves time."""

ROWS_TEXT = """Rows of 57 features: of published tables, without the column `length`, which tells some genres by how
their files were cut. The report splits 70/30; its numbers are multiples of 1 in 200 songs, so that
80/20 is shown as well. Songs that are identical under two names make the stratified splits leak a
little. Where a column speaks of parts, each row describes so much of a song, and where it speaks of sound,
rows are heard by the front-end that serves, from the songs that are at hand. In the report parts were of 3 s."""

SETTINGS_TEXT = """The first network of report 000 with each of the settings that the report compared, under its
protocol. The report found ReLU better than tanh and a stride of 2 better than 3, and no clear difference by kernel
or learning rate."""

WHOLE_SONGS = {REPORT: "whole songs, 70/30", AS_COUNTED: "whole songs, 80/20", GROUP: "whole songs, by song"}
"""Headings by protocol; others are their own."""
OF_SOUND = (REPORT, GROUP, OFFICIAL)


def page(results: Sequence[Result]) -> str:
    """Markdown."""
    found = {one.key: one for one in results}
    named = {one.system for one in results}
    measured = [system for system in SYSTEMS if system.name in named]
    of_sound = [system for system in measured if system.made_by not in {"table", "search"}]
    of_tables = [system for system in measured if system.made_by == "table"]
    parts = [HEAD]
    if of_sound:
        parts += ["## From sound", _sound_table(of_sound, found), _details(of_sound, OF_SOUND, found)]
    if of_tables:
        columns = _row_protocols(of_tables, results)
        parts += ["## From rows of features (report 002)", ROWS_TEXT, _rows_table(of_tables, columns, found)]
        parts += ["The report's own numbers:", _stated_table(of_tables), _details(of_tables, columns, found)]
    compared = [one for one in results if one.system == COMPARISON]
    if compared:
        parts += ["## Settings (report 000)", SETTINGS_TEXT, _settings_table(compared)]
    missing = [system for system in SYSTEMS if system not in measured]
    if missing:
        parts += ["## Not run", _not_run(missing)]
    return "\n\n".join(parts) + "\n"


def number(result: Result | None) -> str:
    """Such as `LEAKY 0.713 (0.681 to 0.744)`."""
    if result is None:
        return "-"
    interval = "" if isnan(result.low) else f" ({result.low:.3f} to {result.high:.3f})"
    return f"{LEAKY if result.leaks else ''}{result.accuracy:.3f}{interval}"


def _stated(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _time(seconds: float) -> str:
    if isnan(seconds):
        return "-"
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _sound_table(systems: Sequence[System], found: Mapping[tuple[str, str], Result]) -> str:
    header = (
        "system",
        "report",
        "its protocol",
        "its number",
        "ours, by its protocol",
        "ours, by group",
        "ours, official folds",
    )
    rows = [
        (
            f"`{system.name}`",
            system.report,
            system.protocol,
            _stated(system.stated),
            *(number(found.get((system.name, name))) for name in (REPORT, GROUP, OFFICIAL)),
        )
        for system in systems
    ]
    return table(header, rows, text_columns=3)


def _settings_table(compared: Sequence[Result]) -> str:
    header = (*(key.rpartition(".")[2].replace("_", " ") for key in SETTINGS), "right slices", "how", "time")
    rows = [(*one.protocol.split(), number(one), one.note or "-", _time(one.seconds)) for one in compared]
    return table(header, rows, text_columns=2)


def _row_protocols(systems: Sequence[System], results: Sequence[Result]) -> tuple[str, ...]:
    """Those of whole songs, then what else was measured."""
    names = {system.name for system in systems}
    others = {one.protocol for one in results if one.system in names} - set(WHOLE_SONGS)
    return (*WHOLE_SONGS, *sorted(others))


def _rows_table(systems: Sequence[System], protocols: Sequence[str], found: Mapping[tuple[str, str], Result]) -> str:
    rows = [(f"`{system.name}`", *(number(found.get((system.name, name))) for name in protocols)) for system in systems]
    return table(("system", *(WHOLE_SONGS.get(name, name) for name in protocols)), rows)


def _stated_table(systems: Sequence[System]) -> str:
    rows = [
        (f"`{name}`", _stated(stated.songs), _stated(stated.parts_by_song), _stated(stated.parts_per_slice))
        for name, stated in ((system.name, REPORTED[system.name]) for system in systems)
    ]
    return table(("system", "30 s, stratified", "3 s, by song", "3 s, per slice"), rows)


def _details(systems: Sequence[System], protocols: Sequence[str], found: Mapping[tuple[str, str], Result]) -> str:
    rows = [
        (f"`{one.system}`", one.split, one.note or "-", one.data, _time(one.seconds), one.device)
        for system in systems
        for name in protocols
        if (one := found.get((system.name, name)))
    ]
    return table(("system", "split", "how", "data", "time", "on"), rows, text_columns=4)


def _not_run(systems: Sequence[System]) -> str:
    rows = [
        (f"`{system.name}`", system.report, _stated(system.stated), _why_not(system), f"`{system.command}`")
        for system in systems
    ]
    return table(("system", "report", "its number", "why not", "command"), rows, text_columns=5)


def _why_not(system: System) -> str:
    return next(_reasons(system))


def _reasons(system: System) -> Iterator[str]:
    if system.embedder == "weights":
        yield "needs VGGish's published weights"
    if system.made_by == "cascade":
        yield "needs runs of network one and of `genre_cnn`"
    if system.made_by == "network":
        yield "not run yet: a fit as long as the report's wants a GPU"
    yield "not run yet"
