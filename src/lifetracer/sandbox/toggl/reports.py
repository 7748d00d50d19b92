"""Toggl Reports API v3: detailed report by pages, totals, summary, CSV (APIS.md B); days in the user's zone."""

from __future__ import annotations

import csv
import io
import json
from bisect import bisect_left
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lifetracer.sandbox.toggl import entries as v9
from lifetracer.sandbox.toggl import render
from lifetracer.sandbox.toggl.account import TimeEntry
from lifetracer.sandbox.toggl.refusals import refuse, toggl_text
from lifetracer.sandbox.wire import JSON, Call, Reply, Router, dump, reply_json

ROUTER = Router(
    "/reports/api/v3",
    guard=v9.authenticate,
    lost=lambda _call: toggl_text("Not found", 404),
    garbled=lambda _problem: toggl_text("JSON is not valid", 400),
    finish=v9.finish,
)

LONGEST_DAYS = 366
PAGE = 50
STEPS = (0, 1, 5, 6, 10, 12, 15, 30, 60, 240)
COLUMNS = (
    "User", "Email", "Client", "Project", "Task", "Description", "Billable", "Start date", "Start time", "End date",
    "End time", "Duration", "Tags", "Amount (USD)",
)  # fmt: skip
ORDERS = ("date", "user", "duration", "description", "last_update")


def _workspace(call: Call) -> None:
    if not call.where["w"].isdigit():
        raise refuse(400, "Invalid workspace id")
    if call.where["w"] != str(call.person.toggl.workspace_id):
        raise refuse(403, "Workspace not found/accessible")


def _day(body: dict[str, Any], name: str) -> date | None:
    text = body.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        raise refuse(400, f"Invalid '{name}' value, allowed format is YYYY-MM-DD") from None


def span(body: dict[str, Any]) -> tuple[date, date]:
    """Return the first and the last day asked for; one of them alone means a week."""
    start, end = _day(body, "start_date"), _day(body, "end_date")
    if start is None and end is None:
        raise refuse(400, "At least one parameter must be set")
    first = start or (end - timedelta(days=6) if end else date.min)
    last = end or first + timedelta(days=6)
    if last < first:
        raise refuse(400, "end_date must not be earlier than start_date")
    if (last - first).days >= LONGEST_DAYS:
        raise refuse(400, "Maximum allowed date range is 366 days")
    return first, last


def midnight(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a local day, in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _kept(entry: TimeEntry, body: dict[str, Any]) -> bool:
    for field, wanted in (("project_ids", entry.project_id), ("task_ids", entry.task_id)):
        if body.get(field) is not None and wanted not in body[field]:
            return False
    if (tags := body.get("tag_ids")) is not None and not (set(tags) & set(entry.tag_ids or (None,))):
        return False
    if (ids := body.get("time_entry_ids")) is not None and entry.id not in ids:
        return False
    if (billable := body.get("billable")) is not None and entry.billable != billable:
        return False
    low, high = body.get("min_duration_seconds"), body.get("max_duration_seconds")
    if (low is not None and entry.duration < low) or (high is not None and entry.duration > high):
        return False
    text = body.get("description")
    return not text or text.lower() in (entry.description or "").lower()


def matching(call: Call, body: dict[str, Any], first: date, last: date) -> list[TimeEntry]:
    """Return what the report shows: living, not running, started inside the span; newest first unless ordered."""
    account = call.person.toggl
    moved = [fault.options for fault in call.world.faults.active if fault.name == "toggl_migrated"]
    asked = {name: value for name, value in body.items() if not name.startswith(("first_", "page_"))}
    key = json.dumps([account.version, str(first), str(last), asked, moved], sort_keys=True)
    if key not in account.kept:
        account.kept.clear()
        account.kept[key] = _search(call, body, first, last)
    return account.kept[key]


def _search(call: Call, body: dict[str, Any], first: date, last: date) -> list[TimeEntry]:
    account = call.person.toggl
    rows = account.between(midnight(first, account.zone), midnight(last + timedelta(days=1), account.zone))
    plain = {"project_ids", "task_ids", "tag_ids", "time_entry_ids", "billable", "description", "client_ids"}
    plain |= {"min_duration_seconds", "max_duration_seconds"}
    if plain & body.keys():
        rows = [entry for entry in rows if _kept(entry, body)]
    if (clients := body.get("client_ids")) is not None:
        client_of = {key: row["client_id"] for key, row in account.projects.items()}
        rows = [entry for entry in rows if client_of.get(entry.project_id or 0) in clients]
    rows = [entry for entry in rows if entry.stop is not None and v9.visible(call, entry)]
    order = body.get("order_by") or "date"
    if order not in ORDERS:
        raise refuse(400, f"Invalid 'order_by' value, allowed values are {', '.join(ORDERS)}")
    keys = {
        "duration": lambda entry: entry.duration,
        "description": lambda entry: entry.description or "",
        "last_update": lambda entry: entry.at,
    }
    if order in keys:
        rows.sort(key=keys[order])
    return rows if (body.get("order_dir") or "DESC").upper() == "ASC" else rows[::-1]


def _step(body: dict[str, Any]) -> int:
    """Return the minutes to which durations are rounded: the person's preference, unless 0 is sent."""
    minutes = body.get("rounding_minutes")
    if minutes is not None and minutes not in STEPS:
        raise refuse(400, f"Invalid 'rounding_minutes' value, allowed values are {', '.join(map(str, STEPS))}")
    if body.get("rounding") == 0:
        return 0
    return 15 if minutes is None else int(minutes)


@ROUTER.on("POST", "/workspace/{w}/search/time_entries")
def detailed(call: Call) -> Reply:
    """Answer a page of the detailed report; headers name the next row while there is one."""
    _workspace(call)
    body = call.json()
    first_day, last_day = span(body)
    headers = {"x-range-start": str(first_day), "x-range-end": str(last_day)}
    if body.get("first_id") and call.fault("toggl_first_id_trap") is not None:
        return v9.rows_reply(call, [], headers)
    rows = matching(call, body, first_day, last_day)
    size = max(1, min(int(body.get("page_size") or PAGE), call.world.modes.get("reports_page_size", 1000)))
    first = max(int(body.get("first_row_number") or 1), 1)
    page = rows[first - 1 : first - 1 + size]
    following = rows[first - 1 + size : first + size]
    headers["x-page-size"] = str(size)
    if following:
        headers |= {
            "x-next-row-number": str(first + size),
            "x-next-id": str(following[0].id),
            "x-next-timestamp": str(following[0].start),
        }
    if page and call.fault("toggl_empty_page") is not None:
        headers.setdefault("x-next-row-number", str(first + size))
        return Reply(200, b"[]", {"content-type": JSON, **headers})
    account, enriched, step = call.person.toggl, bool(body.get("enrich_response")), _step(body)
    if step:
        pieces = [
            dump(_rounded(call, entry, step, enriched) | {"row_number": first + n}) for n, entry in enumerate(page)
        ]
    else:
        pieces = render.report_rows(account, page, enriched=enriched, first=first)
    if pieces and call.fault("toggl_duplicate_rows") is not None:
        pieces.append(v9.stale_copy(pieces[0]))
    return v9.rows_reply(call, pieces, headers)


def _rounded(call: Call, entry: TimeEntry, minutes: int, enriched: bool) -> dict[str, Any]:
    seconds = -(-entry.duration // (minutes * 60)) * minutes * 60
    return render.report_row(call.person.toggl, entry, enriched=enriched, seconds=seconds)


@ROUTER.on("POST", "/workspace/{w}/search/time_entries/totals")
def totals(call: Call) -> Reply:
    """Answer the sums of a span: one cheap call to reconcile with."""
    _workspace(call)
    body = call.json()
    first_day, last_day = span(body)
    rows = sorted(matching(call, body, first_day, last_day), key=lambda entry: entry.start)
    days: dict[str, int] = {}
    low = 0
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        end = midnight(day + timedelta(days=1), call.person.toggl.zone)
        high = bisect_left(rows, end, lo=low, key=lambda entry: entry.start)
        if low < high:
            days[day.isoformat()] = sum(entry.duration for entry in rows[low:high])
        low = high
    return reply_json(
        {
            "seconds": sum(entry.duration for entry in rows),
            "tracked_days": len(days),
            "billable_amount_in_cents": None,
            "labour_cost_in_cents": None,
            "rates": [],
            "graph": [{"date": day, "seconds": seconds} for day, seconds in days.items()],
            "resolution": "day",
        },
        x_range_start=str(first_day),
        x_range_end=str(last_day),
    )


@ROUTER.on("POST", "/workspace/{w}/summary/time_entries")
def summary(call: Call) -> Reply:
    """Answer seconds by project and description."""
    _workspace(call)
    body = call.json()
    first_day, last_day = span(body)
    groups: dict[int | None, dict[str, list[TimeEntry]]] = {}
    for entry in matching(call, body, first_day, last_day):
        groups.setdefault(entry.project_id, {}).setdefault(entry.description or "", []).append(entry)
    listed = [
        {
            "id": project,
            "sub_groups": [
                {"id": None, "title": title, "seconds": sum(e.duration for e in found), "ids": [e.id for e in found]}
                for title, found in titles.items()
            ],
        }
        for project, titles in groups.items()
    ]
    return reply_json({"groups": listed}, x_range_start=str(first_day), x_range_end=str(last_day))


@ROUTER.on("POST", "/workspace/{w}/search/time_entries.csv")
def exported(call: Call) -> Reply:
    """Answer the detailed report as CSV: wall clock in the user's zone, no offset, no ids."""
    _workspace(call)
    body = call.json()
    first_day, last_day = span(body)
    account = call.person.toggl
    sheet = io.StringIO()
    out = csv.writer(sheet)
    out.writerow(COLUMNS)
    for entry in matching(call, body, first_day, last_day):
        row = render.report_row(account, entry, enriched=True)
        start, stop = (datetime.fromtimestamp(s, account.zone) for s in (entry.start, entry.stop or entry.start))
        length = f"{entry.duration // 3600:02d}:{entry.duration // 60 % 60:02d}:{entry.duration % 60:02d}"
        times = [f"{start:%Y-%m-%d}", f"{start:%H:%M:%S}", f"{stop:%Y-%m-%d}", f"{stop:%H:%M:%S}", length]
        names = [row["client_name"] or "", row["project_name"] or "", row["task_name"] or "", row["description"]]
        billable = "Yes" if entry.billable else "No"
        out.writerow([account.name, account.email, *names, billable, *times, ", ".join(row["tag_names"]), ""])
    return Reply(200, b"\xef\xbb\xbf" + sheet.getvalue().encode(), {"content-type": "text/csv; charset=utf-8"})
