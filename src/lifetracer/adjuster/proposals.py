"""Decide about proposed targets: accept, edit or reject; an agreed one becomes a target of its period.

Law: a decision is made once and kept; a target that the person made is never changed by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from psycopg.rows import class_row

from lifetracer.adjuster.proposing import is_trivial
from lifetracer.adjuster.reasons import bounds, say
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.warehouse import Connection, targets
from lifetracer.warehouse.queries import beside
from lifetracer.warehouse.targets import Bounds, Target

SQL = beside(__file__)

LIMIT = 500
"""How many proposals are listed at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proposed target; a row of ``core.target_proposal`` with what it is about."""

    proposal_id: UUID
    intent_id: UUID
    name: str
    subject: str
    subject_value: str | None
    weekdays: list[int] | None
    priority: int
    period: str
    period_start: date
    period_end: date
    measure: str
    comparison: str
    low: Decimal | None
    high: Decimal | None
    wished_comparison: str
    wished_low: Decimal | None
    wished_high: Decimal | None
    chosen_probability: float
    probability: float
    probability_wished: float
    lived: Decimal | None
    likely: dict[str, Any]
    reasons: list[dict[str, Any]] = field(default_factory=list)
    status: str
    decided_at: datetime | None
    decided_low: Decimal | None
    decided_high: Decimal | None
    target_id: UUID | None
    made_at: datetime

    def sentence(self, language: str) -> str:
        """Say what is proposed."""
        said = bounds(self.comparison, _float(self.low), _float(self.high), self.measure, language)
        return f"{self.name}:{said}" if language == "ja" else f"{self.name}: {said}"

    def why(self, language: str) -> list[str]:
        """Say why, one sentence each."""
        return say(self.reasons, self.measure, language)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Give it as plain JSON values, with its sentences in a language."""
        return {
            "proposalId": str(self.proposal_id),
            "intentId": str(self.intent_id),
            "name": self.name,
            "period": self.period,
            "periodStart": self.period_start.isoformat(),
            "periodEnd": self.period_end.isoformat(),
            "measure": self.measure,
            "comparison": self.comparison,
            "low": _float(self.low),
            "high": _float(self.high),
            "wishedComparison": self.wished_comparison,
            "wishedLow": _float(self.wished_low),
            "wishedHigh": _float(self.wished_high),
            "chosenProbability": self.chosen_probability,
            "probability": self.probability,
            "probabilityWished": self.probability_wished,
            "lived": _float(self.lived),
            "likely": self.likely,
            "sentence": self.sentence(language),
            "reasons": self.why(language),
            "reasonCodes": [reason["code"] for reason in self.reasons],
            "status": self.status,
            "decidedAt": self.decided_at.isoformat() if self.decided_at else None,
            "decidedLow": _float(self.decided_low),
            "decidedHigh": _float(self.decided_high),
            "targetId": str(self.target_id) if self.target_id else None,
            "madeAt": self.made_at.isoformat(),
        }


def every(con: Connection, today: date, *, everything: bool = False) -> list[Proposal]:
    """List the undecided proposals of periods that are not over, or the latest of all."""
    return _read(con, None, today, everything)


def find(con: Connection, proposal_id: str) -> Proposal:
    """Find a proposal by its id, or by enough letters of its beginning.

    Raises:
        NotFoundError: there is none.
        UsageError: several begin so.
    """
    try:
        found = _read(con, UUID(proposal_id), date.min, False)
    except ValueError:
        everything = _read(con, None, date.min, True)
        found = [one for one in everything if proposal_id and str(one.proposal_id).startswith(proposal_id.lower())]
    if len(found) > 1:
        raise UsageError(f"Several proposals begin with {proposal_id}.", remedy="Give more letters of the id.")
    if not found:
        raise NotFoundError(f"There is no proposal {proposal_id}.", remedy="See `lifetracer proposal list`.")
    return found[0]


def accept(con: Connection, proposal_id: str, today: date, now: datetime | None = None) -> Proposal:
    """Agree to a proposal: it becomes the target of its period; once more changes nothing.

    Raises:
        NotFoundError: there is no such proposal.
        UsageError: it was decided otherwise, its period is over, or it asks for nothing.
    """
    found = find(con, proposal_id)
    return _agree(con, found, Bounds(found.comparison, found.low, found.high), "accepted", today, now)


def edit(con: Connection, proposal_id: str, wanted: Bounds, today: date, now: datetime | None = None) -> Proposal:
    """Agree to another amount than was proposed; once more with the same amount changes nothing.

    Raises:
        NotFoundError: there is no such proposal.
        UsageError: it was decided otherwise, its period is over, or the amount makes no sense.
    """
    return _agree(con, find(con, proposal_id), wanted, "edited", today, now)


def reject(con: Connection, proposal_id: str, now: datetime | None = None) -> Proposal:
    """Decline a proposal: nothing is proposed for this period again; once more changes nothing.

    Raises:
        NotFoundError: there is no such proposal.
        UsageError: it was decided otherwise.
    """
    found = find(con, proposal_id)
    if _is_new(con, found, "rejected"):
        _decide(con, found, "rejected", None, None, now)
    return find(con, str(found.proposal_id))


def _agree(
    con: Connection, found: Proposal, wanted: Bounds, status: str, today: date, now: datetime | None
) -> Proposal:
    if not _is_new(con, found, status):
        if (found.decided_low, found.decided_high) != (wanted.low, wanted.high):
            raise UsageError("This proposal was agreed to with another amount.", remedy=_CHANGE)
        return found
    if found.period_end <= today:
        raise UsageError(
            f"The {found.period} from {found.period_start} is over.", remedy="Run `lifetracer adjust` for a new one."
        )
    if status == "accepted" and is_trivial(wanted.comparison, _float(wanted.low), _float(wanted.high), found.measure):
        raise UsageError(
            "This proposal asks for nothing, so there is nothing to agree to.",
            remedy="Edit it with an amount of your own, reject it, or wish for it per week.",
        )
    target_id = target_id_of(found.intent_id)
    named = {"name": found.name, "target_id": target_id, "on": found.period_start}
    taken = con.execute(SQL["is_taken"], named).fetchone()
    targets.put(
        con,
        Target(
            name=f"{found.name} (agreed)"[:200] if taken and taken[0] else found.name,
            subject=found.subject,
            subject_value=found.subject_value,
            measure=found.measure,
            period=found.period,
            comparison=wanted.comparison,
            low=wanted.low,
            high=wanted.high,
            weekdays=found.weekdays,
            priority=found.priority,
            valid_from=found.period_start,
            valid_to=found.period_end,
            made_by="adjuster",
            target_id=target_id,
        ),
    )
    _decide(con, found, status, wanted, target_id, now)
    return find(con, str(found.proposal_id))


_CHANGE = "A target that was agreed on is changed like any other: `lifetracer target change`."


def _is_new(con: Connection, found: Proposal, status: str) -> bool:
    """Whether it is still to be decided; an equal decision before is none to be made again."""
    row = con.execute(SQL["lock"], {"proposal_id": found.proposal_id}).fetchone()
    before = row[0] if row else found.status
    if before == status:
        return False
    if before == "superseded":
        raise UsageError("A later proposal took this one's place.", remedy="See `lifetracer proposal list`.")
    if before != "proposed":
        raise UsageError(f"This proposal was {before} already.", remedy="" if before == "rejected" else _CHANGE)
    return True


def _decide(
    con: Connection, found: Proposal, status: str, wanted: Bounds | None, target_id: UUID | None, now: datetime | None
) -> None:
    values = {
        "proposal_id": found.proposal_id,
        "status": status,
        "decided_at": now or datetime.now(UTC),
        "decided_low": wanted.low if wanted else None,
        "decided_high": wanted.high if wanted else None,
        "target_id": target_id,
    }
    con.execute(SQL["decide"], values)


def _read(con: Connection, proposal_id: UUID | None, today: date, everything: bool) -> list[Proposal]:
    values = {"proposal_id": proposal_id, "today": today, "all": everything, "limit": LIMIT}
    with con.cursor(row_factory=class_row(Proposal)) as cursor:
        return cursor.execute(SQL["every"], values).fetchall()


def target_id_of(intent_id: UUID) -> UUID:
    """Give the target that is made of an intent: one, with a version for each period that was agreed on."""
    return uuid5(NAMESPACE_OID, f"lifetracer intent {intent_id}")


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
