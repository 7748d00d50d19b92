"""The one calendar that lifetracer made for a person's plan, and the few things that are done there at Google.

Law: nothing is ever written outside that calendar, and in it only events that carry our own mark for just that block;
every change names the version that it changes (``If-Match``). A calendar is made once: it is written down before Google
is asked for it, and looked for by its marker whenever the answer is not known.
Rules: developers.google.com/workspace/calendar/api/guides (extended-properties, version-resources).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

from lifetracer.adjuster.own_event import Event, Face, Mark, is_cancelled, is_our_write, is_ours
from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, QuotaError, TryAgainError
from lifetracer.outside.google_calendar import CALENDAR_LIST, open_to_write, reason_of
from lifetracer.outside.google_oauth import PLAN_SCOPE_MISSING, RefreshTokenAuth
from lifetracer.outside.http import LONGEST_WAIT, Client, HttpStatusError
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse, queries
from lifetracer.warehouse.lending import lend

SQL = queries.beside(__file__)

TITLES = {"en": "Plan (lifetracer)", "ja": "計画 (lifetracer)"}
T = TypeVar("T")


class PlanCalendarGoneError(FixByHandError):
    """The calendar that lifetracer plans in was deleted."""

    def __init__(self) -> None:
        super().__init__(
            "The calendar that lifetracer made for your plan was deleted in Google Calendar.",
            remedy="To have a new one: `lifetracer plan approve --new-calendar`. Nothing else was touched.",
        )


class NotOursError(LifetracerError):
    """An event that is not ours was about to be changed; that is never done."""


class PlanCalendar:
    """The calendar at Google, with one answer per question and no write that is repeated blindly."""

    def __init__(self, patient: Client, once: Client, calendar_id: str, settings: Settings) -> None:
        self.calendar_id = calendar_id
        self._patient = patient
        self._once = once
        self._attempts = settings.retry_attempts
        self._first_wait = settings.retry_seconds

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._patient.requests + self._once.requests

    def event(self, event_id: str) -> Event | None:
        """Fetch one of our events, also a deleted one; ``None`` when there never was one.

        Raises:
            PlanCalendarGoneError: the calendar itself is gone.
        """
        try:
            found: Event = self._patient.get(self._path(event_id)).json()
        except HttpStatusError as refused:
            if refused.code == 410:
                return {"id": event_id, "status": "cancelled"}
            if refused.code != 404:
                raise
            self.require()
            return None
        return found

    def require(self) -> None:
        """Make sure that the calendar is there.

        Raises:
            PlanCalendarGoneError: it is gone.
        """
        if not exists(self._patient, self.calendar_id):
            raise PlanCalendarGoneError

    def insert(self, event_id: str, face: Face, mark: Mark) -> Event:
        """Put a new event in; when one of this id is there already, that one is answered, whatever it looks like.

        Raises:
            PlanCalendarGoneError: the calendar is gone.
            QuotaError: Google is braking for hours.
            TryAgainError: Google is not well; asking again does no harm.
        """
        body = {"id": event_id, **face.body(mark)}

        def write() -> Event:
            try:
                made: Event = self._once.post(self._path(), json=body).json()
            except HttpStatusError as refused:
                if refused.code == 409:
                    there = self.event(event_id)
                    if there is not None:
                        return there
                if refused.code == 404:
                    self.require()
                raise
            return made

        return self._surely(write, lambda: self.event(event_id))

    def change(self, event: Event, face: Face, mark: Mark) -> Event | None:
        """Change one of our events; ``None`` when it is not in the version that was seen.

        Raises:
            NotOursError: it is not ours.
            TryAgainError: Google is not well; asking again does no harm.
        """
        self._assert_ours(event, mark.block_id)

        def write() -> Event | None:
            try:
                path = self._path(event["id"])
                changed: Event = self._once.patch(path, json=face.body(mark), match=event["etag"]).json()
            except HttpStatusError as refused:
                if refused.code in {404, 410, 412}:
                    return None
                raise
            return changed

        def look() -> Event | None:
            there = self.event(event["id"])
            return there if there is not None and is_our_write(there, mark, face) else None

        return self._surely(write, look)

    def delete(self, event: Event, block_id: UUID) -> bool:
        """Delete one of our events; false when it is not in the version that was seen. Gone already is as good.

        Raises:
            NotOursError: it is not ours.
            TryAgainError: Google is not well; asking again does no harm.
        """
        self._assert_ours(event, block_id)

        def write() -> bool:
            try:
                self._once.delete(self._path(event["id"]), match=event["etag"])
            except HttpStatusError as refused:
                if refused.code == 412:
                    return False
                if refused.code not in {404, 410}:
                    raise
            return True

        def look() -> bool | None:
            there = self.event(event["id"])
            return True if there is None or is_cancelled(there) else None

        return self._surely(write, look)

    def _surely(self, write: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Write; when no clear answer comes, look whether it was done before it is tried again."""
        for attempt in range(1, self._attempts + 1):
            try:
                return write()
            except QuotaError:
                raise
            except TryAgainError as failure:
                done = look()
                if done is not None:
                    return done
                if attempt == self._attempts:
                    raise
                time.sleep(self._wait(attempt, failure))
        raise AssertionError("unreachable")  # pragma: no cover

    def _wait(self, attempt: int, failure: TryAgainError) -> float:
        if failure.after:
            asked = (failure.after - datetime.now(UTC)).total_seconds()
            if asked > LONGEST_WAIT:
                raise failure
            return max(asked, 0.0)
        wait: float = self._first_wait * 2 ** (attempt - 1)
        return min(wait, LONGEST_WAIT)

    def _assert_ours(self, event: Event, block_id: UUID) -> None:
        """Refuse to change what does not carry our mark; every write passes here."""
        if not is_ours(event, block_id) or not event.get("etag"):
            raise NotOursError

    def _path(self, event_id: str = "") -> str:
        path = f"/calendar/v3/calendars/{quote(self.calendar_id, safe='')}/events"
        return f"{path}/{quote(event_id, safe='')}" if event_id else path


@contextmanager
def opened(
    house: Warehouse, settings: Settings, account_id: UUID, *, make: bool = True, anew: bool = False
) -> Iterator[PlanCalendar | None]:
    """Open the calendar of the plan for a ``with`` block; made when there is none yet.

    Args:
        house: an open warehouse.
        settings: the installation's settings.
        account_id: whose plan.
        make: whether to make a calendar; else ``None`` is given when there is none any more.
        anew: make a new one in place of one that was deleted.

    Raises:
        CredentialError: the consent does not allow it, or there is none.
        PlanCalendarGoneError: it was deleted, and nobody asked for a new one.
    """
    known = _known(house, account_id)
    connection_id = known.connection_id if known else _connection(house, account_id)
    with house.transaction() as con:
        credential = house.vault.read(con, account_id, connection_id)
    if credential is None:
        raise CredentialError(
            "The access to Google Calendar was given up.", remedy="Run `lifetracer connect gcal --write`."
        )
    access = open_to_write(credential, settings)
    if isinstance(access.auth, RefreshTokenAuth):  # a service account's token for reading is another one
        access.auth.lend = lambda: lend(house, account_id, connection_id)
    with ExitStack() as stack:
        patient = stack.enter_context(access.client(settings))
        once = stack.enter_context(access.client(settings.model_copy(update={"retry_attempts": 1})))
        calendar_id = known.calendar_id if known else None
        if calendar_id and not exists(patient, calendar_id):
            with house.transaction(account_id=account_id) as con:
                con.execute(SQL["lost"], {"calendar": calendar_id})
            if make and not anew:
                raise PlanCalendarGoneError
            calendar_id = None
        if calendar_id is None and make:
            calendar_id = _make(house, account_id, connection_id, patient, once)
        yield PlanCalendar(patient, once, calendar_id, settings) if calendar_id else None


@dataclass(frozen=True, slots=True)
class _Known:
    connection_id: UUID
    calendar_id: str | None
    title: str
    marker: str


def exists(client: Client, calendar_id: str) -> bool:
    """Tell whether Google still has a calendar."""
    try:
        client.get(f"/calendar/v3/calendars/{quote(calendar_id, safe='')}")
    except HttpStatusError as refused:
        if refused.code in {404, 410}:
            return False
        raise
    return True


def _known(house: Warehouse, account_id: UUID) -> _Known | None:
    with house.transaction(account_id=account_id) as con:
        row = con.execute(SQL["known"]).fetchone()
    return _Known(*row) if row else None


def _connection(house: Warehouse, account_id: UUID) -> UUID:
    """Choose the access to Google that the plan is written over.

    Raises:
        CredentialError: there is none.
    """
    with house.transaction() as con:
        rows = con.execute(SQL["connections"], {"account": account_id}).fetchall()
        ical = con.execute(SQL["other_calendars"], {"account": account_id}).fetchone()
    if rows:
        found: UUID = rows[0][0]
        return found
    if ical and ical[0]:
        raise CredentialError(
            "The calendar comes from an iCal address, which can be read and not written.",
            remedy="To let lifetracer write your plan, connect Google Calendar as well: "
            "`lifetracer connect gcal --write`. The proposal stays; you can also enter its blocks by hand.",
        )
    raise CredentialError("Google Calendar is not connected.", remedy="Run `lifetracer connect gcal --write`.")


def _make(house: Warehouse, account_id: UUID, connection_id: UUID, patient: Client, once: Client) -> str:
    """Find our calendar by its marker, or make it."""
    marker = f"lifetracer-plan-{account_id}"
    with house.transaction(account_id=account_id) as con:
        con.execute(SQL["lock"])
        row = con.execute(SQL["zone"]).fetchone()
        assert row, "the transaction acts for an account"
        zone, language = row
        title = TITLES.get(language, TITLES["en"])
        con.execute(SQL["intend"], {"connection": connection_id, "title": title, "marker": marker})
    body = {
        "summary": title,
        "description": f"Blocks that lifetracer proposed and you approved. Please leave this line: {marker}",
        "timeZone": zone,
    }
    calendar_id = _find(patient, marker)
    if calendar_id is None:
        try:
            calendar_id = str(once.post("/calendar/v3/calendars", json=body).json()["id"])
        except TryAgainError:  # it may have been made all the same
            calendar_id = _find(patient, marker)
            if calendar_id is None:
                raise
    with house.transaction(account_id=account_id) as con:
        con.execute(SQL["made"], {"calendar": calendar_id})
        con.execute(SQL["read_it"], {"calendar": calendar_id, "connection": connection_id})
    return calendar_id


def _find(client: Client, marker: str) -> str | None:
    """Look for our calendar in the person's list."""
    page_token: str | None = None
    for _ in range(100):
        try:
            body = client.get(CALENDAR_LIST, maxResults=250, showHidden=True, pageToken=page_token).json() or {}
        except HttpStatusError as refused:
            if reason_of(refused.payload) == "insufficientPermissions":
                raise CredentialError(
                    "The list of calendars may not be read, so it cannot be seen whether the plan's calendar exists.",
                    remedy=PLAN_SCOPE_MISSING,
                ) from None
            raise
        for row in body.get("items") or []:
            if marker in (row.get("description") or "") and not row.get("deleted") and row.get("accessRole") == "owner":
                return str(row["id"])
        page_token = body.get("nextPageToken")
        if not page_token:
            break
    return None
