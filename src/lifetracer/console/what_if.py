"""What if: the predicted week with other blocks or another target, beside the week as it stands.

Law: the question is the address, so it can be kept, shared and asked without JavaScript; the answer is a job's, whose
name is the question, so that asking twice works once. Nothing else is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import QueryParams

from lifetracer import jobs
from lifetracer.console.acting import Acting
from lifetracer.console.periods import parse_day
from lifetracer.console.shell import Shell, Visitor
from lifetracer.errors import LifetracerError, UsageError
from lifetracer.jobs.what_if import FARTHEST, LONGEST, Block, Supposition
from lifetracer.periods import start_of
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

MOST_BLOCKS = 4
"""Blocks of one question."""
LONGEST_WORDS = 500
"""Letters of a sentence or a name."""
FRESH = timedelta(hours=1)
"""An answer is worked out anew when it is older."""
PATIENCE = timedelta(minutes=10)
"""A question that could not be answered is not asked again by itself for so long."""
LIVING = ("queued", "running", "waiting")
TOO_LITTLE = "There is too little history to predict from."
"""What the job says when it has too few days."""
QUARTER = 900

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_HOURS = re.compile(r"(\d+(?:\.\d+)?)()\s*(?:h|時間)?")
_BOTH = re.compile(r"(?:(\d+)\s*(?:h|時間))?\s*(?:(\d+)\s*(?:m|min|分))?")


@dataclass(frozen=True)
class Row:
    """A block of the form, as it was written."""

    way: str = "add"
    category: str = ""
    weekdays: tuple[int, ...] = ()
    length: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.category and (self.weekdays or self.length))


@dataclass(frozen=True)
class Asked:
    """What the address asks."""

    target: str
    rows: tuple[Row, ...]
    week: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is supposed."""
        return not (self.target or any(not row.is_empty for row in self.rows))

    def supposition(self) -> Supposition:
        """Read it.

        Raises:
            UsageError: a block or the week is not written so that it can be read.
        """
        blocks = tuple(_block(row) for row in self.rows if not row.is_empty)
        return Supposition(blocks, (self.target,) if self.target else (), parse_day(self.week) if self.week else None)


@dataclass(frozen=True)
class Answer:
    """How far the answer is."""

    found: Mapping[str, Any] | None = None
    living: Mapping[str, Any] | None = None
    failed: Mapping[str, Any] | None = None
    wrong: LifetracerError | None = None

    @property
    def has_too_little(self) -> bool:
        """Whether there is too little history."""
        return self.failed is not None and (self.failed["error"] or {}).get("message") == TOO_LITTLE


def routes(shell: Shell) -> APIRouter:
    """Make the route of the page."""
    router = APIRouter(route_class=shell.route)
    acting = Acting(shell)

    @router.get("/what-if")
    def what_if(request: Request) -> Response:
        visitor = shell.visitor(request)
        asked = read(request.query_params)
        picture = shell.has_picture(visitor)
        answer = Answer() if asked.is_empty or not picture else _answer(shell, acting, request, visitor, asked)
        categories = []
        if picture:
            with shell.asking(visitor) as ask:
                categories = ask(SQL["categories"], today=visitor.now.date())
        standing = shell.standing(visitor)
        monday = start_of(visitor.now.date(), "week")
        return shell.page(
            request,
            visitor,
            "what_if.html",
            page="what_if",
            standing=replace(standing, living=answer.living) if answer.living else standing,
            picture=picture,
            asked=asked,
            answer=answer,
            rows=(*asked.rows, Row())[:MOST_BLOCKS],
            categories=categories,
            colors={row["category_id"]: row["category_color"] or "" for row in categories},
            weeks=[monday + timedelta(weeks=n) for n in range(FARTHEST)],
            chosen=_week(asked, answer, monday),
            scale=scale,
            chosen_day=date.fromisoformat,
        )

    return router


def read(said: QueryParams) -> Asked:
    """Read the address; what is not said is empty."""
    rows = [
        Row(
            way="drop" if said.get(f"way{n}") == "drop" else "add",
            category=_plain(said.get(f"category{n}", "")),
            weekdays=tuple(sorted({int(day) for day in said.getlist(f"days{n}") if day in {*"1234567"}})),
            length=_plain(said.get(f"length{n}", "")),
        )
        for n in range(1, MOST_BLOCKS + 1)
    ]
    return Asked(
        target=_plain(said.get("target", "")),
        rows=tuple(row for row in rows if not row.is_empty),
        week=_plain(said.get("week", "")),
    )


def seconds_of(text: str) -> int:
    """Read a length: ``1:30``, ``1.5``, ``1h30m``, ``1時間30分``.

    Raises:
        UsageError: it is none, or longer than a day.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower().replace(",", ".")
    found = _CLOCK.fullmatch(plain) or _HOURS.fullmatch(plain) or (_BOTH.fullmatch(plain) if plain else None)
    seconds = round(float(found[1] or 0) * 3600 + float(found[2] or 0) * 60) if found else 0
    if not 0 < seconds <= LONGEST:
        raise UsageError(f"“{text}” is no length of a block.", remedy="Write it like 1:30.")
    return seconds


def scale(answer: Mapping[str, Any]) -> int:
    """Give the seconds that the pictures of an answer are as wide as."""
    tops: list[int] = [
        one[side]["p90"] for one in answer["categories"] for side in ("before", "after") if one["isConcerned"]
    ]
    return max([QUARTER, *tops])


def _answer(shell: Shell, acting: Acting, request: Request, visitor: Visitor, asked: Asked) -> Answer:
    """Give the answer, ask for it, or say why there is none."""
    try:
        supposed = asked.supposition()
    except UsageError as wrong:
        return Answer(wrong=wrong)
    with shell.asking(visitor) as ask:
        known = next(iter(ask(SQL["asked"], key=supposed.key())), None)
    if known and known["status"] in LIVING:
        return Answer(living=known)
    if known and known["status"] == "succeeded" and _is_fresh(known, visitor.now):
        return Answer(found=known["summary"])
    again = "again" in request.query_params
    if known and known["status"] != "succeeded" and not again and visitor.now - known["finished_at"] < PATIENCE:
        return Answer(failed=known)
    caller = getattr(request.state, "caller", None)
    if caller is not None and "jobs:write" not in caller.scopes:
        return Answer(wrong=UsageError("You may look here, but not ask for work.", remedy="Sign in."))
    with shell.warehouse.transaction(account_id=visitor.account_id) as con:
        job = jobs.request(con, "what-if", supposed.key(), supposed.as_json())
        acting.note(request, con, "what-if.start", request.url.path)
    return Answer(living={"job_id": job.job_id})


def _is_fresh(known: Mapping[str, Any], now: datetime) -> bool:
    finished: datetime = known["finished_at"]
    renewed: datetime | None = known["renewed_at"]
    return now - finished < FRESH and (renewed is None or renewed < finished)


def _block(row: Row) -> Block:
    if not row.weekdays:
        raise UsageError(f"On which days is the block of {row.category}?", remedy="Choose at least one day.")
    return Block(row.category, row.weekdays, seconds_of(row.length) * (-1 if row.way == "drop" else 1))


def _week(asked: Asked, answer: Answer, monday: date) -> str:
    if answer.found:
        return str(answer.found["week"])
    return asked.week or str(monday + timedelta(weeks=1))


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST_WORDS]
