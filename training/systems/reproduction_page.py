"""docs/reproduction.md, from the registry and what was measured."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from training.evaluation.held_out_metrics import LEAKY
from training.export.card import table
from training.systems.network_run import SETTINGS
from training.systems.registry import COMPARISON, SYSTEMS, System
from training.systems.results import GROUP, OFFICIAL, REPORT, Result
from training.systems.table_run import AS_COUNTED
from training.tabular.protocols import REPORTED

HEAD = """# Reproduction

How well do the systems of the four reports work? This page shows three numbers for each: what its report states,
what we measured by the report's protocol, and what we measured by group, with no recording, song or speaker on both
sides of a split. `python -m training reproduce` writes this page. `python -m training systems` lists the systems
with parameters and front-ends.

How to read the numbers:

- All numbers are accuracies. Intervals are 95 %, from drawing groups with replacement.
- The reports had equally many files of each label, our data does not. So numbers from sound are balanced
  accuracies, the mean over the labels; only the cascade's is plain.
- The chance level is one divided by the number of labels: 0.5 for music, 0.091 for genres, 0.083 for scenes.
- LEAKY means that parts of one group were on both sides of the split. That is no test result, neither here nor in
  the report.
- A dash means that the report has no such number, or that we did not measure it.
- The column *data* names our data, where we do not have the report's. Report 001 used all of GTZAN and 1,000 files
  of UrbanSound8K with VGGish's published weights, report 003 TUT Acoustic Scenes 2017 with its 15 scenes. Do not
  compare numbers of different data digit by digit. If you give `reproduce` the folder of TUT 2017, it uses its
  scenes, its full bandwidth and its official folds too.
- The column *how* says if we ran only some of a recipe's epochs. Such a number shows how far the network got, not
  what it is worth. With bfloat16 the network trained in half precision, which saves time."""

ROWS_TEXT = """Each row has 57 features. Most columns use published tables, without their column `length`: it gives
some genres away by how their files were cut. *Parts* means that a row describes this much of a song; the report
used parts of 3 s. *Sound* means that the service's own front-end computed the rows from the songs we have.

The report splits 70/30, but its numbers are multiples of 1 in 200 songs, so we show 80/20 as well. Some songs
appear under two names, which makes the stratified splits leak a little."""

SETTINGS_TEXT = """This is the first network of report 000 with each of the settings that the report compared, by
its protocol. The report found ReLU better than tanh, a stride of 2 better than 3, and no clear difference by kernel
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
