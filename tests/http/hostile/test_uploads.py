"""Files and names that are no good."""

import httpx
import pytest

from service.errors import PROBLEM_PREFIX
from tests.http.hostile.fortress import CANARY, Fortress
from tests.http.hostile.sounds import bombs, mutants
from tests.http.problem import assert_problem

URL = "/v1/classify"
MUTANTS = 60
BATCH = 10


@pytest.mark.parametrize("name", sorted(bombs()))
def test_a_bomb(fortress: Fortress, name: str) -> None:
    data, slug = bombs()[name]
    with fortress.server.client() as client:
        response = client.post(URL, params={"detail": "summary"}, content=data)
        if slug is None:
            assert response.json()["label"] == "silence"
        else:
            assert_problem(response, response.status_code, slug)
            assert 400 <= response.status_code < 500


def test_a_bomb_in_a_form_costs_its_neighbours_nothing(fortress: Fortress, medley_wav: bytes) -> None:
    data, _ = bombs()["two hours of silence in 176 KB"]
    files = [("file", ("a.wav", medley_wav)), ("file", ("bomb.flac", data)), ("file", ("c.wav", medley_wav))]
    with fortress.server.client() as client:
        answers = client.post(URL, files=files).json()
    assert [one["status"] for one in answers] == [200, 413, 200]


def test_mutants(fortress: Fortress) -> None:
    """Damaged as real files are, and worse: an answer or a problem of theirs, and the same one alone or in a batch."""
    with fortress.server.client() as client:
        for start in range(0, MUTANTS, BATCH):
            batch = list(mutants(MUTANTS))[start : start + BATCH]
            alone = [_outcome(client.post(URL, content=one.data)) for one in batch]
            files = [("file", (f"{CANARY}{one.number}", one.data)) for one in batch]
            together = client.post(URL, files=files).json()
            assert [one.get("problem", {}).get("type", "sound") for one in together] == alone


def _outcome(response: httpx.Response) -> str:
    if response.status_code == 200:
        return "sound"
    problem: str = response.json()["type"]
    assert_problem(response, response.status_code, problem.removeprefix(PROBLEM_PREFIX))
    assert 400 <= response.status_code < 500
    return problem


@pytest.mark.parametrize(
    "name",
    [
        f"../../../tmp/{CANARY}.wav",
        f"..\\..\\windows\\{CANARY}.wav",
        f"/etc/{CANARY}",
        f"{CANARY}\0.wav",
        f"{CANARY}\r\nSet-Cookie: a=1\r\n\r\n<script>",
        f'{CANARY}"; filename="other',
        f"{CANARY}%0d%0aSet-Cookie:%20a=1",
        f"=cmd|' /C calc'!{CANARY}",
        f"$({CANARY}).wav",
        f"\u202egpj.{CANARY}",
        f"{CANARY}\udcff\udcfe".encode(errors="surrogateescape"),
        f"{CANARY}" * 500,
        "." * 300,
    ],
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_name(fortress: Fortress, medley_wav: bytes, name: str | bytes, form: str) -> None:
    """It may come back in the answer, on one line and by itself, and goes nowhere else."""
    shown = name if isinstance(name, bytes) else name.encode()
    line = b'Content-Disposition: form-data; name="file"; filename="%b"' % shown.replace(b'"', b"%22")
    body = b"\r\n".join([b"--b", line, b"", medley_wav, b"--b--", b""])
    with fortress.server.client() as client:
        headers = {"content-type": "multipart/form-data; boundary=b"}
        response = client.post(URL, params={"format": form, "detail": "summary"}, content=body, headers=headers)
    assert "set-cookie" not in response.headers
    assert response.headers.get("content-disposition", "attachment").startswith("attachment")
    assert "/" not in response.headers.get("content-disposition", "")
    assert "\\" not in response.headers.get("content-disposition", "")
    if b"\n" in shown:
        assert_problem(response, 400, "malformed-request")
    else:
        assert response.status_code == 200
