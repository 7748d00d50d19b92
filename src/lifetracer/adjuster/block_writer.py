"""One block after another, into the calendar or back: each step is written down before and after Google is asked.

    write down what will be asked ──▶ ask Google ──▶ write down the answer       (never within one transaction)
             ▲                                             │
             └── killed in between: asked again; Google knows the event by its id, we by its mark and version

Law: nothing is written twice and nothing forgotten. What a person changed or deleted in the calendar is theirs: it is
shown as a conflict and left as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from lifetracer.adjuster import own_event
from lifetracer.adjuster.own_event import Event, Face, Mark
from lifetracer.adjuster.plan_calendar import PlanCalendar
from lifetracer.adjuster.plan_proposals import Proposal, ProposedBlock
from lifetracer.warehouse import Connection, Warehouse, queries

SQL = queries.beside(__file__)

Progress = Callable[[Any], None]


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
class Verdict:
    """How one block ended: its status, what stands in the way, and the event as it stands now."""

    status: str
    conflict: dict[str, Any] | None = None
    standing: Standing | None = None
    state: str | None = None
    """A new state of the block, where nothing was written."""


def settle(con: Connection, proposal_id: UUID, block_id: UUID, verdict: Verdict) -> None:
    """Write down how a block ended, in the account's transaction."""
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


class Writer:
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
                verdict = self._hindrance(con, block, intent, standing)
                if verdict:
                    settle(con, self._proposal.proposal_id, block.block_id, verdict)
                    continue
                con.execute(SQL["begun"], given)
                event_id = self._event_id(block, intent, standing)
                con.execute(SQL["intend"], given | {"block_id": block.block_id, "status": intent, "event_id": event_id})
            verdict = steps[intent, block.change](replace(block, event_id=event_id), standing)
            with self._house.transaction(account_id=self._account_id) as con:
                settle(con, self._proposal.proposal_id, block.block_id, verdict)
            if progress:
                progress({"blocks": number + 1, "of": len(work)})

    def _event_id(self, block: ProposedBlock, intent: str, standing: Standing | None) -> str:
        """Give the id of the event that is written: that of the block, or where Google forgot it a further one."""
        if standing is None:
            return own_event.event_id_of(block.block_id)
        if intent == "undoing" and block.change == "remove" and standing.state == "removed":
            return own_event.event_id_of(block.block_id, standing.generation + 1)
        return standing.event_id

    def _standing(self, block_id: UUID) -> Standing | None:
        with (
            self._house.transaction(account_id=self._account_id) as con,
            con.cursor(row_factory=class_row(Standing)) as cursor,
        ):
            return cursor.execute(SQL["standing"], {"block_id": block_id}).fetchone()

    def _hindrance(
        self, con: Connection, block: ProposedBlock, intent: str, standing: Standing | None
    ) -> Verdict | None:
        """Say what keeps a block from being touched at all."""
        if standing is not None and standing.calendar_id != self._calendar.calendar_id:  # its calendar is gone
            return Verdict("undone" if intent == "undoing" else "gone")
        if intent == "undoing" or block.status != "proposed":
            return None
        if block.starts_at <= self._now:
            return Verdict("conflict", {"kind": "too_late"})
        made = con.execute(SQL["is_made"]).fetchone()
        if block.change == "remove" or not (made and made[0]):
            return None
        row = con.execute(SQL["in_the_way"], {"starts_at": block.starts_at, "ends_at": block.ends_at}).fetchone()
        if row is None:
            return None
        start, end = (instant.astimezone(UTC).isoformat() if instant else None for instant in row[1:])
        return Verdict("conflict", {"kind": "in_the_way", "title": row[0], "startsAt": start, "endsAt": end})

    # -- writing ------------------------------------------------------------------------------------------------------

    def _add(self, block: ProposedBlock, standing: Standing | None) -> Verdict:
        if standing is not None:  # written before, and the answer written down
            return Verdict("written", standing=None)
        assert block.event_id
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, 1)
        face = self._face(block)
        there = self._calendar.event(block.event_id) if block.status == "writing" else None
        there = there or self._calendar.insert(block.event_id, face, mark)
        fresh = self._as_standing(block, there, mark, generation=0)
        if own_event.is_cancelled(there):
            return Verdict("gone", standing=replace(fresh, state="deleted"))
        if own_event.is_our_write(there, mark, face):
            return Verdict("written", standing=fresh)
        if own_event.is_ours(there, block.block_id):
            return Verdict("conflict", _edited(there), replace(fresh, state="edited"))
        return Verdict("conflict", {"kind": "foreign", **own_event.as_found(there)})

    def _move(self, block: ProposedBlock, standing: Standing | None) -> Verdict:
        refused = _not_ours_any_more(standing)
        if refused or standing is None:
            return refused or Verdict("gone")
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
        return self._rewrite(block, standing, self._face(block), mark, "written")

    def _remove(self, block: ProposedBlock, standing: Standing | None) -> Verdict:
        refused = _not_ours_any_more(standing)
        if refused or standing is None:
            return refused or Verdict("gone")
        return self._take_away(block, standing, "written")

    # -- taking back --------------------------------------------------------------------------------------------------

    def _undo_add(self, block: ProposedBlock, standing: Standing | None) -> Verdict:
        if standing is not None:
            return _not_ours_any_more(standing, gone="undone") or self._take_away(block, standing, "undone")
        assert block.event_id  # asked for, and the answer never known
        there = self._calendar.event(block.event_id)
        if there is None or own_event.is_cancelled(there):
            return Verdict("undone")
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, 1)
        fresh = self._as_standing(block, there, mark, generation=0)
        if not own_event.is_our_write(there, mark, self._face(block)):
            return Verdict("conflict", _edited(there), replace(fresh, state="edited"))
        return self._take_away(block, fresh, "undone")

    def _undo_move(self, block: ProposedBlock, standing: Standing | None) -> Verdict:
        refused = _not_ours_any_more(standing, gone="undone")
        if refused or standing is None:
            return refused or Verdict("undone")
        assert block.former_starts_at
        assert block.former_ends_at
        here = replace(block, starts_at=block.former_starts_at, ends_at=block.former_ends_at)
        is_moved = standing.proposal_id == self._proposal.proposal_id
        if not is_moved:  # asked for, and the answer never known; nor perhaps that of asking to take it back
            there = self._calendar.event(standing.event_id)
            asked, back = (
                Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + further)
                for further in (1, 2)
            )
            if there is None or not (
                own_event.is_our_write(there, asked, self._face(block))
                or own_event.is_our_write(there, back, self._face(here))
            ):
                return self._compared(there, standing)
            standing = replace(standing, etag=str(there["etag"]), revision=standing.revision + 1)
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
        return self._rewrite(here, standing, self._face(here), mark, "undone")

    def _undo_remove(self, block: ProposedBlock, standing: Standing | None) -> Verdict:
        if standing is None:
            return Verdict("undone")
        if standing.state != "removed":  # asked for, and the answer never known
            there = self._calendar.event(standing.event_id)
            if there is not None and not own_event.is_cancelled(there):
                return self._compared(there, standing)
            block = replace(block, event_id=own_event.event_id_of(block.block_id, standing.generation + 1))
        assert block.event_id
        mark = Mark(self._proposal.proposal_id, block.block_id, block.category_id, standing.revision + 1)
        face = self._face(block)
        there = self._calendar.event(block.event_id) or self._calendar.insert(block.event_id, face, mark)
        fresh = self._as_standing(block, there, mark, generation=standing.generation + 1)
        if own_event.is_cancelled(there):
            return Verdict("undone", standing=replace(fresh, state="deleted"))
        if not own_event.is_our_write(there, mark, face):
            return Verdict("conflict", _edited(there), replace(fresh, state="edited"))
        return Verdict("undone", standing=fresh)

    # -- both ---------------------------------------------------------------------------------------------------------

    def _rewrite(self, block: ProposedBlock, standing: Standing, face: Face, mark: Mark, status: str) -> Verdict:
        there = self._calendar.event(standing.event_id)
        if there is not None and not own_event.is_our_write(there, mark, face):
            refused = self._difference(there, standing)
            if refused:
                return refused
            changed = self._calendar.change(there, face, mark)
            there = changed or self._calendar.event(standing.event_id)
        if there is None or own_event.is_cancelled(there):
            return Verdict("gone", state="deleted")
        if not own_event.is_our_write(there, mark, face):
            return Verdict("conflict", _edited(there), state="edited")
        return Verdict(status, standing=self._as_standing(block, there, mark, standing.generation))

    def _take_away(self, block: ProposedBlock, standing: Standing, status: str) -> Verdict:
        there = self._calendar.event(standing.event_id)
        gone = replace(standing, state="removed", proposal_id=self._proposal.proposal_id)
        if there is None or own_event.is_cancelled(there):
            return Verdict(status, standing=gone)
        refused = self._difference(there, standing)
        if refused:
            return refused
        if self._calendar.delete(there, block.block_id):
            return Verdict(status, standing=gone)
        return Verdict("conflict", _edited(self._calendar.event(standing.event_id) or there), state="edited")

    def _difference(self, there: Event, standing: Standing) -> Verdict | None:
        """Say what is not as we last wrote it: then it is the person's, and stays."""
        if own_event.is_cancelled(there):
            return Verdict("gone", state="deleted")
        if not own_event.is_ours(there, standing.block_id):
            return Verdict("conflict", {"kind": "foreign", **own_event.as_found(there)}, state="edited")
        if there.get("etag") != standing.etag:
            return Verdict("conflict", _edited(there), state="edited")
        return None

    def _compared(self, there: Event | None, standing: Standing) -> Verdict:
        """Settle that what was asked for never happened: the event is as it was, or the person changed it."""
        if there is None:
            return Verdict("undone", state="deleted")
        return self._difference(there, standing) or Verdict("undone")

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
    return {"kind": "edited", **own_event.as_found(event)}


def _not_ours_any_more(standing: Standing | None, gone: str = "gone") -> Verdict | None:
    """Say that a block was changed or deleted by hand, as far as that is known already."""
    if standing is None or standing.state == "standing":
        return None
    if standing.state == "edited":
        return Verdict("conflict", {"kind": "edited"})
    return Verdict(gone)
