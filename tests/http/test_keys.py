import os
import stat
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from service.errors import InvalidOption, InvalidSettings
from service.http.api_keys import ApiKeys, KeyFile, new_secret
from tests.http.edges import edges
from tests.http.problem import assert_problem


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_secret_has_256_bits_and_a_name() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(secret.startswith("earmark_") and len(secret) == 8 + 43 for secret in secrets)


def test_the_file_has_no_secret_and_is_for_its_owner(path: Path) -> None:
    secret = new_secret()
    KeyFile(path).add("web", secret)
    assert secret not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ApiKeys(path).name_of(secret) == "web"


@pytest.mark.parametrize("key", ["", "earmark_", "web", "\x00", "ä", "\udcff", "x" * 10_000])
def test_other_keys_have_no_owner(path: Path, key: str) -> None:
    KeyFile(path).add("web", new_secret())
    assert ApiKeys(path).name_of(key) is None


def test_comments_and_order_are_kept(path: Path) -> None:
    path.write_text("# of the web team\n\n")
    file = KeyFile(path)
    for name in ("a", "ab", "c"):
        file.add(name, new_secret())
    file.remove("a")
    assert [entry.name for entry in file.entries()] == ["ab", "c"]
    assert path.read_text().startswith("# of the web team\n\nab ")
    assert not [other for other in path.parent.iterdir() if other != path]


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "real")
    KeyFile(path).add("web", new_secret())
    assert path.is_symlink()


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "-a", "ä", "x" * 65, "#a"])
def test_names_that_would_break_the_file(path: Path, name: str) -> None:
    with pytest.raises(InvalidOption, match="is no name for a key"):
        KeyFile(path).add(name, new_secret())


def test_a_name_is_given_once_and_removed_once(path: Path) -> None:
    file = KeyFile(path)
    file.add("web", new_secret())
    with pytest.raises(InvalidOption, match="There is a key web already"):
        file.add("web", new_secret())
    with pytest.raises(InvalidOption, match=r"There is no key 'app'; there are: web\."):
        file.remove("app")


@pytest.mark.parametrize(
    ("content", "words"), [(b"web abc 2030-01-01\n", "Line 1 "), (b"\xff\xfe", "text"), (None, "does not exist")]
)
def test_a_file_that_says_something_else_stops_the_start(path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidSettings, match=words):
        ApiKeys(path)


def test_a_running_server_follows_the_file(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    clock, first, second = Clock(), new_secret(), new_secret()
    KeyFile(path).add("first", first)
    keys = ApiKeys(path, clock)
    KeyFile(path).add("second", second)
    assert keys.name_of(second) is None
    clock.now = 1.0
    assert keys.name_of(second) == "second"
    KeyFile(path).remove("first")
    clock.now = 2.0
    assert keys.name_of(first) is None
    clock.now = 3.0
    assert keys.name_of(second) == "second"
    assert [record.message for record in caplog.records] == ["keys_read"] * 2


def test_a_file_that_breaks_keeps_the_last_known_keys(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock, secret = Clock(), new_secret()
    KeyFile(path).add("web", secret)
    keys = ApiKeys(path, clock)
    good = path.read_text()
    path.write_text("nonsense\n")
    clock.now = 1.0
    assert keys.name_of(secret) == "web"
    path.unlink()
    clock.now = 2.0
    assert keys.name_of(secret) == "web"
    assert [record.message for record in caplog.records] == ["keys_unreadable"] * 2
    path.write_text(good.replace("web", "app"))
    os.utime(path, (time.time() + 5, time.time() + 5))
    clock.now = 3.0
    assert keys.name_of(secret) == "app"


def test_only_v1_asks_for_a_key(path: Path) -> None:
    secret = new_secret()
    KeyFile(path).add("web", secret)
    with edges(keys_file=path) as running, running.client() as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/").status_code == 200
        assert client.get("/nowhere").status_code == 404
        refused = client.get("/v1/models/a")
        assert_problem(refused, 401, "key-refused", "Authorization: Bearer", "X-API-Key")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert_problem(client.get("/v1/nowhere"), 401, "key-refused")
        for header in (
            {"Authorization": f"Bearer {secret}"},
            {"authorization": f"bearer  {secret}"},
            {"X-API-Key": secret},
        ):
            assert client.get("/v1/models/a", headers=header).status_code == 200
        for header in ({"Authorization": f"Basic {secret}"}, {"X-API-Key": secret[:-1]}, {"X-API-Key": "web"}):
            assert_problem(client.get("/v1/models/a", headers=header), 401, "key-refused")


def test_the_owner_is_logged_and_the_key_is_not(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    secret = new_secret()
    KeyFile(path).add("web", secret)
    with edges(keys_file=path) as running, running.client() as client:
        client.get("/v1/models/a", headers={"X-API-Key": secret})
    (line,) = [vars(record) for record in caplog.records if record.name == "earmark.access"]
    assert line["key"] == "web"
    assert secret not in str([vars(record) for record in caplog.records])


def test_a_stream_with_a_wrong_key_in_its_head_is_not_opened(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = new_secret()
    KeyFile(path).add("web", secret)
    with edges(keys_file=path) as running:
        address = running.url.replace("http", "ws") + "/v1/stream"
        with pytest.raises(InvalidStatus) as caught:
            connect(address, additional_headers={"X-API-Key": "wrong"}, proxy=None).__enter__()
        assert caught.value.response.status_code == 401
        assert caught.value.response.headers["content-type"] == "application/problem+json"
        for headers in ({"X-API-Key": secret}, {}):  # the key may come in the first message
            with connect(address, additional_headers=headers, proxy=None):
                pass
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
