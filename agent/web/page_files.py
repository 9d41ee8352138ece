"""page_routes: the files of the page, each by its own name: no path is ever made from what a request says."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = Path(__file__).parent / "page"
MEDIA = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


def page_routes(folder: Path = PAGE) -> list[Route]:
    """Return the routes of the page: `/` and `/static/NAME`."""
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA and path.is_file()
    }

    async def index(request: Request) -> Response:
        return _file(request, files.get("index.html"))

    async def static(request: Request) -> Response:
        return _file(request, files.get(request.path_params["name"]))

    return [Route("/", index, methods=["GET"]), Route("/static/{name:path}", static, methods=["GET"])]


def _file(request: Request, path: Path | None) -> Response:
    if path is None:
        raise HTTPException(404)
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA[path.suffix], headers=headers)
