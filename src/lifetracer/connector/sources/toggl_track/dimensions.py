"""The person, workspaces, clients, projects, tags and tasks: one request, unless something is missing from it.

Law: a row missing from a list that may hide archived ones is deleted only after a complete list lacks it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lifetracer.connector.source import Api, Covered, Cursor, Page
from lifetracer.connector.sources.toggl_track.access import USER_BUCKET, organization_bucket
from lifetracer.errors import CredentialError, TryAgainError
from lifetracer.outside.http import HttpStatusError

LISTS = ("workspaces", "clients", "projects", "tags", "tasks")
HIDES_ARCHIVED = ("clients", "projects", "tasks")
COMPLETE_EVERY = timedelta(hours=20)
"""How often lists with archived rows are read even though nothing is missing (a nightly sync meets it once)."""


def read(api: Api, cursor: Cursor) -> Iterator[Page]:
    """Pages of all dimension tables.

    Raises:
        CredentialError: the token belongs to another person than before.
    """
    answer = api.get("/api/v9/me", with_related_data=True)
    me = answer.json()
    if not isinstance(me, dict) or "id" not in me:
        raise TryAgainError("Toggl did not say whose token this is.", remedy="Try again later.")
    known = cursor.settings.get("user_id")
    if known and str(known) != str(me["id"]):
        raise CredentialError(
            f"This API token belongs to another Toggl user ({me.get('email') or me['id']}) than the data kept so far.",
            remedy="Use the earlier person's token, or make a new connection for this one.",
        )
    cursor.remember(
        user_id=str(me["id"]), time_zone=me.get("timezone"), default_workspace=me.get("default_workspace_id")
    )
    state = cursor.state()
    if not state:
        _learn_quota(api, cursor)
    complete = not state or cursor.full or _due(state.get("completed_at"), cursor.now)
    yield Page(answer.body, api_version="v9", state=state)
    for name in LISTS:
        listed = {row["id"] for row in me.get(name) or []}
        if listed:
            yield Page(answer.body, api_version="v9", stream=name, items=(name,))
        stored = cursor.rows(name)
        gone = {row["id"] for row in stored if row["id"] not in listed and not _archived(row)}
        if name in HIDES_ARCHIVED:
            if complete:  # the long list tells about archived ones too
                gone = {row["id"] for row in stored} - listed
            if gone or (complete and (name != "tasks" or listed)):
                yield from _complete(api, cursor, name, listed, gone, me.get("workspaces") or [])
        elif gone:
            if not listed and name == "tags":
                yield from _complete(api, cursor, name, listed, gone, [])
            elif listed:
                yield _forget(cursor, name, gone)
    if complete:
        yield Page(b"[]", api_version="v9", state={"completed_at": cursor.now.isoformat()})


def _complete(
    api: Api, cursor: Cursor, name: str, listed: set[Any], gone: set[Any], workspaces: Iterable[dict[str, Any]]
) -> Iterator[Page]:
    """Read lists that hide nothing; take from them only what the short list did not have."""
    met: set[Any] = set()
    try:
        for answer in _complete_lists(api, name, workspaces):
            rows = answer.json() or []
            met |= {row["id"] for row in rows}
            extra = {row["id"] for row in rows if row["id"] not in listed}
            if extra:
                yield Page(answer.body, api_version="v9", stream=name, keep=_any_of(extra))
    except HttpStatusError as refused:
        cursor.warn("list_refused", stream=name, said=refused.said, status=refused.code)
        return
    if listed and not listed & met:
        cursor.warn("list_incomplete", stream=name)  # the long list lacks all of the short one: no proof of anything
    elif gone - met:
        yield _forget(cursor, name, gone - met)


def _complete_lists(api: Api, name: str, workspaces: Iterable[dict[str, Any]]) -> Iterator[Any]:
    if name == "projects":
        yield api.get("/api/v9/me/projects", include_archived=True)
    elif name == "tasks":
        yield api.get("/api/v9/me/tasks", include_not_active=True)
    elif name == "tags":
        yield api.get("/api/v9/me/tags")
    else:
        for workspace in workspaces:
            bucket = organization_bucket(workspace)
            yield api.get(f"/api/v9/workspaces/{workspace['id']}/clients", status="both", bucket=bucket)


def _forget(cursor: Cursor, name: str, ids: set[Any]) -> Page:
    """Make a page without items that tombstones the given ids."""
    return Page(
        b"[]",
        api_version="v9",
        stream=name,
        sweep=cursor.new_sweep(),
        covered=Covered(where=_any_of(ids), trust_empty=True),
    )


def _any_of(ids: Iterable[Any]) -> str:
    return "$.id ? (" + " || ".join(f"@ == {int(i)}" for i in sorted(ids)) + ")"


def _archived(row: dict[str, Any]) -> bool:
    return row.get("archived") is True or row.get("active") is False


def _due(stamp: str | None, now: datetime) -> bool:
    return stamp is None or now - datetime.fromisoformat(stamp) >= COMPLETE_EVERY


def _learn_quota(api: Api, cursor: Cursor) -> None:
    """Only this call tells the size of the allowance; without it only what is left is known."""
    try:
        buckets = api.get("/api/v9/me/quota").json() or []
    except HttpStatusError:
        return
    for bucket in buckets if isinstance(buckets, list) else []:
        organization = bucket.get("organization_id")
        total, remaining, resets_in = (bucket.get(key) for key in ("total", "remaining", "resets_in_secs"))
        if isinstance(total, int) and isinstance(remaining, int) and isinstance(resets_in, int):
            name = USER_BUCKET if organization is None else f"organization:{organization}"
            cursor.allowance(name, total=total, remaining=remaining, resets_in=resets_in)
