"""Requests that no client library would send: each gets one answer, and nothing else comes of it."""

import pytest

from tests.http.hostile.attacks import ATTACKS
from tests.http.hostile.fortress import Fortress


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_has_the_answer_that_it_deserves(fortress: Fortress, name: str) -> None:
    attack = ATTACKS[name]
    answers = fortress.answers(attack.sent)
    assert len(answers) == attack.answers
    for answer in answers:
        assert (answer.status, answer.slug) == (attack.status, attack.slug), answer.body
        assert b"/tmp" not in answer.body
        assert "set-cookie" not in answer.headers
        assert answer.headers["x-request-id"].isalnum()
    if attack.slug:
        assert answers[-1].headers["connection"] == "close"
