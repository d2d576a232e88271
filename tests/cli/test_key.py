from pathlib import Path

from service.http.api_keys import ApiKeys
from tests.cli.command import earmark


def test_a_key_is_made_listed_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    made = earmark("key", "create", "web", "--keys-file", path)
    assert made.returncode == 0
    (secret,) = made.stdout.splitlines()
    assert secret not in made.stderr
    assert ApiKeys(path).name_of(secret) == "web"
    listed = earmark("key", "list", env={"EARMARK_KEYS_FILE": str(path)})
    assert "web" in listed.stdout
    assert secret not in listed.stdout
    assert earmark("key", "remove", "web", "--keys-file", path).returncode == 0
    assert ApiKeys(path).name_of(secret) is None


def test_what_does_not_fit_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    for arguments, words in (
        (("create", "web"), "--keys-file or EARMARK_KEYS_FILE"),
        (("list", "--keys-file", path), "does not exist"),
        (("create", "a b", "--keys-file", path), "is no name for a key"),
        (("remove", "web", "--keys-file", path), "does not exist"),
        (("create", "web", "--keys-file", tmp_path / "no" / "keys"), "cannot be written"),
    ):
        done = earmark("key", *arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr
        assert "Traceback" not in done.stderr
