"""deploy/kubernetes: what kustomize makes of it, against the schemas of Kubernetes, the image and the settings."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.manifests import (
    OVERLAYS,
    compose,
    dockerfile_environment,
    in_bytes,
    kustomized,
    resources,
    settings_of,
    text,
)

OURS = [overlay for overlay in OVERLAYS if overlay != "ray"]
NAME = {"app.kubernetes.io/name": "earmark"}
VERSION = "1.37"

manifest = cache(kustomized)


def of(overlay: str, resource: str) -> Any:
    return resources(manifest(overlay))[resource]


def pod(overlay: str) -> Any:
    return of(overlay, "Deployment/earmark")["spec"]["template"]


def container(overlay: str) -> Any:
    (one,) = pod(overlay)["spec"]["containers"]
    return one


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_it_fits_the_schemas(overlay: str) -> None:
    for one in yaml.safe_load_all(manifest(overlay)):
        if one["apiVersion"] != "ray.io/v1":  # see test_ray_service.py
            kubernetes_validate.validate(one, VERSION, strict=True)


def test_the_schemas_would_notice() -> None:
    wrong = of("kubernetes/base", "Deployment/earmark") | {"spec": {"replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


@pytest.mark.parametrize("overlay", OURS)
def test_pods_are_shut_in(overlay: str) -> None:
    """As the restricted standard for pods asks, and more."""
    spec = pod(overlay)["spec"]
    image_user, image_group = re.findall(r"^USER (\d+):(\d+)$", text("Dockerfile"), re.MULTILINE)[-1]
    context = spec["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (int(image_user), int(image_group))
    assert context["fsGroup"] == int(image_group)
    assert context["runAsNonRoot"] is True
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(overlay)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert of(overlay, "ServiceAccount/earmark")["automountServiceAccountToken"] is False
    assert of(overlay, "NetworkPolicy/earmark")["spec"]["egress"] == []


@pytest.mark.parametrize("overlay", OURS)
def test_no_variable_of_a_service_is_taken_for_a_setting(overlay: str) -> None:
    """A Service named earmark would set EARMARK_PORT."""
    assert pod(overlay)["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("overlay", OURS)
def test_everything_means_the_same_pods(overlay: str) -> None:
    assert pod(overlay)["metadata"]["labels"] == NAME
    selectors: dict[str, Callable[[Any], Any]] = {
        "Deployment": lambda spec: spec["selector"]["matchLabels"],
        "Service": lambda spec: spec["selector"],
        "PodDisruptionBudget": lambda spec: spec["selector"]["matchLabels"],
        "NetworkPolicy": lambda spec: spec["podSelector"]["matchLabels"],
    }
    for kind, selected in selectors.items():
        assert selected(of(overlay, f"{kind}/earmark")["spec"]) == NAME, kind
    for spread in pod(overlay)["spec"]["topologySpreadConstraints"]:
        assert spread["labelSelector"]["matchLabels"] == NAME
    target = of(overlay, "HorizontalPodAutoscaler/earmark")["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", "earmark")
    assert "replicas" not in of(overlay, "Deployment/earmark")["spec"], "it would fight with the autoscaler"


@pytest.mark.parametrize("overlay", OURS)
def test_it_fits_the_image_and_the_settings(overlay: str) -> None:
    config_map = of(overlay, "ConfigMap/earmark")
    assert container(overlay)["envFrom"] == [{"configMapRef": {"name": config_map["metadata"]["name"]}}]
    settings = settings_of({**dockerfile_environment(), **config_map["data"]})
    assert container(overlay)["ports"] == [{"name": "http", "containerPort": settings.port}]
    assert of(overlay, "Service/earmark")["spec"]["ports"][0]["targetPort"] == "http"
    mounts = {mount["mountPath"] for mount in container(overlay)["volumeMounts"]}
    assert {str(settings.upload_dir), "/tmp"} <= mounts
    if settings.keys_file:
        assert str(settings.keys_file.parent) in mounts


@pytest.mark.parametrize("overlay", OURS)
def test_there_is_time_to_stop_and_room_to_work(overlay: str) -> None:
    settings = settings_of(of(overlay, "ConfigMap/earmark")["data"])
    spec, limits = pod(overlay)["spec"], container(overlay)["resources"]["limits"]
    before_seconds = container(overlay)["lifecycle"]["preStop"]["sleep"]["seconds"]
    stopping_seconds = before_seconds + settings.drain_delay_seconds + settings.drain_seconds
    assert stopping_seconds < spec["terminationGracePeriodSeconds"]
    probe = container(overlay)["readinessProbe"]
    assert before_seconds >= probe["periodSeconds"]
    volumes = {volume["name"]: volume["emptyDir"] for volume in spec["volumes"] if "emptyDir" in volume}
    in_memory = sum(in_bytes(one["sizeLimit"]) for one in volumes.values() if one.get("medium") == "Memory")
    processes = int(limits["cpu"]) + settings.max_streams
    assert processes * settings.worker_memory_bytes + in_memory + 400 * 2**20 <= in_bytes(limits["memory"])
    assert in_bytes(volumes["uploads"]["sizeLimit"]) < in_bytes(limits["ephemeral-storage"])
    assert settings.max_body_bytes <= in_bytes(volumes["uploads"]["sizeLimit"]) / 2


@pytest.mark.parametrize("overlay", OURS)
def test_probes_ask_what_the_service_answers(overlay: str) -> None:
    paths = set(json.loads(text("docs/openapi.json"))["paths"])
    asked = {name: container(overlay)[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    assert {probe["path"] for probe in asked.values()} <= paths
    assert asked["liveness"]["path"] == "/health/live", "one that drains must not be killed"
    assert asked["readiness"]["path"] == asked["startup"]["path"] == "/health/ready"


def test_the_ingress_has_the_limits_of_the_service() -> None:
    settings = settings_of(of("kubernetes/production", "ConfigMap/earmark")["data"])
    said = of("kubernetes/production", "Ingress/earmark")["metadata"]["annotations"]
    said = {name.removeprefix("nginx.ingress.kubernetes.io/"): value for name, value in said.items()}
    assert int(said["proxy-body-size"]) == settings.max_body_bytes
    assert int(said["proxy-read-timeout"]) > settings.max_queue_seconds + settings.max_analysis_seconds
    assert said["proxy-request-buffering"] == said["proxy-buffering"] == "off"
    assert "non_idempotent" not in said["proxy-next-upstream"]


def test_no_key_ships() -> None:
    assert all(line.startswith("#") for line in text("deploy/kubernetes/production/keys").splitlines())


def test_every_way_to_run_it_has_the_same_limits() -> None:
    composed = settings_of(compose()["services"]["earmark"]["environment"])
    in_kubernetes = settings_of(of("kubernetes/base", "ConfigMap/earmark")["data"])
    for name in ("worker_memory_bytes", "max_streams", "max_requests", "max_body_bytes"):
        assert getattr(composed, name) == getattr(in_kubernetes, name), name
