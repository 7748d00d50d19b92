"""What may be asked of the reporter: kind and period, language and paper, and how a client's hours are rounded.

Law: a wish is complete and checked before anything is read; the same wish about the same rows gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lifetracer.charts import LANGUAGES
from lifetracer.errors import UsageError

KINDS = ("day", "week", "month", "client")
PAPERS = {"a4": ("a4", 210.0, 297.0), "letter": ("us-letter", 215.9, 279.4)}
"""Paper → Typst's name for it, width and height in millimetres."""

MODES, STEPS, UNITS = ("none", "up", "nearest"), (5, 6, 10, 15, 30, 60), ("entry", "day", "project")


@dataclass(frozen=True, slots=True)
class Rounding:
    """How billable time is rounded: which way, to what, and what is rounded before it is added up."""

    mode: str = "none"
    minutes: int = 15
    per: str = "entry"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("mode", self.mode, MODES),
            ("minutes", self.minutes, STEPS),
            ("per", self.per, UNITS),
        ):
            if value not in known:
                raise UsageError(
                    f"{value} is no way to round ({name}).", remedy=f"Choose one of: {', '.join(map(str, known))}."
                )


@dataclass(frozen=True, slots=True)
class Wish:
    """A report, as it is asked for."""

    kind: str
    first: date
    """First day of the period."""
    language: str
    paper: str = "a4"
    client: str | None = None
    """Only this client's; ``None``: every client, and those without one."""
    rounding: Rounding = Rounding()

    def __post_init__(self) -> None:
        kind_of(self.kind)
        if self.language not in LANGUAGES:
            raise UsageError(
                f"There is no report in {self.language}.", remedy=f"Choose one of: {', '.join(LANGUAGES)}."
            )
        if self.paper not in PAPERS:
            raise UsageError(f"There is no report on {self.paper}.", remedy=f"Choose one of: {', '.join(PAPERS)}.")
        if self.kind != "client" and (self.client is not None or self.rounding.mode != "none"):
            raise UsageError("Only a report for a client has a client and rounding.", remedy="Ask for the kind client.")

    @property
    def last(self) -> date:
        """The period's last day."""
        return period_after(self.kind, self.first) - timedelta(days=1)

    @property
    def period(self) -> str:
        """The period as people name it: ``2026-11-21``, ``2026-W47``, ``2026-11``."""
        return period_name(self.kind, self.first)

    @property
    def parameters(self) -> dict[str, Any]:
        """What sets it apart beside kind, period, language and paper."""
        if self.kind != "client":
            return {}
        given: dict[str, Any] = {"client": self.client} if self.client is not None else {}
        if self.rounding.mode != "none":
            given |= {"rounding": self.rounding.mode, "minutes": self.rounding.minutes, "per": self.rounding.per}
        return given

    @property
    def name(self) -> str:
        """Name of the file; the same for the same wish, another for any other."""
        extra = ""
        if self.parameters:
            said = json.dumps(self.parameters, sort_keys=True, ensure_ascii=False)
            extra = "-" + hashlib.sha256(said.encode()).hexdigest()[:8]
        paper = "" if self.paper == "a4" else f"-{self.paper}"
        return f"{self.kind}-{self.period}{extra}{paper}-{self.language}.pdf"


def kind_of(kind: str) -> str:
    """Check that there are reports of a kind.

    Raises:
        UsageError: there are none.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no report of the kind “{kind}”.", remedy=f"Known kinds: {', '.join(KINDS)}.")
    return kind


def period_of(kind: str, day: date) -> date:
    """Give the first day of the period that a day lies in."""
    if kind == "day":
        return day
    return day - timedelta(days=day.weekday()) if kind == "week" else day.replace(day=1)


def period_after(kind: str, first: date) -> date:
    """Give the first day of the next period."""
    if kind == "day":
        return first + timedelta(days=1)
    return first + timedelta(days=7) if kind == "week" else (first + timedelta(days=31)).replace(day=1)


def period_before(kind: str, first: date) -> date:
    """Give the first day of the period before."""
    return period_of(kind, first - timedelta(days=1))


def period_name(kind: str, first: date) -> str:
    """Name a period: ``2026-11-21``, ``2026-W47``, ``2026-11``."""
    if kind == "day":
        return first.isoformat()
    if kind == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02}"
    return first.isoformat()[:7]
