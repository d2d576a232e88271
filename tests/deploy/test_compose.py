"""docker-compose.yml against its schema, the settings, the image and the proxy."""

import re
import subprocess
from typing import Any

import pytest

from tests.deploy.manifests import (
    ROOT,
    TOOLS,
    compose,
    dockerfile_environment,
    in_bytes,
    nginx_value,
    settings_of,
    text,
)

OURS = ("earmark", "replica")
FOR_THE_REST_BYTES = 512 * 2**20
"""The process that answers, the pages of files that were read, /tmp."""


@pytest.fixture(scope="module")
def services() -> Any:
    return compose()["services"]


def test_it_fits_the_schema() -> None:
    command = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_everything_is_shut_in(services: Any) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"]["max-size"], name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name


def test_only_the_service_starts_by_itself(services: Any) -> None:
    assert [name for name, service in services.items() if "profiles" not in service] == ["earmark"]
    profiles = {name: service["profiles"] for name, service in services.items() if "profiles" in service}
    assert profiles == {
        "replica": ["replicas"],
        "proxy": ["replicas"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }


@pytest.mark.parametrize("name", OURS)
def test_it_fits_the_image(services: Any, name: str) -> None:
    service = services[name]
    settings = settings_of({**dockerfile_environment(), **service["environment"]})
    mounts = dict(entry.split(":") for entry in service["tmpfs"])
    assert str(settings.upload_dir) in mounts
    (user,) = set(re.findall(r"^USER (\d+):\1$", text("Dockerfile"), re.MULTILINE))
    assert f"uid={user},gid={user}" in mounts[str(settings.upload_dir)]
    for published in service.get("ports", ()):
        assert published.endswith(f":{settings.port}")


@pytest.mark.parametrize("name", OURS)
def test_its_memory_is_enough_for_what_it_may_do(services: Any, name: str) -> None:
    """All workers at their limit, and a full folder of uploads, which is in memory, too."""
    service = services[name]
    settings = settings_of(service["environment"])
    limits = service["deploy"]["resources"]["limits"]
    processes = int(limits["cpus"]) + settings.max_streams
    (uploads,) = [in_bytes(size) for size in re.findall(r"/uploads:size=(\w+)", " ".join(service["tmpfs"]))]
    assert processes * settings.worker_memory_bytes + uploads + FOR_THE_REST_BYTES <= in_bytes(limits["memory"])
    assert settings.max_body_bytes <= uploads / 2


@pytest.mark.parametrize("name", OURS)
def test_it_may_stop_in_peace(services: Any, name: str) -> None:
    settings = settings_of(services[name]["environment"])
    patience_seconds = int(services[name]["stop_grace_period"].removesuffix("s"))
    assert patience_seconds > settings.drain_delay_seconds + settings.drain_seconds
    assert settings.drain_delay_seconds == 0, "a closed port is what makes the proxy ask another replica"


def test_proxy_and_service_have_the_same_limits(services: Any) -> None:
    settings = settings_of({**dockerfile_environment(), **services["replica"]["environment"]})
    assert int(nginx_value("client_max_body_size")) == settings.max_body_bytes
    assert nginx_value("client_header_timeout") == f"{settings.max_header_seconds:.0f}s"
    assert nginx_value("large_client_header_buffers") == f"4 {settings.max_header_bytes // 1024}k"
    assert seconds(nginx_value("client_body_timeout")) > settings.upload_grace_seconds
    longest = settings.max_queue_seconds + settings.max_analysis_seconds
    assert seconds(nginx_value("proxy_read_timeout")) > longest
    assert f"server earmark:{settings.port} resolve" in text("deploy/proxy/replicas.conf")
    assert services["replica"]["networks"]["inside"]["aliases"] == ["earmark"]
    assert f"127.0.0.1:8080:{nginx_value('listen')}" in services["proxy"]["ports"]


def seconds(value: str) -> float:
    return float(value.removesuffix("s"))


def test_what_is_mounted_is_there(services: Any) -> None:
    mounts = [mount.split(":") for service in services.values() for mount in service.get("volumes", ())]
    for source, _, *options in mounts:
        if source.startswith("./"):
            assert (ROOT / source).exists(), source
            assert options == ["ro"], source


def test_the_documented_limits_are_the_real_ones(services: Any) -> None:
    service = services["earmark"]
    settings = settings_of(service["environment"])
    limits = service["deploy"]["resources"]["limits"]
    rows = [line.strip("|").split("|") for line in text("docs/deployment.md").splitlines() if line.startswith("| ")]
    documented = {row[0].strip(" `"): row[1].strip() for row in rows if len(row) == 3}
    mebibyte = 2**20
    for name, value in {
        "cpus": limits["cpus"],
        "memory": f"{in_bytes(limits['memory']) // 1024 // mebibyte} GiB",
        "EARMARK_WORKER_MEMORY_BYTES": f"{settings.worker_memory_bytes // mebibyte} MiB",
        "pids": str(limits["pids"]),
        "EARMARK_MAX_BODY_BYTES": f"{settings.max_body_bytes // mebibyte} MiB",
        "EARMARK_MAX_REQUESTS": str(settings.max_requests),
        "stop_grace_period": service["stop_grace_period"].replace("s", " s"),
    }.items():
        assert documented[name] == value, name
