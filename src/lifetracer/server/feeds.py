"""What happened, for other calendars: `GET /feeds/{secret}.ics`.

Law: the address is the key. Who knows it may read this one feed and nothing else; an address that is unknown or
revoked is answered like any page that does not exist.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from lifetracer.errors import NotFoundError
from lifetracer.reporter import calendar
from lifetracer.server.acting import LONG, unchanged
from lifetracer.warehouse import Warehouse, feeds


class CalendarResponse(Response):
    """A calendar."""

    media_type = "text/calendar; charset=utf-8"


def routes(warehouse: Warehouse) -> APIRouter:
    """Make the route of feeds."""
    router = APIRouter(include_in_schema=False)

    @router.get("/feeds/{secret}.ics", response_class=CalendarResponse)
    def read_feed(secret: str, request: Request, days: Annotated[int | None, Query(ge=1, le=3660)] = None) -> Response:
        """Read what happened as a calendar; ``days`` asks for fewer days than the feed has."""
        with warehouse.transaction() as con:
            feed = feeds.find(con, secret)
        if feed is None:
            raise NotFoundError("There is no such page.")
        with warehouse.transaction(account_id=feed.account_id, timeout=LONG) as con:
            body, tag, as_of = calendar.read(con, feed, days)
        headers = {
            "ETag": f'W/"{tag}"',
            "Last-Modified": format_datetime(as_of.replace(microsecond=0), usegmt=True),
            "Cache-Control": "private, max-age=300",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
            "Content-Disposition": 'inline; filename="lifetracer.ics"',
        }
        if unchanged(request, f'W/"{tag}"') or _is_known(request, as_of):
            return Response(status_code=304, headers=headers)
        return CalendarResponse(body, headers=headers)

    return router


def _is_known(request: Request, as_of: datetime) -> bool:
    """Tell whether the client has it, by its date; a tag, if it sent one, counts alone (RFC 9110, 13.1.3)."""
    if "if-none-match" in request.headers:
        return False
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and as_of.replace(microsecond=0) <= since
