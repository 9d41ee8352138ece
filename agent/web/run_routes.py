"""run_routes: the reports of runs on the page, by whoever can make them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts allow-top-navigation-by-user-activation"
)
"""A report is one file with its scripts in it; in a sandbox of its own it reaches neither the API nor the page."""


class Reports(Protocol):
    """Whoever makes the pages."""

    def index(self) -> str:
        """Return the page that lists the runs."""
        ...

    def page(self, name: str) -> str | None:
        """Return the report of a run; None if there is none of that name."""
        ...


def run_routes(reports: Reports) -> Sequence[BaseRoute]:
    """Return the routes `/runs` and `/runs/NAME`."""

    async def index(_: Request) -> Response:
        return _page(await to_thread.run_sync(reports.index))

    async def page(request: Request) -> Response:
        found = await to_thread.run_sync(reports.page, request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return _page(found)

    return [Route("/runs", index, methods=["GET"]), Route("/runs/{name:path}", page, methods=["GET"])]


def _page(text: str) -> Response:
    headers = {"Content-Security-Policy": REPORT_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(text, media_type="text/html", headers=headers)
