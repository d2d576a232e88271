from pathlib import Path

import pytest
from pydantic import ValidationError

from service.errors import InvalidSettings
from service.settings import Settings


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EARMARK_MODELS_DIR", str(tmp_path))
    monkeypatch.setenv("EARMARK_MAX_DURATION_SECONDS", "60")
    settings = Settings.read()
    assert settings.models_dir == tmp_path
    assert settings.limits.max_duration_seconds == 60


def test_an_env_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("EARMARK_MAX_CHANNELS=2\nOTHER=1\n")
    assert Settings.read().max_channels == 2


def test_an_argument_wins_unless_it_was_not_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EARMARK_MAX_CHANNELS", "2")
    assert Settings.read(models_dir=None, max_channels=4).max_channels == 4
    assert Settings.read(max_channels=None).max_channels == 2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("MAX_DURATION_SECONDS", "-1", "EARMARK_MAX_DURATION_SECONDS is '-1': input should be greater than 0."),
        ("MAX_CHANNELS", "many", "EARMARK_MAX_CHANNELS is 'many': input should be a valid integer"),
        ("MIN_SAMPLE_RATE_HZ", "10", "EARMARK_MIN_SAMPLE_RATE_HZ is '10': input should be greater than or equal to"),
    ],
)
def test_a_wrong_setting_is_a_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(f"EARMARK_{name}", value)
    with pytest.raises(InvalidSettings) as caught:
        Settings.read()
    assert message in caught.value.detail


def test_settings_that_contradict_each_other_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_MIN_SAMPLE_RATE_HZ", "100000")
    monkeypatch.setenv("EARMARK_MAX_SAMPLE_RATE_HZ", "50000")
    with pytest.raises(
        InvalidSettings, match="MIN_SAMPLE_RATE_HZ is 100000, more than EARMARK_MAX_SAMPLE_RATE_HZ, 50000"
    ):
        Settings.read()


def test_an_env_file_that_is_no_text_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x80")
    with pytest.raises(InvalidSettings, match="cannot be read as text"):
        Settings.read()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings.read().max_channels = 3  # type: ignore[misc]
