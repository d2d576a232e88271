"""JSON read in steps: what it gives is what json.loads gives, and what json.loads refuses it refuses, too."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.formats.json_reader import BrokenJson, JsonReader

FEW = settings(max_examples=25, deadline=None)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
spaces = st.sampled_from([None, 1, 4])


def members(text: str) -> dict[str, Any]:
    reader = JsonReader(text)
    found = {name: reader.value() for name in reader.members()}
    reader.finish()
    return found


def items(text: str) -> list[Any]:
    reader = JsonReader(text)
    found = [reader.value() for _ in reader.items()]
    reader.finish()
    return found


def numbers(text: str) -> list[Any]:
    reader = JsonReader(text)
    found = [value for some in reader.scalars() for value in some]
    reader.finish()
    return found


@FEW
@given(st.dictionaries(st.text(), values), spaces)
def test_an_object_member_by_member(value: dict[str, Any], indent: int | None) -> None:
    assert members(json.dumps(value, indent=indent)) == value


@FEW
@given(st.lists(values), spaces)
def test_a_list_item_by_item(value: list[Any], indent: int | None) -> None:
    assert items(json.dumps(value, indent=indent)) == value


@pytest.mark.parametrize("count", [0, 1, 5, 4_000, 20_000, 100_000])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_long_list_of_numbers(count: int, indent: int | None) -> None:
    value = [i / 1_000 for i in range(count)]
    assert numbers(json.dumps(value, indent=indent)) == value
    assert items(json.dumps(value[:5_000], indent=indent)) == value[:5_000]


@pytest.mark.parametrize("digits", [4_080, 4_093, 4_094, 4_095, 4_096, 200_000])
def test_a_value_at_the_border_of_a_window_is_not_cut(digits: int) -> None:
    assert items(f"[0.{'3' * digits}, 2]") == [pytest.approx(1 / 3), 2]
    assert items(f'["{"3" * digits}", 2]') == ["3" * digits, 2]


@pytest.mark.parametrize(
    "text",
    ["", "[", "{", "[1", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "{1:2}", '{"a":1}x', "null", "[]",
     '{"a":NaN}', '{"a":1 "b":2}', '{"a":' + "[" * 100_000, '{"a":"' + "x" * 300_000 + '"}', '{"a":' + "9" * 5_000,
     "{'a':1}", r'{"a":"\ud800"}', r'{"a":{"\uDC00":1}}'],
)  # fmt: skip
def test_what_is_no_object_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BrokenJson, match=r"^line 1, column \d+: .+ was expected$"):
        members(text)


@pytest.mark.parametrize(
    "text", ["[1", "[1,", "[1,]", "[,1]", "[1 2]", '["a]"]', "[[1]", "[1]2", "{}", "[" + "9" * 40_000 + "]", "[NaN"]
)
def test_what_is_no_list_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(BrokenJson):
        numbers(text)


def test_a_character_may_be_spelled_in_two_halves() -> None:
    assert members(r'{"\ud83d\ude00": "\uD83D\uDE00"}') == {"\U0001f600": "\U0001f600"}


def test_the_place_is_counted_as_people_do() -> None:
    with pytest.raises(BrokenJson, match="line 3, column 5: : was expected"):
        members('{\n"a": 1,\n"b" 2}')
