import json
import shutil
from pathlib import Path

from tests.cli.command import earmark


def test_models_are_listed(tiny_models: Path) -> None:
    done = earmark("models", models=tiny_models)
    assert done.returncode == 0
    for word in ("gate@1.0.0", "music, speech", "logmel 150x40", "16000 Hz", "3 s"):
        assert word in done.stdout


def test_an_ear_is_listed_with_those_who_hear_through_it(eared_models: Path) -> None:
    done = earmark("models", models=eared_models, env={"COLUMNS": "200"})
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if "@" in line.split()[0]}
    assert list(lines) == ["ear@1.0.0", "gate@1.0.0", "genre@1.0.0", "scene@1.0.0", "tags@1.0.0"]
    assert "logmel 150x40 at 16000 Hz" in lines["ear@1.0.0"]
    assert "steps of ear@1.0.0" in lines["gate@1.0.0"]
    assert "embedding of ear@1.0.0" in lines["genre@1.0.0"]
    verified = earmark("verify", models=eared_models)
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.splitlines() == [f"{name}: ok" for name in (*lines, "cascade.json")]


def test_a_broken_package_is_listed_beside_the_others(tiny_models: Path, tmp_path: Path) -> None:
    models = shutil.copytree(tiny_models, tmp_path / "models")
    (models / "genre" / "1.0.0" / "manifest.json").write_text("{}")
    done = earmark("models", models=models)
    assert "gate@1.0.0" in done.stdout
    assert "genre@1.0.0" in done.stdout
    assert "broken" in done.stdout


def test_verify_checks_every_package_and_the_cascade(tiny_models: Path) -> None:
    done = earmark("verify", models=tiny_models)
    assert done.returncode == 0
    assert done.stdout.splitlines() == ["gate@1.0.0: ok", "genre@1.0.0: ok", "scene@1.0.0: ok", "cascade.json: ok"]


def test_verify_names_what_is_broken_and_fails(tiny_models: Path, tmp_path: Path) -> None:
    models = shutil.copytree(tiny_models, tmp_path / "models")
    model = models / "genre" / "1.0.0" / "model.onnx"
    model.write_bytes(model.read_bytes() + b"\0")
    (models / "gate" / "1.0.0" / "manifest.json").write_text("[red]")
    done = earmark("verify", models=models)
    assert done.returncode == 1
    gate, genre, scene = done.stdout.splitlines()
    assert gate.startswith("Model package gate@1.0.0 is refused: manifest.json is not valid")
    assert genre.startswith("Model package genre@1.0.0 is refused: model.onnx has sha256")
    assert scene == "scene@1.0.0: ok"


def test_verify_checks_that_the_cascade_fits(tiny_models: Path, tmp_path: Path) -> None:
    models = shutil.copytree(tiny_models, tmp_path / "models")
    cascade = json.loads((models / "cascade.json").read_text())
    (models / "cascade.json").write_text(json.dumps({**cascade, "gate": "door"}))
    done = earmark("verify", models=models)
    assert done.returncode == 2
    assert "There is no model 'door'." in done.stderr


def test_without_models_the_way_to_get_them_is_told(tmp_path: Path) -> None:
    for command in ("models", "verify"):
        done = earmark(command, models=tmp_path)
        assert done.returncode == 2
        assert "no" in done.stderr
        assert "docs/models.md" in done.stderr
