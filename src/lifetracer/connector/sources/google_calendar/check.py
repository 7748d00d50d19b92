"""Proving that a Google credential works: whose it is, which calendars it shows, whether they can be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lifetracer.connector.source import Api, Checked
from lifetracer.connector.sources.google_calendar.calendar_list import title_of
from lifetracer.errors import FixByHandError
from lifetracer.outside.google_calendar import CALENDAR_LIST, reason_of
from lifetracer.outside.google_oauth import clock_error_of, clock_sentence
from lifetracer.outside.http import HttpStatusError
from lifetracer.settings import Settings


def check(api: Api, settings: Settings) -> Checked:
    """Read the calendar list and the head of one calendar (at most 2 requests, plus one for a token).

    Raises:
        FixByHandError: nothing can be read.
    """
    rows, findings = _listed(api)
    named = settings.google_calendar_ids
    primary = next((row for row in rows if row.get("primary")), None)
    probe = str(primary["id"]) if primary else (named[0] if named else str(rows[0]["id"]) if rows else "primary")
    head = _head(api, probe)
    zone = (primary or {}).get("timeZone") or head.get("timeZone")
    if rows:
        findings.append(f"{len(rows)} calendar(s): {', '.join(title_of(row) for row in rows)}.")
    findings.append(f"“{title_of(primary or {**head, 'id': probe})}” is readable; its time zone is {zone}.")
    return Checked(
        external_user=str(primary["id"]) if primary else "",
        name=str(primary["id"]) if primary else probe,
        settings={"time_zone": zone},
        findings=findings,
    )


def listed(api: Api) -> list[dict[str, Any]]:
    """Every living calendar in the list, to choose from; empty when there is no right to see it."""
    return _listed(api)[0]


def count_events(api: Api, calendar_id: str, since: datetime, until: datetime) -> int:
    """Count what takes place in a calendar within a stretch of time (1 request, at most 2500)."""
    values: dict[str, Any] = {
        "timeMin": since.isoformat(),
        "timeMax": until.isoformat(),
        "singleEvents": True,
        "maxResults": 2500,
    }
    address = f"/calendar/v3/calendars/{quote(calendar_id, safe='')}/events"
    body = api.get(address, **values).json()
    return len(body.get("items") or []) if isinstance(body, dict) else 0


def _listed(api: Api) -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]] = []
    findings: list[str] = []
    page_token: str | None = None
    try:
        for _ in range(100):
            answer = api.get(CALENDAR_LIST, maxResults=250, pageToken=page_token)
            body = answer.json() or {}
            rows += [row for row in body.get("items") or [] if not row.get("deleted")]
            page_token = body.get("nextPageToken")
            if error := clock_error_of(answer.headers.get("date")):
                findings = [
                    clock_sentence(error).capitalize() + " Set it (switch on network time): days are cut by it."
                ]
            if not page_token:
                break
    except HttpStatusError as refused:
        if reason_of(refused.payload) != "insufficientPermissions":
            raise
        findings = ["The list of calendars may not be read, so only your own one and those named by id are."]
    return rows, findings


def _head(api: Api, calendar_id: str) -> Mapping[str, Any]:
    try:
        head = api.get(f"/calendar/v3/calendars/{quote(calendar_id, safe='')}/events", maxResults=1).json()
    except HttpStatusError as refused:
        if refused.code != 404:
            raise
        raise FixByHandError(
            f"Google shows no calendar {calendar_id} to this credential.",
            remedy="Share the calendar with it (Settings → Share with specific people) and name it in "
            "GOOGLE_CALENDAR_IDS; a service account sees only calendars that are shared with its address.",
        ) from None
    return head if isinstance(head, dict) else {}
