"""Years before v9's reach, through Reports v3: windows of at most 365 days, newest first, one workspace at a time.

Law: nothing is taken for deleted unless its whole window was read and Toggl's own total agrees with what was met.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lifetracer.connector.source import Api, Covered, Cursor, Page
from lifetracer.connector.sources.toggl_track.access import organization_bucket
from lifetracer.errors import LifetracerError, TryAgainError
from lifetracer.outside.http import Answer, HttpStatusError

SPAN = timedelta(days=364)
"""A window of 365 days, both ends counted (Reports allows at most 366)."""
USUAL_BEGIN = date(2006, 1, 1)
"""Toggl began in 2006: nobody tracked before."""
EARLIEST = date(1970, 1, 1)
"""What was entered for earlier times by hand is looked for when the quota is generous."""
PAGE_SIZES = (200, 50)
"""Smaller ones to try when the service refuses the size that is set; the largest allowed is undocumented."""
USER_ID = re.compile(rb'"user_id":\s*(\d+)')
"""Whose rows a page holds, without parsing half a megabyte."""
EMPTY = (b"[]", b"null", b"", "[]")
MOST_HELD_BACK = 8
"""Empty windows that a kill may make one ask for again."""
MOST_ROWS = 10_000_000
SECONDS = ("duration", "seconds")
"""Where v9 and Reports keep an entry's length."""


class Years:
    """Reads one workspace's years backwards; its place is kept in the cursor partition ``workspace:{id}``."""

    def __init__(
        self,
        api: Api,
        cursor: Cursor,
        workspace: Mapping[str, Any],
        reading: Mapping[str, Any],
        upper: date,
        zone: ZoneInfo,
    ) -> None:
        self.api = api
        self.cursor = cursor
        self.zone = zone
        self.workspace = int(workspace["id"])
        self.retention = workspace.get("max_data_retention_days")
        self.bucket = organization_bucket(workspace)
        self.path = f"/reports/api/v3/workspace/{self.workspace}/search/time_entries"
        self.partition = f"workspace:{self.workspace}"
        self.compare_deletions = bool(reading.get("compare"))
        self.trust_empty = bool(reading.get("full"))
        self.has_others = False
        """Whether the last answer had other members' entries in it."""
        self.wants_newest = not reading.get("anchor")
        self.newest_at: datetime | None = None
        """Newest change in the very first answer of this run."""
        self.place: dict[str, Any] = cursor.state(self.partition)
        if self.place.get("generation") != reading["generation"]:
            self.place = {"generation": reading["generation"], "end": upper.isoformat()}

    def read(self, begin: date) -> Generator[Page, None, bool]:
        """Go on backwards to ``begin``; returns True when anything was asked."""
        asked, held_back = False, 0
        try:
            while (end := date.fromisoformat(self.place["end"])) >= begin:
                if begin < USUAL_BEGIN and not self.cursor.affords(self.bucket, 60):
                    break
                asked = True
                for page in self._window(max(end - SPAN, begin), end, keep_place=True):
                    # Empty years come in dozens: their places are committed together.
                    is_empty = page.covered is None and page.body.strip() in EMPTY
                    held_back = held_back + 1 if is_empty and held_back < MOST_HELD_BACK else 0
                    if not held_back:
                        yield page
        except LifetracerError as failure:
            if held_back:
                yield self._page(b"[]", None, keep_place=True)
                held_back = 0
            if not isinstance(failure, HttpStatusError) or failure.code not in (402, 403, 404):
                raise
            self.cursor.warn("history_refused", workspace=self.workspace, status=failure.code, said=failure.said)
        if held_back:
            yield self._page(b"[]", None, keep_place=True)
        return asked

    def between(self, first: date, last: date) -> Iterator[Page]:
        """Read [first, last] again, without touching the place of the great reading."""
        while last >= first:
            yield from self._window(max(last - SPAN, first), last, keep_place=False)
            last -= SPAN + timedelta(days=1)

    def compare(self, last: date) -> Iterator[Page]:
        """Hold Toggl's total of each year up to ``last`` against ours and read again the years that differ."""
        if date.fromisoformat(self.place["end"]) >= USUAL_BEGIN:
            return  # the first reading has not come that far
        self.compare_deletions = True
        while last >= USUAL_BEGIN:
            first = max(last - SPAN, USUAL_BEGIN)
            ours = self.cursor.total("time_entries", SECONDS, self._covered(first, last))
            if ours and self._their_total(first, last) not in (ours, None):
                yield from self._window(first, last, keep_place=False)
            last = first - timedelta(days=1)

    def _window(self, first: date, last: date, *, keep_place: bool) -> Iterator[Page]:
        """All pages of one window, read anew if Toggl's total shows that rows moved under our hands."""
        place = self.place if keep_place else {}
        row: int | None = place.get("row")
        sweep = place.get("sweep") or (self.cursor.new_sweep() if self.compare_deletions else None)
        whole = False
        # At the first reading a row that slips away between two pages shows itself afterwards (`entries`).
        needs_proof = self.compare_deletions or row is not None
        for _ in range(2):
            alone = row is None
            while True:
                answer = self._ask(first, last, row)
                first = self._really_from(answer, first, last)
                next_row = self._next_row(answer, row)
                alone = alone and next_row is None
                if keep_place and not alone:
                    self.place = {**self.place, "row": next_row, "sweep": sweep}
                if alone:
                    break
                yield self._page(answer.body, sweep, keep_place=keep_place)
                row = next_row
                if row is None:
                    break
            whole = alone or not needs_proof or self._agrees(first, last, sweep)
            if whole:
                break
            # Rows moved while we paged: once more from the top.
        if not whole:
            self.cursor.warn("unproven_window", workspace=self.workspace, first=str(first), last=str(last))
        if keep_place:
            self.place = {"generation": self.place["generation"], "end": (first - timedelta(days=1)).isoformat()}
        covered = self._covered(first, last) if whole and self.compare_deletions else None
        yield self._page(answer.body if alone else b"[]", sweep, keep_place=keep_place, covered=covered)

    def _page(self, body: bytes, sweep: str | None, *, keep_place: bool, covered: Covered | None = None) -> Page:
        return Page(
            body,
            api_version="reports_v3",
            nested="time_entries",
            weaker=True,
            lists_deleted=False,
            add={"workspace_id": self.workspace},
            keep=_mine(self.cursor) if self.has_others else None,
            partition=self.partition,
            state=dict(self.place) if keep_place else None,
            sweep=sweep,
            covered=covered,
        )

    def _ask(self, first: date, last: date, row: int | None) -> Answer:
        body = {
            **self._filter(first, last),
            "order_by": "date",
            "order_dir": "DESC",
            "grouped": False,
            "enrich_response": True,
        }
        if row is not None:
            body["first_row_number"] = row
        allowed = int(self.cursor.settings.get("reports_page_size") or MOST_ROWS)
        wanted = min(self.cursor.options.toggl_page_size, allowed)
        sizes = [wanted, *(size for size in PAGE_SIZES if size < wanted)]
        for size in sizes:
            try:
                answer = self.api.post(self.path, json={**body, "page_size": size}, bucket=self.bucket, parse=False)
            except HttpStatusError as refused:
                if refused.code != 400 or size == sizes[-1]:
                    raise
            else:
                if size < wanted:  # asking in vain for every page would cost two thirds of the quota
                    self.cursor.remember(reports_page_size=size)
                return answer
        raise AssertionError("unreachable")  # pragma: no cover

    def _filter(self, first: date, last: date) -> dict[str, Any]:
        user = self.cursor.settings.get("user_id")
        return {
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            # Reports would show all members of the workspace.
            "user_ids": [int(user)] if user else [],
            # Otherwise the person's preference may round the seconds.
            "rounding": 0,
            "rounding_minutes": 0,
        }

    def _next_row(self, answer: Answer, row: int | None) -> int | None:
        user = str(self.cursor.settings.get("user_id", "")).encode()
        self.has_others = any(other != user for other in USER_ID.findall(answer.body))
        if self.wants_newest:
            self._note_newest(answer.body)
        header = answer.headers.get("x-next-row-number")
        if not header:
            return None
        next_row = int(header)
        if answer.body.strip() in EMPTY:
            raise TryAgainError("Toggl Reports sent an empty page that announces more rows.", remedy="Try again later.")
        if next_row <= (row or 0) or next_row > MOST_ROWS:
            raise TryAgainError(
                f"Toggl Reports does not get on: row {next_row} follows row {row or 1}.", remedy="Try again later."
            )
        return next_row

    def _note_newest(self, body: bytes) -> None:
        """Without any recent entry the newest of the very first page is the anchor."""
        self.wants_newest = False
        with contextlib.suppress(ValueError):  # a garbled page is asked for again
            stamps = [e.get("at") for group in json.loads(body) or [] for e in group.get("time_entries") or []]
            self.newest_at = max((datetime.fromisoformat(s) for s in stamps if s), default=None)

    def _really_from(self, answer: Answer, first: date, last: date) -> date:
        """Take the range that the server says it really used, also a shorter one."""
        said = answer.headers.get("x-range-start")
        if not said:
            return first
        really = date.fromisoformat(said[:10])
        if really > last:  # a plan that ends history: nothing of this window was answered
            self.cursor.warn("history_ends", workspace=self.workspace, at=str(really))
            return first
        return max(first, really)

    def _their_total(self, first: date, last: date) -> int | None:
        try:
            answer = self.api.post(f"{self.path}/totals", json=self._filter(first, last), bucket=self.bucket).json()
        except HttpStatusError:
            return None
        seconds = answer.get("seconds") if isinstance(answer, dict) else None
        return int(seconds) if seconds is not None else None

    def _agrees(self, first: date, last: date, sweep: str | None) -> bool:
        ours = self.cursor.total("time_entries", SECONDS, self._covered(first, last), sweep)
        return ours == self._their_total(first, last)

    def _covered(self, first: date, last: date) -> Covered:
        """Whole local days of this workspace; where it forgets old entries, nothing older is taken for deleted."""
        since = datetime.combine(first, time(), self.zone)
        if self.retention:
            since = max(since, self.cursor.now - timedelta(days=int(self.retention) - 2))
        until = datetime.combine(last + timedelta(days=1), time(), self.zone)
        return Covered(
            where=f"$ ? (@.workspace_id == {self.workspace} && @.stop != null)",  # Reports knows no running entry
            time="start",
            since=since,
            until=max(until, since),
            trust_empty=self.trust_empty,
        )


def _mine(cursor: Cursor) -> str | None:
    user = cursor.settings.get("user_id")
    return f"$ ? (!exists(@.user_id) || @.user_id == {int(user)})" if user else None


def zone_of(cursor: Cursor) -> ZoneInfo:
    """Give the person's zone at Toggl: Reports counts days in it."""
    try:
        return ZoneInfo(str(cursor.settings.get("time_zone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def in_workspaces(workspaces: Sequence[Mapping[str, Any]], *, at_least_days: int) -> str | None:
    """Give the jsonpath for entries of the workspaces one is still in and which keep entries long enough."""
    ids = [
        int(w["id"])
        for w in workspaces
        if not w.get("max_data_retention_days") or int(w["max_data_retention_days"]) > at_least_days + 2
    ]
    return "$.workspace_id ? (" + " || ".join(f"@ == {i}" for i in ids or [-1]) + ")"
