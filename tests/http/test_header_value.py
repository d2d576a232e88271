import time
from typing import Literal

import pytest

from service.http.header_fields import split_list, split_parameters


def test_separators_in_quotes_are_text() -> None:
    assert split_list(r'a, "b, \" c" ;d,,e', ",") == ["a", r'"b, \" c" ;d', "", "e"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ("", {})),
        ("Text/CSV", ("text/csv", {})),
        (' form-data ;NAME = file; filename="a;b.mp3";', ("form-data", {"name": "file", "filename": "a;b.mp3"})),
        (r'x; a="say \"so\" \\ C:\music"', ("x", {"a": r'say "so" \ C:\music'})),
        ("x; a=; b=my song.mp3", ("x", {"a": "", "b": "my song.mp3"})),
        ('x; a="two\nlines"', ("x", {"a": "two\nlines"})),
    ],
)
def test_parameters(value: str, expected: tuple[str, dict[str, str]]) -> None:
    assert split_parameters(value) == expected


@pytest.mark.parametrize("value", ['x; a="b', 'x; a="b\\"', "x; a", "x; =b", "x; a=1; A=2", '"'])
def test_what_is_not_well_formed_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"quote|parameter"):
        split_parameters(value)


@pytest.mark.parametrize(
    ("value", "by_semicolon"),
    [
        (";" * 16_000, [""] * 16_001),
        ('";' * 8_000 + '"', None),
        ('";' * 8_000, [*['";"'] * 4_000, ""]),
        ('\\"' * 8_000 + '"', ['\\"' * 8_000 + '"']),
        (" ;" * 8_000 + '"', None),
        ("a=" * 8_000, ["a=" * 8_000]),
    ],
)
def test_long_values_are_split_in_no_time(value: str, by_semicolon: list[str] | None) -> None:
    started = time.process_time()
    assert split(value, ";") == by_semicolon
    assert split(value, ",") == (None if by_semicolon is None else [value])
    assert time.process_time() - started < 1, "what grows with the square of the length takes minutes"


def split(value: str, separator: Literal[",", ";"]) -> list[str] | None:
    """None if it is not well formed."""
    try:
        return split_list(value, separator)
    except ValueError:
        return None
