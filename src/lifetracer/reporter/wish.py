"""What may be asked of the reporter: kind and period, language and paper, and how a client's hours are rounded.

Law: a wish is complete and checked before anything is read; the same wish about the same rows gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from lifetracer.charts import LANGUAGES
from lifetracer.errors import UsageError
from lifetracer.periods import end_of, name_of

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
    def grain(self) -> str:
        """Which kind of period it is about."""
        return grain_of(self.kind)

    @property
    def last(self) -> date:
        """The period's last day."""
        return end_of(self.first, self.grain)

    @property
    def period(self) -> str:
        """The period as people name it: ``2026-11-21``, ``2026-W47``, ``2026-11``."""
        return name_of(self.first, self.grain)

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


def grain_of(kind: str) -> str:
    """Give the period that a report of a kind is about; a client's report is about a month."""
    return "month" if kind == "client" else kind
