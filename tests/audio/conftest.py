import pytest

from service.engine import Engine
from service.settings import Settings
from tests.tiny_models import write_tiny_models


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """With the tiny models, whose answers can be predicted."""
    return Engine.load(Settings(models_dir=write_tiny_models(tmp_path_factory.mktemp("models"))))
