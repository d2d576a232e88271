"""The model as FastAPI uses it: values come as text, and the schema is what clients read."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from pydantic import ValidationError

from service.errors import InvalidOption
from service.formats.catalogue import FORMATS
from service.formats.document import View
from service.http.query import ClassifyQuery
from service.options import SPECS
from service.types import Options


def schemas() -> dict[str, dict[str, Any]]:
    app = FastAPI()

    @app.get("/")
    async def ask(query: Annotated[ClassifyQuery, Query()]) -> None: ...

    parameters = app.openapi()["paths"]["/"]["get"]["parameters"]
    assert all(len(parameter["description"]) > 10 for parameter in parameters)
    return {parameter["name"]: parameter["schema"] for parameter in parameters}


def asked(**values: str) -> ClassifyQuery:
    return ClassifyQuery.model_validate(values)


def test_the_defaults_are_those_of_the_engine() -> None:
    assert asked().options() == Options()
    assert asked().view() == View()
    assert asked().format is None


def test_a_request_can_set_every_option() -> None:
    assert SPECS.keys() <= ClassifyQuery.model_fields.keys()


def test_every_parameter_arrives() -> None:
    query = asked(
        hop_seconds="0.5",
        start_seconds="1",
        end_seconds="9.5",
        smoothing="0",
        min_segment_seconds="2",
        merge_gap_seconds="3",
        peaks_per_second="20",
        top_k="4",
        detail="summary",
        format="csv",
    )
    assert query.options() == Options(0.5, 1.0, 9.5, 0.0, 2.0, 3.0, 20)
    assert query.view() == View("summary", 4)
    assert query.format == "csv"


@pytest.mark.parametrize("name", ["hop", "Hop_seconds", "hop_seconds ", "file"])
def test_unknown_parameters_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        asked(**{name: "1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hop_seconds", ""),
        ("hop_seconds", "one"),
        ("top_k", "1.5"),
        ("peaks_per_second", "0.5"),
        ("detail", "all"),
        ("format", "xml"),
    ],
)
def test_what_is_no_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        asked(**{name: value})


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e300"])
@pytest.mark.parametrize(
    "name", ["hop_seconds", "start_seconds", "end_seconds", "smoothing", "min_segment_seconds", "merge_gap_seconds"]
)
def test_numbers_out_of_bounds_get_the_message_of_the_house(name: str, value: str) -> None:
    query = asked(**{name: value})
    with pytest.raises(InvalidOption, match=rf"{name} is {float(value):g}; .*\d".replace("+", r"\+")):
        query.options()


def test_what_contradicts_itself_is_refused() -> None:
    with pytest.raises(InvalidOption, match="end_seconds is 1; it must be greater than start_seconds, 2"):
        asked(start_seconds="2", end_seconds="1").options()
    with pytest.raises(InvalidOption, match="top_k is 0"):
        asked(top_k="0").view()


def check(name: str, value: float) -> None:
    query = asked(**{name: str(value)})
    query.options()
    query.view()


def test_the_schema_says_the_bounds_that_are_held() -> None:
    bounded = {name: schema for name, schema in schemas().items() if "minimum" in schema}
    assert len(bounded) == 8
    for name, schema in bounded.items():
        check(name, schema["examples"][0])
        if name != "end_seconds":  # must be greater than where it starts
            check(name, schema["minimum"])
        with pytest.raises(InvalidOption, match=name):
            check(name, schema["minimum"] - 1)
        if "maximum" in schema:
            check(name, schema["maximum"])
            with pytest.raises(InvalidOption, match=name):
                check(name, schema["maximum"] + 1)


def test_the_schema_says_nothing_that_a_query_cannot() -> None:
    assert schemas()["format"]["enum"] == list(FORMATS)
    assert all("anyOf" not in schema for schema in schemas().values())
