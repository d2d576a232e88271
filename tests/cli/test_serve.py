from service.http.server_settings import ServerSettings
from tests.cli.command import earmark


def test_every_setting_has_a_flag_with_help_and_default() -> None:
    shown = earmark("serve", "--help").stdout
    words = " ".join(shown.replace("│", " ").split())
    for name, field in ServerSettings.model_fields.items():
        assert f"--{name.replace('_', '-')} " in shown
        assert field.description
        assert field.description.split()[0] in words
    assert "[default: 8000]" in words
    assert "[default: 127.0.0.1]" in words


def test_a_flag_wins_over_the_environment() -> None:
    done = earmark("serve", "--port", "65536", env={"EARMARK_PORT": "8000"})
    assert done.returncode == 2
    assert "EARMARK_PORT is '65536'" in done.stderr
    done = earmark("serve", env={"EARMARK_PORT": "65537"})
    assert done.returncode == 2
    assert "EARMARK_PORT is '65537'" in done.stderr
