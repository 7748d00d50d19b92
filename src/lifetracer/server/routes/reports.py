"""The reports that were written: list, download, throw away.

Law: what is listed is told by the warehouse, so every server lists the same; a file is only ever one of the account's.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from lifetracer.reporter import shelf
from lifetracer.server.acting import Here, unchanged
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.data import Report, Reports
from lifetracer.warehouse import Connection

AS_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The PDF.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.7 …"}},
    },
    304: {"description": "The same as the client has."},
}


class PdfResponse(Response):
    """A report."""

    media_type = "application/pdf"


router = APIRouter(prefix="/api/reports", tags=["reports"])


@router.get("", responses=shows(Reports), dependencies=[needs("data:read")])
def list_reports(here: Here) -> Response:
    """List the reports that are kept, the latest first."""
    with here.reading() as con:
        found = shelf.every(con)
    return here.show({"reports": [kept.as_json() for kept in found]})


@router.get("/{name}", response_class=PdfResponse, responses=AS_PDF, dependencies=[needs("data:read")])
def read_report(name: str, here: Here) -> Response:
    """Download a report as PDF."""
    with here.reading() as con:
        kept = shelf.find(con, name)
    tag = f'"{kept.sha256[:24]}"'
    if same := unchanged(here.request, tag):
        return same
    headers = {
        "Content-Disposition": f'attachment; filename="{kept.name}"',
        "ETag": tag,
        "Cache-Control": "private, no-cache",
    }
    return PdfResponse(shelf.read(here.settings, here.account_id, kept), headers=headers)


@router.delete("/{name}", responses=shows(Report, "As it was."), dependencies=[needs("data:write")])
def delete_report(name: str, here: Here) -> Response:
    """Throw a report away."""

    def remove(con: Connection) -> dict[str, Any]:
        return shelf.remove(con, name).as_json()

    answer = here.write("report.remove", remove)
    shelf.discard(here.settings, here.account_id, name)
    return answer
