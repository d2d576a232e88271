"""Tables that show text as it is: no markup, nothing that would move the cursor."""

from rich.table import Table
from rich.text import Text

from service.formats.caption import one_line


def plain_table(*headers: str, pad_edge: bool = True) -> Table:
    table = Table(box=None, pad_edge=pad_edge, header_style="bold")
    for header in headers:
        table.add_column(_cell(header), overflow="fold")  # in a narrow terminal, nothing is left out
    return table


def add_row(table: Table, *cells: str | Text) -> None:
    """What is Text already is taken as it is."""
    table.add_row(*(_cell(cell) if isinstance(cell, str) else cell for cell in cells))


def _cell(text: str) -> Text:
    """The text as it is, not as markup, and without what would move the cursor."""
    return Text("\n".join(map(one_line, text.split("\n"))))
