"""What a file is called in answers. The name comes from the client: it never touches the disk, nor a log."""

from service.formats.caption import one_line

UNNAMED = "upload"
MAX_LENGTH = 255
"""Characters; no file system of today takes more."""


def clean_file_name(name: str | None) -> str:
    """The last part of a path with either slash, on one line, `upload` if nothing is left of it."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    cleaned = one_line(last).strip()[:MAX_LENGTH].rstrip()
    return UNNAMED if cleaned in {"", ".", ".."} else cleaned
