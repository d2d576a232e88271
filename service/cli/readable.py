"""Tables and times as people read them on a terminal."""

from rich.table import Table
from rich.text import Text

from service.formats.caption import one_line


def plain_table(*headers: str, pad_edge: bool = True) -> Table:
    """Shows text as it is: no markup, nothing that would move the cursor."""
    table = Table(box=None, pad_edge=pad_edge, header_style="bold")
    for header in headers:
        table.add_column(_cell(header), overflow="fold")  # in a narrow terminal, nothing is left out
    return table


def add_row(table: Table, *cells: str | Text) -> None:
    """A cell that is Text already stays as it is."""
    table.add_row(*(_cell(cell) if isinstance(cell, str) else cell for cell in cells))


def _cell(text: str) -> Text:
    return Text("\n".join(map(one_line, text.split("\n"))))


def clock(seconds: float) -> str:
    """h:mm:ss.s, without hours where there are none."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def whole_clock(seconds: float) -> str:
    """h:mm:ss, without hours where there are none."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
