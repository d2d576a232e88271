from contextlib import suppress
from pathlib import Path

import pytest

from service.errors import TooManyRequests
from service.http.admission import RateLimit
from service.http.api_keys import KeyFile, new_secret
from service.http.middleware.guards import caller_of
from tests.http.edges import edges
from tests.http.problem import assert_problem


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_bucket_fills_evenly_and_says_when() -> None:
    clock = Clock()
    rate = RateLimit(6, clock)
    for _ in range(6):
        rate.take("a")
    with pytest.raises(
        TooManyRequests, match="6 requests a minute are allowed; the next is possible in 10 s"
    ) as caught:
        rate.take("a")
    assert caught.value.retry_after_seconds == 10
    clock.now = 3.5
    with pytest.raises(TooManyRequests) as caught:
        rate.take("a")
    assert caught.value.retry_after_seconds == 7
    clock.now = 10.0
    rate.take("a")
    with pytest.raises(TooManyRequests):
        rate.take("a")


def test_nobody_saves_up_more_than_a_minute() -> None:
    clock = Clock()
    rate = RateLimit(2, clock)
    rate.take("a")
    clock.now = 3600.0
    rate.take("a")
    rate.take("a")
    with pytest.raises(TooManyRequests):
        rate.take("a")


def test_everybody_has_a_bucket_and_memory_is_bounded() -> None:
    rate = RateLimit(1, Clock())
    for number in range(30_000):
        rate.take(str(number))
    for kept in ("29999", "20001"):
        with pytest.raises(TooManyRequests):
            rate.take(kept)
    rate.take("19999")  # ten thousand others came after it: its bucket was forgotten


@pytest.mark.parametrize(("per_minute", "allowed"), [(0, 1000), (1, 1), (7, 7)])
def test_zero_sets_no_limit_and_any_other_number_does(per_minute: int, allowed: int) -> None:
    rate = RateLimit(per_minute, Clock())
    taken = 0
    for _ in range(1000):
        with suppress(TooManyRequests):
            rate.take("a")
            taken += 1
    assert taken == allowed


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("somewhere", "elsewhere", False),
    ],
)
def test_who_counts_as_one(one: str, other: str, same: bool) -> None:
    callers = [caller_of({"state": {}, "client": (address, 1)}) for address in (one, other)]
    assert (callers[0] == callers[1]) == same


def test_a_caller_without_an_address_is_counted_too() -> None:
    assert caller_of({"state": {}, "client": None}) == ""


def test_only_uploads_count(tmp_path: Path) -> None:
    secrets = {name: new_secret() for name in ("a", "b")}
    for name, secret in secrets.items():
        KeyFile(tmp_path / "keys").add(name, secret)
    with edges(keys_file=tmp_path / "keys", max_requests_per_minute=2) as running, running.client() as client:
        a, b = ({"X-API-Key": secret} for secret in secrets.values())
        for _ in range(2):
            assert client.post("/v1/classify", content=b"1", headers=a).status_code == 200
        refused = client.post("/v1/classify", content=b"1", headers=a)
        assert_problem(refused, 429, "too-many-requests", "2 requests a minute")
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert client.post("/v1/answer", content=b"1", headers=a).status_code == 429
        assert client.get("/v1/models/a", headers=a).status_code == 200
        assert client.post("/v1/classify", content=b"1", headers=b).status_code == 200


def test_without_keys_addresses_count() -> None:
    with edges(max_requests_per_minute=1) as running, running.client() as client:
        assert client.post("/v1/classify", content=b"1").status_code == 200
        assert client.post("/v1/classify", content=b"1").status_code == 429
