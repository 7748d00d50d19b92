"""Toggl Track API v9, writing time entries: create, change, stop, delete, many at once (APIS.md A.9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lifetracer.sandbox.toggl.account import TimeEntry
from lifetracer.sandbox.toggl.entries import ROUTER
from lifetracer.sandbox.toggl.refusals import refuse
from lifetracer.sandbox.toggl.render import entry_json, entry_with_meta
from lifetracer.sandbox.wire import JSON, Call, Missing, Reply, reply_json

MANY = 100
"""Most ids of one bulk change."""

ALIASES = {"pid": "project_id", "tid": "task_id", "wid": "workspace_id", "uid": "user_id"}


def workspace(call: Call) -> None:
    """Refuse a workspace that is not the person's."""
    if call.where.get("w") != str(call.person.toggl.workspace_id):
        raise refuse(403, "Workspace not found/accessible")


def _moment(value: Any, name: str) -> int:
    try:
        instant = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise refuse(400, f"Invalid {name} date") from None
    if instant.tzinfo is None:
        raise refuse(400, f"Invalid {name} date")
    return int(instant.timestamp())


def _fields(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Turn the fields of a body into those of an entry."""
    account, at = call.person.toggl, call.world.clock.micros
    body = {ALIASES.get(name, name): value for name, value in body.items()}
    fields: dict[str, Any] = {name: body[name] for name in ("description", "billable", "task_id") if name in body}
    if "project_id" in body:
        project = account.projects.get(body["project_id"] or 0)
        if body["project_id"] and (project is None or project["server_deleted_at"]):
            raise refuse(400, "Project not found/accessible")
        fields["project_id"] = body["project_id"] or None
    if "tags" in body:
        fields["tag_ids"] = tuple(account.tag_id(at, name) for name in body["tags"] or ())
    elif "tag_ids" in body:
        if unknown := [tag for tag in body["tag_ids"] or () if tag not in account.tags]:
            raise refuse(400, f"Tag {unknown[0]} not found")
        fields["tag_ids"] = tuple(body["tag_ids"] or ())
    if "start" in body:
        fields["start"] = _moment(body["start"], "start")
    if body.get("stop") is not None:
        fields["stop"] = _moment(body["stop"], "stop")
    return fields


@ROUTER.on("POST", "/workspaces/{w}/time_entries")
def create(call: Call) -> Reply:
    """Create an entry; a running one stops the one before."""
    workspace(call)
    body = call.json()
    if not body.get("created_with"):
        raise refuse(400, "created_with needs to be provided an a valid string")
    if "start" not in body:
        raise refuse(400, "Start time is required")
    fields = _fields(call, body)
    duration = body.get("duration")
    stop = fields.pop("stop", None)
    if isinstance(duration, int) and duration >= 0:
        if stop is not None and stop - fields["start"] != duration:
            raise refuse(400, "Start, stop and duration do not agree")
        stop = fields["start"] + duration
    if stop is not None and stop < fields["start"]:
        raise refuse(400, "Stop time must be after start time")
    account, at = call.person.toggl, call.world.clock.micros
    entry = account.create_entry(at, stop=stop, zombie=duration is None and stop is None, **fields)
    row = entry_with_meta(account, entry) if call.flag("meta") else entry_json(account, entry, written=True)
    if duration == -1:
        row["duration"] = -1
    return reply_json(row)


def _own(call: Call, entry_id: str | int) -> TimeEntry:
    try:
        return call.person.toggl.living(int(entry_id))
    except (Missing, ValueError):
        raise refuse(404, "Time entry not found/accessible") from None


def _changed_times(entry: TimeEntry, body: dict[str, Any], fields: dict[str, Any]) -> None:
    duration = body.get("duration")
    start = fields.get("start", entry.start)
    if isinstance(duration, int) and duration >= 0 and "stop" not in fields:
        fields["stop"] = start + duration
    elif isinstance(duration, int) and duration < 0:
        fields["stop"] = None
    stop = fields.get("stop", entry.stop)
    if stop is not None and stop < start:
        raise refuse(400, "Stop time must be after start time")


@ROUTER.on("PUT", "/workspaces/{w}/time_entries/{id}")
def update(call: Call) -> Reply:
    """Change the fields that are sent."""
    workspace(call)
    entry, body = _own(call, call.where["id"]), call.json()
    fields = _fields(call, body)
    if "tags" in body and body.get("tag_action") in {"add", "delete"}:
        named = fields["tag_ids"]
        kept = tuple(tag for tag in entry.tag_ids if tag not in named)
        fields["tag_ids"] = kept + named if body["tag_action"] == "add" else kept
    _changed_times(entry, body, fields)
    account = call.person.toggl
    account.update_entry(call.world.clock.micros, id=entry.id, **fields)
    return reply_json(entry_json(account, entry, written=True))


@ROUTER.on("PATCH", "/workspaces/{w}/time_entries/{id}/stop")
def stop(call: Call) -> Reply:
    """Stop the running entry."""
    workspace(call)
    entry = _own(call, call.where["id"])
    if entry.stop is not None:
        raise refuse(409, "Time entry already stopped")
    at = call.world.clock.micros
    call.person.toggl.update_entry(at, id=entry.id, stop=max(at // 1_000_000, entry.start))
    return reply_json(entry_json(call.person.toggl, entry, written=True))


@ROUTER.on("DELETE", "/workspaces/{w}/time_entries/{id}")
def delete(call: Call) -> Reply:
    """Delete an entry."""
    workspace(call)
    call.person.toggl.delete_entry(call.world.clock.micros, id=_own(call, call.where["id"]).id)
    return Reply(200, b"", {"content-type": JSON})


@ROUTER.on("PATCH", "/workspaces/{w}/time_entries/{ids}")
def change_many(call: Call) -> Reply:
    """Apply operations to many entries; what fails is named in a 200."""
    workspace(call)
    ids = call.where["ids"].split(",")
    if len(ids) > MANY:
        raise refuse(400, f"The limit of {MANY} time entries per request exceeded")
    success: list[int] = []
    failure: list[dict[str, Any]] = []
    for text in ids:
        try:
            entry = _own(call, text)
            for operation in call.json():
                _apply(call, entry, operation)
            success.append(entry.id)
        except Exception as problem:  # noqa: BLE001 - each id fails or succeeds for itself
            reply = getattr(problem, "reply", None)
            message = reply.body.decode().strip('"') if reply else "Invalid operation"
            failure.append({"id": int(text) if text.isdigit() else text, "message": message})
    return reply_json({"success": success, "failure": failure})


def _apply(call: Call, entry: TimeEntry, operation: dict[str, Any]) -> None:
    name = ALIASES.get(operation["path"].strip("/"), operation["path"].strip("/"))
    value = operation.get("value") if operation["op"] != "remove" else None
    if operation["op"] not in {"add", "remove", "replace"}:
        raise refuse(400, "Invalid operation")
    body: dict[str, Any] = {name: value}
    if name == "tags" and operation["op"] != "replace":
        have = [call.person.toggl.tags[tag]["name"] for tag in entry.tag_ids]
        named = operation.get("value") or []
        kept = [tag for tag in have if tag not in named]
        body = {"tags": kept + named if operation["op"] == "add" else kept}
    elif name == "billable" and value is None:
        body = {name: False}
    fields = _fields(call, body)
    if not fields:
        raise refuse(400, f"Invalid path {operation['path']}")
    _changed_times(entry, body, fields)
    call.person.toggl.update_entry(call.world.clock.micros, id=entry.id, **fields)
