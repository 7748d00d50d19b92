"""Toggl Webhooks API v1: subscriptions, PING and validation, limits (APIS.md C)."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx

from lifetracer.sandbox.clock import iso_zulu
from lifetracer.sandbox.deliveries import TIMEOUT_SECONDS
from lifetracer.sandbox.toggl import entries as v9
from lifetracer.sandbox.toggl.refusals import refuse, toggl_text
from lifetracer.sandbox.toggl.subscriptions import ACTIONS, ENTITIES
from lifetracer.sandbox.wire import JSON, Call, Reply, Router, reply_json

LIMITS = {"free": (1, 3), "starter": (2, 6), "premium": (3, 12), "enterprise": (3, 12)}


def _guard(call: Call) -> None:
    if "/validate/" not in call.path:
        v9.authenticate(call)


ROUTER = Router(
    "/webhooks/api/v1",
    guard=_guard,
    lost=lambda _call: toggl_text("Not found", 404),
    garbled=lambda _problem: toggl_text("JSON is not valid", 400),
    finish=v9.finish,
)


@ROUTER.on("GET", "/status")
def status(_call: Call) -> Reply:
    """Answer that webhooks work."""
    return reply_json({"status": "OK"})


@ROUTER.on("GET", "/event_filters")
def event_filters(_call: Call) -> Reply:
    """Answer which events can be subscribed to."""
    return reply_json({entity: list(ACTIONS) for entity in ENTITIES})


@ROUTER.on("GET", "/limits/{w}")
def limits(call: Call) -> Reply:
    """Answer how many webhooks and filters the plan allows."""
    hooks, filters = LIMITS[call.person.toggl.plan]
    return reply_json({"max_webhooks": hooks, "max_events_per_webhook": filters})


@ROUTER.on("GET", "/subscriptions/{w}")
def subscriptions(call: Call) -> Reply:
    """Answer the subscriptions."""
    return reply_json(list(call.person.toggl.subscriptions.rows.values()))


def _row(call: Call) -> dict[str, Any]:
    row = call.person.toggl.subscriptions.rows.get(int(call.where["id"]) if call.where["id"].isdigit() else 0)
    if row is None:
        raise refuse(404, f"subscription {call.where['id']} for workspace {call.where['w']} was not found")
    return row


def _check(call: Call, body: dict[str, Any], own: int = 0) -> None:
    account = call.person.toggl
    hooks, most = LIMITS[account.plan]
    rows = account.subscriptions.rows
    if not body.get("description"):
        raise refuse(400, "Subscription description must not be empty")
    if any(row["description"] == body["description"] and key != own for key, row in rows.items()):
        raise refuse(
            400, f"Subscription description '{body['description']}' is already in use for workspace {call.where['w']}"
        )
    if not body.get("event_filters"):
        raise refuse(400, "The list of event filters must not be empty")
    if len(body["event_filters"]) > most:
        raise refuse(400, f"The limit of {most} event filters per subscription exceeded")
    others = sum(1 for key, row in rows.items() if row["enabled"] and key != own)
    if body.get("enabled", True) and others >= hooks:
        text = f"User {account.user_id} already reached the limit of {hooks} enabled subscriptions for workspace"
        raise refuse(400, f"{text} {call.where['w']}")


async def _knock(call: Call, row: dict[str, Any]) -> None:
    """Call the address with a PING; anything but 2xx refuses the subscription."""
    state, at = call.person.toggl.subscriptions, call.world.clock.micros
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        code, answer = await call.world.post.send(client, state.ping(row, at))
    if code == 0:
        raise refuse(400, f"URL endpoint {row['url_callback']} request failed with error: {answer}")
    if not 200 <= code < 300:
        raise refuse(400, f"URL endpoint {row['url_callback']} responded with status {code} instead of 200")
    state.validated(row, answer, at)


@ROUTER.on("POST", "/subscriptions/{w}")
async def subscribe(call: Call) -> Reply:
    """Create a subscription; its address is called first."""
    body, account, at = call.json(), call.person.toggl, call.world.clock.micros
    _check(call, body)
    key = 1000 + len(account.subscriptions.rows) + account.index * 1000
    row = {
        "subscription_id": key,
        "workspace_id": account.workspace_id,
        "user_id": account.user_id,
        "enabled": body.get("enabled", True),
        "description": body["description"],
        "event_filters": body["event_filters"],
        "url_callback": body.get("url_callback", ""),
        "secret": body.get("secret") or hashlib.sha256(f"{account.token}/{key}".encode()).hexdigest()[:32],
        "validated_at": None,
        "has_pending_events": False,
        "created_at": iso_zulu(at // 1_000_000),
        "updated_at": iso_zulu(at // 1_000_000),
        "deleted_at": None,
    }
    await _knock(call, row)
    account.subscriptions.rows[key] = row
    return reply_json(row)


@ROUTER.on("PUT", "/subscriptions/{w}/{id}")
async def change(call: Call) -> Reply:
    """Change a subscription; a new address must be validated again."""
    row, body = _row(call), call.json()
    _check(call, {**row, **body}, own=row["subscription_id"])
    moved = body.get("url_callback", row["url_callback"]) != row["url_callback"]
    row.update({k: body[k] for k in ("description", "event_filters", "url_callback", "enabled", "secret") if k in body})
    if moved:
        row["validated_at"] = None
        await _knock(call, row)
    return reply_json(row)


@ROUTER.on("PATCH", "/subscriptions/{w}/{id}")
def switch(call: Call) -> Reply:
    """Switch a subscription on or off."""
    row = _row(call)
    row["enabled"] = bool(call.json().get("enabled"))
    return reply_json(row)


@ROUTER.on("DELETE", "/subscriptions/{w}/{id}")
def unsubscribe(call: Call) -> Reply:
    """Delete a subscription."""
    row = _row(call)
    del call.person.toggl.subscriptions.rows[row["subscription_id"]]
    return reply_json(row)


@ROUTER.on("POST", "/ping/{w}/{id}")
async def ping(call: Call) -> Reply:
    """Send the PING again."""
    await _knock(call, _row(call))
    return reply_json({"status": "OK"})


@ROUTER.on("GET", "/validate/{w}/{id}/{code}")
def validate(call: Call) -> Reply:
    """Validate a subscription by its address; needs no credential."""
    for person in call.world.people:
        if str(person.toggl.workspace_id) == call.where["w"]:
            call.person = person
            row, state = _row(call), person.toggl.subscriptions
            if row["validated_at"]:
                raise refuse(400, f"subscription {call.where['id']} has already been validated")
            if call.where["code"] != state.code(row):
                raise refuse(400, "Invalid validation code")
            row["validated_at"] = iso_zulu(call.world.clock.seconds)
            return Reply(200, b"", {"content-type": JSON})
    raise refuse(404, f"subscription {call.where['id']} for workspace {call.where['w']} was not found")
