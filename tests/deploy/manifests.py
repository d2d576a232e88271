"""What the files of the deployment say, read back."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from service.http.server_settings import ServerSettings
from service.settings import PREFIX

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
"""Where pip put the commands."""
OVERLAYS = ("kubernetes/base", "kubernetes/production", "kubernetes/monitoring", "ray")

_FACTORS = {"k": 2**10, "m": 2**20, "g": 2**30}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def compose() -> Any:
    return yaml.safe_load(text("docker-compose.yml"))


def nginx_value(directive: str) -> str:
    """Of a directive that is there once."""
    (value,) = re.findall(rf"^\s*{directive} ([^;]+);", text("deploy/proxy/nginx.conf"), re.MULTILINE)
    return str(value)


def dockerfile_environment() -> dict[str, str]:
    return dict(re.findall(r"^(?:ENV| {3}) (\w+)=(\S+)", text("Dockerfile"), re.MULTILINE))


def kustomized(overlay: str) -> str:
    command = [str(TOOLS / "kubectl"), "kustomize", str(ROOT / "deploy" / overlay)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=180).stdout


def resources(manifest: str) -> dict[str, Any]:
    """By kind and name, as in `Deployment/earmark`; what kustomize appends to a name is left off."""
    return {
        f"{one['kind']}/{re.sub('-[a-z0-9]{10}$', '', one['metadata']['name'])}": one
        for one in yaml.safe_load_all(manifest)
    }


def in_bytes(size: str) -> int:
    """Of `4g` or `64m` in the compose file, `3Gi` in Kubernetes."""
    found = re.fullmatch(r"(\d+)([kmg])i?", size.lower())
    assert found, size
    return int(found[1]) * _FACTORS[found[2]]


def settings_of(environment: dict[str, str]) -> ServerSettings:
    """Every EARMARK_ name must be a setting, and every value fit."""
    named = {name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    unknown = named.keys() - ServerSettings.model_fields.keys()
    assert not unknown
    return ServerSettings.read(**named)
