"""Writing an approved proposal into the calendar, and taking it back: block by block, resumable after any death.

    write down what will be asked ──▶ ask Google ──▶ write down the answer       (never within one transaction)
             ▲                                             │
             └── killed in between: asked again; Google knows the event by its id, we by its mark and version

Law: nothing is written twice and nothing forgotten. What a person changed or deleted in the calendar is theirs: it is
shown as a conflict and left as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from lifetracer.adjuster import plan_calendar, plan_proposals
from lifetracer.adjuster.plan_calendar import Event, Face, Mark, PlanCalendar
from lifetracer.adjuster.plan_proposals import Proposal, ProposedBlock
from lifetracer.errors import TryAgainError
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, queries

SQL = queries.beside(__file__)

Progress = Callable[[Any], None]

LOCK_TRIES, LOCK_PAUSE_SECONDS = 20, 0.1


@dataclass(frozen=True, slots=True)
class Standing:
    """One of our events as we last wrote it; a row of ``core.plan_block``."""

    block_id: UUID
    proposal_id: UUID
    calendar_id: str
    event_id: str
    etag: str
    revision: int
    generation: int
    category_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    target_id: UUID | None
    state: str


@dataclass(frozen=True, slots=True)
class WriteSummary:
    """What approving or undoing came to."""

    proposal_id: UUID
    status: str
    blocks: Mapping[str, int]
    """How many blocks are in which state."""
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    requests: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "proposalId": str(self.proposal_id),
            "status": self.status,
            "blocks": dict(self.blocks),
            "conflicts": self.conflicts,
            "requests": self.requests,
        }


@dataclass(frozen=True, slots=True)
class _Verdict:
    """How one block ended: its status, what stands in the way, and the event as it stands now."""

    status: str
    conflict: dict[str, Any] | None = None
    standing: Standing | None = None
    state: str | None = None
    """A new state of the block, where nothing was written."""


def approve(
    house: Warehouse,
    settings: Settings,
    account_id: UUID,
    proposal: UUID | str | None = None,
    *,
    new_calendar: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> WriteSummary:
    """Write a proposal into the calendar that lifetracer made; again, it goes on where it was interrupted.

    Args:
        house: an open warehouse.
        settings: the installation's settings.
        account_id: whose plan.
        proposal: its id; by default the latest proposal.
        new_calendar: make a new calendar where the person deleted the former one.
        progress: is told the blocks that are done.
        now: the present.

    Raises:
        CredentialError: the consent does not allow writing, or there is none.
        FixByHandError: the calendar was deleted.
        UsageError: the proposal was decided otherwise.
        TryAgainError: Google is not well; what was written stays, asking again goes on.
    """
    with _alone(house, account_id):
        with house.transaction(account_id=account_id) as con:
            found = plan_proposals.decide(con, proposal)
        work = [block for block in found.blocks if block.status in {"proposed", "writing"}]
        requests = 0
        if work:
            with plan_calendar.opened(house, settings, account_id, anew=new_calendar) as calendar:
                assert calendar is not None, "it was made"
                writer = _Writer(house, account_id, calendar, found, now or datetime.now(UTC))
                writer.each(work, "writing", progress)
                requests = calendar.requests
        return _ended(house, account_id, found.proposal_id, "written", requests)


def undo(
    house: Warehouse,
    settings: Settings,
    account_id: UUID,
    proposal: UUID | str | None = None,
    *,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> WriteSummary:
    """Take back what a proposal wrote; by default the latest one that was written. Undoing twice changes nothing.

    What the person edited since then stays, and is told.

    Raises:
        UsageError: nothing was written, or a later proposal changed the same blocks.
        CredentialError, TryAgainError: as `approve`.
    """
    with _alone(house, account_id):
        with house.transaction(account_id=account_id) as con:
            found = plan_proposals.ask_undo(con, proposal)
        work = [block for block in reversed(found.blocks) if block.status in {"writing", "written", "undoing"}]
        requests = 0
        if work and found.status != "undone":
            with plan_calendar.opened(house, settings, account_id, make=False) as calendar:
                if calendar is None:
                    _forget(house, account_id, work, found.proposal_id)
                else:
                    writer = _Writer(house, account_id, calendar, found, now or datetime.now(UTC))
                    writer.each(work, "undoing", progress)
                    requests = calendar.requests
        return _ended(house, account_id, found.proposal_id, "undone", requests)


@contextmanager
def _alone(house: Warehouse, account_id: UUID) -> Iterator[None]:
    """Keep a second writer of the same account out; the lock dies with this process.

    Raises:
        TryAgainError: somebody is writing at this moment.
    """
    if house.is_pooled:  # no session locks there; the marks and versions of the events keep us safe, too
        yield
        return
    with house.session() as con:
        for _ in range(LOCK_TRIES):  # the database takes a moment to notice that a writer was killed
            if _is_yes(con, "seize", account_id):
                break
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            raise TryAgainError("The plan is being written at this moment.", remedy="Wait a moment, then ask again.")
        try:
            yield
        finally:
            con.execute(SQL["let_go"], {"account": account_id})


def _is_yes(con: Connection, query: str, account_id: UUID) -> bool:
    row = con.execute(SQL[query], {"account": account_id}).fetchone()
    return bool(row and row[0])


def _ended(house: Warehouse, account_id: UUID, proposal_id: UUID, query: str, requests: int) -> WriteSummary:
    with house.transaction(account_id=account_id) as con:
        con.execute(SQL[query], {"proposal_id": proposal_id})
        found = plan_proposals.find(con, proposal_id)
    counts: dict[str, int] = {}
    for block in found.blocks:
        counts[block.status] = counts.get(block.status, 0) + 1
    conflicts = [
        {"blockId": str(block.block_id), "title": block.title, "startsAt": block.starts_at.astimezone(UTC).isoformat()}
        | (block.conflict or {"kind": block.status})
        for block in found.blocks
        if block.conflict or block.status == "gone"
    ]
    return WriteSummary(proposal_id, found.status, counts, conflicts, requests)


def _forget(house: Warehouse, account_id: UUID, work: list[ProposedBlock], proposal_id: UUID) -> None:
    """The calendar is gone, and all that was written with it."""
    with house.transaction(account_id=account_id) as con:
        for block in work:
            _settle(con, proposal_id, block.block_id, _Verdict("undone"))


def _settle(con: Connection, proposal_id: UUID, block_id: UUID, verdict: _Verdict) -> None:
    given = {
        "proposal_id": proposal_id,
        "block_id": block_id,
        "status": verdict.status,
        "conflict": Jsonb(verdict.conflict) if verdict.conflict else None,
        "etag": verdict.standing.etag if verdict.standing else None,
    }
    con.execute(SQL["settle"], given)
    if verdict.standing:
        one = verdict.standing
        con.execute(SQL["put"], {name: getattr(one, name) for name in Standing.__dataclass_fields__})
    elif verdict.state:
        con.execute(SQL["state"], {"block_id": block_id, "state": verdict.state})


class _Writer:
    """One proposal being written or taken back."""

    def __init__(
        self, house: Warehouse, account_id: UUID, calendar: PlanCalendar, proposal: Proposal, now: datetime
    ) -> None:
        self._house = house
        self._account_id = account_id
        self._calendar = calendar
        self._proposal = proposal
        self._now = now
        with house.transaction(account_id=account_id) as con:
            row = con.execute(SQL["zone"]).fetchone()
        assert row, "the transaction acts for an account"
        self._zone = ZoneInfo(row[0])

    def each(self, work: list[ProposedBlock], intent: str, progress: Progress | None) -> None:
        """Do block after block, as long as nobody decides otherwise."""
        steps = {
            ("writing", "add"): self._add,
            ("writing", "move"): self._move,
            ("writing", "remove"): self._remove,
            ("undoing", "add"): self._undo_add,
            ("undoing", "move"): self._undo_move,
            ("undoing", "remove"): self._undo_remove,
        }
        for number, block in enumerate(work):
            standing = self._standing(block.block_id)
            with self._house.transaction(account_id=self._account_id) as con:
                given = {"proposal_id": self._proposal.proposal_id, "undoing": intent == "undoing"}
                row = con.execute(SQL["may_go_on"], given).fetchone()
                if not (row and row[0]):
                    return
                verdict = self._hindrance(con, block) if intent == "writing" and block.status == "proposed" else None
                if verdict:
                    _settle(con, self._proposal.proposal_id, block.block_id, verdict)
                    continue
                con.execute(SQL["begun"], given)
                event_id = self._event_id(block, intent, standing)
                con.execute(SQL["intend"], given | {"block_id": block.block_id, "status": intent, "event_id": event_id})
            verdict = steps[intent, block.change](replace(block, event_id=event_id), standing)
            with self._house.transaction(account_id=self._account_id) as con:
                _settle(con, self._proposal.proposal_id, block.block_id, verdict)
            if progress:
                progress({"blocks": number + 1, "of": len(work)})

    def _event_id(self, block: ProposedBlock, intent: str, standing: Standing | None) -> str:
        """Give the id of the event that is written: that of the block, or where Google forgot it a further one."""
        if standing is None:
            return plan_calendar.event_id_of(block.block_id)
        if intent == "undoing" and block.change == "remove" and standing.state == "removed":
            return plan_calendar.event_id_of(block.block_id, standing.generation + 1)
        return standing.event_id

    def _standing(self, block_id: UUID) -> Standing | None:
        with (
            self._house.transaction(account_id=self._account_id) as con,
            con.cursor(row_factory=class_row(Standing)) as cursor,
        ):
            return cursor.execute(SQL["standing"], {"block_id": block_id}).fetchone()

    def _hindrance(self, con: Connection, block: ProposedBlock) -> _Verdict | None:
        """Say what keeps a block from being written at all."""
        if block.starts_at <= self._now:
            return _Verdict("conflict", {"kind": "too_late"})
        made = con.execute(SQL["is_made"]).fetchone()
        if block.change == "remove" or not (made and made[0]):
            return None
        row = con.execute(SQL["in_the_way"], {"starts_at": block.starts_at, "ends_at": block.ends_at}).fetchone()
        if row is None:
            return None
        start, end = (instant.astimezone(UTC).isoformat() if instant else None for instant in row[1:])
        return _Verdict("conflict", {"kind": "in_the_way", "title": row[0], "startsAt": start, "endsAt": end})

    # -- writing ------------------------------------------------------------------------------------------------------

    def _add(self, block: ProposedBlock, standing: Standing | None) -> _Verdict:
        if standing is not None:  # written before, and the answer written down
            return _Verdict("written", standing=None)
        assert block.event_id
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, 1)
        face = self._face(block)
        there = self._calendar.event(block.event_id) if block.status == "writing" else None
        there = there or self._calendar.insert(block.event_id, face, mark)
        fresh = self._as_standing(block, there, mark, generation=0)
        if plan_calendar.is_cancelled(there):
            return _Verdict("gone", standing=replace(fresh, state="deleted"))
        if plan_calendar.is_our_write(there, mark, face):
            return _Verdict("written", standing=fresh)
        if plan_calendar.is_ours(there, block.block_id):
            return _Verdict("conflict", _edited(there), replace(fresh, state="edited"))
        return _Verdict("conflict", {"kind": "foreign", **plan_calendar.as_found(there)})

    def _move(self, block: ProposedBlock, standing: Standing | None) -> _Verdict:
        refused = _not_ours_any_more(standing)
        if refused or standing is None:
            return refused or _Verdict("gone")
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
        return self._rewrite(block, standing, self._face(block), mark, "written")

    def _remove(self, block: ProposedBlock, standing: Standing | None) -> _Verdict:
        refused = _not_ours_any_more(standing)
        if refused or standing is None:
            return refused or _Verdict("gone")
        return self._take_away(block, standing, "written")

    # -- taking back --------------------------------------------------------------------------------------------------

    def _undo_add(self, block: ProposedBlock, standing: Standing | None) -> _Verdict:
        if standing is not None:
            return _not_ours_any_more(standing, gone="undone") or self._take_away(block, standing, "undone")
        assert block.event_id  # asked for, and the answer never known
        there = self._calendar.event(block.event_id)
        if there is None or plan_calendar.is_cancelled(there):
            return _Verdict("undone")
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, 1)
        fresh = self._as_standing(block, there, mark, generation=0)
        if not plan_calendar.is_our_write(there, mark, self._face(block)):
            return _Verdict("conflict", _edited(there), replace(fresh, state="edited"))
        return self._take_away(block, fresh, "undone")

    def _undo_move(self, block: ProposedBlock, standing: Standing | None) -> _Verdict:
        refused = _not_ours_any_more(standing, gone="undone")
        if refused or standing is None:
            return refused or _Verdict("undone")
        assert block.former_starts_at
        assert block.former_ends_at
        here = replace(block, starts_at=block.former_starts_at, ends_at=block.former_ends_at)
        is_moved = standing.proposal_id == self._proposal.proposal_id
        if not is_moved:  # asked for, and the answer never known
            there = self._calendar.event(standing.event_id)
            asked = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
            if there is None or not plan_calendar.is_our_write(there, asked, self._face(block)):
                return self._compared(there, standing)
            standing = replace(standing, etag=str(there["etag"]), revision=standing.revision + 1)
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
        return self._rewrite(here, standing, self._face(here), mark, "undone")

    def _undo_remove(self, block: ProposedBlock, standing: Standing | None) -> _Verdict:
        if standing is None:
            return _Verdict("undone")
        if standing.state != "removed":  # asked for, and the answer never known
            there = self._calendar.event(standing.event_id)
            if there is not None and not plan_calendar.is_cancelled(there):
                return self._compared(there, standing)
            block = replace(block, event_id=plan_calendar.event_id_of(block.block_id, standing.generation + 1))
        assert block.event_id
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
        face = self._face(block)
        there = self._calendar.event(block.event_id) or self._calendar.insert(block.event_id, face, mark)
        fresh = self._as_standing(block, there, mark, generation=standing.generation + 1)
        if plan_calendar.is_cancelled(there):
            return _Verdict("undone", standing=replace(fresh, state="deleted"))
        if not plan_calendar.is_our_write(there, mark, face):
            return _Verdict("conflict", _edited(there), replace(fresh, state="edited"))
        return _Verdict("undone", standing=fresh)

    # -- both ---------------------------------------------------------------------------------------------------------

    def _rewrite(self, block: ProposedBlock, standing: Standing, face: Face, mark: Mark, status: str) -> _Verdict:
        there = self._calendar.event(standing.event_id)
        if there is not None and not plan_calendar.is_our_write(there, mark, face):
            refused = self._difference(there, standing)
            if refused:
                return refused
            changed = self._calendar.change(there, face, mark)
            there = changed or self._calendar.event(standing.event_id)
        if there is None or plan_calendar.is_cancelled(there):
            return _Verdict("gone", state="deleted")
        if not plan_calendar.is_our_write(there, mark, face):
            return _Verdict("conflict", _edited(there), state="edited")
        return _Verdict(status, standing=self._as_standing(block, there, mark, standing.generation))

    def _take_away(self, block: ProposedBlock, standing: Standing, status: str) -> _Verdict:
        there = self._calendar.event(standing.event_id)
        gone = replace(standing, state="removed", proposal_id=self._proposal.proposal_id)
        if there is None or plan_calendar.is_cancelled(there):
            return _Verdict(status, standing=gone)
        refused = self._difference(there, standing)
        if refused:
            return refused
        if self._calendar.delete(there, block.block_id):
            return _Verdict(status, standing=gone)
        return _Verdict("conflict", _edited(self._calendar.event(standing.event_id) or there), state="edited")

    def _difference(self, there: Event, standing: Standing) -> _Verdict | None:
        """Say what is not as we last wrote it: then it is the person's, and stays."""
        if plan_calendar.is_cancelled(there):
            return _Verdict("gone", state="deleted")
        if not plan_calendar.is_ours(there, standing.block_id):
            return _Verdict("conflict", {"kind": "foreign", **plan_calendar.as_found(there)}, state="edited")
        if there.get("etag") != standing.etag:
            return _Verdict("conflict", _edited(there), state="edited")
        return None

    def _compared(self, there: Event | None, standing: Standing) -> _Verdict:
        """What was asked for never happened: the event is as it was, or the person changed it."""
        if there is None:
            return _Verdict("undone", state="deleted")
        return self._difference(there, standing) or _Verdict("undone")

    def _face(self, block: ProposedBlock) -> Face:
        return Face(block.title, block.starts_at.astimezone(UTC), block.ends_at.astimezone(UTC), self._zone)

    def _as_standing(self, block: ProposedBlock, event: Event, mark: Mark, generation: int) -> Standing:
        return Standing(
            block_id=block.block_id,
            proposal_id=self._proposal.proposal_id,
            calendar_id=self._calendar.calendar_id,
            event_id=str(event["id"]),
            etag=str(event.get("etag", "")),
            revision=mark.revision,
            generation=generation,
            category_id=block.category_id,
            title=block.title,
            starts_at=block.starts_at,
            ends_at=block.ends_at,
            target_id=block.target_id,
            state="standing",
        )


def _edited(event: Event) -> dict[str, Any]:
    return {"kind": "edited", **plan_calendar.as_found(event)}


def _not_ours_any_more(standing: Standing | None, gone: str = "gone") -> _Verdict | None:
    """Say that a block was changed or deleted by hand, as far as that is known already."""
    if standing is None or standing.state == "standing":
        return None
    if standing.state == "edited":
        return _Verdict("conflict", {"kind": "edited"})
    return _Verdict(gone)
