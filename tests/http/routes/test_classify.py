"""POST /v1/classify over a real socket: the same answer as the engine's, in every form."""

import io
import json
import socket
import time
from typing import Any

import httpx
import psutil
import pytest

from service.engine import Engine
from service.formats.catalogue import FORMATS, FormatName
from service.formats.document import View, document
from service.http.openapi import Answer, FileAnswer
from service.types import Options
from tests.http.problem import assert_problem
from tests.http.server import Server
from tests.sound_files import KINDS, sound_bytes
from tests.tones import RATE, medley, tone
from tests.workers.waiting import wait_for

URL = "/v1/classify"


def expected(engine: Engine, sound: bytes, options: Options = Options(), view: View = View()) -> dict[str, Any]:  # noqa: B008
    report = engine.analyse(io.BytesIO(sound), options)
    return {**json.loads(json.dumps(document(report, view))), "id": ""}


def answered(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return {**response.json(), "id": ""}


def test_a_form_and_a_raw_body_have_the_same_answer(client: httpx.Client, engine: Engine, medley_wav: bytes) -> None:
    whole = expected(engine, medley_wav)
    assert answered(client.post(URL, files={"file": ("a.wav", medley_wav)})) == whole
    assert answered(client.post(URL, content=medley_wav)) == whole
    form_type = {"content-type": "application/x-www-form-urlencoded"}  # what curl --data-binary says
    assert answered(client.post(URL, content=medley_wav, headers=form_type)) == whole


def test_a_body_of_unknown_length_is_taken(client: httpx.Client, engine: Engine, medley_wav: bytes) -> None:
    def pieces() -> Any:
        for start in range(0, len(medley_wav), 50_000):
            yield medley_wav[start : start + 50_000]

    assert answered(client.post(URL, content=pieces())) == expected(engine, medley_wav)


def test_options_are_the_engines(client: httpx.Client, engine: Engine, medley_wav: bytes) -> None:
    query: dict[str, str | float] = {
        "hop_seconds": 1.5, "start_seconds": 3, "end_seconds": 30, "smoothing": 0, "min_segment_seconds": 4,
        "merge_gap_seconds": 1, "top_k": 1, "detail": "segments",
    }  # fmt: skip
    options = Options(1.5, 3, 30, 0, 4, 1)
    answer = answered(client.post(URL, params=query, content=medley_wav))
    assert answer == expected(engine, medley_wav, options, View("segments", 1))


@pytest.mark.parametrize("kind", ["mp3", "flac_16", "ogg_opus", "m4a_aac", "webm_opus", "mp4_video", "aiff"])
def test_every_kind_of_file(client: httpx.Client, kind: str) -> None:
    audio = answered(client.post(URL, content=sound_bytes(kind, tone(300, 4), RATE)))["audio"]
    assert (audio["container"], audio["codec"]) == (KINDS[kind].container, KINDS[kind].codec)


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_of_the_answer(client: httpx.Client, name: FormatName, medley_wav: bytes) -> None:
    form = FORMATS[name]
    by_name = client.post(URL, params={"format": name}, files={"file": ("Füße am Meer.wav", medley_wav)})
    assert by_name.status_code == 200
    assert by_name.headers["content-type"].split(";")[0] == form.media_type.split(";")[0]
    disposition = by_name.headers.get("content-disposition", "")
    if name in {"json", "ndjson"}:
        assert not disposition
    else:
        assert disposition.startswith("attachment")
        assert f"F%C3%BC%C3%9Fe%20am%20Meer.{form.extension}" in disposition
    if name not in {"rttm", "textgrid"}:  # text/plain is Audacity's
        by_header = client.post(
            URL, headers={"accept": form.media_type}, files={"file": ("Füße am Meer.wav", medley_wav)}
        )
        if name not in {"json", "ndjson"}:
            assert by_header.content == by_name.content
        assert by_header.headers["content-type"] == by_name.headers["content-type"]


def test_answers_are_as_openapi_says(client: httpx.Client, medley_wav: bytes) -> None:
    Answer.model_validate_json(client.post(URL, content=medley_wav).text)
    several = [("file", ("a.wav", medley_wav)), ("file", ("b.txt", b"words"))]
    for one in client.post(URL, files=several).json():
        FileAnswer.model_validate(one)


def test_ndjson_has_the_chunks_and_then_the_report(client: httpx.Client, engine: Engine, medley_wav: bytes) -> None:
    response = client.post(URL, params={"format": "ndjson"}, files={"file": ("a.wav", medley_wav)})
    *chunks, report = [json.loads(line) for line in response.text.splitlines()]
    whole = expected(engine, medley_wav)
    assert [line["chunk"] for line in chunks] == whole.pop("chunks")
    assert {**report, "id": ""} == {"file": "a.wav", **whole}


@pytest.mark.parametrize("detail", ["summary", "segments", "chunks", "steps"])
def test_peaks_stand_after_the_audio(client: httpx.Client, engine: Engine, medley_wav: bytes, detail: str) -> None:
    query: dict[str, str | float] = {"peaks_per_second": 20, "detail": detail, "start_seconds": 3}
    response = client.post(URL, params=query, content=medley_wav)
    assert list(response.json())[:4] == ["id", "audio", "peaks", "models"]
    Answer.model_validate_json(response.text)
    peaks = response.json()["peaks"]
    assert peaks["per_second"] == 20
    assert len(peaks["values"]) == 31.5 * 20
    lines = client.post(URL, params={**query, "format": "ndjson"}, content=medley_wav).text.splitlines()
    assert [value for line in lines for value in json.loads(line)["peaks"]] == peaks["values"]
    table: dict[str, str | float] = {"detail": detail, "start_seconds": 3, "format": "csv"}
    with_peaks = client.post(URL, params={**table, "peaks_per_second": 20}, content=medley_wav)
    assert with_peaks.text == client.post(URL, params=table, content=medley_wav).text


def test_ndjson_begins_before_the_end_is_heard(client: httpx.Client) -> None:
    long = sound_bytes("wav_u8", tone(300, 1500, 8_000), 8_000)
    query: dict[str, str | float] = {"format": "ndjson", "hop_seconds": 0.5}
    with client.stream("POST", URL, params=query, content=long) as response:
        arrivals = [time.monotonic() for _ in response.iter_lines()]
    assert len(arrivals) > 2900
    assert arrivals[-1] - arrivals[len(arrivals) // 2] > 0.3 * (arrivals[-1] - arrivals[0])
    assert arrivals[-1] - arrivals[0] > 0.2


def test_several_files_have_their_own_statuses(client: httpx.Client, engine: Engine, medley_wav: bytes) -> None:
    files = [("file", ("a.wav", medley_wav)), ("file", ("b.txt", b"no sound at all")), ("file", ("c.wav", b""))]
    response = client.post(URL, files=files)
    assert response.status_code == 200
    first, second, third = response.json()
    assert first["file"] == "a.wav"
    assert {**first["answer"], "id": ""} == expected(engine, medley_wav)
    assert [one["status"] for one in (first, second, third)] == [200, 415, 422]
    assert second["problem"]["type"].endswith("unsupported-format")
    assert third["problem"]["type"].endswith("empty-file")


def test_several_files_line_by_line(client: httpx.Client, medley_wav: bytes) -> None:
    files = [("file", ("a.wav", medley_wav)), ("file", ("b.txt", b"no sound at all")), ("file", ("c.wav", medley_wav))]
    response = client.post(URL, params={"format": "ndjson"}, files=files)
    assert response.status_code == 200
    lines = [json.loads(line) for line in response.text.splitlines()]
    chunks = {name: [line for line in lines if line["file"] == name and "chunk" in line] for name in ("a.wav", "c.wav")}
    assert [len(of_one) for of_one in chunks.values()] == [12, 12]
    assert sum("models" in line for line in lines) == 2
    (error,) = [line["error"] for line in lines if "error" in line]
    assert error["status"] == 415


@pytest.mark.parametrize("name", ["csv", "audacity", "rttm", "textgrid", "vtt"])
def test_tables_and_tracks_hold_one_file(client: httpx.Client, name: str, medley_wav: bytes) -> None:
    files = [("file", ("a.wav", medley_wav)), ("file", ("b.wav", medley_wav))]
    assert_problem(client.post(URL, params={"format": name}, files=files), 422, "unsuitable-parts", "2 files", name)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"hop_seconds": 0.01}, ["hop_seconds", "0.01", "0.1"]),
        ({"hop_seconds": 5}, ["hop_seconds", "5", "0.1 to 3"]),
        ({"hop_seconds": "often"}, ["hop_seconds", "often"]),
        ({"hop_seconds": "nan"}, ["hop_seconds"]),
        ({"start_seconds": -1}, ["start_seconds", "-1"]),
        ({"start_seconds": 500}, ["start_seconds", "500", "34.5"]),
        ({"start_seconds": 5, "end_seconds": 4}, ["end_seconds", "4", "5"]),
        ({"top_k": 0}, ["top_k", "0"]),
        ({"peaks_per_second": 101}, ["peaks_per_second", "101", "100"]),
        ({"peaks_per_second": 0.5}, ["peaks_per_second", "0.5"]),
        ({"detail": "all"}, ["detail", "all", "summary"]),
        ({"format": "xml"}, ["format", "xml", "ndjson"]),
        ({"hops": 1}, ["hops", "hop_seconds"]),
    ],
)
def test_options_that_do_not_fit(
    client: httpx.Client, query: dict[str, str | float], words: list[str], medley_wav: bytes
) -> None:
    assert_problem(client.post(URL, params=query, content=medley_wav), 422, "invalid-option", *words)


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"", 422, "empty-file"),
        (b"words and words", 415, "unsupported-format"),
        (b"RIFF\0\0\0\0WAVE", 422, "undecodable-audio"),
    ],
)
@pytest.mark.parametrize("form", ["json", "ndjson", "csv"])
def test_what_is_no_sound(client: httpx.Client, body: bytes, status: int, slug: str, form: str) -> None:
    assert_problem(client.post(URL, params={"format": form}, content=body), status, slug)
    assert_problem(client.post(URL, params={"format": form}, files={"file": body}), status, slug)


def test_what_cannot_be_written(client: httpx.Client, medley_wav: bytes) -> None:
    response = client.post(URL, content=medley_wav, headers={"accept": "image/png"})
    assert_problem(response, 406, "not-acceptable", "application/json", "text/csv")


def test_a_client_who_leaves_costs_no_more_work(server: Server, client: httpx.Client) -> None:
    long = sound_bytes("wav_u8", tone(300, 3600, 8_000), 8_000)
    head = f"POST {URL}?hop_seconds=0.1 HTTP/1.1\r\nHost: x\r\nContent-Length: {len(long)}\r\n\r\n"
    with socket.create_connection(server.address) as connection:
        connection.sendall(head.encode() + long)
        wait_for(lambda: _busy(client) == 1)
        before = _worker_seconds(server)
    wait_for(lambda: _busy(client) == 0)
    assert answered(client.post(URL, content=sound_bytes("wav_16", medley(), RATE)))["label"] == "music/low"
    assert _worker_seconds(server) - before < 1, "an hour of sound takes many times as much processor time"


def _worker_seconds(server: Server) -> float:
    """Processor time of all its workers so far."""
    workers = psutil.Process(server.process.pid).children(recursive=True)
    return sum(sum(one.cpu_times()[:2]) for one in workers)


def _busy(client: httpx.Client) -> int:
    for line in client.get("/metrics").text.splitlines():
        if line.startswith("earmark_workers_busy"):
            return int(float(line.split()[-1]))
    raise AssertionError("the metric is missing")
