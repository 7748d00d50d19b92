"""Targets, rates and kinds of day: list, set, take back.

Law: the past keeps its measure; whatever is said here is measured by the next transform.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from lifetracer.errors import UsageError
from lifetracer.periods import start_of
from lifetracer.server.acting import Acting, Here
from lifetracer.server.callers import needs
from lifetracer.server.shapes import shows
from lifetracer.server.shapes.meanings import (
    Day,
    DayType,
    DayTypeBody,
    DayTypes,
    Rate,
    RateBody,
    Rates,
    Target,
    TargetBody,
    TargetChange,
    Targets,
)
from lifetracer.warehouse import Connection, accounts, day_types, rates, targets

READ, WRITE = [needs("data:read")], [needs("data:write")]
MOST_DAYS = 3660

router = APIRouter(prefix="/api", tags=["targets, rates, kinds of day"])


@router.get("/targets", responses=shows(Targets), dependencies=READ)
def list_targets(
    here: Here, every: Annotated[bool, Query(alias="all", description="Also former versions and ended ones.")] = False
) -> Response:
    """List the targets that are in force."""
    with here.reading() as con:
        found = targets.every(con, None if every else _today(con, here))
    return here.show({"targets": [target.as_json() for target in found]})


@router.post("/targets", status_code=201, responses=shows(Target, "Set.", 201), dependencies=WRITE)
def add_target(body: TargetBody, here: Here) -> Response:
    """Set a target."""
    if (body.subject == "all") != (body.subject_value is None):
        raise UsageError(f"A target about {body.subject} needs {'no' if body.subject == 'all' else 'a'} subjectValue.")
    bounds = _bounds(body)

    def add(con: Connection) -> dict[str, Any]:
        said = body.model_dump(exclude={"valid_from", "low", "high"})
        first = body.valid_from or start_of(_today(con, here), body.period)
        wanted = targets.Target(**said, low=bounds.low, high=bounds.high, valid_from=first)
        return targets.add(con, wanted).as_json()

    return here.write("target.add", add, status=201)


@router.patch("/targets/{target}", responses=shows(Target), dependencies=WRITE)
def change_target(target: str, body: TargetChange, here: Here) -> Response:
    """Want another amount of a target, named by its name or id, from a day on."""

    def change(con: Connection) -> dict[str, Any]:
        today = _today(con, here)
        former = targets.find(con, target, today)
        since = body.since or start_of(today, former.period)
        return targets.change(con, target, _bounds(body), since).as_json()

    return here.write("target.change", change)


@router.delete("/targets/{target}", responses=shows(Target, "As it was."), dependencies=WRITE)
def end_target(
    target: str, here: Here, on: Annotated[Day | None, Query(description="By default today.")] = None
) -> Response:
    """End a target; the period that has begun still counts."""
    return here.write("target.end", lambda con: targets.end(con, target, on or _today(con, here)).as_json())


@router.get("/rates", responses=shows(Rates), dependencies=READ)
def list_rates(here: Here) -> Response:
    """List what an hour costs, the most specific first: that is how they apply."""
    with here.reading() as con:
        found = rates.every(con)
    return here.show({"rates": [rate.as_json() for rate in found]})


@router.post("/rates", status_code=201, responses=shows(Rate, "Set.", 201), dependencies=WRITE)
def put_rate(body: RateBody, here: Here) -> Response:
    """Set a rate; one for the same from the same day is replaced."""
    return here.write(
        "rate.put",
        lambda con: rates.put(
            con, body.hourly_amount, body.currency, client=body.client, project=body.project, since=body.valid_from
        ).as_json(),
        status=201,
    )


@router.delete("/rates/{rate}", responses=shows(Rate, "As it was."), dependencies=WRITE)
def remove_rate(rate: str, here: Here) -> Response:
    """Remove a rate; former days are billed without it, too."""
    return here.write("rate.remove", lambda con: rates.remove(con, rate).as_json())


@router.get("/day-types", responses=shows(DayTypes), dependencies=READ)
def list_day_types(
    here: Here,
    first: Annotated[Day | None, Query(alias="from", description="By default Monday of this week.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="Last day; by default six days later.")] = None,
) -> Response:
    """Show what kind of days they were, and why."""
    with here.reading() as con:
        begin = first or start_of(_today(con, here), "week")
        end = last or begin + timedelta(days=6)
        if (end - begin).days > MOST_DAYS:
            raise UsageError(f"More than {MOST_DAYS} days.", remedy="Ask for less at a time.")
        found = day_types.between(con, begin, end)
    return here.show({"days": [day.as_json() for day in found]})


@router.put("/day-types/{day}", responses=shows(DayType), dependencies=WRITE)
def put_day_type(day: Day, body: DayTypeBody, here: Here) -> Response:
    """Say what kind of day it was; the next transform counts it so."""

    def put(con: Connection) -> dict[str, Any]:
        day_types.put(con, day, body.day_type)
        return day_types.between(con, day, day)[0].as_json()

    return here.write("day_type.put", put)


@router.delete("/day-types/{day}", status_code=204, dependencies=WRITE)
def clear_day_type(day: Day, here: Here) -> Response:
    """Take a correction back."""
    return here.write("day_type.clear", lambda con: day_types.clear(con, day))


def _bounds(body: TargetBody | TargetChange) -> targets.Bounds:
    wanted = {
        "at_least": (True, False),
        "at_most": (False, True),
        "between": (True, True),
        "exactly": (True, False),
    }[body.comparison]
    if (body.low is not None, body.high is not None) != wanted:
        said = " and ".join(name for name, there in zip(("low", "high"), wanted, strict=True) if there)
        raise UsageError(f"{body.comparison} takes {said}, and nothing else.")
    return targets.Bounds(body.comparison, body.low, body.low if body.comparison == "exactly" else body.high)


def _today(con: Connection, here: Acting) -> date:
    return datetime.now(UTC).astimezone(accounts.find(con, str(here.account_id)).zone).date()
