"""The process that listens at the port stays light: what decodes and what infers is for the workers."""

import json
import subprocess
import sys
from pathlib import Path

HEAVY = ("onnxruntime", "av", "soundfile", "soxr", "service.engine", "service.analysis", "service.inference.session")
REPORT = """
import json, sys
from service.http.graceful_server import serve
from service.http.app import create_app
from service.http.server_settings import ServerSettings
create_app(ServerSettings()).openapi()
print(json.dumps(sorted(sys.modules)))
"""


def test_the_front_imports_nothing_heavy(tiny_models: Path) -> None:
    environment = {"EARMARK_MODELS_DIR": str(tiny_models)}
    done = subprocess.run([sys.executable, "-c", REPORT], env=environment, capture_output=True, text=True, check=True)
    modules = json.loads(done.stdout)
    assert "service.http.app" in modules
    assert not [name for name in HEAVY if name in modules]
