"""Faults that happen at once: they change what is true, so the truth afterwards contains them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifetracer.sandbox.world import Person, World

Action = Callable[["World", "Person", dict[str, Any]], Any]

HOSTILE = (
    "NUL \x00 in the middle",
    "lone high surrogate \ud83d here",
    "lone low surrogate \ude00 here",
    "emoji 👩‍👩‍👧‍👦 🏳️‍🌈 and 日本語 and עברית",
    "quotes \" ' \\ and <b>&amp;</b> and \u2028 and \u202e",
    "x" * 65_536,
)


def _hostile_entries(world: World, person: Person, _options: dict[str, Any]) -> list[int]:
    now, account = world.clock.micros, person.toggl
    recent = [e for e in account.between(now // 1_000_000 - 7 * 86_400, now // 1_000_000) if not e.running]
    changed = list(zip(recent[-len(HOSTILE) :], HOSTILE, strict=False))
    for entry, text in changed:
        account.update_entry(now, id=entry.id, description=text)
    for n, text in enumerate(HOSTILE[len(changed) :]):
        start = now // 1_000_000 - 3600 * (n + 2)
        changed.append((account.create_entry(now, start=start, stop=start + 600, description=text), text))
    return [entry.id for entry, _ in changed]


def _hostile_events(world: World, person: Person, _options: dict[str, Any]) -> list[str]:
    now, account = world.clock.micros, person.google
    ids = []
    for n, text in enumerate(HOSTILE):
        moment = {"date": f"{world.clock.now:%Y-%m-%d}"}
        end = {"date": f"{world.clock.now + timedelta(days=1):%Y-%m-%d}"}
        short = text if len(text) < 1000 else "long"
        event = account.create_event(
            now, calendar="primary", summary=short, description=text, start=moment, end=end, sequence=n
        )
        ids.append(event.body["id"])
    return ids


def _zombie(world: World, person: Person, _options: dict[str, Any]) -> int:
    now = world.clock.micros
    return person.toggl.create_entry(now, start=now // 1_000_000, stop=None, zombie=True).id


def _odd_times(world: World, person: Person, _options: dict[str, Any]) -> list[int]:
    now, account = world.clock.micros, person.toggl
    second, hour = now // 1_000_000, 3600
    spans = {
        "zero length": (second - hour, second - hour),
        "thirty hours": (second - 40 * hour, second - 10 * hour),
        "overlapping": (second - 39 * hour, second - 38 * hour),
        "in the future": (second + 20 * hour, second + 21 * hour),
    }
    return [account.create_entry(now, start=a, stop=b, description=text).id for text, (a, b) in spans.items()]


def _new_token(world: World, person: Person, _options: dict[str, Any]) -> str:
    person.toggl.token = world.secret(f"toggl/{person.toggl.token}", person.index)
    return person.toggl.token


def _kill_sync_tokens(_world: World, person: Person, options: dict[str, Any]) -> int:
    if key := options.get("calendar"):
        person.google.calendar(key).generation += 1
    else:
        person.google.generation += 1
    return person.google.generation


def _revoke(world: World, person: Person, _options: dict[str, Any]) -> bool:
    world.grants.revoke_person(person.index)
    return True


ACTIONS: dict[str, Action] = {
    "toggl_token_revoked": _new_token,
    "toggl_hostile_text": _hostile_entries,
    "toggl_zombie": _zombie,
    "toggl_odd_times": _odd_times,
    "google_sync_tokens_invalidated": _kill_sync_tokens,
    "google_hostile_text": _hostile_events,
    "google_revoked": _revoke,
}
