import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.formats.catalogue import FORMATS, FormatName
from service.http.header_fields import read_disposition
from service.http.responses import content_disposition


def saved_as(value: str) -> str:
    """The name that a browser takes."""
    name = read_disposition(value.encode()).file_name
    assert name
    return name


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_json_is_shown(name: FormatName) -> None:
    assert content_disposition(FORMATS[name], "a.mp3") is None


@pytest.mark.parametrize(
    ("format_name", "name", "expected"),
    [
        ("csv", "song.mp3", 'attachment; filename="song.csv"'),
        ("audacity", "My song (live).take 2.flac", 'attachment; filename="My song (live).take 2.txt"'),
        ("textgrid", "upload", 'attachment; filename="upload.TextGrid"'),
        ("vtt", ".mp3", 'attachment; filename="mp3.vtt"'),
        ("rttm", "...", 'attachment; filename="upload.rttm"'),
        ("csv", "Grün.wav", "attachment; filename=\"Gr_n.csv\"; filename*=UTF-8''Gr%C3%BCn.csv"),
        ("csv", 'a"b%41;.wav', "attachment; filename=\"a_b_41_.csv\"; filename*=UTF-8''a%22b%2541%3B.csv"),
    ],
)
def test_named_after_the_sound(format_name: FormatName, name: str, expected: str) -> None:
    assert content_disposition(FORMATS[format_name], name) == expected


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: b=c.mp3", "../../etc/passwd", "C:\\music\\a.mp3", "\x00\udcff\u2028.wav"]
)
def test_nothing_is_injected(name: str) -> None:
    value = content_disposition(FORMATS["csv"], name)
    assert value
    assert value.isascii()
    assert value.isprintable()
    assert not set(saved_as(value)) & set("/\\\r\n\x00")


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_any_name_makes_one_header(name: str) -> None:
    value = content_disposition(FORMATS["textgrid"], name)
    assert value
    assert value.isascii()
    assert value.isprintable()
    assert value.startswith("attachment; filename=")
    assert saved_as(value).endswith(".TextGrid")
    assert len(saved_as(value).encode()) <= 255
    assert not set(saved_as(value)) & set("/\\\r\n\x00")
