"""For monitoring: is the service alive, is it ready, and what does it count?"""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.errors import NoWorkers
from service.http.backend import UsesBackend
from service.http.openapi import Health, problem_responses

router = APIRouter(tags=["health"])


@router.get("/health/live", summary="Alive")
async def live() -> Health:
    """Answers as long as the process runs. If it does not answer, restart it."""
    return Health(status="live")


@router.get("/health/ready", summary="Ready", responses=problem_responses(503))
async def ready(backend: UsesBackend) -> Health:
    """503 until the models are verified and a worker is ready, and again as soon as the service is about to stop."""
    backend.admission.refuse_if_draining()
    if not backend.workers.ready:
        reason = backend.workers.failure
        raise NoWorkers(reason.detail if reason else "The worker processes are still loading their models.")
    return Health(status="ready")


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(backend: UsesBackend) -> Response:
    return Response(backend.metrics.render(), media_type=CONTENT_TYPE_LATEST)
