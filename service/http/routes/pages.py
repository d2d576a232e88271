"""What a browser sees: the page at `/`, and the interface to read and try out, all from this machine."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

WEB = Path(__file__).resolve().parents[2] / "web"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    return FileResponse(WEB / "index.html")


@router.get("/docs")
async def docs() -> FileResponse:
    return FileResponse(WEB / "docs.html")


def static_files() -> dict[str, StaticFiles]:
    """By the address that they are served under."""
    swagger = Path(str(files("fastapi_offline") / "static"))
    return {"/static": StaticFiles(directory=WEB), "/docs/assets": StaticFiles(directory=swagger)}
