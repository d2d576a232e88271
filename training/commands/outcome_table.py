"""An outcome as a table for a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.evaluation.outcome import Outcome


def print_outcome(outcome: Outcome, console: Console) -> None:
    table = Table("metric", "split", "value", "95 %", box=None, header_style="bold")
    for metric in outcome.metrics:
        interval = f"{metric.interval[0]:.3f} to {metric.interval[1]:.3f}" if metric.interval else ""
        table.add_row(escape(metric.name), escape(metric.split), f"{metric.value:.3f}", interval)
    console.print(table)
    console.print(f"temperature {outcome.calibration.temperature:.3f}", highlight=False)
    for label, threshold in outcome.calibration.thresholds.items():
        console.print(f"{label} holds from {threshold:.3f}", highlight=False, markup=False)
