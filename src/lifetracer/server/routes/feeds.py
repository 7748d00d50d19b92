"""Feeds: secret addresses under which other calendars read what happened; make, list, revoke.

Law: an address is answered once, to the request that made it, and is kept nowhere.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from lifetracer.server.acting import Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.data import Feed, FeedBody, Feeds, MadeFeed
from lifetracer.warehouse import Connection, feeds

router = APIRouter(prefix="/api/feeds", tags=["feeds"], dependencies=[needs("admin")])


@router.get("", responses=shows(Feeds))
def list_feeds(here: Here) -> Response:
    """List the account's feeds, with those that are revoked; when each was last read is told to the minute."""
    with here.reading() as con:
        found = feeds.every(con)
    return here.show({"feeds": [feed.as_json() for feed in found]})


@router.post("", status_code=201, responses=shows(MadeFeed, "Made.", 201))
def add_feed(body: FeedBody, here: Here) -> Response:
    """Make a feed; its address is shown in this answer and never again."""
    base = here.settings.public_url or str(here.request.base_url).rstrip("/")

    def add(con: Connection) -> dict[str, Any]:
        made, path = feeds.create(con, body.name, body.shows, body.days)
        return {**made.as_json(), "address": base + path}

    return here.write("feed.add", add, status=201, subject=body.name, remembered=lambda made: {**made, "address": None})


@router.delete("/{feed}", responses=shows(Feed, "As it was."))
def revoke_feed(feed: str, here: Here) -> Response:
    """Revoke a feed, named by its id or name; its address is dead at once."""
    return here.write("feed.revoke", lambda con: feeds.revoke(con, feed).as_json())
