from typing import Any

import pytest
from pydantic import ValidationError

from service.inference.manifest import Manifest, explain, parse_reference
from tests.tiny_models import fields

HASH = "0" * 64


def manifest(**change: Any) -> Manifest:
    return Manifest(**{**fields("gate", ["music", "speech"], "sigmoid"), "sha256": HASH, **change})


def test_survives_json() -> None:
    one = manifest(thresholds={"music": 0.4}, metrics=({"name": "auc", "value": 0.9, "split": "grouped 5-fold"},))
    assert Manifest.model_validate_json(one.model_dump_json()) == one


def test_thresholds_are_one_half_where_none_is_given() -> None:
    one = manifest(thresholds={"music": 0.4})
    assert (one.threshold("music"), one.threshold("speech")) == (0.4, 0.5)


def test_a_manifest_of_an_older_version_is_still_one() -> None:
    assert manifest(weights="float32") == manifest()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "../gate"}, "name: String should match"),
        ({"version": "1.0"}, "version: String should match"),
        ({"version": "01.0.0"}, "version: String should match"),
        ({"labels": ("music", "music")}, "a label stands twice"),
        ({"labels": ("music", "a/b")}, "labels.1: String should match"),
        ({"labels": ("music",)}, r"output shape \[None, 2\] should be \[None, 1\]"),
        (
            {"input": {"name": "x", "shape": (None, 149, 40)}},
            r"input shape \[None, 149, 40\] should be \[None, 150, 40\]",
        ),
        ({"input": {"name": "x", "shape": (8, 150, 40)}}, r"input shape \[8, 150, 40\]"),
        ({"activation": "tanh"}, "activation"),
        ({"temperature": 0}, "temperature: Input should be greater than 0"),
        ({"thresholds": {"noise": 0.5}}, "thresholds name noise, which are no labels"),
        ({"thresholds": {"music": 1.0}}, "thresholds.music: Input should be less than 1"),
        ({"sha256": "abc"}, "sha256"),
        ({"front_end": {"kind": "wavelet"}}, "front_end: Input tag 'wavelet'"),
        ({"metrics": ({"name": "accuracy", "value": 0.9},)}, "metrics.0.split: Field required"),
        ({"surprise": 1}, "surprise: Extra inputs"),
        ({"weights": "int8"}, "the weights are 8-bit integers, which are not served any more"),
        (
            {"output": {"name": "y", "shape": (None, None, 2)}},
            r"output shape \[None, None, 2\] should say how many steps a window has",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        manifest(**change)
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(explain(caught.value))


@pytest.mark.parametrize(
    ("reference", "parsed"), [("gate", ("gate", None)), ("gate@1.0.0", ("gate", "1.0.0")), ("gate@", ("gate", None))]
)
def test_references(reference: str, parsed: tuple[str, str | None]) -> None:
    assert parse_reference(reference) == parsed
