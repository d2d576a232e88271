"""What the service says of its models, its formats and its limits."""

import json
import shutil
from pathlib import Path

import httpx

from service.formats.catalogue import FORMATS
from service.http.routes.capabilities import LIMITS
from service.http.server_settings import ServerSettings
from tests.http.problem import assert_problem
from tests.http.server import serving

ROOT = Path(__file__).parents[3]


def test_models_are_listed_with_their_places(client: httpx.Client) -> None:
    document = client.get("/v1/models").json()
    assert {one["model"]: one["serves_as"] for one in document["models"]} == {
        "gate@1.0.0": ["gate"],
        "genre@1.0.0": ["genre"],
        "scene@1.0.0": ["scene"],
    }
    assert document["broken"] == []


def test_one_model_has_its_manifest_and_its_card(client: httpx.Client, tiny_models: Path) -> None:
    for name in ("gate", "gate@1.0.0"):
        document = client.get(f"/v1/models/{name}").json()
        folder = tiny_models / "gate" / "1.0.0"
        assert document["card"] == (folder / "README.md").read_text()
        assert document["manifest"]["sha256"] == json.loads((folder / "manifest.json").read_text())["sha256"]
        assert document["labels"] == ["music", "speech"]
    assert_problem(client.get("/v1/models/gait"), 404, "unknown-model", "gait", "gate@1.0.0")
    assert_problem(client.get("/v1/models/..%2F..%2Fetc"), 404, "no-such-page")


def test_metrics_are_never_without_their_split(tmp_path: Path) -> None:
    """The shipped models, and one that is broken, which does not hide the others."""
    models = shutil.copytree(ROOT / "models", tmp_path / "models")
    broken = shutil.copytree(models / "gate" / "2.0.0", models / "gate" / "0.9.0")
    (broken / "manifest.json").write_text("{}")
    with serving(models, "--workers", "1") as server, server.client() as client:
        document = client.get("/v1/models").json()
        (gate,) = [one for one in document["models"] if one["name"] == "gate"]
        assert gate["metrics"]
        assert all(metric["split"] for metric in gate["metrics"])
        assert [one["model"] for one in document["broken"]] == ["gate@0.9.0"]
        assert "manifest.json is not valid" in document["broken"][0]["problem"]


def test_formats_and_limits(client: httpx.Client) -> None:
    document = client.get("/v1/formats").json()
    assert {"wav", "mp3", "ogg", "mp4"} <= set(document["reads"]["containers"])
    assert {"aac", "opus", "flac"} <= set(document["reads"]["codecs"])
    assert [one["name"] for one in document["writes"]] == list(FORMATS)
    defaults = ServerSettings(_env_file=None)
    for name in LIMITS:
        assert document["limits"][name] == getattr(defaults, name)
