"""A model file is deleted while the service runs."""

import shutil
from pathlib import Path

from tests.http.fire.watching import CLASSIFY, watched
from tests.http.problem import assert_problem
from tests.workers.waiting import wait_for


def test_a_model_that_is_deleted(tiny_models: Path, tmp_path: Path, medley_wav: bytes) -> None:
    """A worker that has loaded it goes on; with none left, the service says why, and recovers by itself."""
    models = tmp_path / "models"
    shutil.copytree(tiny_models, models)
    with watched(models, "--workers", "2") as running:
        client, file = running.client, models / "genre" / "1.0.0" / "model.onnx"
        file.rename(tmp_path / "model.onnx")
        first, second = running.worker_pids()

        running.kill_worker(first)
        wait_for(lambda: running.count("earmark_workers_ready") == 1)
        assert client.get("/health/ready").status_code == 200
        assert client.post(CLASSIFY, content=medley_wav).status_code == 200

        running.kill_worker(second)
        wait_for(lambda: running.count("earmark_workers_ready") == 0)
        wait_for(lambda: "genre" in client.get("/health/ready").text)
        assert_problem(client.get("/health/ready"), 503, "no-workers", "genre", "model.onnx")
        refused = client.post(CLASSIFY, content=medley_wav)
        assert_problem(refused, 503, "no-workers", "genre")
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/health/live").status_code == 200
        assert client.get("/v1/models").status_code == 200

        (tmp_path / "model.onnx").rename(file)
        wait_for(lambda: running.count("earmark_workers_ready") == 2)
        assert client.get("/health/ready").status_code == 200
        assert client.post(CLASSIFY, content=medley_wav).status_code == 200
