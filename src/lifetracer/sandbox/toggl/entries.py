"""Toggl Track API v9, reading: the user, quota, time entries; the quirks are those of APIS.md A.5 to A.8."""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from lifetracer.sandbox.toggl import render
from lifetracer.sandbox.toggl.account import TimeEntry
from lifetracer.sandbox.toggl.dimension import me_json, organization_json, workspace_json
from lifetracer.sandbox.toggl.refusals import refuse, toggl_text
from lifetracer.sandbox.wire import JSON, Call, Missing, Refusal, Reply, Router, reply_json

CAP = 1000
"""Most entries in one answer; there is no paging and no hint that more exist."""

DEFAULT_DAYS = 9
LOOK_BACK_MONTHS = 3


def authenticate(call: Call) -> None:
    """Find the person by HTTP Basic (``token:api_token`` or ``email:password``), then count the request.

    Raises:
        Refusal: 401 without a header (empty body), 403 with a wrong one, 429 and 402 beyond the limits.
    """
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise Refusal(Reply(401, b"", {"x-authorization-missing": "true"}))
    try:
        name, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, password = "", ""
    for person in call.world.people:
        account = person.toggl
        if (name, password) in {(account.token, "api_token"), (account.email, account.password)}:
            call.person = person
            _count(call)
            return
    raise refuse(403, "Incorrect username and/or password")


def _count(call: Call) -> None:
    world, allowances = call.world, call.person.toggl.allowances
    if world.modes["throttle"] and allowances.throttled():
        raise Refusal(Reply(429, b"Too Many Requests", {"content-type": "text/plain"}))
    bucket = allowances.user if call.path.startswith("/api/v9/me") else allowances.organization
    if world.modes["quota"] and not bucket.take(world.clock.seconds):
        raise refuse(402, "Hourly limit for API calls reached. Please try again later or upgrade your plan.")


def finish(call: Call, reply: Reply) -> Reply:
    """Add the headers that each Toggl answer carries."""
    reply.headers |= {
        "x-toggl-request-id": str(uuid.uuid4()),
        "x-service-level": "GREEN",
        "cache-control": "no-cache, private, no-store, must-revalidate, max-stale=0, post-check=0, pre-check=0",
    }
    known = getattr(call, "person", None)
    if known is not None and call.world.modes["quota"] and call.fault("toggl_no_quota_headers") is None:
        now, allowances = call.world.clock.seconds, known.toggl.allowances
        bucket = allowances.user if call.path.startswith("/api/v9/me") else allowances.organization
        reply.headers.setdefault("x-toggl-quota-remaining", str(bucket.remaining(now)))
        reply.headers.setdefault("x-toggl-quota-resets-in", str(bucket.resets_in(now)))
    return reply


ROUTER = Router(
    "/api/v9",
    guard=authenticate,
    lost=lambda _call: toggl_text("Not found", 404),
    garbled=lambda _problem: toggl_text("JSON is not valid", 400),
    finish=finish,
)


def rows_reply(call: Call, pieces: list[bytes], headers: dict[str, str] | None = None) -> Reply:
    """Answer with a list of rendered rows."""
    empty = not pieces and call.fault("toggl_null_lists") is not None
    return Reply(200, b"null" if empty else b"[%s]" % b",".join(pieces), {"content-type": JSON, **(headers or {})})


def visible(call: Call, entry: TimeEntry) -> bool:
    """Say whether an account that moved away still shows an entry (it does only what was before)."""
    faults = call.world.faults.active
    moved = next((fault for fault in faults if fault.name == "toggl_migrated"), None) if faults else None
    if moved is None:
        return True
    after = datetime.fromisoformat(moved.options["after"]).timestamp()
    return entry.start < after and entry.at / 1_000_000 < after


@ROUTER.on("GET", "/me")
def me(call: Call) -> Reply:
    """Answer who the token belongs to, with everything related when asked."""
    account, at = call.person.toggl, call.world.clock.micros
    row = me_json(account, at)
    if call.flag("with_related_data"):
        now = call.world.clock.seconds
        recent = account.between(now - DEFAULT_DAYS * 86_400, now + 86_400)
        lists: dict[str, list[Any]] = {
            "clients": [c for c in account.clients.values() if not c["archived"] and not c["server_deleted_at"]],
            "projects": [p for p in account.projects.values() if p["active"] and not p["server_deleted_at"]],
            "tags": [t for t in account.tags.values() if not t.get("deleted_at")],
            "tasks": list(account.tasks.values()),
            "time_entries": [render.entry_json(account, e) for e in reversed(recent) if visible(call, e)],
            "workspaces": [workspace_json(account, at)],
        }
        row |= {name: rows for name, rows in lists.items() if rows}
    return reply_json(row)


@ROUTER.on("GET", "/me/logged")
def logged(_call: Call) -> Reply:
    """Answer that the credential is good."""
    return Reply(200, b"", {"content-type": JSON})


@ROUTER.on("GET", "/me/id")
def my_id(call: Call) -> Reply:
    """Answer the user's id."""
    return reply_json(call.person.toggl.user_id)


@ROUTER.on("GET", "/me/quota")
def quota(call: Call) -> Reply:
    """Answer both allowances; the one without organization is the user's."""
    now, account = call.world.clock.seconds, call.person.toggl
    pairs = ((None, account.allowances.user), (account.organization_id, account.allowances.organization))
    return reply_json(
        [
            {
                "organization_id": organization,
                "remaining": bucket.remaining(now),
                "resets_in_secs": bucket.resets_in(now),
                "total": bucket.total,
            }
            for organization, bucket in pairs
        ]
    )


@ROUTER.on("GET", "/me/organizations")
def organizations(call: Call) -> Reply:
    """Answer the organizations."""
    return reply_json([organization_json(call.person.toggl)])


def look_back_limit(now: datetime, months: int = LOOK_BACK_MONTHS) -> date:
    """Return the first day that v9 still shows: three calendar months (at most twelve) and a day ago."""
    month = now.month - months
    year, month = (now.year, month) if month > 0 else (now.year - 1, month + 12)
    day = now.day
    while True:
        try:
            return date(year, month, day) - timedelta(days=1)
        except ValueError:
            day -= 1


def _instant(text: str, name: str, *, end: bool = False) -> int:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise refuse(400, f"Invalid {name}") from None
    if len(text) == 10:
        value = value.replace(tzinfo=UTC) + timedelta(days=1 if end else 0)
    elif value.tzinfo is None or text.count(":") < 2:
        raise refuse(400, f"Invalid {name}")  # Seconds and an offset are demanded.
    return int(value.timestamp())


@ROUTER.on("GET", "/me/time_entries")
def time_entries(call: Call) -> Reply:
    """Answer entries by change (``since``, with tombstones) or by start, newest start first, at most 1000."""
    account, now = call.person.toggl, call.world.clock.now
    since, before = call.get("since"), call.get("before")
    start, end = call.get("start_date"), call.get("end_date")
    if since and before:
        raise refuse(400, "'since' and 'before' can not be present simultaneously")
    if bool(start) != bool(end):
        raise refuse(400, "start_date and end_date must both be present")
    limit = look_back_limit(now, call.world.modes.get("look_back_months", LOOK_BACK_MONTHS))
    if since:
        found = _changed_since(call, since, limit)
    else:
        if start and end:
            first, last = _instant(start, "start_date"), _instant(end, "end_date", end=True)
            if datetime.fromtimestamp(first, UTC).date() < limit:
                raise refuse(400, f"start_date must not be earlier than {limit}")
        elif before:
            first, last = (
                int(datetime(limit.year, limit.month, limit.day, tzinfo=UTC).timestamp()),
                _instant(before, "before"),
            )
        else:
            last = int(now.timestamp()) + 86_400
            first = last - (DEFAULT_DAYS + 1) * 86_400
        found = account.between(first, last)[::-1]
    found = list(islice((entry for entry in found if visible(call, entry)), CAP))
    pieces = render.listed(account, found, meta=call.flag("meta"))
    if call.flag("include_sharing"):
        pieces = [piece[:-1] + b',"shared_with":[]}' for piece in pieces]
    if found and call.fault("toggl_duplicate_rows") is not None:
        pieces.append(stale_copy(pieces[0]))
    return rows_reply(call, pieces)


def _changed_since(call: Call, since: str, limit: date) -> list[TimeEntry]:
    try:
        seconds = int(since)
        day = datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise refuse(400, "Invalid since") from None
    if day < limit:
        raise refuse(
            400, call.world.modes.get("since_text", "since must not be earlier than {limit}").format(limit=limit)
        )
    floor = seconds * 1_000_000
    changed = [entry for entry in call.person.toggl.entries.values() if entry.at >= floor]
    return sorted(changed, key=lambda entry: (entry.start, entry.id), reverse=True)


def stale_copy(piece: bytes) -> bytes:
    """Return the same row as it was an hour and more before: an older ``at``, another text."""
    head, mark, rest = piece.partition(b'"at":"')
    older = str(int(rest[:4]) - 1).encode()
    return head.replace(b'"description":"', b'"description":"(older) ') + mark + older + rest[4:]


@ROUTER.on("GET", "/me/time_entries/current")
def current(call: Call) -> Reply:
    """Answer the running entry, or the literal ``null``."""
    entry = call.person.toggl.current()
    if entry is None or not visible(call, entry):
        return reply_json(None)
    return reply_json(render.entry_json(call.person.toggl, entry))


@ROUTER.on("GET", "/me/time_entries/{id}")
def time_entry(call: Call) -> Reply:
    """Answer one entry."""
    account = call.person.toggl
    try:
        entry = account.living(int(call.where["id"]))
    except (Missing, ValueError):
        raise refuse(404, "Time entry not found/accessible") from None
    build = render.entry_with_meta if call.flag("meta") else render.entry_json
    return reply_json(build(account, entry))
