"""The API's description: as OpenAPI document for machines, as a page for people; both need no network.

Law: the page shows the document and nothing else, so that the two cannot disagree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from lifetracer.server import openapi
from lifetracer.server.callers import needs

FOLDER = Path(__file__).parent.parent / "docs"
PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
)
PAGES.globals.update(example=openapi.example, pretty=openapi.pretty, kind_of=openapi.kind_of)
PAGES.filters["coded"] = openapi.coded

router = APIRouter(prefix="/api", tags=["description"], dependencies=[needs()])


@router.get("/openapi.json", responses={200: {"content": {"application/json": {"example": {"openapi": "3.1.0"}}}}})
def read_description(request: Request) -> Response:
    """Give this description as OpenAPI 3.1."""
    return JSONResponse(request.app.openapi())


@router.get("/docs", include_in_schema=False)
def show_description(request: Request) -> Response:
    """Show the description as a page."""
    document: dict[str, Any] = request.app.openapi()
    html = PAGES.get_template("page.html").render(api=document, subjects=openapi.by_subject(document))
    return HTMLResponse(html, headers={"Cache-Control": "private, no-cache"})


@router.get("/docs/style.css", include_in_schema=False)
def style() -> Response:
    """Give the page's style sheet."""
    css = (FOLDER / "style.css").read_text(encoding="utf-8")
    return Response(css, media_type="text/css", headers={"Cache-Control": "private, max-age=300"})
