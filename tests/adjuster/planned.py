"""A person with Google Calendar at a sandbox, proposals made by hand, and what stands in the calendars afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from lifetracer.adjuster import plan_proposals, write_back
from lifetracer.adjuster.missing import Frame
from lifetracer.adjuster.plan_diff import Change
from lifetracer.adjuster.plan_proposals import Proposal
from lifetracer.adjuster.write_back import WriteSummary
from lifetracer.connector import connecting
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Checked
from lifetracer.settings import Settings
from lifetracer.warehouse import Warehouse
from sandbox_process import SandboxHandle

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
"""The frozen present of the sandbox."""


@dataclass
class Planner:
    """The person, their warehouse, and the sandbox that is their Google."""

    house: Warehouse
    settings: Settings
    account_id: UUID
    sandbox: SandboxHandle
    person: int = 0
    made_at: datetime = NOW

    def connect(self, **credential: str) -> None:
        """Connect Google Calendar; by default with the consent that allows everything."""
        person = self.sandbox.people[self.person]
        given = credential or {
            "client_id": person["googleClientId"],
            "client_secret": person["googleClientSecret"],
            "refresh_token": person["googleRefreshToken"],
        }
        source = source_named("google_calendar")
        connecting.keep(self.house, self.account_id, source, given, Checked(person["email"], person["email"]))

    def propose(self, changes: Sequence[Change]) -> Proposal:
        """Keep a proposal as if it had been made."""
        self.made_at += timedelta(seconds=1)
        frame = Frame(self.made_at, NOW, NOW + timedelta(days=7), BERLIN)
        with self.house.transaction(account_id=self.account_id) as con:
            proposal_id, _ = plan_proposals.keep(con, frame, changes, 0, [])
            return plan_proposals.find(con, proposal_id)

    def approve(self, proposal: Proposal | None = None, **wishes: Any) -> WriteSummary:
        """Write it."""
        wanted = proposal.proposal_id if proposal else None
        return write_back.approve(self.house, self.settings, self.account_id, wanted, now=NOW, **wishes)

    def undo(self, proposal: Proposal | None = None) -> WriteSummary:
        """Take it back."""
        wanted = proposal.proposal_id if proposal else None
        return write_back.undo(self.house, self.settings, self.account_id, wanted, now=NOW)

    def found(self, proposal: Proposal | None = None) -> Proposal:
        """Look at a proposal again."""
        with self.house.transaction(account_id=self.account_id) as con:
            return plan_proposals.find(con, proposal.proposal_id if proposal else None)

    def calendars(self) -> dict[str, Any]:
        """Show all that the vendor holds."""
        return dict(self.sandbox.truth("google", person=self.person)["calendars"])

    def plan_id(self) -> str:
        """Give the id of the calendar that was made."""
        with self.house.transaction(account_id=self.account_id) as con:
            row = con.execute("select calendar_id from app.plan_calendar").fetchone()
        assert row
        return str(row[0])

    def plan(self) -> dict[str, Any]:
        """Show the living events of the calendar that was made, by id."""
        return dict(self.calendars()[self.plan_id()]["live"])

    def foreign(self) -> dict[str, Any]:
        """Show every calendar that is not ours."""
        made = [row["id"] for row in self.made()]
        return {name: calendar for name, calendar in self.calendars().items() if name not in made}

    def made(self) -> list[dict[str, Any]]:
        """List the calendars that any app made, the deleted ones too."""
        known = set(self.sandbox.people[self.person]["calendars"].values())
        return [
            {"id": name, **calendar}
            for name, calendar in self.calendars().items()
            if name.startswith("c_") and name not in known
        ]

    def times(self) -> list[tuple[str, str, str]]:
        """List title, start and end of our living events."""
        return sorted((e["summary"], e["start"]["dateTime"], e["end"]["dateTime"]) for e in self.plan().values())


def block(day: int, hour: int, title: str = "Learning", *, hours: float = 1.0) -> Change:
    """Make an addition, so many days after tomorrow, in Berlin's time."""
    start = datetime(2026, 11, 22, hour, tzinfo=BERLIN) + timedelta(days=day)
    return Change("add", "c" * 32, title, (start.astimezone(UTC), (start + timedelta(hours=hours)).astimezone(UTC)))


def blocks(count: int) -> list[Change]:
    """Make so many additions."""
    return [block(number % 6, 9 + 2 * (number // 6)) for number in range(count)]


def elsewhere(kept: Any, hour: int) -> Change:
    """Make a move of a written block to another hour of its day."""
    start = kept.starts_at.astimezone(BERLIN).replace(hour=hour).astimezone(UTC)
    span = (start, start + (kept.ends_at - kept.starts_at))
    return Change("move", kept.category_id, kept.title, span, (kept.starts_at, kept.ends_at), kept.block_id)


def away(kept: Any) -> Change:
    """Make a removal of a written block."""
    return Change("remove", kept.category_id, kept.title, (kept.starts_at, kept.ends_at), block_id=kept.block_id)
