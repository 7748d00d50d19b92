"""The order in which time entries are read, so that nothing is missed whatever happens in between.

    first time   newest entries → the last 85 days (v9) → older years (Reports v3) → what changed meanwhile
    afterwards   what changed (v9 `since`) → now and then a second look (reconcile)
    gap          Toggl no longer knows what changed since then → everything is read again and compared

The *anchor* is the newest ``at`` of an answer that was complete when it was read: the next `since`. It is taken
from answers only, never from a clock, and is always older than any page still to be read.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from lifetracer.connector.source import Api, Covered, Cursor, Page
from lifetracer.connector.sources.toggl_track import history
from lifetracer.connector.sources.toggl_track.access import USER_BUCKET, organization_bucket
from lifetracer.errors import TryAgainError
from lifetracer.outside.http import Answer, HttpStatusError

PATH = "/api/v9/me/time_entries"
CAP = 1000
"""v9 cuts every list here, without a word (APIS.md A.7)."""
OVERLAP = timedelta(minutes=2)
RECENT = timedelta(days=85)
"""v9 reaches back three calendar months; a little less is always safe."""
SHORTEST_REACH = timedelta(days=28)
"""Should v9 ever reach back less far: a day this long after its limit is still in the past."""
LONG_AGO = datetime(2006, 1, 1, tzinfo=UTC)
FAR_FUTURE = datetime(2200, 1, 1, tzinfo=UTC)
RECONCILE = {"months": timedelta(days=29), "weeks": timedelta(days=6, hours=12), "days": timedelta(hours=20)}
DAYS_AGAIN = timedelta(days=14)


def read(api: Api, cursor: Cursor) -> Iterator[Page]:
    """Pages of time entries: what is due, newest first."""
    if cursor.since or cursor.until:
        yield from _range(api, cursor)
        return
    yield from _Reading(api, cursor).run()


class _Reading:
    """One run over the entries; ``state`` is what the next run will know."""

    def __init__(self, api: Api, cursor: Cursor) -> None:
        self.api = api
        self.cursor = cursor
        self.state: dict[str, Any] = cursor.state()
        self.workspaces = cursor.rows("workspaces")
        self.zone = history.zone_of(cursor)
        self.saw_deletion = False

    def run(self) -> Iterator[Page]:
        if not self.state or (self.cursor.full and not self.state.get("full")):
            again = bool(self.state)
            self._start_over(compare=again, full=self.cursor.full)
        elif "recent" not in self.state:
            if self.state.get("anchor"):
                yield from self._changes()
            else:  # nothing was ever tracked: look again for the very first entries
                self.state["recent"] = {"sweep": self.cursor.new_sweep()}
        loaded = "recent" in self.state
        if loaded:
            yield from self._recent()
        deep = yield from self._history(history.USUAL_BEGIN)
        if (loaded or deep) and self.state.get("anchor"):
            yield from self._changes()
            if self.saw_deletion:  # while we paged: what came after the deleted row has moved up, perhaps unseen
                yield from self._compare_years()
        if "recent" in self.state:  # the changes were too many to be told: read everything at once again
            yield from self._recent()
            yield from self._history(history.USUAL_BEGIN)
        elif not loaded:
            yield from self._reconcile()
        yield from self._history(history.EARLIEST)
        if self.state.get("full"):
            del self.state["full"]
            yield self._note()

    def _start_over(self, *, compare: bool, full: bool = False, least_anchor: datetime | None = None) -> None:
        """Begin a complete reading; with ``compare`` what is no longer there will be tombstoned."""
        self.state = {
            **self.state,
            "generation": str(uuid4()),
            "compare": compare,
            "recent": {"sweep": self.cursor.new_sweep(), "least_anchor": _iso(least_anchor)},
        }
        if full:
            self.state["full"] = True

    def _note(self) -> Page:
        """Make a page without items that only commits the state."""
        return Page(b"[]", api_version="v9", state=deepcopy(self.state))

    # -- what changed since the last time ------------------------------------------------------------------

    def _changes(self) -> Iterator[Page]:
        anchor = datetime.fromisoformat(self.state["anchor"])
        since = int((anchor - OVERLAP).timestamp())
        try:
            answer = self.api.get(PATH, since=since, meta=True)
        except HttpStatusError as refused:
            if refused.code != 400:
                raise
            # Toggl looks back three months at most; what changed before must be found by comparing everything.
            self.cursor.warn("gap", since=anchor.isoformat(), said=refused.said)
            limit = _limit_in(refused.said) or self._limit()
            self._start_over(compare=True, least_anchor=limit + SHORTEST_REACH if limit else None)
            return
        items = _items(answer)
        newest = max([anchor, *_instants(items, "at")])
        self.saw_deletion = any(item.get("server_deleted_at") for item in items)
        self.state["anchor"] = newest.isoformat()
        if len(items) >= CAP:
            crowd = newest.isoformat()
            if self.state.get("crowd") == crowd:
                # These many that changed in one moment (an import into Toggl) were compared before: what came after?
                answer = self.api.get(PATH, since=int(newest.timestamp()) + 1, meta=True)
                items = _items(answer)
            self.state["crowd"] = crowd
        if len(items) >= CAP:
            self.cursor.warn("many_changes", items=len(items))
            self._start_over(compare=True)
        yield Page(answer.body, api_version="v9", state=deepcopy(self.state))

    def _limit(self) -> datetime | None:
        """How far back Toggl looks at present: a window that is surely too early makes it say so."""
        try:
            self.api.get(PATH, start_date=_rfc(LONG_AGO), end_date=_rfc(LONG_AGO + timedelta(days=1)), meta=True)
        except HttpStatusError as refused:
            return _limit_in(refused.said)
        return None

    # -- the last 85 days ----------------------------------------------------------------------------------

    def _recent(self) -> Iterator[Page]:
        recent: dict[str, Any] = self.state["recent"]
        if "end" not in recent:
            yield from self._newest(recent)
        sweep = recent["sweep"] if self.state["compare"] else None
        floor, end = datetime.fromisoformat(recent["floor"]), datetime.fromisoformat(recent["end"])
        while True:
            answer, floor = self._window(floor, end)
            items = _items(answer)
            recent["anchor"] = recent.get("anchor") or _iso(max(_instants(items, "at"), default=None))
            recent["floor"] = floor.isoformat()
            if len(items) < CAP:
                break
            end = _next_end(items, end)
            recent["end"] = end.isoformat()
            yield Page(answer.body, api_version="v9", sweep=sweep, state=deepcopy(self.state))
        candidates = [a for a in (recent.get("anchor"), recent.get("least_anchor")) if a]
        anchor = max((datetime.fromisoformat(a) for a in candidates), default=None)
        del self.state["recent"]
        stamps = dict.fromkeys(RECONCILE, self.cursor.now.isoformat())
        self.state |= {"anchor": _iso(anchor), "floor": floor.isoformat(), "reconciled": stamps}
        covered = self._covered(floor, trust_empty=bool(self.state.get("full"))) if sweep else None
        if sweep:
            yield self._forgotten_timers(floor)
        yield Page(answer.body, api_version="v9", sweep=sweep, covered=covered, state=deepcopy(self.state))

    def _forgotten_timers(self, floor: datetime) -> Page:
        """Ask ``current`` for a timer that runs since before v9's reach: it is in no list."""
        answer = self.api.get(f"{PATH}/current", meta=True)
        running = Covered(where="$ ? (@.stop == null)", time="start", until=floor, trust_empty=True)
        return Page(answer.body, api_version="v9", sweep=self.cursor.new_sweep(), covered=running)

    def _newest(self, recent: dict[str, Any]) -> Iterator[Page]:
        """Without parameters Toggl sends the last days as *it* counts them: they tell its present."""
        answer = self.api.get(PATH, meta=True)
        items = _items(answer)
        pages = [answer]
        if not items:
            pages.append(self.api.get(f"{PATH}/current", meta=True))  # a timer may be running for weeks
        latest = min([self.cursor.now, *_latest(_instants(items, "at"))])
        recent |= {
            "anchor": _iso(max(_instants(items, "at"), default=None)),
            "floor": _midnight(latest - RECENT).isoformat(),
            "end": FAR_FUTURE.isoformat(),
        }
        for page in pages:
            yield Page(page.body, api_version="v9", state=deepcopy(self.state))

    def _window(self, floor: datetime, end: datetime) -> tuple[Answer, datetime]:
        """Entries that start in [floor, end); a floor that is too early is moved to what Toggl allows."""
        for _ in range(4):
            try:
                return self.api.get(PATH, start_date=_rfc(floor), end_date=_rfc(end), meta=True), floor
            except HttpStatusError as refused:
                limit = _limit_in(refused.said)
                if refused.code != 400 or limit is None:
                    raise
                floor = limit if limit > floor else floor + timedelta(days=1)
        raise TryAgainError(f"Toggl refuses every window, at last from {floor:%Y-%m-%d}.", remedy="Try again later.")

    def _covered(self, floor: datetime, *, trust_empty: bool = False) -> Covered:
        """Say what a v9 window proves: the workspaces one is still in, from a day after its edge (zones differ)."""
        return Covered(
            where=history.in_workspaces(self.workspaces, at_least_days=(self.cursor.now - floor).days),
            time="start",
            since=floor + timedelta(days=1),
            trust_empty=trust_empty,
        )

    # -- older years ---------------------------------------------------------------------------------------

    def _history(self, begin: date) -> Generator[Page, None, bool]:
        """Read years back to ``begin`` through Reports; True when anything was asked."""
        asked = False
        if "generation" not in self.state or "floor" not in self.state:
            return asked
        upper = datetime.fromisoformat(self.state["floor"]).astimezone(self.zone).date() + timedelta(days=1)
        for workspace in self.workspaces:
            years = history.Years(self.api, self.cursor, workspace, self.state, upper, self.zone)
            asked = (yield from years.read(begin)) or asked
            if not self.state.get("anchor") and years.newest_at:
                self.state["anchor"] = years.newest_at.isoformat()
                yield self._note()
        return asked

    # -- a second look -------------------------------------------------------------------------------------

    def _reconcile(self) -> Iterator[Page]:
        """Read again what should not have changed: 14 days nightly, 85 days weekly, all years monthly (A.9c)."""
        stamps: dict[str, str] = dict(self.state.get("reconciled") or {})
        now = self.cursor.now
        due = {
            name
            for name, every in RECONCILE.items()
            if name not in stamps or now - datetime.fromisoformat(stamps[name]) >= every
        }
        if not due or not self.cursor.affords(USER_BUCKET, 8):
            return
        if "months" in due:
            yield from self._compare_years()
        if due & {"weeks", "days"}:
            span = RECENT if "weeks" in due else DAYS_AGAIN
            yield from self._again(_midnight(now - span))
            due |= {"days"}
        self.state["reconciled"] = stamps | dict.fromkeys(due, now.isoformat())
        yield self._note()

    def _again(self, floor: datetime) -> Iterator[Page]:
        sweep, end = self.cursor.new_sweep(), FAR_FUTURE
        while True:
            answer, floor = self._window(floor, end)
            items = _items(answer)
            if len(items) < CAP:
                yield Page(answer.body, api_version="v9", sweep=sweep, covered=self._covered(floor))
                return
            end = _next_end(items, end)
            yield Page(answer.body, api_version="v9", sweep=sweep)

    def _compare_years(self) -> Iterator[Page]:
        last = (self.cursor.now - RECENT).astimezone(self.zone).date()
        for workspace in self.workspaces:
            if self.cursor.affords(organization_bucket(workspace), 20):
                yield from history.Years(self.api, self.cursor, workspace, self.state, last, self.zone).compare(last)


def _range(api: Api, cursor: Cursor) -> Iterator[Page]:
    """Read what starts in the days the person named, through Reports, and tombstone what is not there."""
    zone = history.zone_of(cursor)
    first = cursor.since.astimezone(zone).date() if cursor.since else history.USUAL_BEGIN
    until = cursor.until or cursor.now + timedelta(days=1)
    last = (until - timedelta(seconds=1)).astimezone(zone).date()
    state = {"generation": str(uuid4()), "compare": True, "full": cursor.full}
    for workspace in cursor.rows("workspaces"):
        years = history.Years(api, cursor, workspace, state, last, zone)
        yield from years.between(first, last)
    reading = _Reading(api, cursor)
    if reading.state.get("anchor") and "recent" not in reading.state:
        yield from reading._changes()


def _items(answer: Answer) -> list[dict[str, Any]]:
    items = answer.json()
    if isinstance(items, dict):
        return [items]
    if not isinstance(items, list | None):
        raise TryAgainError("Toggl answered with something that is no list of time entries.", remedy="Try again later.")
    return items or []


def _instants(items: list[dict[str, Any]], key: str) -> list[datetime]:
    return [datetime.fromisoformat(item[key]) for item in items if item.get(key)]


def _latest(instants: list[datetime]) -> list[datetime]:
    return [max(instants)] if instants else []


def _next_end(items: list[dict[str, Any]], end: datetime) -> datetime:
    """Give the next, earlier upper edge; a second later than the oldest start, for twins that start together."""
    new = min(_instants(items, "start")) + timedelta(seconds=1)
    if new >= end:
        raise TryAgainError(
            f"More than {CAP} time entries start at {end:%Y-%m-%d %H:%M:%S} UTC; Toggl's API cannot list them.",
            remedy="Delete the duplicates in Toggl.",
        )
    return new


def _limit_in(said: str) -> datetime | None:
    """Give the earliest day Toggl allows, when it names one ("start_date must not be earlier than 2025-10-10")."""
    found = re.search(r"(\d{4})-(\d\d)-(\d\d)", said)
    return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _rfc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
