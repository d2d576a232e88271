"""The packages of the models folder, each verified, and the cascade that they make."""

import time
from collections.abc import Iterator

from service.cli.doctor.finding import Finding
from service.errors import BrokenPackage, ModelError
from service.inference.cascade import Cascade
from service.inference.package import Package
from service.inference.store import HOW_TO_GET, ModelStore
from service.inference.verified import Verifier

TOPIC = "models"


def model_checks(store: ModelStore) -> Iterator[Finding]:
    packages = store.packages()
    if not packages:
        yield Finding(TOPIC, "broken", f"there is no model package in {store.folder}", HOW_TO_GET)
        return
    verifier = Verifier(store)
    for package in packages:
        yield _of_package(package, verifier)
    started = time.perf_counter()
    try:
        cascade = Cascade.load(store)
    except ModelError as error:
        yield Finding(TOPIC, "broken", f"{error.title}. {error.detail}", "`earmark verify` checks again.")
        return
    chain = ", ".join(session.manifest.reference for session in cascade.sessions.values())
    yield Finding(TOPIC, "ok", f"cascade.json: loads {chain} in {_milliseconds(started)}")


def _of_package(package: Package | BrokenPackage, verifier: Verifier) -> Finding:
    started = time.perf_counter()
    try:
        if isinstance(package, BrokenPackage):
            raise package
        verifier.check(package)
    except BrokenPackage as error:
        return Finding(TOPIC, "broken", error.detail, "Put the whole package there again, or remove its folder.")
    return Finding(TOPIC, "ok", f"{package.reference}: verified in {_milliseconds(started)}")


def _milliseconds(started: float) -> str:
    return f"{1000 * (time.perf_counter() - started):.0f} ms"
