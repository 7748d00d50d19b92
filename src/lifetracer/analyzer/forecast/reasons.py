"""Why this number: how the expected time moves as one thing after the other is taken into account.

Law: the parts of a day add up to what the blend of experts expects of it.
"""

from __future__ import annotations

import numpy as np

from lifetracer.analyzer.forecast.bank import Prepared, expert_means
from lifetracer.analyzer.forecast.history import Code, Floats, Reason

STEPS: tuple[Code, ...] = ("trend", "weekday", "holiday", "day_type", "yesterday", "plan")
LEAST = 30.0  # seconds; less is not worth a word


def reasons(past: Prepared, origin: int, day: int, weights: Floats) -> list[list[Reason]]:
    """Give the parts of each category's expected seconds on ``day``: the usual level, then each step's difference.

    ``weights`` [experts, categories] are the blend's. Steps that move nothing are left out.
    """
    steps = [step for step in STEPS if _can_matter(past, step)]
    expected = [
        np.sum(weights * expert_means(past, origin, day, frozenset(steps[i:])), axis=0) for i in range(len(steps) + 1)
    ]
    found = []
    for c in range(weights.shape[1]):
        parts = [Reason("level", float(expected[0][c]))]
        for i, step in enumerate(steps):
            moved = float(expected[i + 1][c] - expected[i][c])
            if abs(moved) >= LEAST:
                parts.append(Reason(step, moved))
        found.append(parts)
    return found


def _can_matter(past: Prepared, step: Code) -> bool:
    """Whether a history says anything about ``step``."""
    if step == "plan":
        return past.plans is not None
    if step == "day_type":
        return past.label is not None
    if step == "holiday":
        return bool(np.any((past.kind == 2) & (past.weekday != 6)))
    return True
