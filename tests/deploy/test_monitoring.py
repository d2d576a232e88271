"""Dashboard and alerts speak of what the service really counts."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.deploy.manifests import ROOT, compose, text
from tests.http.server import serving
from tests.sound_files import sound_bytes
from tests.tones import RATE, tone
from tests.workers.waiting import wait_for

FOLDER = ROOT / "deploy" / "monitoring"
OF_PROMETHEUS = {"up", "instance", "job", "le", "__name__"}
WORDS = {"sum", "rate", "by", "count", "increase", "histogram_quantile", "label_values", "__rate_interval"}


@pytest.fixture(scope="module")
def counted(tiny_models: Path) -> str:
    """What /metrics says after an answer, and a problem."""

    def metrics(client: httpx.Client) -> str:
        return client.get("/metrics").text

    with serving(tiny_models, "--workers", "1") as server, server.client() as client:
        assert client.post("/v1/classify", content=sound_bytes("wav_16", tone(300, 3), RATE)).status_code == 200
        assert client.post("/v1/classify", content=b"no sound").status_code == 415
        wait_for(lambda: "earmark_rejects_total{" in metrics(client) and "earmark_stage_seconds_sum" in metrics(client))
        return metrics(client)


def dashboard() -> Any:
    return json.loads(text("deploy/monitoring/dashboards/earmark.json"))


def expressions() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for rule in yaml.safe_load(text("deploy/monitoring/alerts.yml"))["groups"][0]["rules"]:
        yield rule["expr"]
    yield from (variable["query"]["query"] for variable in dashboard()["templating"]["list"])


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_metric_and_label_exists(expression: str, counted: str) -> None:
    names = set(re.findall(r"^([a-z_]+)", counted, re.MULTILINE))
    labels = set(re.findall(r"[{,](\w+)=", counted))
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\$\w+', "", expression)
    words = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", bare)) - WORDS
    assert words
    words -= OF_PROMETHEUS
    assert {word for word in words if word.startswith(("earmark_", "process_"))} <= names
    assert {word for word in words if not word.startswith(("earmark_", "process_"))} <= labels
    assert expression.count("(") == expression.count(")")


def test_routes_that_are_looked_at_exist(counted: str) -> None:
    asked = {route for expression in expressions() for route in re.findall(r'route="([^"]+)"', expression)}
    assert asked <= set(re.findall(r'route="([^"]+)"', counted))


def test_prometheus_and_grafana_find_each_other_and_the_service() -> None:
    services = compose()["services"]
    (job,) = yaml.safe_load(text("deploy/monitoring/prometheus.yml"))["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    assert (job["job_name"], found["names"], found["port"]) == ("earmark", ["earmark"], 8000)
    (source,) = yaml.safe_load(text("deploy/monitoring/grafana/datasources/prometheus.yml"))["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert {panel["datasource"]["uid"] for panel in dashboard()["panels"]} == {source["uid"]}
    (provider,) = yaml.safe_load(text("deploy/monitoring/grafana/dashboards/earmark.yml"))["providers"]
    mounted = {mount.split(":")[1]: mount.split(":")[0] for mount in services["grafana"]["volumes"]}
    assert mounted[provider["options"]["path"]] == "./deploy/monitoring/dashboards"
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/earmark.json"


def test_panels_do_not_overlap() -> None:
    seen: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + column, place["y"] + row) for column in range(place["w"]) for row in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & seen, panel["title"]
        seen |= cells
