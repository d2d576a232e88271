import re
from pathlib import Path
from typing import Any

import pytest

from service.errors import BrokenCascade, NoModels
from service.inference.cascade_spec import CascadeSpec, read_cascade
from service.inference.manifest import Manifest
from tests.tiny_models import CASCADE, fields, write_cascade

SHIPPED = Path(__file__).parents[2] / "models"


def gate(labels: tuple[str, ...] = ("music", "speech"), activation: str = "sigmoid") -> Manifest:
    return Manifest(**fields("gate", labels, activation), sha256="0" * 64)


def outcomes(cascade: Any, manifest: Manifest) -> dict[str, tuple[str, str | None]]:
    return {
        one.label: (one.route, one.branch) for one in CascadeSpec.model_validate(cascade).outcomes(manifest).outcomes
    }


def test_the_shipped_cascade() -> None:
    assert {one.label: (one.route, one.branch) for one in read_cascade(SHIPPED).outcomes(gate()).outcomes} == {
        "music+speech": ("music", "genre"),
        "music": ("music", "genre"),
        "speech": ("speech", None),
        "scene": ("scene", "scene"),
    }


def test_a_softmax_gate_has_one_outcome_a_label() -> None:
    cascade = {
        "gate": "g",
        "routes": [{"label": "music", "when": {"music": True}, "model": "genre"}, {"label": "rest"}],
    }
    found = CascadeSpec.model_validate(cascade).outcomes(gate(("music", "other"), "softmax"))
    assert [(one.label, one.branch) for one in found.outcomes] == [("music", "genre"), ("rest", None)]


def test_two_versions_of_a_model_need_branches_of_their_own() -> None:
    routes = [
        {"label": "music", "when": {"music": True}, "model": "genre@1.0.0", "branch": "old"},
        {"label": "rest", "model": "genre@2.0.0", "branch": "new"},
    ]
    assert CascadeSpec.model_validate({"gate": "gate", "routes": routes}).branches == {
        "old": "genre@1.0.0",
        "new": "genre@2.0.0",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"routes": []}, "routes"),
        ({"routes": [{"label": "a", "model": "audio"}]}, "a branch cannot be called 'audio'"),
        (
            {
                "routes": [
                    {"label": "a", "model": "x@1.0.0", "when": {"music": True}},
                    {"label": "b", "model": "x@2.0.0"},
                ]
            },
            "branch 'x' stands for two models",
        ),
        ({"routes": [{"label": "a", "branch": "foo"}]}, "branch 'foo' names no model"),
        ({"chunk_seconds": 0.1}, "chunk_seconds: Input should be greater than or equal to 0.5"),
        ({"way": 1}, "way: Extra inputs"),
    ],
)
def test_a_file_that_is_not_valid_is_explained(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    write_cascade(tmp_path, {**CASCADE, **change})
    with pytest.raises(BrokenCascade, match=re.escape(message)):
        read_cascade(tmp_path)


@pytest.mark.parametrize(
    ("routes", "labels", "message"),
    [
        ([{"label": "a", "when": {"noise": True}}], ("music", "speech"), "asks the gate for ['noise']"),
        ([{"label": "a", "when": {"music": True}}], ("music", "speech"), "No route of cascade.json matches"),
        ([{"label": "a"}], tuple("abcdefg"), "may have 6 labels; this one has 7"),
    ],
)
def test_routes_that_do_not_fit_the_gate_are_refused(routes: Any, labels: tuple[str, ...], message: str) -> None:
    spec = CascadeSpec.model_validate({"gate": "gate", "routes": routes})
    with pytest.raises(BrokenCascade, match=re.escape(message)):
        spec.outcomes(gate(labels))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoModels, match=r"has no cascade\.json"):
        read_cascade(tmp_path / "nowhere")
