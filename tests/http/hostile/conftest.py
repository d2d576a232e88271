from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.hostile.fortress import MAX_BODY_BYTES, Fortress
from tests.http.server import serving


@pytest.fixture(scope="session")
def built(tiny_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    """Short of patience, so that the tests need none."""
    upload_dir = tmp_path_factory.mktemp("uploads")
    patience = ["--max-header-seconds", "1", "--upload-grace-seconds", "1", "--stream-idle-seconds", "1"]
    limits = ["--max-body-bytes", str(MAX_BODY_BYTES), "--max-duration-seconds", "600", "--max-analysis-seconds", "20"]
    with serving(tiny_models, "--workers", "2", "--upload-dir", str(upload_dir), *patience, *limits) as server:
        yield Fortress(server, upload_dir)


@pytest.fixture
def fortress(built: Fortress) -> Iterator[Fortress]:
    yield built
    built.assert_unharmed()
