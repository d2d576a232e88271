from pathlib import Path

import pytest
from hypothesis import settings

from service.engine import Engine
from service.settings import Settings
from tests.tiny_models import write_eared_models, write_tiny_models

settings.register_profile("patient", deadline=None)  # a machine that is busy is no fault
settings.load_profile("patient")


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder whose answers can be worked out by hand. Copy it before changing it."""
    return write_tiny_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def eared_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with an ear: a gate that speaks in steps, heads with `other`, and tags."""
    return write_eared_models(tmp_path_factory.mktemp("eared"))


@pytest.fixture(scope="session")
def engine(tiny_models: Path) -> Engine:
    return Engine.load(Settings(models_dir=tiny_models))


@pytest.fixture(scope="session")
def eared_engine(eared_models: Path) -> Engine:
    return Engine.load(Settings(models_dir=eared_models))
