"""`earmark models` and `earmark verify`: the model packages, listed and verified."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from service.cli.readable import add_row, plain_table
from service.cli.stdout import Stdout
from service.errors import BrokenPackage, NoModels
from service.features.ear import EarFrontEnd
from service.formats.caption import one_line
from service.inference.cascade import Cascade
from service.inference.manifest import EarManifest, Manifest, Metric
from service.inference.package import Package
from service.inference.store import HOW_TO_GET, ModelStore
from service.inference.verified import Verifier

MAX_METRICS = 4


def list_packages(folder: Path, stdout: Stdout) -> None:
    """Raises NoModels if there is none."""
    packages = ModelStore(folder).packages()
    if not packages:
        raise NoModels(f"The models folder holds no package. {HOW_TO_GET}")
    stdout.show(models_table(packages))


def verify_packages(folder: Path, stdout: Stdout) -> int:
    """Returns how many are broken. If none is, the cascade must fit them; else raises ModelError."""
    store, broken = ModelStore(folder), 0
    verifier = Verifier(store)
    for package in store.packages():
        try:
            if isinstance(package, BrokenPackage):
                raise package
            verifier.check(package)
        except BrokenPackage as error:
            broken += 1
            stdout.show(one_line(error.detail), style="red")
        else:
            stdout.show(f"{package.reference}: ok")
    if not broken:
        Cascade.load(store)
        stdout.show("cascade.json: ok")
    return broken


def models_table(packages: Sequence[Package | BrokenPackage]) -> Table:
    table = plain_table("model", "task", "labels", "front-end", "chunk", "metrics")
    for package in packages:
        if isinstance(package, BrokenPackage):
            table.add_row(Text("broken", style="red"), Text(one_line(package.detail)))
            continue
        manifest = package.manifest
        add_row(
            table,
            manifest.reference,
            manifest.task,
            "-" if isinstance(manifest, EarManifest) else _few(manifest.labels),
            _front_end(manifest),
            f"{manifest.chunk_seconds:g} s",
            _headlines(manifest.metrics),
        )
    return table


def _headlines(metrics: Sequence[Metric]) -> str:
    """The first metrics, which are those of whole files; the card has all of them."""
    shown = [f"{metric.name} {metric.value:.3f} ({metric.split})" for metric in metrics[:MAX_METRICS]]
    more = len(metrics) - MAX_METRICS
    return "\n".join([*shown, f"and {more} more in its card"] if more > 0 else shown)


def _front_end(manifest: Manifest | EarManifest) -> str:
    front_end = manifest.front_end
    if isinstance(front_end, EarFrontEnd):
        return f"{front_end.output} of {front_end.model}"
    return f"{front_end.kind} {manifest.frames}x{front_end.bins} at {front_end.sample_rate} Hz"


def _few(labels: Sequence[str], most: int = 12) -> str:
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more
