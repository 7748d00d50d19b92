"""The sandbox's own routes under ``/__admin``: clock, faults, people, log, modes; vendors have nothing like it."""

from __future__ import annotations

from datetime import date
from typing import Any

from lifetracer.errors import NotFoundError, UsageError
from lifetracer.sandbox.actions import ACTIONS
from lifetracer.sandbox.catalogue import CATALOGUE, Kind
from lifetracer.sandbox.clock import parse_instant
from lifetracer.sandbox.faults import Fault
from lifetracer.sandbox.wire import Call, Missing, Refusal, Reply, Router, reply_json
from lifetracer.sandbox.world import Options, Person, World


def _guard(call: Call) -> None:
    wanted = call.get("person") or "0"
    if not wanted.isdigit() or int(wanted) >= len(call.world.people):
        raise Refusal(reply_json({"error": f"There is no person {wanted}."}, 404))
    call.person = call.world.people[int(wanted)]
    call.world.settle()


ROUTER = Router(
    "/__admin",
    guard=_guard,
    lost=lambda _call: reply_json({"error": "GET /__admin lists the routes."}, 404),
    garbled=lambda problem: reply_json({"error": f"That was not understood: {problem!r}."}, 400),
)


def perform(
    world: World,
    name: str,
    *,
    person: Person | None = None,
    route: str | None = None,
    count: int | None = 1,
    skip: int = 0,
    options: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Switch a fault on; one that is an action happens at once.

    Raises:
        NotFoundError: no fault has this name.
    """
    if name in CATALOGUE and CATALOGUE[name].kind is Kind.ACTION:
        done = ACTIONS[name](world, person or world.people[0], options or {})
        return {"name": name, "done": done}
    fault: Fault = world.faults.add(name, route=route, count=count, skip=skip, options=options or {})
    return fault.as_json()


def credentials(world: World, person: Person, url: str) -> dict[str, Any]:
    """Return everything a connector needs to act for a person."""
    address = person.email.replace("@", "%40")
    return {
        "index": person.index,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "timeZone": str(person.zone),
        "togglToken": person.toggl.token,
        "togglPassword": person.toggl.password,
        "workspaceId": person.toggl.workspace_id,
        "googleClientId": world.grants.client_id,
        "googleClientSecret": world.grants.client_secret,
        "googleRefreshToken": world.grants.standing_token(person.index),
        "icalUrl": f"{url}/calendar/ical/{address}/private-{person.google.secret}/basic.ics",
        "calendars": dict(person.google.aliases),
        "password": world.register.password(person),
        "subject": world.register.subject(person),
        "oidcIssuer": f"{url}/issuer",
        "oidcClientId": world.register.client_id,
        "oidcClientSecret": world.register.client_secret,
        "supabaseUrl": url,
        "supabaseAnonKey": world.register.anon_key,
        "supabaseJwtSecret": world.register.jwt_secret,
    }


def _url(call: Call) -> str:
    return f"http://{call.headers.get('host', '127.0.0.1:3900')}"


@ROUTER.on("GET", "")
def routes(_call: Call) -> Reply:
    """List the admin routes with a sentence each."""
    return reply_json(
        [
            f"{method} /__admin{pattern}  {(handler.__doc__ or '').splitlines()[0]}"
            for method, _, pattern, handler in ROUTER.routes
        ]
    )


@ROUTER.on("GET", "/people")
def people(call: Call) -> Reply:
    """Show everybody's credentials."""
    return reply_json([credentials(call.world, person, _url(call)) for person in call.world.people])


@ROUTER.on("POST", "/people")
def add_person(call: Call) -> Reply:
    """Add a person: {language, zone, start, blank, plan}; ``blank`` has empty accounts."""
    body = call.json()
    start = date.fromisoformat(body["start"]) if body.get("start") else None
    person = call.world.add_person(
        language=body.get("language", "en"),
        zone=body.get("zone"),
        start=start,
        blank=bool(body.get("blank")),
        plan=body.get("plan"),
    )
    return reply_json(credentials(call.world, person, _url(call)))


@ROUTER.on("GET", "/clock")
def clock(call: Call) -> Reply:
    """Show the clock."""
    return reply_json({"now": call.world.clock.now.isoformat(), "ticking": call.world.clock.ticking})


@ROUTER.on("POST", "/clock")
def set_clock(call: Call) -> Reply:
    """Move the clock: {now, advance (seconds), days, ticking}; everybody lives on up to it."""
    body = call.json()
    now = parse_instant(body["now"]) if body.get("now") else None
    seconds = float(body.get("advance", 0)) + 86_400 * float(body.get("days", 0))
    if not now and seconds < 0:
        raise UsageError("Time does not run backwards.", remedy="Set the clock with now.")
    call.world.clock.move(now=now, seconds=seconds, ticking=body.get("ticking"))
    call.world.settle()
    return clock(call)


@ROUTER.on("POST", "/seed")
def seed(call: Call) -> Reply:
    """Begin a new world: {seed, language, zone, now, start, people}; what is not named stays as it was."""
    body, old = call.json(), call.world.options
    call.world.restart(
        Options(
            seed=body.get("seed", old.seed),
            language=body.get("language", old.language),
            zone=body.get("zone", old.zone),
            now=parse_instant(body["now"]) if body.get("now") else old.now,
            start=date.fromisoformat(body["start"]) if body.get("start") else old.start,
            people=body.get("people", old.people),
            throttle=old.throttle,
            quota=old.quota,
            plan=old.plan,
        )
    )
    return people(call)


@ROUTER.on("GET", "/faults")
def faults(call: Call) -> Reply:
    """List all faults with a sentence each, and those that are on."""
    listed = [
        {
            "name": name,
            "vendor": entry.vendor,
            "kind": entry.kind.value,
            "route": entry.route,
            "heals": entry.heals,
            "sentence": entry.sentence,
        }
        for name, entry in CATALOGUE.items()
    ]
    return reply_json({"catalogue": listed, "active": [fault.as_json() for fault in call.world.faults.active]})


@ROUTER.on("POST", "/faults")
def switch_on(call: Call) -> Reply:
    """Switch a fault on: {name, route, count (null = until taken away), skip, options}."""
    body = call.json()
    return reply_json(
        perform(
            call.world,
            body.get("name", ""),
            person=call.person,
            route=body.get("route"),
            count=body.get("count", 1),
            skip=body.get("skip", 0),
            options=body.get("options"),
        )
    )


@ROUTER.on("DELETE", "/faults")
def switch_off(call: Call) -> Reply:
    """Switch all faults off."""
    return reply_json([fault.as_json() for fault in call.world.faults.remove()])


@ROUTER.on("DELETE", "/faults/{id}")
def switch_one_off(call: Call) -> Reply:
    """Switch one fault off."""
    if not call.where["id"].isdigit():
        raise NotFoundError(f"No fault has the number {call.where['id']}.")
    return reply_json([fault.as_json() for fault in call.world.faults.remove(int(call.where["id"]))])


@ROUTER.on("GET", "/requests")
def requests(call: Call) -> Reply:
    """Show how often each route was asked, and the requests themselves."""
    return reply_json(
        {"total": call.world.counts.total(), "counts": dict(call.world.counts), "requests": call.world.requests}
    )


@ROUTER.on("DELETE", "/requests")
def forget_requests(call: Call) -> Reply:
    """Forget the requests so far."""
    call.world.counts.clear()
    call.world.requests.clear()
    return reply_json({"total": 0})


@ROUTER.on("GET", "/deliveries")
def deliveries(call: Call) -> Reply:
    """Show what webhooks and channels sent."""
    return reply_json(call.world.post.sent)


@ROUTER.on("GET", "/modes")
def modes(call: Call) -> Reply:
    """Show the lasting modes."""
    return reply_json({name: value for name, value in call.world.modes.items() if not name.startswith("google_asked")})


@ROUTER.on("POST", "/modes")
def set_modes(call: Call) -> Reply:
    """Set lasting modes.

    quota, throttle, strict_parameters (bool), sync_token_days, reports_page_size, google_per_minute,
    look_back_months (int),
    since_text (the refusal of an old ``since``; ``{limit}`` is the day), google_clock_skew (seconds).
    """
    call.world.modes.update(call.json())
    return modes(call)


@ROUTER.on("POST", "/quota")
def set_quota(call: Call) -> Reply:
    """Set a person's allowances: {user, organization} as totals an hour; {reset: true} forgets what was used."""
    body, allowances = call.json(), call.person.toggl.allowances
    allowances.user.total = body.get("user", allowances.user.total)
    allowances.organization.total = body.get("organization", allowances.organization.total)
    if body.get("reset"):
        allowances.user.used.clear()
        allowances.organization.used.clear()
    now = call.world.clock.seconds
    return reply_json({"user": allowances.user.remaining(now), "organization": allowances.organization.remaining(now)})


def found(lookup: Any, *args: Any, **values: Any) -> Any:
    """Call a verb; a missing object becomes a sentence."""
    try:
        return lookup(*args, **values)
    except Missing as missing:
        raise NotFoundError(f"There is no {missing}.") from None
