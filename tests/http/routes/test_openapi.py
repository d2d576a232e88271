"""openapi.json is what the code says, and every answer of it has a schema."""

import json
from pathlib import Path

from service.http.app import create_app
from service.http.server_settings import ServerSettings

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_committed_document_is_the_real_one(tiny_models: Path) -> None:
    """`python -m tests.http.routes.test_openapi` writes it."""
    assert json.loads(COMMITTED.read_text()) == create_app(ServerSettings(models_dir=tiny_models)).openapi()


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(COMMITTED.read_text())
    named = set(document["components"]["schemas"])
    found = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert {"Answer", "Problem", "FileAnswer"} <= found <= named
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (path, method, status)


if __name__ == "__main__":
    COMMITTED.write_text(json.dumps(create_app(ServerSettings()).openapi(), indent=2) + "\n")
