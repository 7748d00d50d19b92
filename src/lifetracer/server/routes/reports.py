"""The reports that were written: list and download.

Law: only files that the reporter named are shown, and only those of the account.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from lifetracer.errors import NotFoundError
from lifetracer.server.acting import Acting, Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.data import Reports

NAME = re.compile(r"(?P<kind>[a-z_]+)-(?P<period>[0-9A-Za-z][0-9A-Za-z-]*)-(?P<language>[a-z]{2})\.pdf")

AS_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The PDF.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.7 …"}},
    }
}

router = APIRouter(prefix="/api/reports", tags=["reports"], dependencies=[needs("data:read")])


@router.get("", responses=shows(Reports))
def list_reports(here: Here) -> Response:
    """List the reports that lie on the server's disk, the latest first."""
    found = [_shown(path) for path in _folder(here).glob("*.pdf") if NAME.fullmatch(path.name)]
    return here.show({"reports": sorted(found, key=lambda one: (one["madeAt"], one["name"]), reverse=True)})


@router.get("/{name}", response_class=FileResponse, responses=AS_PDF)
def read_report(name: str, here: Here) -> Response:
    """Download a report as PDF."""
    path = _folder(here) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFoundError(f"There is no report {name}.", remedy="POST /api/report writes one.")
    return FileResponse(path, media_type="application/pdf", filename=name)


def _folder(here: Acting) -> Path:
    return here.settings.home / "reports" / str(here.account_id)


def _shown(path: Path) -> dict[str, Any]:
    parts, facts = NAME.fullmatch(path.name), path.stat()
    assert parts
    made_at = datetime.fromtimestamp(facts.st_mtime, UTC).isoformat()
    return {"name": path.name, **parts.groupdict(), "bytes": facts.st_size, "madeAt": made_at}
