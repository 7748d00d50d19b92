"""Admin routes for Toggl: make, change and delete by hand, many at once, and the truth a mirror must reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from random import Random
from typing import Any

from lifetracer.errors import UsageError
from lifetracer.sandbox.admin import ROUTER, found
from lifetracer.sandbox.clock import parse_instant
from lifetracer.sandbox.toggl import render
from lifetracer.sandbox.toggl.account import TimeEntry, TogglAccount
from lifetracer.sandbox.wire import Call, Reply, reply_json

MOST = 2_000_000
FORMS = ("meta", "report+")
"""The forms that a connector usually asks for."""


def _values(account: TogglAccount, body: dict[str, Any]) -> dict[str, Any]:
    known = {"description", "project_id", "task_id", "billable", "tags", "tag_ids"}
    values = {name: body[name] for name in known if name in body}
    if "project" in body:
        name = body["project"]
        values["project_id"] = next((key for key, row in account.projects.items() if row["name"] == name), None)
        if name is not None and values["project_id"] is None:
            raise UsageError(f"There is no project “{name}”.")
    for name in ("start", "stop"):
        if name in body:
            value = body[name]
            values[name] = value if value is None or isinstance(value, int) else int(parse_instant(value).timestamp())
    if "stop" not in values and "duration" in body and "start" in values:
        values["stop"] = values["start"] + body["duration"]
    return values


def _at(call: Call, body: dict[str, Any]) -> int:
    """Return the instant of a change: now, or the one that is named."""
    return int(parse_instant(body["at"]).timestamp() * 1_000_000) if body.get("at") else call.world.clock.micros


@ROUTER.on("POST", "/toggl/entries")
def create(call: Call) -> Reply:
    """Create entries: {start, stop | duration, description, project, tags, at, id}, or a list of such."""
    body = call.json()
    rows = []
    for one in body if isinstance(body, list) else [body]:
        values = {"start": call.world.clock.seconds, "stop": None} | _values(call.person.toggl, one)
        if "id" in one:
            values["id"] = one["id"]
        entry = call.person.toggl.create_entry(_at(call, one), **values)
        rows.append(render.entry_json(call.person.toggl, entry))
    return reply_json(rows if isinstance(body, list) else rows[0])


@ROUTER.on("PATCH", "/toggl/entries/{id}")
def change(call: Call) -> Reply:
    """Change an entry: any of the fields of creation."""
    body, account = call.json(), call.person.toggl
    entry = found(account.update_entry, _at(call, body), id=int(call.where["id"]), **_values(account, body))
    return reply_json(render.entry_json(account, entry))


@ROUTER.on("DELETE", "/toggl/entries/{id}")
def delete(call: Call) -> Reply:
    """Delete an entry."""
    entry = found(call.person.toggl.delete_entry, call.world.clock.micros, id=int(call.where["id"]))
    return reply_json(render.entry_json(call.person.toggl, entry))


@ROUTER.on("POST", "/toggl/bulk")
def bulk(call: Call) -> Reply:
    """Make many entries at once: {count, end (RFC 3339), minutes, seed, prerender}; back to back, newest at the end."""
    body = call.json()
    count, minutes = int(body.get("count", 1000)), int(body.get("minutes", 10))
    if not 0 < count <= MOST:
        raise UsageError(f"count must be between 1 and {MOST}.")
    account = call.person.toggl
    end = int(parse_instant(body["end"]).timestamp()) if body.get("end") else call.world.clock.seconds
    rng = Random(body.get("seed", 1))  # noqa: S311
    projects = [key for key, row in account.projects.items() if row["active"]]
    if not projects:
        names = ("Deep work", "Meetings", "Admin", "Learning", "Exercise", "Family")
        projects = [account.create_project(call.world.clock.micros, name=name)["id"] for name in names]
    texts = [f"Task {n}" for n in range(200)]
    tags = [account.tag_id(call.world.clock.micros, name) for name in ("focus", "important", "home")]
    step = minutes * 60
    first = end - count * step
    for n in range(count):
        start = first + n * step
        entry = TimeEntry(
            id=account.fresh_id(),
            workspace_id=account.workspace_id,
            start=start,
            stop=start + rng.randrange(60, step + 1),
            at=(start + step) * 1_000_000 + rng.randrange(1_000_000),
            description=rng.choice(texts),
            project_id=rng.choice(projects),
            tag_ids=(rng.choice(tags),) if rng.random() < 0.3 else (),
        )
        account.entries[entry.id] = entry
    account.forget_order()
    if body.get("prerender"):
        prerender(account)
    day = [datetime.fromtimestamp(second, UTC).date().isoformat() for second in (first, end)]
    return reply_json({"count": count, "first_day": day[0], "last_day": day[1], "total": len(account.entries)})


@ROUTER.on("POST", "/toggl/prerender")
def prerender_all(call: Call) -> Reply:
    """Render all entries, so that a page is only a join of bytes: {forms: list, meta, report, report+}."""
    prerender(call.person.toggl, call.json().get("forms", FORMS))
    return reply_json({"entries": len(call.person.toggl.entries)})


def prerender(account: TogglAccount, forms: Iterable[str] = FORMS) -> None:
    """Render all entries in the forms that pages are made of."""
    entries = [entry for entry in account.entries.values() if entry.deleted_at is None]
    stopped = [entry for entry in entries if not entry.running]
    for form in forms:
        if form.startswith("report"):
            render.report_rows(account, stopped, enriched=form == "report+", first=1)
        else:
            render.listed(account, entries, meta=form == "meta")


@ROUTER.on("PATCH", "/toggl/projects/{id}")
def change_project(call: Call) -> Reply:
    """Change a project by id or name: {name, color, active, client_id}."""
    account = call.person.toggl
    return reply_json(found(account.update_project, call.world.clock.micros, id=_project(call), **call.json()))


@ROUTER.on("POST", "/toggl/projects")
def create_project(call: Call) -> Reply:
    """Create a project: {name, color, client_id, billable}."""
    return reply_json(call.person.toggl.create_project(call.world.clock.micros, **call.json()))


@ROUTER.on("DELETE", "/toggl/projects/{id}")
def delete_project(call: Call) -> Reply:
    """Delete a project by id or name; ``?entries=true`` deletes its entries too."""
    found(
        call.person.toggl.delete_project, call.world.clock.micros, id=_project(call), with_entries=call.flag("entries")
    )
    return reply_json({"deleted": call.where["id"]})


def _project(call: Call) -> int:
    text = call.where["id"]
    by_name = next((key for key, row in call.person.toggl.projects.items() if row["name"] == text), None)
    return by_name or (int(text) if text.isdigit() else 0)


@ROUTER.on("PATCH", "/toggl/me")
def change_me(call: Call) -> Reply:
    """Change the person's Toggl profile: {zone, plan}."""
    from zoneinfo import ZoneInfo

    body, account = call.json(), call.person.toggl
    account.zone = ZoneInfo(body.get("zone", str(account.zone)))
    account.set_plan(body.get("plan", account.plan))
    account.render_anew()
    return reply_json({"zone": str(account.zone), "plan": account.plan})


@ROUTER.on("GET", "/truth/toggl")
def truth(call: Call) -> Reply:
    """Show what a perfect mirror must hold: living entries by id, ids of deleted ones, projects, clients, tags."""
    account = call.person.toggl
    living = {str(e.id): render.entry_json(account, e) for e in account.entries.values() if e.deleted_at is None}
    deleted = sorted(e.id for e in account.entries.values() if e.deleted_at is not None)
    running = account.current()
    return reply_json(
        {
            "entries": living,
            "deleted": deleted,
            "running": running.id if running else None,
            "projects": {str(key): row for key, row in account.projects.items()},
            "clients": {str(key): row for key, row in account.clients.items()},
            "tags": {str(key): row for key, row in account.tags.items()},
        }
    )
