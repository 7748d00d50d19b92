"""The JSON of projects, clients, tags, tasks, workspaces, user: each field as Toggl answers it (APIS.md A.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifetracer.sandbox.clock import iso_seconds

if TYPE_CHECKING:
    from lifetracer.sandbox.toggl.account import TogglAccount

Row = dict[str, Any]


def stamp(micros: int) -> str:
    """Write the instant of a change: with microseconds and ``Z``, or, on the full second, with ``+00:00``."""
    seconds, rest = divmod(micros, 1_000_000)
    text = iso_seconds(seconds)
    return f"{text[:-6]}.{rest:06d}".rstrip("0") + "Z" if rest else text


def _deleted(value: int | str | None) -> str | None:
    return iso_seconds(value // 1_000_000) if isinstance(value, int) else value


def project_json(at: int, workspace_id: int, values: Row) -> Row:
    """Build a project."""
    active = values.get("active", True)
    deleted = _deleted(values.get("server_deleted_at"))
    row: Row = {
        "id": values["id"],
        "workspace_id": workspace_id,
        "client_id": values.get("client_id"),
        "name": values["name"],
        "is_private": values.get("is_private", True),
        "active": active,
        "at": stamp(at // 1_000_000 * 1_000_000),
        "created_at": values.get("created_at") or iso_seconds(at // 1_000_000),
        "server_deleted_at": deleted,
        "color": values.get("color", "#0b83d9"),
        "billable": values.get("billable"),
        "template": None,
        "auto_estimates": None,
        "estimated_hours": None,
        "estimated_seconds": values.get("estimated_seconds"),
        "rate": values.get("rate"),
        "rate_last_updated": None,
        "currency": values.get("currency"),
        "recurring": False,
        "template_id": None,
        "recurring_parameters": None,
        "fixed_fee": None,
        "actual_hours": None,
        "actual_seconds": None,
        "can_track_time": True,
        "start_date": values.get("start_date") or iso_seconds(at // 1_000_000)[:10],
        "status": "deleted" if deleted else "active" if active else "archived",
        "is_shared": False,
        "pinned": False,
        "wid": workspace_id,
        "cid": values.get("client_id"),
        "permissions": None,
    }
    return row


def client_json(at: int, workspace_id: int, creator_id: int, values: Row) -> Row:
    """Build a client; it has ``wid`` and no ``workspace_id``."""
    return {
        "id": values["id"],
        "wid": workspace_id,
        "archived": values.get("archived", False),
        "name": values["name"],
        "at": stamp(at // 1_000_000 * 1_000_000),
        "creator_id": creator_id,
        "server_deleted_at": _deleted(values.get("server_deleted_at")),
    }


def tag_json(at: int, workspace_id: int, creator_id: int, values: Row) -> Row:
    """Build a tag; a deleted one has ``deleted_at``, not ``server_deleted_at``."""
    row = {
        "id": values["id"],
        "workspace_id": workspace_id,
        "name": values["name"],
        "at": stamp(at),
        "creator_id": creator_id,
        "permissions": None,
    }
    deleted = _deleted(values.get("deleted_at"))
    return row | {"deleted_at": deleted} if deleted else row


def task_json(at: int, workspace_id: int, values: Row) -> Row:
    """Build a task; ``tracked_seconds`` are milliseconds despite their name."""
    return {
        "id": values["id"],
        "name": values["name"],
        "workspace_id": workspace_id,
        "project_id": values["project_id"],
        "user_id": None,
        "recurring": False,
        "active": values.get("active", True),
        "at": iso_seconds(at // 1_000_000),
        "server_deleted_at": None,
        "estimated_seconds": values.get("estimated_seconds", 0),
        "tracked_seconds": values.get("tracked_seconds", 0),
    }


def workspace_json(account: TogglAccount, at: int) -> Row:
    """Build the workspace; ``api_token`` and ``ical_url`` are secrets."""
    return {
        "id": account.workspace_id,
        "organization_id": account.organization_id,
        "name": f"{account.name}'s workspace",
        "premium": account.plan != "free",
        "business_ws": account.plan == "premium",
        "admin": True,
        "role": "admin",
        "suspended_at": None,
        "server_deleted_at": None,
        "default_hourly_rate": None,
        "default_currency": "EUR" if str(account.zone).startswith("Europe") else "JPY",
        "only_admins_may_create_projects": False,
        "only_admins_may_create_tags": False,
        "only_admins_see_team_dashboard": False,
        "projects_billable_by_default": False,
        "projects_private_by_default": True,
        "projects_enforce_billable": False,
        "limit_public_project_data": False,
        "last_modified": stamp(at),
        "reports_collapse": True,
        "rounding": 1,
        "rounding_minutes": 0,
        "api_token": account.token[::-1],
        "at": stamp(account.since_born),
        "logo_url": "https://assets.track.toggl.com/images/workspace.jpg",
        "ical_url": f"/ical/workspace_user/{account.token[8:]}",
        "ical_enabled": True,
        "csv_upload": None,
        "subscription": None,
        "hide_start_end_times": False,
        "working_hours_in_minutes": None,
    }


def me_json(account: TogglAccount, at: int) -> Row:
    """Build the user; ``api_token`` and ``intercom_hash`` are secrets."""
    return {
        "id": account.user_id,
        "api_token": account.token,
        "email": account.email,
        "fullname": account.name,
        "timezone": str(account.zone),
        "toggl_accounts_id": f"WSBr{account.token[:18]}",
        "default_workspace_id": account.workspace_id,
        "beginning_of_week": 1,
        "image_url": "https://assets.track.toggl.com/images/profile.png",
        "created_at": stamp(account.since_born),
        "updated_at": stamp(account.since_born),
        "openid_email": None,
        "openid_enabled": False,
        "country_id": 84,
        "has_password": True,
        "at": stamp(at),
        "intercom_hash": account.token * 2,
        "oauth_providers": ["google"],
        "authorization_updated_at": stamp(account.since_born),
        "2fa_enabled": False,
    }


def organization_json(account: TogglAccount) -> Row:
    """Build the organization that the workspace belongs to."""
    born = stamp(account.since_born)
    return {
        "id": account.organization_id,
        "name": f"{account.name}'s organization",
        "pricing_plan_id": {"free": 0, "starter": 3, "premium": 4}.get(account.plan, 5),
        "created_at": born,
        "at": born,
        "server_deleted_at": None,
        "is_multi_workspace_enabled": False,
        "suspended_at": None,
        "user_count": 1,
        "trial_info": {"trial": False, "trial_available": True, "trial_end_date": None, "next_payment_date": None},
        "is_unified": False,
        "max_workspaces": 20,
        "permissions": None,
        "admin": True,
        "owner": True,
        "pricing_plan_name": account.plan.capitalize(),
        "pricing_plan_enterprise": account.plan == "enterprise",
    }
