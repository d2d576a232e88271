"""The counts of many, as one page for Prometheus."""

import pickle

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from service.scale.cluster_state import FORGET_SECONDS, ClusterState, Ledger, StatusReport


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def report(source: str, analyses: int, ready: int = 1, in_flight: int = 0) -> StatusReport:
    registry = CollectorRegistry()
    counter = Counter("earmark_analyses", "Sounds.", ["container"], registry=registry)
    counter.labels("mp3").inc(analyses)
    made = StatusReport(source, ready, in_flight, list(registry.collect()))
    copy: StatusReport = pickle.loads(pickle.dumps(made))  # noqa: S301 - as Ray sends it
    return copy


def test_everybody_is_on_the_page_under_a_name() -> None:
    ledger = Ledger(Clock())
    ledger.report(report("files-a", 3))
    ledger.report(report("files-b", 4))
    ledger.report(report("files-a", 5))
    text = ledger.exposition().decode()
    assert text.count("# HELP earmark_analyses_total") == 1
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = families["earmark_analyses"].samples
    assert {one.labels["source"]: one.value for one in samples} == {"files-a": 5, "files-b": 4}
    assert {one.labels["container"] for one in samples} == {"mp3"}


def test_who_falls_silent_is_forgotten() -> None:
    clock = Clock()
    ledger = Ledger(clock)
    ledger.report(report("files-a", 1))
    clock.now += FORGET_SECONDS - 1
    assert ledger.report(report("front-b", 1, ready=0, in_flight=2)) == ClusterState(False, 1, 2)
    clock.now += 2
    assert ledger.state() == ClusterState(False, 0, 2)
    assert "files-a" not in ledger.exposition().decode()


def test_all_hear_that_it_ends() -> None:
    ledger = Ledger(Clock())
    assert not ledger.report(report("front-a", 0)).is_draining
    ledger.set_draining(True)
    assert ledger.report(report("front-a", 0)).is_draining
    ledger.set_draining(False)
    assert not ledger.state().is_draining
