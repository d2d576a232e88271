"""The pages for a browser: the one at `/`, and the documentation of the API, all from this machine."""

from importlib.resources import files
from os import PathLike, stat_result
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

WEB = Path(__file__).resolve().parents[2] / "web"
_CACHING = {"Cache-Control": "no-cache"}
"""Browsers keep a file, but check it each time: files of two versions do not fit together."""
_WORTH_COMPRESSING_BYTES = 500

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    return FileResponse(WEB / "index.html", headers=_CACHING)


@router.get("/docs")
async def docs() -> FileResponse:
    return FileResponse(WEB / "docs.html", headers=_CACHING)


def static_files() -> dict[str, ASGIApp]:
    """By the path that they are served under. Our own are small enough to be compressed for each request."""
    swagger = Path(str(files("fastapi_offline") / "static"))
    own = GZipMiddleware(_StaticFiles(directory=WEB), minimum_size=_WORTH_COMPRESSING_BYTES)
    return {"/static": own, "/docs/assets": _StaticFiles(directory=swagger)}


class _StaticFiles(StaticFiles):
    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_CACHING)
        return response
