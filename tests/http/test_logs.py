"""In a process of its own: it is the whole program's logging that is set."""

import json
import re
import subprocess
import sys
from typing import Any

PROGRAM = """
import logging
from service.http.logs import REQUEST_ID, configure_logging

configure_logging({level!r})
log = logging.getLogger("some.where")
log.info("first", extra={{"size": 3}})
token = REQUEST_ID.set("abc")
log.warning("two\\nlines")
try:
    raise RuntimeError("oops")
except RuntimeError:
    log.exception("failed")
REQUEST_ID.reset(token)
logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
logging.getLogger("uvicorn.error").error("broke", extra={{"color_message": "broke"}})
log.debug("detail")
"""


def logged(level: str) -> list[dict[str, Any]]:
    program = [sys.executable, "-c", PROGRAM.format(level=level)]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=180)
    assert not done.stdout
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_an_object() -> None:
    first, second, failed, broke = logged("info")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first == {"level": "INFO", "logger": "some.where", "message": "first", "size": 3}
    assert second["message"] == "two\nlines"
    assert second["request_id"] == failed["request_id"] == "abc"
    assert "RuntimeError: oops" in failed["exc_info"]
    assert "request_id" not in broke
    assert "color_message" not in broke
    assert broke["logger"] == "uvicorn.error"


def test_the_level_is_the_chosen_one() -> None:
    assert [line["message"] for line in logged("error")] == ["failed", "broke"]
    messages = [line["message"] for line in logged("debug")]
    assert "Invalid HTTP request received." in messages
    assert "detail" in messages
