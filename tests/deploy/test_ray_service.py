"""deploy/ray: against the documented fields of KubeRay, Ray Serve's own schema, the image and the settings."""

import json
import re
import subprocess
import sys
from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import kubernetes_validate
import pytest
import yaml

from tests.deploy.manifests import ROOT, dockerfile_environment, kustomized, resources, settings_of, text
from tests.deploy.ray_service_schema import RAY_SERVICE


@cache
def service() -> Any:
    return resources(kustomized("ray"))["RayService/earmark"]


def templates() -> dict[str, Any]:
    cluster = service()["spec"]["rayClusterConfig"]
    workers = {group["groupName"]: group["template"] for group in cluster["workerGroupSpecs"]}
    return {"head": cluster["headGroupSpec"]["template"], **workers}


def serve_config() -> Any:
    return yaml.safe_load(service()["spec"]["serveConfigV2"])


def test_it_has_no_field_that_kuberay_does_not_document() -> None:
    jsonschema.validate(service(), RAY_SERVICE)


READER = """
import importlib, json, sys
from ray.serve.schema import ServeDeploySchema
from service.scale.ray_serve import ROUTES, Arguments, name_of

config, callback = json.load(sys.stdin)
applications = ServeDeploySchema.model_validate(config).applications
for path in (callback, *(one.import_path for one in applications)):
    module, name = path.split(":")
    assert callable(getattr(importlib.import_module(module), name)), path
said = {one.name: [one.route_prefix, Arguments.model_validate(one.args).settings] for one in applications}
json.dump({"said": said, "wanted": {name_of(part): route for part, route in ROUTES.items()}}, sys.stdout)
"""
"""In a process of its own: importing Ray warns of much that is its own affair."""


def test_ray_and_the_service_understand_its_serve_config() -> None:
    (head,) = templates()["head"]["spec"]["containers"]
    (callback,) = [one["value"] for one in head["env"] if one["name"].endswith("CALLBACK_IMPORT_PATH")]
    command = [sys.executable, "-W", "ignore", "-c", READER]
    given = json.dumps([serve_config(), callback])
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert {name: route for name, (route, _) in facts["said"].items()} == facts["wanted"]
    for _, settings in facts["said"].values():
        settings_of({f"EARMARK_{name.upper()}": str(value) for name, value in settings.items()})


@pytest.mark.parametrize("group", ["head", "listeners"])
def test_its_pods_fit_the_schemas_and_are_shut_in(group: str) -> None:
    spec = templates()[group]["spec"]
    one = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": group}, "spec": spec}
    kubernetes_validate.validate(one, "1.37", strict=True)
    (container,) = spec["containers"]
    (user,) = set(re.findall(r"^USER (\d+):\1$", text("Dockerfile"), re.MULTILINE))
    assert spec["securityContext"]["runAsUser"] == int(user)
    assert spec["enableServiceLinks"] is False
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("group", ["head", "listeners"])
def test_its_environment_fits_the_settings(group: str) -> None:
    spec = templates()[group]["spec"]
    (container,) = spec["containers"]
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    settings = settings_of({**dockerfile_environment(), **environment})
    assert settings.drain_seconds < spec["terminationGracePeriodSeconds"]
    assert settings.port == serve_config()["http_options"]["port"]
    assert {str(settings.upload_dir), "/tmp", "/dev/shm"} <= {one["mountPath"] for one in container["volumeMounts"]}


def test_its_version_of_ray_is_the_locked_one() -> None:
    (locked,) = re.findall(r"^ray==(\S+)", text("requirements-dev.lock"), re.MULTILINE)
    assert service()["spec"]["rayClusterConfig"]["rayVersion"] == locked


def test_only_the_port_of_the_service_is_open() -> None:
    """The dashboard runs whatever it is sent."""
    policy = resources(kustomized("ray"))["NetworkPolicy/earmark-ray"]["spec"]
    outside = [rule for rule in policy["ingress"] if "earmark-client" in str(rule)]
    assert [rule["ports"] for rule in outside] == [[{"protocol": "TCP", "port": 8000}]]
