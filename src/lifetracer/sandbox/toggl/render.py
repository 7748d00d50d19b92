"""Entries as bytes in the vendor's forms: lists, answers to writes, rows of Reports v3; rendered once, then kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifetracer.sandbox.clock import iso_seconds, iso_zulu
from lifetracer.sandbox.toggl.dimension import stamp
from lifetracer.sandbox.wire import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lifetracer.sandbox.toggl.account import TimeEntry, TogglAccount

Row = dict[str, Any]


def entry_json(account: TogglAccount, entry: TimeEntry, *, written: bool = False) -> Row:
    """Build an entry as v9 does: ``+00:00`` and ``[]`` in lists; ``Z`` and ``null`` in answers to writes."""
    iso = iso_zulu if written else iso_seconds
    no_tags: list[Any] | None = None if written else []
    row: Row = {
        "id": entry.id,
        "workspace_id": entry.workspace_id,
        "project_id": entry.project_id,
        "task_id": entry.task_id,
        "billable": entry.billable,
        "start": iso(entry.start),
        "stop": None if entry.stop is None else iso(entry.stop),
        "duration": entry.duration,
        "description": entry.description,
        "tags": [account.tags[tag]["name"] for tag in entry.tag_ids] or no_tags,
        "tag_ids": list(entry.tag_ids) or no_tags,
        "duronly": True,
        "at": stamp(entry.at),
        "server_deleted_at": None if entry.deleted_at is None else iso_seconds(entry.deleted_at),
        "user_id": account.user_id,
        "uid": account.user_id,
        "wid": entry.workspace_id,
    }
    if entry.project_id is not None:
        row["pid"] = entry.project_id
    return row


def entry_with_meta(account: TogglAccount, entry: TimeEntry) -> Row:
    """Add the names of project, client and user, as ``meta=true`` does."""
    row = entry_json(account, entry)
    project = account.projects.get(entry.project_id or 0)
    if project is not None:
        client = account.clients.get(project["client_id"] or 0)
        if client is not None:
            row |= {"client_id": client["id"], "client_name": client["name"]}
        row |= {
            "project_name": project["name"],
            "project_color": project["color"],
            "project_active": project["active"],
            "project_billable": bool(project["billable"]),
        }
    if entry.task_id is not None and entry.task_id in account.tasks:
        row["task_name"] = account.tasks[entry.task_id]["name"]
    return row | {"user_name": account.name, "user_avatar_url": ""}


def report_row(account: TogglAccount, entry: TimeEntry, *, enriched: bool, seconds: int | None = None) -> Row:
    """Build a row of the detailed report, without its ``row_number``; start and stop carry the user's offset."""
    project = account.projects.get(entry.project_id or 0)
    client = account.clients.get(project["client_id"] or 0) if project else None
    stop = entry.start if entry.stop is None else entry.stop
    time: Row = {
        "id": entry.id,
        "seconds": stop - entry.start if seconds is None else seconds,
        "start": datetime.fromtimestamp(entry.start, account.zone).isoformat(),
        "stop": datetime.fromtimestamp(stop, account.zone).isoformat(),
        "at": iso_seconds(entry.at // 1_000_000),
    }
    row: Row = {
        "user_id": account.user_id,
        "username": account.name,
        "project_id": entry.project_id,
        "task_id": entry.task_id,
        "billable": entry.billable,
        "description": entry.description or "",
        "tag_ids": list(entry.tag_ids),
        "billable_amount_in_cents": None,
        "hourly_rate_in_cents": None,
        "currency": "EUR",
    }
    if enriched:
        time["at_tz"] = datetime.fromtimestamp(entry.at // 1_000_000, account.zone).isoformat()
        row |= {
            "email": account.email,
            "project_name": project["name"] if project else None,
            "project_color": "0",
            "project_hex": project["color"] if project else None,
            "client_name": client["name"] if client else None,
            "task_name": account.tasks[entry.task_id]["name"] if entry.task_id in account.tasks else None,
            "tag_names": [account.tags[tag]["name"] for tag in entry.tag_ids],
        }
    return row | {"time_entries": [time]}


def fragments(
    account: TogglAccount, form: str, entries: Iterable[TimeEntry], build: Callable[[TimeEntry], Row]
) -> list[bytes]:
    """Return each entry as bytes in one form, rendering only what is not kept yet."""
    kept = account.fragments.setdefault(form, {})
    found: list[bytes] = []
    for entry in entries:
        piece = kept.get(entry.id)
        if piece is None:
            piece = kept[entry.id] = dump(build(entry))
        found.append(piece)
    return found


def listed(account: TogglAccount, entries: Iterable[TimeEntry], *, meta: bool) -> list[bytes]:
    """Return entries as list answers show them."""
    if meta:
        return fragments(account, "meta", entries, lambda entry: entry_with_meta(account, entry))
    return fragments(account, "list", entries, lambda entry: entry_json(account, entry))


def report_rows(account: TogglAccount, entries: Iterable[TimeEntry], *, enriched: bool, first: int) -> list[bytes]:
    """Return rows of the detailed report, numbered from ``first``."""
    form = "report+" if enriched else "report"
    pieces = fragments(account, form, entries, lambda entry: report_row(account, entry, enriched=enriched))
    return [b'%s,"row_number":%d}' % (piece[:-1], first + n) for n, piece in enumerate(pieces)]
