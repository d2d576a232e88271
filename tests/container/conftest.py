import pytest

from tests.container.images import ROOT, Images


@pytest.fixture(scope="session")
def images() -> Images:
    return Images(ROOT / "build" / "container")
