"""Toggl Track: what happened. API v9 for what is recent or changed, Reports v3 for what is older."""

from __future__ import annotations

from collections.abc import Iterator

from lifetracer.connector.source import Api, Checked, Cursor, Hinting, Page, Secret, Source
from lifetracer.connector.sources.toggl_track import access, dimensions, entries, webhooks
from lifetracer.settings import Settings

source = Source(
    name="toggl_track",
    title="Toggl Track",
    alias="toggl",
    secrets=(
        Secret(
            "api_token",
            "API token",
            "Open https://track.toggl.com/profile, scroll to the end, and copy the API token (32 characters).",
            setting="toggl_api_token",
        ),
    ),
    open=access.open_access,
    heartbeat=("time_entries", "start"),
    hinting=Hinting(
        path="/hooks/toggl/{channel}",
        topics=webhooks.topics,
        open=webhooks.open_subscription,
        close=webhooks.close_subscription,
        look=webhooks.look,
        wake=webhooks.wake,
    ),
)


@source.stream(
    drop=("api_token", "intercom_hash", "clients", "projects", "tags", "tasks", "time_entries", "workspaces")
)
def users(api: Api, cursor: Cursor) -> Iterator[Page]:
    """The person at Toggl: zone, default workspace. One item."""
    yield from dimensions.read(api, cursor)


source.table("workspaces", "Workspaces of the person.", drop=("api_token", "ical_url"))
source.table("clients", "Clients, archived ones too.", deleted="$.server_deleted_at ? (@ != null)")
source.table("projects", "Projects, archived ones too.", deleted="$.server_deleted_at ? (@ != null)")
source.table("tags", "Tags.", deleted="$.deleted_at ? (@ != null)")
source.table("tasks", "Tasks of projects (a paid feature).", deleted="$.server_deleted_at ? (@ != null)")


@source.stream(version="at", deleted="$.server_deleted_at ? (@ != null)", drop=("row_number", "username", "email"))
def time_entries(api: Api, cursor: Cursor) -> Iterator[Page]:
    """What happened: one item per time entry, in the form of API v9 or, when older, of Reports v3."""
    yield from entries.read(api, cursor)


def check(api: Api, settings: Settings) -> Checked:  # noqa: ARG001
    """Ask Toggl whose token this is."""
    me = api.get("/api/v9/me", with_related_data=True).json()
    workspaces = [w["name"] for w in me.get("workspaces") or []]
    return Checked(
        external_user=str(me["id"]),
        name=me.get("email") or me.get("fullname") or str(me["id"]),
        settings={"time_zone": me.get("timezone")},
        findings=(
            f"Signed in as {me.get('fullname') or me.get('email')}; time zone {me.get('timezone')}.",
            f"{len(workspaces)} workspace(s): {', '.join(workspaces)}.",
            f"{len(me.get('projects') or [])} active project(s).",
        ),
    )


source.check = check
