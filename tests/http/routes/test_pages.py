"""What a browser loads, all of it from this server."""

import re
from urllib.parse import urljoin

import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_and_all_that_they_name_are_here(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in response.text
    names = re.findall(r'(?:src|href|action)="([^"]+)"', response.text)
    assert len(names) > 2
    for name in names:
        assert "//" not in name
        address = urljoin(path, name)
        assert client.get(address).status_code == (405 if address == "/v1/classify" else 200), address


def test_the_interface_is_that_of_the_service(client: httpx.Client) -> None:
    script = client.get("/static/docs.js").text
    (url,) = re.findall(r'url: "([^"]+)"', script)
    assert "/v1/classify" in client.get(urljoin("/docs", url)).json()["paths"]


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/docs/assets/swagger-ui.css"])
def test_a_browser_asks_each_time_whether_a_file_is_still_the_same(client: httpx.Client, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-cache"


def test_what_a_browser_has_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/static/page.js")
    assert first.headers["content-encoding"] == "gzip"
    again = client.get("/static/page.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
