"""Requests made from the OpenAPI document, such as fit and such as do not: each answer is one that it describes."""

import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis

from service.formats.catalogue import FORMATS
from tests.http.hostile.fortress import Fortress

EXAMPLES = 15
LIMIT_SECONDS = 240.0
SEED = 1
# It takes every string of bytes for an upload that must be accepted; those that it makes are no sound.
WRONG_FOR_US = "positive_data_acceptance"


def test_nothing_is_answered_that_the_document_does_not_say(fortress: Fortress, tmp_path: Path) -> None:
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{fortress.server.url}/openapi.json"),
        *("--checks", "all", "--exclude-checks", WRONG_FOR_US, "--max-examples", str(EXAMPLES), "--seed", str(SEED)),
        *(
            "--phases",
            "examples,coverage,fuzzing",
            "--continue-on-failure",
            "--suppress-health-check",
            "all",
            "--no-color",
        ),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, done.stdout
    assert "Operations:       8 selected" in done.stdout


@pytest.mark.parametrize("count", [1, 2])
def test_real_sound_is_answered_as_the_document_says(fortress: Fortress, medley_wav: bytes, count: int) -> None:
    """Which generated requests do not have."""
    operation = schemathesis.openapi.from_url(f"{fortress.server.url}/openapi.json")["/v1/classify"]["POST"]
    files = [("file", ("a.wav", medley_wav)), ("file", ("b.wav", medley_wav[:10]))][:count]
    with fortress.server.client() as client:
        for name in FORMATS:
            for detail in ("summary", "segments", "chunks", "steps"):
                query = {"format": name, "detail": detail}
                request = client.build_request("POST", "/v1/classify", params=query, files=files)
                request.read()  # it is looked at later
                operation.validate_response(client.send(request))


def test_a_real_answer_is_made_anew_as_the_document_says(fortress: Fortress, medley_wav: bytes) -> None:
    operation = schemathesis.openapi.from_url(f"{fortress.server.url}/openapi.json")["/v1/answer"]["POST"]
    with fortress.server.client() as client:
        answer = client.post("/v1/classify", params={"peaks_per_second": 20}, content=medley_wav).content
        for name in FORMATS:
            query = {"format": name, "detail": "chunks", "smoothing": 3}
            request = client.build_request("POST", "/v1/answer", params=query, content=answer)
            response = client.send(request)
            assert response.status_code == 200
            operation.validate_response(response)
