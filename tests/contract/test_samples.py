"""Samples in the documentation have the form of what a real run prints.

What models say may change with every training, so probabilities and labels are not compared. All else is.
To write the samples anew: `python -m tests.contract.fill_docs`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.fill_docs import Runner, Sample, running, samples
from tests.contract.test_docs import page

SAMPLES = samples()
TABLE_HEADINGS = ("file ", "start ", "Of the time:", "Tags:", "music ", "speech ", "label ")
"""How the lines of a table on a terminal begin that no model decides."""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with running() as one:
        yield one


def form(text: str) -> Any:
    """What of a sample may not change when models are trained anew."""
    if text.lstrip().startswith("{"):
        return [outline(document) for document in documents(text.strip())]
    if text.startswith("file "):
        starts = [next((one for one in TABLE_HEADINGS if line.startswith(one)), "") for line in text.splitlines()]
        return [start for start in starts if start]
    return re.sub(r"@\d+\.\d+\.\d+", "", text.strip())


def documents(text: str) -> Iterator[Any]:
    """One after the other, as in NDJSON."""
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        text = text[end:].lstrip()
        yield document


def outline(value: Any, key: str = "") -> Any:
    """Keys in their order, and the values of a problem."""
    if key == "tags" or (key in {"gate", "genre", "scene", "probabilities"} and "seconds" not in (value or ())):
        return "by label"
    if isinstance(value, dict):
        is_problem = "status" in value and "title" in value
        return [
            (name, inner if is_problem and name != "request_id" else outline(inner, name))
            for name, inner in value.items()
        ]
    if isinstance(value, list):
        return [outline(inner) for inner in value[:1]]
    return type(value).__name__


def test_there_are_samples() -> None:
    assert {"answer.md", "api.md", "cli.md"} <= {sample.page for sample in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.page}: {sample.command}")
def test_a_sample_is_what_a_run_prints(sample: Sample, runner: Runner) -> None:
    assert form(sample.text) == form(runner.output(sample.command)), "run python -m tests.contract.fill_docs"


def test_short_samples_of_the_answer_have_its_keys(runner: Runner) -> None:
    """`steps` and `peaks` are shown with few of their numbers."""
    command = "earmark classify sample.wav --detail steps --peaks-per-second 20"
    answer = json.loads(runner.output(command))
    (shown,) = re.findall(r"^(\{\"steps\".*)$", page("docs/answer.md"), re.MULTILINE)
    steps = json.loads(shown)["steps"]
    assert steps.keys() == answer["steps"].keys()
    assert steps["step_seconds"] == answer["steps"]["step_seconds"]
    assert steps["probabilities"].keys() == answer["steps"]["probabilities"].keys()
    (shown,) = re.findall(r"`\"peaks\": (\{.*?\})`", page("docs/answer.md"))
    assert json.loads(shown).keys() == answer["peaks"].keys()
