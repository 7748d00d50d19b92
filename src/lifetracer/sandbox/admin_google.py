"""Admin routes for Google: change calendars and events by hand, consent, service accounts, and the truth."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.sandbox.admin import ROUTER, found
from lifetracer.sandbox.google import recurrence
from lifetracer.sandbox.google.account import Event
from lifetracer.sandbox.google.render import event_json
from lifetracer.sandbox.wire import Call, Reply, reply_json

Body = dict[str, Any]


def _key(call: Call) -> str:
    return call.get("calendar") or call.json().get("calendar") or "primary"


def _moments(call: Call, body: Body) -> Body:
    """Spell start and end; a bare text is an instant or a date."""
    zone = str(call.person.google.zone)
    fields = {name: value for name, value in body.items() if name not in {"calendar", "original", "to"}}
    for name in ("start", "end"):
        if isinstance(fields.get(name), str):
            text = fields[name]
            fields[name] = {"date": text} if len(text) == 10 else {"dateTime": text, "timeZone": zone}
    return fields


def _shown(call: Call, event: Event, key: str) -> Reply:
    return reply_json(event_json(found(call.person.google.calendar, key), event, sparse=False))


@ROUTER.on("POST", "/google/events")
def create(call: Call) -> Reply:
    """Create an event or series: {calendar, summary, start, end, recurrence, …}; start and end may be plain texts."""
    body = call.json()
    fields = _moments(call, body)
    if "start" not in fields:
        raise UsageError("An event needs start and end.")
    if "end" not in fields:
        start = fields["start"]
        after = recurrence.wall(start) + (timedelta(days=1) if "date" in start else timedelta(hours=1))
        fields["end"] = recurrence.moment_like(start, after)
    event = found(call.person.google.create_event, call.world.clock.micros, calendar=_key(call), **fields)
    return _shown(call, event, _key(call))


@ROUTER.on("PATCH", "/google/events/{id}")
def change(call: Call) -> Reply:
    """Change an event: any fields; null takes one away; all-day and timed may be exchanged."""
    account, key = call.person.google, _key(call)
    event = found(
        account.update_event, call.world.clock.micros, calendar=key, id=call.where["id"], **_moments(call, call.json())
    )
    return _shown(call, event, key)


@ROUTER.on("DELETE", "/google/events/{id}")
def delete(call: Call) -> Reply:
    """Delete an event or series; an instance id cancels that instance."""
    found(call.person.google.delete_event, call.world.clock.micros, calendar=_key(call), id=call.where["id"])
    return reply_json({"deleted": call.where["id"]})


def _original(call: Call) -> Body:
    """Return the original start that the body names, or that of the first instance from now on."""
    account, body = call.person.google, call.json()
    home = found(account.calendar, _key(call))
    master = found(account.living, home, call.where["id"])
    low = datetime.fromisoformat(body["original"]) - timedelta(days=2) if body.get("original") else call.world.clock.now
    if low.tzinfo is None:
        low = low.replace(tzinfo=home.zone)
    for original in recurrence.originals(master.body, low, None, home.zone):
        start = recurrence.instant(original, home.zone)
        text = body.get("original")
        if (text is None and start >= call.world.clock.now) or text in {original.get("date"), original.get("dateTime")}:
            return original
        if text and len(text) > 10 and start == datetime.fromisoformat(text):
            return original
    raise NotFoundError("The series has no such instance.")


@ROUTER.on("POST", "/google/events/{id}/cancel")
def cancel(call: Call) -> Reply:
    """Cancel an instance of a series: {original} (default: the next one)."""
    account, key = call.person.google, _key(call)
    event = account.change_instance(
        call.world.clock.micros, calendar=key, id=call.where["id"], original=_original(call), status="cancelled"
    )
    return _shown(call, event, key)


@ROUTER.on("POST", "/google/events/{id}/change")
def change_instance(call: Call) -> Reply:
    """Change an instance of a series: {original, …fields}."""
    account, key = call.person.google, _key(call)
    fields = _moments(call, call.json())
    event = account.change_instance(
        call.world.clock.micros, calendar=key, id=call.where["id"], original=_original(call), **fields
    )
    return _shown(call, event, key)


@ROUTER.on("POST", "/google/events/{id}/split")
def split(call: Call) -> Reply:
    """Change “this and following”: {original, …fields}."""
    account, key = call.person.google, _key(call)
    fields = _moments(call, call.json())
    event = account.split_series(
        call.world.clock.micros, calendar=key, id=call.where["id"], original=_original(call), **fields
    )
    return _shown(call, event, key)


@ROUTER.on("POST", "/google/events/{id}/move")
def move(call: Call) -> Reply:
    """Move an event to another calendar: {to}."""
    account, to = call.person.google, call.json()["to"]
    event = found(account.move_event, call.world.clock.micros, calendar=_key(call), id=call.where["id"], to=to)
    return _shown(call, event, to)


@ROUTER.on("PATCH", "/google/calendars/{id}")
def change_calendar(call: Call) -> Reply:
    """Change a calendar in the list: {summary_override, hidden, selected, deleted, role}; a role kills its tokens."""
    account, body = call.person.google, call.json()
    calendar = found(account.calendar, call.where["id"])
    if "role" in body:
        calendar.generation += 1
    for name in ("summary", "summary_override", "hidden", "selected", "deleted", "role"):
        if name in body:
            setattr(calendar, name, body[name])
    account.list_changed(call.world.clock.micros, calendar)
    return reply_json({"id": calendar.id, "role": calendar.role, "deleted": calendar.deleted})


@ROUTER.on("POST", "/google/consent")
def consent(call: Call) -> Reply:
    """Set how the consent page answers: {decision: approve|ask|deny, scopes, testing, redirect_uris}."""
    body, grants = call.json(), call.world.grants
    if "redirect_uris" in body:
        grants.redirect_uris = set(body.pop("redirect_uris"))
    grants.consent.update(body)
    return reply_json(grants.consent)


@ROUTER.on("POST", "/google/service-accounts")
def service_account(call: Call) -> Reply:
    """Make a service account: {email, public_key, calendars, role, delegated}; without public_key a key is made."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    body, grants, account = call.json(), call.world.grants, call.person.google
    email = body.get("email") or f"reader{len(grants.service_accounts)}@sandbox.iam.gserviceaccount.com"
    public, private = body.get("public_key"), ""
    if not public:
        key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()
        public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo).decode()
    grants.service_accounts[email] = {"public_key": public, "person": call.person.index}
    if body.get("delegated"):
        grants.delegated.add(email)
    for calendar_key in body.get("calendars", ["primary"]):
        found(account.calendar, calendar_key).shared_with[email] = body.get("role", "reader")
    host = call.headers.get("host", "127.0.0.1:3900")
    return reply_json(
        {
            "type": "service_account",
            "project_id": "sandbox",
            "private_key_id": call.world.secret("key", len(grants.service_accounts)),
            "private_key": private,
            "client_email": email,
            "client_id": "100000000000000000000",
            "token_uri": f"http://{host}/token",
        }
    )


@ROUTER.on("GET", "/truth/google")
def truth(call: Call) -> Reply:
    """Show what a perfect mirror must hold, per calendar: living events, cancelled instances, ids that are gone."""
    account = call.person.google
    calendars: Body = {}
    for calendar in account.calendars.values():
        events = calendar.events.values()
        calendars[calendar.id] = {
            "role": calendar.role,
            "deleted": calendar.deleted,
            "live": {e.body["id"]: event_json(calendar, e) for e in events if not e.cancelled},
            "cancelled_instances": {
                e.body["id"]: event_json(calendar, e) for e in events if e.cancelled and not e.deleted
            },
            "gone": sorted(e.body["id"] for e in events if e.deleted),
        }
    return reply_json({"calendars": calendars, "aliases": json.loads(json.dumps(account.aliases))})
