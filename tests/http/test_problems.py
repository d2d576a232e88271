import json
from collections.abc import Iterator

import httpx
import pytest

from service.errors import KeyRefused
from service.http.problems import problem_response
from tests.http.edges import UNTOLD, Edges, edges
from tests.http.problem import assert_problem


@pytest.fixture(scope="module")
def running() -> Iterator[Edges]:
    with edges() as running:
        yield running


@pytest.fixture
def client(running: Edges) -> Iterator[httpx.Client]:
    with running.client() as client:
        yield client


def test_an_address_that_does_not_exist(client: httpx.Client) -> None:
    assert_problem(client.get("/no/such"), 404, "no-such-page", "/no/such", "/docs")


def test_a_long_or_odd_address_is_shortened_and_made_printable(client: httpx.Client) -> None:
    detail = assert_problem(client.get("/x%0d%0aSet-Cookie:%20a" + "b" * 500), 404, "no-such-page")["detail"]
    assert len(detail) < 150
    assert "\n" not in detail


def test_a_method_that_is_not_taken(client: httpx.Client) -> None:
    response = client.delete("/v1/classify")
    assert_problem(response, 405, "method-not-allowed", "DELETE", "POST")
    assert response.headers["allow"] == "POST"


def test_every_wrong_parameter_is_named_with_what_would_fit(client: httpx.Client) -> None:
    response = client.get("/v1/wanted?hop_seconds=much&hop=1")
    assert_problem(response, 422, "invalid-option", "hop_seconds is 'much': input should be a valid number")
    assert_problem(response, 422, "invalid-option", "There is no parameter hop; there are: hop_seconds, detail.")


def test_a_long_value_is_shortened(client: httpx.Client) -> None:
    response = client.get("/v1/wanted", params={"hop_seconds": "x\n" * 2000, "y" * 3000: "1"})
    assert len(assert_problem(response, 422, "invalid-option")["detail"]) < 300


def test_errors_of_the_tree(client: httpx.Client) -> None:
    assert_problem(client.get("/v1/crash"), 500, "worker-crashed", "died")
    response = client.get("/v1/late")
    assert_problem(response, 504, "deadline-exceeded")
    assert response.headers["retry-after"] == "7"
    assert response.headers["cache-control"] == "no-store"


def test_what_nobody_expected_is_logged_and_not_told(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/v1/unexpected")
    assert_problem(response, 500, "internal", "log")
    assert UNTOLD not in response.text
    (record,) = [record for record in caplog.records if record.message == "unexpected"]
    assert record.exc_info
    assert UNTOLD in str(record.exc_info[1])


def test_an_answer_that_broke_off_is_not_taken_for_whole(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(httpx.RemoteProtocolError), client.stream("GET", "/v1/broken") as response:
        response.read()
    assert any(record.message == "unexpected" for record in caplog.records)


def test_a_missing_key_says_how_to_send_one() -> None:
    response = problem_response(KeyRefused("No key."), "some-id")
    assert response.headers["www-authenticate"] == "Bearer"
    assert json.loads(bytes(response.body))["request_id"] == "some-id"
