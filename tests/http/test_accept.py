import pytest

from service.errors import NotAcceptable
from service.formats.catalogue import FORMATS
from service.http.header_fields import choose_format


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_query_wins(name: str) -> None:
    assert choose_format(name, "image/png").name == name  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_every_media_type_is_understood(form: object) -> None:
    """Text that is no CSV and no VTT could be three formats: the first of them is meant."""
    media_type = form.media_type  # type: ignore[attr-defined]
    expected = "audacity" if media_type.startswith("text/plain") else form.name  # type: ignore[attr-defined]
    assert choose_format(None, media_type).name == expected


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "json"),
        ("", "json"),
        (" , ", "json"),
        ("*/*", "json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("application/json, application/problem+json", "json"),
        ("text/*", "csv"),
        ("TEXT/CSV ; Q=1.000", "csv"),
        ("text/csv;q=0.5, text/vtt;q=0.6", "vtt"),
        ("text/vtt, text/csv", "csv"),
        ("text/vtt, */*", "vtt"),
        ("*/*, text/vtt;q=0.9", "json"),
        ("text/*, text/csv;q=0", "audacity"),
        ("text/*;q=0.1, text/vtt;q=0.2, application/json;q=0.15", "vtt"),
        ("application/*;q=0.5, application/json;q=0.1", "ndjson"),
        ("*/*;q=0.5, application/json;q=0.1, application/x-ndjson;q=0.2", "csv"),
        ("application/json; charset=UTF-8", "json"),
        ('text/csv; charset="utf-8"; q=0.3', "csv"),
        ("text/csv; charset=latin-1, application/json;q=0.1", "json"),
        ("text/csv; charset=utf-8; q=0.2, text/csv; q=0.8, text/vtt; q=0.5", "vtt"),
        ("application/json; q=0.5; extension=1, text/csv; q=0.4", "json"),
        ("image/png, text/vtt;q=0.001", "vtt"),
    ],
)
def test_the_header(accept: str | None, expected: str) -> None:
    assert choose_format(None, accept).name == expected


@pytest.mark.parametrize(
    "accept",
    [
        "json",
        "text",
        "*/csv",
        "text/csv; q=2",
        "text/csv; q=",
        "text/csv; q=0.1234",
        "text/csv; q=high",
        "text/csv; q=nan",
        'text/csv; a="',
        "text/html, image/gif, *; q=.2, */*; q=.2",
        "text/csv text/vtt",
        "\x00\xff",
    ],
)
def test_what_cannot_be_understood_takes_everything(accept: str) -> None:
    assert choose_format(None, accept).name == "json"


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        "application/problem+json",
        "*/*;q=0",
        "application/json;q=0",
        "text/csv;charset=utf-16",
        "text/csv;a=b",
    ],
)
def test_nothing_fits(accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose_format(None, accept)
    assert accept in caught.value.detail
    assert all(f"format={name}" in caught.value.detail for name in FORMATS)


def test_a_long_header_is_cut_in_the_answer() -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose_format(None, "image/png, " * 1_000)
    assert len(caught.value.detail) < 700
