"""`earmark doctor`: each finding is of the machine as it is, and says what to do."""

import json
import shutil
import socket
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import pytest

from service.audio.containers import CONTAINERS
from service.cli import doctor_decoding as decoding_module
from service.cli.doctor import examine
from service.cli.doctor_checks import Finding, extras, machine, model_checks, places, setting_checks
from service.cli.doctor_decoding import decoding
from service.errors import UndecodableAudio
from service.extras import PACKAGES
from service.http.server_settings import ServerSettings
from service.inference.store import ModelStore
from tests.cli.command import earmark, on_a_terminal

ROOT = Path(__file__).parents[2]


def about(findings: Iterable[Finding], words: str) -> Finding:
    (found,) = [one for one in findings if words in one.says]
    return found


@pytest.fixture
def settings(tiny_models: Path) -> ServerSettings:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return ServerSettings(models_dir=tiny_models, port=one.getsockname()[1])


def test_a_sound_machine_for_programs(tiny_models: Path, tmp_path: Path) -> None:
    done = earmark("doctor", "--json", models=tiny_models, cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer["broken"] == 0
    assert answer["ok"] + answer["warning"] == len(answer["findings"])
    assert {one["topic"] for one in answer["findings"]} == {
        "settings", "machine", "decoding", "models", "server", "extras",
    }  # fmt: skip


def test_a_broken_model_and_a_typing_mistake_for_people(tiny_models: Path, tmp_path: Path) -> None:
    models = shutil.copytree(tiny_models, tmp_path / "models")
    (models / "genre" / "1.0.0" / "golden.npz").unlink()
    (tmp_path / ".env").write_text("EARMARK_MAX_CHANELS=2\nEARMARK_MAX_FILES=3\n")
    done = earmark("doctor", models=models, cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "ok       settings  EARMARK_MAX_FILES is 3 by the file .env; the default is 16" in lines
    (typed,) = [line for line in lines if "EARMARK_MAX_CHANELS" in line]
    assert typed.startswith("warning")
    assert typed.endswith("Did you mean EARMARK_MAX_CHANNELS?")
    (genre,) = [line for line in lines if line.startswith("broken   models    Model package genre@1.0.0 is refused")]
    assert genre.endswith("Put the whole package there again, or remove its folder.")
    assert ".." not in genre
    assert lines[-1].endswith("broken: 2")  # the package, and the cascade that needs it


def test_settings_that_do_not_fit_do_not_end_it(
    tiny_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_WORKERS", "many")
    first, *others = examine(tiny_models)
    assert first.state == "broken"
    assert "EARMARK_WORKERS is 'many'" in first.says
    assert about(others, "gate@1.0.0: verified").state == "ok"
    assert others[-1].topic == "extras"


def test_on_a_terminal_it_stands_in_columns(tiny_models: Path, tmp_path: Path) -> None:
    screen = on_a_terminal("doctor", models=tiny_models, cwd=tmp_path)
    assert "\x1b[32mok" in screen
    assert "gate@1.0.0: verified in" in screen


def test_every_container_is_really_decoded() -> None:
    versions, *findings = decoding()
    assert "libsndfile 1." in versions.says
    assert [one.says.split(":")[0] for one in findings] == [container.name for container in CONTAINERS]
    assert {one.state for one in findings} == {"ok"}
    assert not [one for one in findings if "nothing decoded" in one.says]


def test_a_decoder_that_fails_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Iterator[object]:
        raise UndecodableAudio("It is damaged.")

    monkeypatch.setattr(decoding_module, "open_sound", fail)
    flac = about(decoding(), "flac: ")
    assert (flac.state, flac.says) == ("broken", "flac: nothing decoded; flac: It is damaged.")


def test_an_encoder_that_is_missing_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise av.error.EncoderNotFoundError(0, "no encoder")

    monkeypatch.setattr(av, "open", fail)
    ogg = next(one for one in decoding() if "webm: " in one.says)
    assert (ogg.state, ogg.says) == ("ok", "webm: nothing decoded; opus not tried: nothing here encodes it")


def test_too_many_workers_and_too_little_memory_are_warned_of(settings: ServerSettings, tmp_path: Path) -> None:
    memory = tmp_path / "meminfo"
    memory.write_text("MemTotal: 9999999 kB\nMemAvailable: 10240 kB\n")
    findings = list(machine(settings.model_copy(update={"workers": 200}), memory))
    assert about(findings, "200 workers").state == "warning"
    assert about(findings, "10 MiB of memory are free").state == "warning"
    memory.write_text("nothing of the kind")
    assert about(machine(settings, memory), "does not say how much memory is free").state == "ok"


def test_no_models_and_a_cascade_that_does_not_fit_are_broken(tiny_models: Path, tmp_path: Path) -> None:
    (none,) = model_checks(ModelStore(tmp_path))
    assert (none.state, str(tmp_path) in none.says) == ("broken", True)
    models = shutil.copytree(tiny_models, tmp_path / "models")
    (models / "cascade.json").write_text("{}")
    *packages, cascade = model_checks(ModelStore(models))
    assert {one.state for one in packages} == {"ok"}
    assert cascade.state == "broken"


def test_a_port_in_use_is_warned_of(settings: ServerSettings) -> None:
    assert about(places(settings), "is free").state == "ok"
    with socket.create_server(("127.0.0.1", settings.port)):
        taken = about(places(settings), f"Port {settings.port} is taken")
    assert (taken.state, taken.remedy) == ("warning", "If that is Earmark itself, all is well.")


def test_folders_and_keys_that_cannot_be_used_are_broken(settings: ServerSettings, tmp_path: Path) -> None:
    wrong = settings.model_copy(update={"upload_dir": tmp_path / "none", "keys_file": tmp_path / "keys"})
    findings = list(places(wrong))
    assert about(findings, "uploads cannot be written").state == "broken"
    assert about(findings, "does not exist").remedy
    tight = settings.model_copy(update={"upload_dir": tmp_path, "max_body_bytes": 10**18})
    assert about(places(tight), "EARMARK_MAX_BODY_BYTES").state == "warning"


def test_who_can_reach_it_without_a_key_is_told(settings: ServerSettings) -> None:
    assert about(places(settings), "this machine alone").state == "ok"
    assert about(places(settings.model_copy(update={"host": "0.0.0.0"})), "other machines").state == "warning"  # noqa: S104


def test_an_extra_is_missing_only_if_it_is_asked_for(settings: ServerSettings) -> None:
    def nothing(_package: str) -> None:
        return None

    assert {one.state for one in extras(settings, nothing)} == {"ok"}
    asking = settings.model_copy(update={"otlp_endpoint": "http://127.0.0.1:4318"})
    assert about(extras(asking, nothing), "telemetry").state == "broken"


def test_the_extras_are_those_of_the_package() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for extra, packages in PACKAGES.items():
        wanted = {requirement.split(">")[0].split("[")[0] for requirement in declared[extra]}
        assert set(packages) == wanted


def test_nothing_is_said_of_settings_as_they_are(settings: ServerSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_URL", "http://127.0.0.1:8000")  # of the examples
    monkeypatch.setenv("EARMARK_MAX_FILES", "16")
    says = [one.says for one in setting_checks(settings, {"models_dir": None})]
    assert says[0] == "all settings have their defaults"
    assert len(says) == 2
