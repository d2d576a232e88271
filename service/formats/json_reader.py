"""JSON that strangers sent, read step by step: no step takes long, or much memory, whatever the text is.

A parser that takes the whole text keeps every other thread waiting until it is through.
"""

import json
import re
from collections.abc import Iterator
from itertools import count
from typing import Any, NoReturn

_USUAL_CHARACTERS, _MOST_CHARACTERS = 4_096, 262_144
"""Length of one value that is read whole: a chunk with the labels of the largest taggers takes some 20,000."""
_SPACES = " \t\r\n"
_SURROGATE = re.compile(r"\\u[dD]")


class BrokenJson(Exception):
    """Where, as a person counts, and what was expected there."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


class JsonReader:
    """Goes through the text once: after each name of a member, and number of an item, its value must be read.

    Raises BrokenJson."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def members(self) -> Iterator[str]:
        """The key of each member of the object that comes next."""
        self._expect("{")
        if self._take("}"):
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise self._broken("a name in quotes")
            self._expect(":")
            yield key
            if self._take("}"):
                return
            self._expect(",")

    def items(self) -> Iterator[int]:
        """The number of each item of the list that comes next, from 0."""
        self._expect("[")
        if self._take("]"):
            return
        for number in count():
            yield number
            if self._take("]"):
                return
            self._expect(",")

    def value(self) -> Any:
        """The next value, whole."""
        self._next()
        for size in (_USUAL_CHARACTERS, _MOST_CHARACTERS):
            window = self._text[self._at : self._at + size]
            try:
                value, end = _DECODER.raw_decode(window)
            except (ValueError, RecursionError):
                continue
            if end < len(window) or self._at + end == len(self._text):  # a number could go on behind the window
                self._check_text(value, window[:end])
                self._at += end
                return value
        raise self._broken(f"a value of at most {_MOST_CHARACTERS} characters")

    def scalars(self) -> Iterator[list[Any]]:
        """A list of numbers that may be long, as lists of some thousands."""
        self._expect("[")
        if self._take("]"):
            return
        while True:
            window = self._text[self._at : self._at + _MOST_CHARACTERS // 8]
            end = window.find("]")
            cut = end if end >= 0 else window.rfind(",")
            try:
                values: list[Any] = json.loads(f"[{window[: max(0, cut)]}]")
            except (ValueError, RecursionError):
                values = []
            if not values:
                raise self._broken("a list of numbers")
            yield values
            self._at += cut + 1
            if end >= 0:
                return

    def next_is(self, character: str) -> bool:
        return self._next() == character

    def finish(self) -> None:
        if self._next():
            raise self._broken("the end")

    def _check_text(self, value: Any, text: str) -> None:
        """JSON can spell halves of characters, which no file can hold."""
        if _SURROGATE.search(text):
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                raise self._broken("text in Unicode") from None

    def _next(self) -> str:
        """The character after the spaces that come next; "" at the end."""
        text, at = self._text, self._at
        while (character := text[at : at + 1]) and character in _SPACES:
            at += 1
        self._at = at
        return character

    def _take(self, character: str) -> bool:
        if self._next() != character:
            return False
        self._at += 1
        return True

    def _expect(self, character: str) -> None:
        if not self._take(character):
            raise self._broken(character)

    def _broken(self, expected: str) -> BrokenJson:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - self._text.rfind("\n", 0, self._at)
        return BrokenJson(f"line {line}, column {column}: {expected} was expected")
