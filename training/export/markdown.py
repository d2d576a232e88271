"""Tables and lists as Markdown."""

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 1) -> str:
    """The first `text_columns` columns are aligned left, the others, numbers, right."""
    rules = ["---" if number < text_columns else "---:" for number in range(len(header))]
    return "\n".join([_row(header), "|" + "|".join(rules) + "|", *(_row(row) for row in rows)])


def bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {one_line(sentence)}" for sentence in sentences)


def one_line(text: str) -> str:
    return " ".join(text.split())


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"
