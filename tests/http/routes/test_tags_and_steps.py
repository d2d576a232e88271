"""A cascade with an ear, a gate that speaks in steps, and tags: every way that an answer comes and goes."""

import asyncio
import csv
import io
import json
from typing import Any

import httpx
import numpy as np
import pytest

from service.formats.catalogue import FORMATS, FormatName
from service.http.openapi import Answer, FileAnswer
from tests.http.problem import assert_problem
from tests.http.routes.test_answer import Query, assert_same
from tests.http.routes.test_stream import END, pcm, pieces, told
from tests.http.server import Server
from tests.sound_files import sound_bytes
from tests.tiny_models import CHUNK_SECONDS, EAR_STEPS
from tests.tones import MUSIC_HZ, RATE, SPEECH_HZ, medley, silence, tone

CLASSIFY, AGAIN = "/v1/classify", "/v1/answer"
MEMBERS = [
    *("id", "audio", "models", "label", "shares", "gate", "genre", "scene", "tags", "joint", "segments"),
    *("steps", "chunks"),
]
STEP = CHUNK_SECONDS / EAR_STEPS
Document = dict[str, Any]


def heard(client: httpx.Client, sound: bytes, **query: str | float) -> Document:
    response = client.post(CLASSIFY, params={"detail": "steps", **query}, content=sound)
    assert response.status_code == 200, response.text
    answer: Document = response.json()
    return answer


def joined(lines: list[Document]) -> dict[str, list[float | None]]:
    """The step values of all lines, one after the other."""
    found: dict[str, list[float | None]] = {}
    for line in lines:
        for label, values in line["steps"]["probabilities"].items():
            found.setdefault(label, []).extend(values)
    return found


def test_steps_are_there_if_they_are_asked_for(eared_client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(eared_client, medley_wav)
    assert list(answer) == MEMBERS
    Answer.model_validate(answer)
    assert answer["models"]["tags"] == "tags@1.0.0"
    assert "ear" not in answer["models"]
    steps = answer["steps"]
    assert (steps["start"], steps["step_seconds"]) == (0, STEP)
    assert {label: len(values) for label, values in steps["probabilities"].items()} == {"music": 173, "speech": 173}
    silent = [i for i, value in enumerate(steps["probabilities"]["music"]) if value is None]
    assert silent == list(range(105, 120))
    for detail in ("summary", "segments", "chunks"):
        assert list(heard(eared_client, medley_wav, detail=detail)) == [
            name for name in MEMBERS if name in answer and name != "steps" and name in shown(detail)
        ]


def shown(detail: str) -> list[str]:
    hidden = {"summary": {"segments", "chunks"}, "segments": {"chunks"}, "chunks": set[str]()}[detail]
    return [name for name in MEMBERS if name not in hidden]


def test_a_change_is_found_within_a_step(eared_client: httpx.Client) -> None:
    """In the middle of a chunk, which would be one or the other as a whole."""
    sound = sound_bytes("wav_16", np.concatenate([tone(MUSIC_HZ["low"], 4.6), tone(SPEECH_HZ, 4.4)]), RATE)
    segments = heard(eared_client, sound, detail="segments")["segments"]
    assert [one["label"] for one in segments] == ["music", "speech"]
    assert segments[0]["end"] == pytest.approx(4.6, abs=STEP)


def test_tags_name_what_sounds(eared_client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(eared_client, medley_wav)
    first, speech, pause = (answer["chunks"][place] for place in (0, 4, 7))
    assert first["tags"][0]["label"] == "Tone 300 Hz"
    assert speech["tags"][0]["label"] == "Tone 1500 Hz"
    assert pause["tags"] is None
    assert answer["segments"][0]["tags"][0]["label"] == "Tone 300 Hz"
    assert all(tag["probability"] >= 0.05 for chunk in answer["chunks"] for tag in chunk["tags"] or [])
    only = heard(eared_client, medley_wav, top_k=1)
    assert len(only["tags"]) <= 1
    assert all(len(chunk["tags"] or []) <= 1 for chunk in only["chunks"])


def test_shares_are_those_of_the_segments(eared_client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(eared_client, medley_wav)
    seconds = dict.fromkeys(("music", "speech", "both", "neither", "silent"), 0.0)
    for one in answer["segments"]:
        held = set(one["label"].split("+"))
        length = one["end"] - one["start"]
        for name, holds in {
            "music": "music" in held,
            "speech": "speech" in held,
            "both": held == {"music", "speech"},
            "neither": held == {"scene"},
            "silent": held == {"silence"},
        }.items():
            seconds[name] += length if holds else 0
    total = answer["audio"]["duration_seconds"]
    assert answer["shares"] == pytest.approx({name: time / total for name, time in seconds.items()}, abs=1e-3)


@pytest.mark.parametrize("hop", [3, 1, 0.7])
def test_lines_have_the_steps_of_the_whole(eared_client: httpx.Client, medley_wav: bytes, hop: float) -> None:
    whole = heard(eared_client, medley_wav, hop_seconds=hop)
    query: Query = {"detail": "steps", "format": "ndjson", "hop_seconds": hop}
    text = eared_client.post(CLASSIFY, params=query, content=medley_wav).text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["chunk"] for line in lines[:-1]] == whole["chunks"]
    assert joined(lines) == whole["steps"]["probabilities"]
    for line in lines[:-1]:
        given = line["steps"]
        end = given["start"] + len(given["probabilities"]["music"]) * given["step_seconds"]
        assert end <= line["chunk"]["end"] + 1e-6
    starts = [line["steps"]["start"] for line in lines]
    assert starts == sorted(starts)
    assert sum(bool(line["steps"]["probabilities"]["music"]) for line in lines[:-1]) > len(lines) // 2
    without = eared_client.post(CLASSIFY, params={"format": "ndjson"}, content=medley_wav).text
    assert all("steps" not in json.loads(line) for line in without.splitlines())


def test_a_live_stream_has_them_too(eared_client: httpx.Client, eared_server: Server, medley_wav: bytes) -> None:
    whole = heard(eared_client, medley_wav)
    start = {"sample_rate": RATE, "detail": "steps"}
    messages, code = asyncio.run(told(eared_server, start, [*pieces(pcm(medley(), "pcm_s16le"), 9_999), END]))
    assert code == 1000
    *chunks, report = messages
    for label, values in joined(messages).items():
        assert [value is None for value in values] == [
            value is None for value in whole["steps"]["probabilities"][label]
        ]
        assert [value or 0 for value in values] == pytest.approx(
            [value or 0 for value in whole["steps"]["probabilities"][label]], abs=1e-3
        )
    assert [one["chunk"]["tags"] is None for one in chunks] == [one["tags"] is None for one in whole["chunks"]]
    assert report["shares"] == pytest.approx(whole["shares"], abs=1e-3)
    assert "chunks" not in report
    plain, _ = asyncio.run(told(eared_server, {"sample_rate": RATE}, [pcm(medley()[:RATE], "pcm_s16le"), END]))
    assert all("steps" not in message for message in plain)


def test_several_files_have_them_each(eared_client: httpx.Client, medley_wav: bytes) -> None:
    files = [("file", ("a.wav", medley_wav)), ("file", ("b.txt", b"no sound"))]
    first, second = eared_client.post(CLASSIFY, params={"detail": "steps"}, files=files).json()
    for one in (first, second):
        FileAnswer.model_validate(one)
    assert {**first["answer"], "id": ""} == {**heard(eared_client, medley_wav), "id": ""}


def test_tags_are_one_column(eared_client: httpx.Client, medley_wav: bytes) -> None:
    for detail, has_tags in (("summary", True), ("segments", True), ("chunks", False), ("steps", False)):
        query: Query = {"format": "csv", "detail": detail}
        text = eared_client.post(CLASSIFY, params=query, content=medley_wav).text
        rows = list(csv.DictReader(io.StringIO(text)))
        assert not [name for name in rows[0] if name.startswith(("Tone", "tags."))]
        assert (list(rows[0])[-1] == "tags") == has_tags
    assert rows[0].keys() >= {"gate.music", "genre.other", "scene.hum"}


@pytest.mark.parametrize("name", FORMATS)
def test_an_answer_made_anew_is_the_same(eared_client: httpx.Client, name: FormatName, medley_wav: bytes) -> None:
    answer = {"file": "medley.wav", **heard(eared_client, medley_wav)}
    for detail in ("summary", "segments", "chunks", "steps"):
        query: Query = {"format": name, "detail": detail}
        made = eared_client.post(AGAIN, params=query, json=answer)
        assert made.status_code == 200, made.text
        files = {"file": ("medley.wav", medley_wav)}
        assert_same(made.text, eared_client.post(CLASSIFY, params=query, files=files).text)


@pytest.mark.parametrize("listening", [{}, {"hop_seconds": 0.7}, {"start_seconds": 4.567}, {"end_seconds": 1}])
@pytest.mark.parametrize("query", [{"smoothing": 0}, {"smoothing": 40}, {"min_segment_seconds": 4, "top_k": 1}])
def test_other_settings_give_what_listening_again_would(
    eared_client: httpx.Client, listening: Query, query: Query, medley_wav: bytes
) -> None:
    made = eared_client.post(AGAIN, params=query, json=heard(eared_client, medley_wav, **listening))
    assert made.status_code == 200, made.text
    again = eared_client.post(CLASSIFY, params={**listening, **query}, content=medley_wav)
    assert_same(made.text, again.text, 0.00101)


def test_without_its_steps_an_answer_has_the_segments_of_its_chunks(
    eared_client: httpx.Client, medley_wav: bytes
) -> None:
    answer = heard(eared_client, medley_wav, detail="chunks")
    segments = eared_client.post(AGAIN, json=answer).json()["segments"]
    assert {one["start"] % CHUNK_SECONDS for one in segments} == {0}
    assert "steps" not in eared_client.post(AGAIN, params={"detail": "steps"}, json=answer).json()


def test_an_answer_from_before_there_were_tags_is_an_answer(eared_client: httpx.Client, medley_wav: bytes) -> None:
    """In the shape of 1.0.0: no tags, no steps, no shares, and no tagger among the models."""
    answer = heard(eared_client, medley_wav, detail="chunks")
    del answer["models"]["tags"], answer["tags"], answer["shares"]
    for one in (*answer["chunks"], *answer["segments"]):
        del one["tags"]
    made = eared_client.post(AGAIN, json=answer)
    assert made.status_code == 200, made.text
    Answer.model_validate(made.json())
    assert "tags" not in made.json()
    assert list(made.json()["models"]) == ["gate", "genre", "scene"]
    assert "shares" in made.json()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": {"start": 0, "step_seconds": 0.3, "probabilities": {}}}, ["steps.step_seconds is 0.3", "0.2"]),
        ({"steps": {"start": 9, "step_seconds": 0.2, "probabilities": {}}}, ["steps.start is 9"]),
        ({"steps": {"start": 0, "step_seconds": 0.2, "probabilities": {"music": [0.5]}}}, ["the labels music;"]),
        (
            {"steps": {"start": 0, "step_seconds": 0.2, "probabilities": {"music": [0.5], "speech": [0.5]}}},
            ["steps.probabilities.music has 1 values", "173 steps"],
        ),
        ({"tags": [{"label": "Dog", "probability": 2}]}, ["tags.0.probability"]),
        ({"models": {"gate": "gate@1.0.0", "genre": "genre@1.0.0", "scene": "scene@1.0.0"}}, ["chunks.0.tags"]),
    ],
)
def test_what_does_not_fit_is_named(
    eared_client: httpx.Client, change: Document, words: list[str], medley_wav: bytes
) -> None:
    response = eared_client.post(AGAIN, json={**heard(eared_client, medley_wav), **change})
    assert_problem(response, 422, "unsuitable-answer", *words)


def test_a_gate_that_speaks_per_chunk_takes_no_steps(client: httpx.Client, medley_wav: bytes) -> None:
    answer = heard(client, medley_wav)
    assert "steps" not in answer
    assert list(answer) == [name for name in MEMBERS if name not in {"steps", "tags"}]
    steps = {"start": 0, "step_seconds": 0.2, "probabilities": {"music": [], "speech": []}}
    response = client.post(AGAIN, json={**answer, "steps": steps})
    assert_problem(response, 422, "unsuitable-answer", "steps is there", "speaks per chunk")


def test_silence_has_steps_without_values(eared_client: httpx.Client) -> None:
    answer = heard(eared_client, sound_bytes("wav_16", silence(7), RATE))
    assert answer["label"] == "silence"
    assert answer["tags"] == []
    assert answer["shares"]["silent"] == 1
    assert answer["steps"]["probabilities"] == {"music": [None] * 35, "speech": [None] * 35}
    assert eared_client.post(AGAIN, params={"detail": "steps"}, json=answer).json() == answer


def test_models_list_the_ear_and_who_hears_through_it(eared_client: httpx.Client) -> None:
    models = {one["name"]: one for one in eared_client.get("/v1/models").json()["models"]}
    assert {name: one["serves_as"] for name, one in models.items()} == {
        "ear": ["ear"], "gate": ["gate"], "genre": ["genre"], "scene": ["scene"], "tags": ["tags"],
    }  # fmt: skip
    assert (models["ear"]["labels"], models["ear"]["ear"]) == ([], None)
    assert {models[name]["ear"] for name in ("gate", "genre", "scene", "tags")} == {"ear@1.0.0"}
    ear = eared_client.get("/v1/models/ear").json()
    assert ear["manifest"]["kind"] == "ear"
    assert len(eared_client.get("/v1/models/tags").json()["labels"]) == 5
