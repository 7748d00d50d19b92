"""Toggl Track API v9, what entries refer to: workspaces, projects, clients, tags, tasks, users (APIS.md A.10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from lifetracer.sandbox.toggl.dimension import organization_json, workspace_json
from lifetracer.sandbox.toggl.entries import ROUTER, organizations
from lifetracer.sandbox.toggl.entries_write import workspace
from lifetracer.sandbox.toggl.refusals import refuse
from lifetracer.sandbox.wire import JSON, Call, Missing, Reply, reply_json

Row = dict[str, Any]


def _rows(call: Call, rows: list[Row]) -> Reply:
    """Answer a list, after ``since``; an empty one is ``null``."""
    if since := call.get("since"):
        try:
            floor = int(since)
        except ValueError:
            raise refuse(400, "Invalid since") from None
        rows = [row for row in rows if datetime.fromisoformat(row["at"]).timestamp() >= floor]
    else:
        rows = [row for row in rows if not row.get("server_deleted_at") and not row.get("deleted_at")]
    return reply_json(rows or None)


def _named(call: Call, rows: list[Row]) -> list[Row]:
    wanted = (call.get("name") or call.get("search") or "").lower()
    return [row for row in rows if wanted in row["name"].lower()]


def _page(call: Call, rows: list[Row], default: int, most: int) -> list[Row]:
    try:
        size, page = min(int(call.get("per_page") or default), most), max(int(call.get("page") or 1), 1)
    except ValueError:
        raise refuse(400, "Invalid page") from None
    return rows[(page - 1) * size : page * size]


@ROUTER.on("GET", "/me/projects")
def my_projects(call: Call) -> Reply:
    """Answer projects; archived ones only when asked, deleted ones only with ``since``."""
    rows = list(call.person.toggl.projects.values())
    if not call.flag("include_archived") and not call.get("since"):
        rows = [row for row in rows if row["active"]]
    return _rows(call, rows)


@ROUTER.on("GET", "/me/projects/paginated")
def my_projects_paginated(call: Call) -> Reply:
    """Answer projects by id, from ``start_project_id`` on."""
    first = int(call.get("start_project_id") or 0)
    rows = sorted((r for r in call.person.toggl.projects.values() if r["id"] >= first), key=lambda row: row["id"])
    return _rows(call, rows[: int(call.get("per_page") or 201)])


@ROUTER.on("GET", "/me/clients")
def my_clients(call: Call) -> Reply:
    """Answer clients."""
    return _rows(call, list(call.person.toggl.clients.values()))


@ROUTER.on("GET", "/me/tags")
def my_tags(call: Call) -> Reply:
    """Answer tags."""
    return _rows(call, list(call.person.toggl.tags.values()))


@ROUTER.on("GET", "/me/tasks")
def my_tasks(call: Call) -> Reply:
    """Answer tasks."""
    rows = [row for row in call.person.toggl.tasks.values() if row["active"] or call.flag("include_not_active")]
    return _rows(call, rows)


@ROUTER.on("GET", "/me/workspaces")
def my_workspaces(call: Call) -> Reply:
    """Answer workspaces."""
    return reply_json([workspace_json(call.person.toggl, call.world.clock.micros)])


@ROUTER.on("GET", "/workspaces/{w}")
def one_workspace(call: Call) -> Reply:
    """Answer one workspace."""
    workspace(call)
    return reply_json(workspace_json(call.person.toggl, call.world.clock.micros))


@ROUTER.on("GET", "/organizations/{o}")
def one_organization(call: Call) -> Reply:
    """Answer one organization."""
    if call.where["o"] != str(call.person.toggl.organization_id):
        raise refuse(403, "Organization not found/accessible")
    return reply_json(organization_json(call.person.toggl))


ROUTER.on("GET", "/organizations")(organizations)


@ROUTER.on("GET", "/workspaces/{w}/projects")
def projects(call: Call) -> Reply:
    """Answer projects; ``active`` is true (default), false or both."""
    workspace(call)
    wanted = {"true": {True}, "false": {False}, "both": {True, False}}.get(call.get("active") or "true")
    if wanted is None:
        raise refuse(400, "Invalid 'active' value, allowed values are true, false, both")
    rows = [row for row in call.person.toggl.projects.values() if row["active"] in wanted]
    return _rows(call, _page(call, _named(call, rows), 151, 200))


@ROUTER.on("GET", "/workspaces/{w}/clients")
def clients(call: Call) -> Reply:
    """Answer clients; ``status`` is active (default), archived or both; none is ``null``."""
    workspace(call)
    wanted = {"active": {False}, "archived": {True}, "both": {True, False}}.get(call.get("status") or "active")
    if wanted is None:
        raise refuse(400, "Invalid 'status' value, allowed values are active, archived, both")
    rows = [row for row in call.person.toggl.clients.values() if row["archived"] in wanted]
    return _rows(call, _named(call, rows))


@ROUTER.on("GET", "/workspaces/{w}/tags")
def tags(call: Call) -> Reply:
    """Answer tags."""
    workspace(call)
    return _rows(call, _page(call, _named(call, list(call.person.toggl.tags.values())), 201, 1000))


@ROUTER.on("GET", "/workspaces/{w}/tasks")
def tasks(call: Call) -> Reply:
    """Answer a page of tasks inside its wrapper."""
    workspace(call)
    rows = list(call.person.toggl.tasks.values())
    size, page = int(call.get("per_page") or 50), int(call.get("page") or 1)
    data = rows[(page - 1) * size : page * size]
    return reply_json(
        {
            "data": data,
            "total_count": len(rows),
            "per_page": size,
            "page": page,
            "sort_field": "name",
            "sort_order": "ASC",
        }
    )


@ROUTER.on("GET", "/workspaces/{w}/projects/{id}/tasks")
def project_tasks(call: Call) -> Reply:
    """Answer the tasks of one project."""
    workspace(call)
    return reply_json([t for t in call.person.toggl.tasks.values() if str(t["project_id"]) == call.where["id"]])


@ROUTER.on("GET", "/workspaces/{w}/users")
def users(call: Call) -> Reply:
    """Answer the workspace's users."""
    workspace(call)
    account = call.person.toggl
    return reply_json(
        [{"id": account.user_id, "email": account.email, "fullname": account.name, "inactive": False, "role": "admin"}]
    )


@ROUTER.on("GET", "/workspaces/{w}/projects/{id}")
def project(call: Call) -> Reply:
    """Answer one project."""
    workspace(call)
    return reply_json(_one(call, call.person.toggl.projects))


def _one(call: Call, table: dict[int, Row]) -> Row:
    row = table.get(int(call.where["id"])) if call.where["id"].isdigit() else None
    if row is None or row.get("server_deleted_at") or row.get("deleted_at"):
        raise refuse(404, "Resource can not be found")
    return row


def _checked(call: Call, what: str, table: dict[int, Row], *, new: bool) -> Row:
    body: Row = call.json()
    name = body.get("name")
    if new and not name:
        raise refuse(400, f"{what} name can't be blank")
    if name and any(row["name"] == name and not row.get("deleted_at") for row in table.values()):
        raise refuse(400, f"a {what} with the name '{name}' already exists")
    if "color" in body and not re.fullmatch(r"#[0-9a-f]{6}", body["color"]):
        raise refuse(400, "Invalid color")
    known = ("name", "color", "client_id", "active", "billable", "archived", "is_private", "start_date", "project_id")
    return {key: body[key] for key in known if key in body}


def _write(verb: Callable[..., Any], at: int, **values: Any) -> Any:
    try:
        return verb(at, **values)
    except Missing:
        raise refuse(404, "Resource can not be found") from None


@ROUTER.on("POST", "/workspaces/{w}/projects")
def create_project(call: Call) -> Reply:
    """Create a project."""
    workspace(call)
    account = call.person.toggl
    fields = _checked(call, "project", account.projects, new=True)
    return reply_json(account.create_project(call.world.clock.micros, **fields))


@ROUTER.on("PUT", "/workspaces/{w}/projects/{id}")
def update_project(call: Call) -> Reply:
    """Change a project."""
    workspace(call)
    account = call.person.toggl
    _one(call, account.projects)
    fields = _checked(call, "project", account.projects, new=False)
    return reply_json(account.update_project(call.world.clock.micros, id=int(call.where["id"]), **fields))


@ROUTER.on("DELETE", "/workspaces/{w}/projects/{id}")
def delete_project(call: Call) -> Reply:
    """Delete a project; ``teDeletionMode`` is unassign (default) or delete."""
    workspace(call)
    row = _one(call, call.person.toggl.projects)
    mode = call.get("teDeletionMode") == "delete"
    call.person.toggl.delete_project(call.world.clock.micros, id=row["id"], with_entries=mode)
    return reply_json(row["id"])


@ROUTER.on("POST", "/workspaces/{w}/clients")
def create_client(call: Call) -> Reply:
    """Create a client."""
    workspace(call)
    account = call.person.toggl
    return reply_json(
        account.create_client(call.world.clock.micros, **_checked(call, "client", account.clients, new=True))
    )


@ROUTER.on("PUT", "/workspaces/{w}/clients/{id}")
def update_client(call: Call) -> Reply:
    """Rename a client."""
    workspace(call)
    account = call.person.toggl
    row = _one(call, account.clients)
    fields = _checked(call, "client", account.clients, new=False)
    return reply_json(account.update_client(call.world.clock.micros, id=row["id"], **fields))


@ROUTER.on("DELETE", "/workspaces/{w}/clients/{id}")
def delete_client(call: Call) -> Reply:
    """Delete a client."""
    workspace(call)
    at = call.world.clock.micros
    row = _one(call, call.person.toggl.clients)
    call.person.toggl.update_client(at, id=row["id"], server_deleted_at=at)
    return reply_json(row["id"])


@ROUTER.on("POST", "/workspaces/{w}/tags")
def create_tag(call: Call) -> Reply:
    """Create a tag; the answer is an array."""
    workspace(call)
    account = call.person.toggl
    fields = _checked(call, "tag", account.tags, new=True)
    return reply_json([account.tags[account.tag_id(call.world.clock.micros, fields["name"])]])


@ROUTER.on("PUT", "/workspaces/{w}/tags/{id}")
def update_tag(call: Call) -> Reply:
    """Rename a tag; the answer is an array."""
    workspace(call)
    account = call.person.toggl
    row = _one(call, account.tags)
    fields = _checked(call, "tag", account.tags, new=False)
    return reply_json([_write(account.update_tag, call.world.clock.micros, id=row["id"], **fields)])


@ROUTER.on("DELETE", "/workspaces/{w}/tags/{id}")
def delete_tag(call: Call) -> Reply:
    """Delete a tag."""
    workspace(call)
    at = call.world.clock.micros
    row = _one(call, call.person.toggl.tags)
    call.person.toggl.update_tag(at, id=row["id"], deleted_at=at)
    return Reply(200, b"", {"content-type": JSON})


@ROUTER.on("POST", "/workspaces/{w}/projects/{id}/tasks")
def create_task(call: Call) -> Reply:
    """Create a task."""
    workspace(call)
    account = call.person.toggl
    row = _one(call, account.projects)
    fields = _checked(call, "task", {}, new=True) | {"project_id": row["id"]}
    return reply_json(account.create_task(call.world.clock.micros, **fields))
