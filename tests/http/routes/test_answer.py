"""POST /v1/answer over a real socket: what comes back is what /v1/classify would have said."""

import json
import re
import threading
from typing import Any

import httpx
import pytest

from service.formats.catalogue import FORMATS, FormatName
from service.http.openapi import GIVEN_EXAMPLE, Answer
from service.http.rewrite import MAX_ANSWER_BYTES
from tests.http.problem import assert_problem
from tests.sound_files import sound_bytes
from tests.tones import MUSIC_HZ, RATE, silence, tone

CLASSIFY, AGAIN = "/v1/classify", "/v1/answer"
NUMBER = re.compile(r"\d+\.\d+")
Query = dict[str, str | float]


def heard(client: httpx.Client, sound: bytes, **query: str | float) -> httpx.Response:
    response = client.post(CLASSIFY, params=query, files={"file": ("Füße am Meer.wav", sound)})
    assert response.status_code == 200, response.text
    return response


def again(client: httpx.Client, answer: dict[str, Any], **query: str | float) -> httpx.Response:
    response = client.post(AGAIN, params=query, json={"file": "Füße am Meer.wav", **answer})
    assert response.status_code == 200, response.text
    return response


def assert_same(mine: str, theirs: str, error: float = 1e-4) -> None:
    """But for ids, and for the rounding of what was sent."""
    mine, theirs = (re.sub('"id": "[0-9a-f]{32}"', '"id": ""', text) for text in (mine, theirs))
    assert NUMBER.sub("0.0", mine) == NUMBER.sub("0.0", theirs)
    assert [float(one) for one in NUMBER.findall(mine)] == pytest.approx(
        [float(one) for one in NUMBER.findall(theirs)], abs=error
    )


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_settings_give_the_same_answer(client: httpx.Client, name: FormatName, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav, peaks_per_second=20).json()
    for detail in ("summary", "segments", "chunks", "steps"):
        query: Query = {"format": name, "detail": detail}
        expected, made = heard(client, medley_wav, peaks_per_second=20, **query), again(client, answer, **query)
        assert_same(made.text, expected.text)
        for header in ("content-type", "content-disposition"):
            assert made.headers.get(header) == expected.headers.get(header)
    assert answer["id"] in again(client, answer).text


@pytest.mark.parametrize(
    "listening",
    [
        {},
        {"hop_seconds": 0.5},
        {"hop_seconds": 1 / 3},
        {"hop_seconds": 0.7, "start_seconds": 4.567},
        {"start_seconds": 9, "end_seconds": 13.04},
        {"start_seconds": 9, "end_seconds": 15.2},
        {"end_seconds": 1},
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        {"smoothing": 0},
        {"smoothing": 6, "top_k": 1},
        {"smoothing": 0, "min_segment_seconds": 4, "merge_gap_seconds": 3.1, "detail": "segments"},
    ],
)
def test_other_settings_give_what_listening_again_would(
    client: httpx.Client, listening: Query, query: Query, medley_wav: bytes
) -> None:
    answer = heard(client, medley_wav, **listening).json()
    # Where no time of a chunk is a whole number of milliseconds, a border between two may be a millisecond off.
    error = 0.00101 if listening.get("hop_seconds") == 1 / 3 else 1e-4
    assert_same(again(client, answer, **query).text, heard(client, medley_wav, **listening, **query).text, error)


def test_smoothing_does_something(client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav, hop_seconds=0.5).json()
    counts = [len(again(client, answer, smoothing=nats).json()["segments"]) for nats in (0, 1, 1000)]
    assert counts[0] > counts[1] > counts[2] == 1


def test_what_follows_from_the_chunks_is_not_believed(client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav).json()
    lies = {**answer, "label": "music/high", "gate": None, "joint": [], "segments": []}
    assert again(client, lies).text == again(client, answer).text
    bare = {key: answer[key] for key in ("id", "audio", "models", "chunks")}
    assert again(client, bare).text == again(client, answer).text


def test_accept_chooses_the_form(client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav).content
    response = client.post(AGAIN, headers={"accept": "text/vtt"}, content=answer)
    assert response.text.startswith("WEBVTT")
    assert response.headers["content-disposition"] == 'attachment; filename="upload.vtt"'
    refused = client.post(AGAIN, headers={"accept": "image/png"}, content=answer)
    assert_problem(refused, 406, "not-acceptable", "image/png")


def test_order_of_members_and_labels_does_not_matter(client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav).json()
    turned = json.loads(json.dumps(answer, sort_keys=True))
    for chunk in turned["chunks"]:
        chunk["gate"] = dict(reversed((chunk["gate"] or {}).items())) or None
    assert again(client, turned).text == again(client, answer).text


@pytest.mark.parametrize("sound", [silence(0.05), silence(7), tone(MUSIC_HZ["low"], 3.05), tone(MUSIC_HZ["low"], 3.15)])
def test_short_and_silent_sounds(client: httpx.Client, sound: Any) -> None:
    answer = heard(client, sound_bytes("wav_16", sound, RATE)).json()
    assert again(client, answer).json() == answer


def test_the_documented_example_is_one(client: httpx.Client) -> None:
    of_the_tiny_models = json.loads(json.dumps(GIVEN_EXAMPLE).replace("@2.0.0", "@1.0.0"))
    made = client.post(AGAIN, json=of_the_tiny_models)
    assert Answer.model_validate_json(made.text).label == "speech"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chunks": []}, ["chunks is empty"]),
        ({"models": {"gate": "gate@1.0.0"}}, ["no branch that `models` names"]),
        (
            {"models": {"gate": "gate@9.9.9", "genre": "genre@1.0.0", "scene": "scene@1.0.0"}},
            ["models.gate", "gate@9.9.9"],
        ),
        ({"audio": None}, ["audio"]),
        ({"peaks": {"per_second": 200, "values": []}}, ["peaks.per_second", "100", "200"]),
        ({"segmants": []}, ["segmants"]),
    ],
)
def test_what_does_not_fit_is_named(
    client: httpx.Client, change: dict[str, Any], words: list[str], medley_wav: bytes
) -> None:
    answer = {**heard(client, medley_wav).json(), **change}
    assert_problem(client.post(AGAIN, json=answer), 422, "unsuitable-answer", *words)


@pytest.mark.parametrize("body", [b"", b"RIFF", b"\xff\xfe", b"[]", b'{"id": 1}', b"{" * 100_000])
def test_what_is_no_answer_at_all(client: httpx.Client, body: bytes) -> None:
    assert_problem(client.post(AGAIN, content=body), 422, "unsuitable-answer")


@pytest.mark.parametrize("query", [{"hop_seconds": 1}, {"peaks_per_second": 20}, {"smoothing": -1}, {"format": "xml"}])
def test_what_needs_the_sound_is_no_option_here(client: httpx.Client, query: Query, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav).content
    assert_problem(client.post(AGAIN, params=query, content=answer), 422, "invalid-option", next(iter(query)))


def test_a_body_that_is_too_large(client: httpx.Client) -> None:
    spaces = b" " * (MAX_ANSWER_BYTES + 1)
    assert_problem(client.post(AGAIN, content=spaces), 413, "body-too-large", str(MAX_ANSWER_BYTES), "hop_seconds")


def test_others_are_answered_while_a_long_answer_is_made(client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav, hop_seconds=0.5).json()
    first = answer["chunks"][0]
    answer["chunks"] = [{**first, "start": start, "end": start + 3} for start in range(6_000)]
    made: list[httpx.Response] = []
    making = threading.Thread(target=lambda: made.append(client.post(AGAIN, json=answer)))
    making.start()
    meanwhile = 0
    while making.is_alive():
        with httpx.Client(base_url=client.base_url, timeout=180, trust_env=False) as other:
            assert other.get("/health/live").status_code == 200
        meanwhile += 1
    making.join(60)
    assert made[0].status_code == 200
    assert meanwhile > 5
