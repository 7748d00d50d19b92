"""Plan proposals: what could be put into the calendar so that the running targets are reached; looked at, then decided.

Law: proposing changes nothing but the proposal. The same facts propose the same, and the same is not proposed twice;
only our own blocks are ever moved or removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from lifetracer.adjuster import plan_facts
from lifetracer.adjuster.free_time import Span
from lifetracer.adjuster.missing import Frame
from lifetracer.adjuster.plan_diff import Change, diff
from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, queries

SQL = queries.beside(__file__)

REASONS = {
    "no_free_time": "there is no free time for it",
    "others_first": "other targets took the time that would fit",
    "day_is_full": "no more of it is placed on one day",
    "too_short": "it is shorter than the shortest block",
    "not_a_duration": "only durations can be placed",
    "no_category": "it is about no category or project, so a block could not serve it",
    "sleep": "sleep is not put into the calendar",
}
"""Why something has no place, in words."""


@dataclass(frozen=True, slots=True)
class ProposedBlock:
    """One line of a proposal's diff; a row of ``core.plan_proposal_block``."""

    block_id: UUID
    change: str
    category_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    former_starts_at: datetime | None
    former_ends_at: datetime | None
    target_id: UUID | None
    habit: float | None
    event_id: str | None
    etag: str | None
    status: str
    conflict: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "blockId": str(self.block_id),
            "change": self.change,
            "categoryId": self.category_id,
            "title": self.title,
            "startsAt": self.starts_at.astimezone(UTC).isoformat(),
            "endsAt": self.ends_at.astimezone(UTC).isoformat(),
            "formerStartsAt": _iso(self.former_starts_at),
            "formerEndsAt": _iso(self.former_ends_at),
            "targetId": str(self.target_id) if self.target_id else None,
            "habit": self.habit,
            "eventId": self.event_id,
            "status": self.status,
            "conflict": self.conflict,
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal; a row of ``core.plan_proposal``, with its blocks when it was asked for alone."""

    proposal_id: UUID
    made_at: datetime
    horizon_start: datetime
    horizon_end: datetime
    status: str
    missing_seconds: int
    unplaced: list[dict[str, Any]]
    decided_at: datetime | None
    undo_asked_at: datetime | None
    ended_at: datetime | None
    blocks: Sequence[ProposedBlock] = ()

    def as_json(self, *, with_blocks: bool = True) -> dict[str, Any]:
        """Give it as plain JSON values."""
        told: dict[str, Any] = {
            "proposalId": str(self.proposal_id),
            "madeAt": self.made_at.astimezone(UTC).isoformat(),
            "horizonStart": self.horizon_start.astimezone(UTC).isoformat(),
            "horizonEnd": self.horizon_end.astimezone(UTC).isoformat(),
            "status": self.status,
            "missingSeconds": self.missing_seconds,
            "unplaced": self.unplaced,
            "decidedAt": _iso(self.decided_at),
            "undoAskedAt": _iso(self.undo_asked_at),
            "endedAt": _iso(self.ended_at),
        }
        return told | ({"blocks": [block.as_json() for block in self.blocks]} if with_blocks else {})


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What proposing came to."""

    proposal_id: UUID | None
    """``None``: there is nothing to change."""
    is_new: bool
    missing_seconds: int
    placed_seconds: int
    changes: Mapping[str, int] = field(default_factory=dict)
    unplaced: Sequence[Mapping[str, Any]] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "proposalId": str(self.proposal_id) if self.proposal_id else None,
            "isNew": self.is_new,
            "missingSeconds": self.missing_seconds,
            "placedSeconds": self.placed_seconds,
            "changes": dict(self.changes),
            "unplaced": [dict(one) for one in self.unplaced],
        }


def propose_plan(
    house: Warehouse,
    _settings: Settings,
    account_id: UUID,
    *,
    progress: Callable[[Any], None] | None = None,
    now: datetime | None = None,
) -> PlanSummary:
    """Propose where the missing hours of the coming days could go; an open proposal that says otherwise is superseded.

    Raises:
        FixByHandError: an earlier proposal is half written, or nothing was transformed yet.
    """
    with house.transaction(account_id=account_id, timeout="2min") as con:
        _refuse_unfinished(con)
        facts = plan_facts.read(con, now or datetime.now(UTC))
    if progress:
        progress({"targets": len(facts.targets)})
    changes, missing, unplaced = diff(facts)
    with house.transaction(account_id=account_id) as con:
        con.execute(SQL["lock"])
        _refuse_unfinished(con)
        proposal_id, is_new = keep(con, facts.frame, changes, missing, unplaced)
    counts = {name: sum(one.change == name for one in changes) for name in ("add", "move", "remove")}
    placed = sum(_seconds(one.span) for one in changes if one.change == "add")
    return PlanSummary(proposal_id, is_new, missing, placed, counts, unplaced)


def propose_if_wanted(
    house: Warehouse, settings: Settings, account_id: UUID, *, now: datetime | None = None
) -> PlanSummary | None:
    """Propose as `propose_plan`, unless the person switched that off; raises like it."""
    with house.transaction(account_id=account_id) as con:
        is_on = plan_facts.setting_of(con).is_on
    return propose_plan(house, settings, account_id, now=now) if is_on else None


def keep(
    con: Connection, frame: Frame, changes: Sequence[Change], missing: int, unplaced: Sequence[Mapping[str, Any]]
) -> tuple[UUID | None, bool]:
    """Keep a proposal unless the open one says the same; gives its id and whether it is new."""
    made_from = _fingerprint(changes)
    row = con.execute(SQL["open"]).fetchone()
    given = {
        "made_at": frame.now,
        "horizon_start": frame.begins,
        "horizon_end": frame.ends,
        "missing_seconds": missing,
        "unplaced": Jsonb(list(unplaced)),
    }
    if row and changes and row[1] == made_from:
        con.execute(SQL["refresh"], given | {"proposal_id": row[0]})
        return row[0], False
    con.execute(SQL["supersede"])
    if not changes:
        return None, False
    proposal_id = uuid4()
    con.execute(SQL["add"], given | {"proposal_id": proposal_id, "made_from": made_from})
    rows = [
        {
            "proposal_id": proposal_id,
            "block_id": one.block_id or uuid5(proposal_id, f"{number} {one.category_id} {one.span[0].isoformat()}"),
            "change": one.change,
            "category_id": one.category_id,
            "title": one.title,
            "starts_at": one.span[0],
            "ends_at": one.span[1],
            "former_starts_at": one.former[0] if one.former else None,
            "former_ends_at": one.former[1] if one.former else None,
            "target_id": one.target_id,
            "habit": one.habit,
        }
        for number, one in enumerate(changes)
    ]
    with con.cursor() as cursor:
        cursor.executemany(SQL["add_block"], rows)
    return proposal_id, True


def every(con: Connection, *, limit: int = 50, before: datetime | None = None) -> list[Proposal]:
    """List the proposals without their blocks, the latest first."""
    with con.cursor(row_factory=class_row(Proposal)) as cursor:
        return cursor.execute(SQL["every"], {"limit": limit, "before": before}).fetchall()


def find(con: Connection, proposal: UUID | str | None = None) -> Proposal:
    """Find a proposal with its blocks; by default the latest.

    Raises:
        NotFoundError: there is none.
    """
    if proposal is None:
        found = next(iter(every(con, limit=1)), None)
        if found is None:
            raise NotFoundError("Nothing was proposed yet.", remedy="Run `lifetracer plan propose`.")
    else:
        with con.cursor(row_factory=class_row(Proposal)) as cursor:
            found = cursor.execute(SQL["one"], {"proposal_id": _uuid(proposal)}).fetchone()
        if found is None:
            raise NotFoundError(f"There is no plan proposal {proposal}.", remedy="`lifetracer plan list` names them.")
    with con.cursor(row_factory=class_row(ProposedBlock)) as cursor:
        blocks = cursor.execute(SQL["blocks"], {"proposal_id": found.proposal_id}).fetchall()
    told = {name: getattr(found, name) for name in Proposal.__dataclass_fields__}
    return Proposal(**(told | {"blocks": blocks}))


def reject(con: Connection, proposal: UUID | str | None = None) -> Proposal:
    """Decide against a proposal; nothing was written.

    Raises:
        NotFoundError: there is no such proposal.
        UsageError: it is decided already.
    """
    con.execute(SQL["lock"])
    found = find(con, proposal)
    if found.status != "rejected" and not con.execute(SQL["reject"], {"proposal_id": found.proposal_id}).rowcount:
        raise UsageError(
            f"This proposal is {found.status} already.",
            remedy="What was written is taken back by `lifetracer plan undo`.",
        )
    return find(con, found.proposal_id)


def decide(con: Connection, proposal: UUID | str | None = None, only: Collection[UUID] | None = None) -> Proposal:
    """Decide for a proposal: from now on it may be written (see `lifetracer.adjuster.write_back`).

    Args:
        con: in the account's transaction.
        proposal: its id; by default the latest.
        only: the blocks that are approved; the others are left out, and can be approved later. By default all that
            were not left out.

    Raises:
        NotFoundError: there is no such proposal, or it has no such block.
        UsageError: it was decided otherwise, or no block is chosen.
    """
    con.execute(SQL["lock"])
    found = find(con, proposal)
    if found.undo_asked_at or found.status in {"undone", "rejected", "superseded"}:
        state = "being undone" if found.undo_asked_at and found.status != "undone" else found.status
        raise UsageError(
            f"This proposal is {state}, so it is not written.",
            remedy="`lifetracer plan propose` makes a new one."
            if state != "being undone"
            else "Finish it with `lifetracer plan undo`.",
        )
    if only is not None:
        _choose(con, found, set(only))
    con.execute(SQL["approve"], {"proposal_id": found.proposal_id})
    return find(con, found.proposal_id)


def ask_undo(con: Connection, proposal: UUID | str | None = None) -> Proposal:
    """Decide to take a written proposal back (see `lifetracer.adjuster.write_back`); by default the latest written.

    Raises:
        NotFoundError: there is no such proposal.
        UsageError: nothing of it was written, or a later proposal changed the same blocks.
    """
    con.execute(SQL["lock"])
    if proposal is None:
        known = every(con, limit=1000)
        written = [one for one in known if one.status in {"approved", "partly", "written"}]
        undone = [one for one in known if one.status == "undone"]
        latest = next(iter(written or undone), None)
        if latest is None:
            raise NotFoundError("Nothing was written that could be undone.", remedy="`lifetracer plan list` shows all.")
        proposal = latest.proposal_id
    found = find(con, proposal)
    if found.status == "undone":
        return found
    later = con.execute(SQL["later"], {"proposal_id": found.proposal_id}).fetchone()
    if later:
        raise UsageError("A later proposal changed the same blocks.", remedy=f"Undo that first: {later[0]}.")
    if not con.execute(SQL["ask_undo"], {"proposal_id": found.proposal_id}).rowcount:
        raise UsageError(
            f"This proposal is {found.status}: nothing of it was written.",
            remedy="`lifetracer plan list` shows which ones were.",
        )
    return find(con, found.proposal_id)


def _choose(con: Connection, found: Proposal, only: set[UUID]) -> None:
    unknown = only - {block.block_id for block in found.blocks}
    if unknown:
        raise NotFoundError(f"The proposal has no block {min(unknown)}.", remedy="Look at it again.")
    if not only:
        raise UsageError("No block is chosen.", remedy="Choose at least one, or reject the proposal.")
    con.execute(SQL["choose"], {"proposal_id": found.proposal_id, "chosen": list(only)})


def _refuse_unfinished(con: Connection) -> None:
    row = con.execute(SQL["unfinished"]).fetchone()
    if row:
        raise FixByHandError(
            f"The plan proposal {row[0]} is half written.",
            remedy=f"Finish it with `lifetracer plan approve {row[0]}`, or take it back with "
            f"`lifetracer plan undo {row[0]}`.",
        )


def _fingerprint(changes: Sequence[Change]) -> str:
    told = [
        [one.change, one.category_id, one.title, one.span[0].isoformat(), one.span[1].isoformat(), str(one.block_id)]
        for one in changes
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _seconds(span: Span) -> int:
    return int((span[1] - span[0]).total_seconds())


def _uuid(text: UUID | str) -> UUID:
    try:
        return text if isinstance(text, UUID) else UUID(text)
    except ValueError:
        raise NotFoundError(f"There is no plan proposal {text}.", remedy="`lifetracer plan list` names them.") from None


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
