from pathlib import Path

import pytest
from pydantic import ValidationError, field_validator

from service.cpus import usable_cpus
from service.errors import InvalidSettings
from service.http.server_settings import ServerSettings
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


def test_the_server_reads_all_of_it_and_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EARMARK_MAX_CHANNELS", "2")
    monkeypatch.setenv("EARMARK_WORKERS", "3")
    monkeypatch.setenv("EARMARK_CORS_ORIGINS", " https://a.example, https://b.example,")
    monkeypatch.setenv("EARMARK_KEYS_FILE", str(tmp_path))
    settings = ServerSettings.read()
    assert (settings.max_channels, settings.worker_count) == (2, 3)
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.keys_file == tmp_path


def test_as_many_workers_as_processors_by_default() -> None:
    assert ServerSettings.read().worker_count == usable_cpus()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "65536", "EARMARK_PORT is '65536': input should be less than or equal to 65535."),
        ("LOG_LEVEL", "loud", "EARMARK_LOG_LEVEL is 'loud': input should be 'debug', 'info', 'warning' or 'error'."),
        ("DRAIN_SECONDS", "0", "EARMARK_DRAIN_SECONDS is '0': input should be greater than 0."),
    ],
)
def test_a_wrong_setting_of_the_server_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"EARMARK_{name}", value)
    with pytest.raises(InvalidSettings) as caught:
        ServerSettings.read()
    assert caught.value.detail == message


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in ServerSettings.model_fields.values())


class Even(Settings):
    number: int = 0

    @field_validator("number")
    @classmethod
    def _is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("Choose an even number")
        return value


def test_a_check_of_our_own_speaks_for_itself() -> None:
    with pytest.raises(InvalidSettings) as caught:
        Even.read(number=3)
    assert caught.value.detail == "EARMARK_NUMBER is 3: choose an even number."
