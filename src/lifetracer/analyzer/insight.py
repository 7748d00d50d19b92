"""A finding about a person's time, and how many of many may be believed.

Law: whatever was looked at counts: significance is corrected for all tests of a kind, also for those found nothing in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID, uuid5

import numpy as np

Kind = Literal["anomaly", "change_point", "correlation", "planning_fallacy"]

FALSE_SHARE = 0.05
"""Part of the findings of a kind that may be due to chance."""


@dataclass(frozen=True, slots=True)
class Insight:
    """Something that chance explains badly."""

    kind: Kind
    category_id: str
    begins_on: date
    ends_on: date | None
    """Day after the last; ``None``: until now."""
    effect: float
    """anomaly, change_point: seconds a day more; correlation: Spearman's rho; planning_fallacy: lived by planned."""
    p_value: float
    other_category_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    """Figures that its sentence is made of."""

    def id_for(self, account_id: UUID) -> UUID:
        """Name the finding so that the next run, when it finds the same, gives it the same name."""
        since = "" if self.kind in {"correlation", "planning_fallacy"} else self.begins_on.isoformat()
        return uuid5(account_id, "/".join((self.kind, self.category_id, self.other_category_id or "", since)))


def believable(p_values: Sequence[float], false_share: float = FALSE_SHARE) -> list[bool]:
    """Tell which of many tests may be believed so that only that part of them is expected to be false.

    Benjamini and Hochberg (1995), *Controlling the false discovery rate*.
    """
    ordered = np.argsort(p_values)
    below = [
        rank for rank, place in enumerate(ordered, 1) if p_values[int(place)] <= false_share * rank / len(p_values)
    ]
    good = set(ordered[: max(below, default=0)].tolist())
    return [place in good for place in range(len(p_values))]
