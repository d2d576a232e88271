import inspect
import pickle
import re

import pytest

from service import errors
from service.errors import EarmarkError

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, EarmarkError)]


def test_the_docstring_draws_the_tree_as_it_is() -> None:
    drawn = re.findall(r"^([│├└─ ]*)(\w+)", errors.__doc__ or "", re.MULTILINE)
    parents: dict[str, str] = {}
    path: list[str] = []
    for prefix, name in drawn:
        if not hasattr(errors, name):
            continue
        depth = len(prefix) // 4
        path = [*path[:depth], name]
        parents[name] = path[depth - 1] if depth else "Exception"
    assert parents == {kind.__name__: kind.__base__.__name__ for kind in ALL if kind.__base__}


def test_every_error_owns_its_slug_and_title() -> None:
    assert len({kind.slug for kind in ALL}) == len(ALL)
    assert len({kind.title for kind in ALL}) == len(ALL)


@pytest.mark.parametrize("kind", ALL)
def test_problem_documents(kind: type[EarmarkError]) -> None:
    problem = kind("what happened").problem()
    assert problem["detail"] == "what happened"
    assert 400 <= int(problem["status"]) <= 599
    assert re.fullmatch(r"urn:earmark:problem:[a-z-]+", str(problem["type"]))


@pytest.mark.parametrize("kind", ALL)
def test_errors_cross_process_borders(kind: type[EarmarkError]) -> None:
    copy = pickle.loads(pickle.dumps(kind("what happened")))  # noqa: S301 - our own bytes
    assert type(copy) is kind
    assert copy.detail == "what happened"
