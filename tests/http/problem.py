"""The one shape that every error has."""

from typing import Any

import httpx


def assert_problem(response: httpx.Response, status: int, slug: str, *words: str) -> dict[str, Any]:
    """Also that it tells no secrets. Returns the document."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "request_id"} <= set(problem)
    assert problem["type"] == f"urn:earmark:problem:{slug}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert "Traceback" not in problem["detail"]
    assert "/tmp" not in problem["detail"]
    for word in words:
        assert word in problem["detail"], problem["detail"]
    return problem
