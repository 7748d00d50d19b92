"""What should change in the calendar: blocks to add, and ours to move or remove. Pure.

Law: only our own blocks are ever moved or removed; the same facts give the same changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lifetracer.adjuster.free_time import Span
from lifetracer.adjuster.missing import Planned, demands, needless
from lifetracer.adjuster.placing import Block, Placement, Request, place
from lifetracer.adjuster.plan_facts import Facts, OwnBlock


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a proposal's diff, before it is kept."""

    change: str
    """add, move or remove."""
    category_id: str
    title: str
    span: Span
    former: Span | None = None
    block_id: UUID | None = None
    """Of the block that is moved or removed."""
    target_id: UUID | None = None
    habit: float | None = None


def diff(facts: Facts) -> tuple[list[Change], int, list[dict[str, Any]]]:
    """Say what should change: blocks to add, and ours to move (an event came across) or remove (no longer needed).

    Returns:
        The changes, the seconds that are missing, and what found no place.
    """
    movable = [block for block in facts.own if block.starts_at >= facts.frame.begins]
    fixed = [block for block in facts.own if block.starts_at < facts.frame.begins]
    planned = [*facts.planned, *(Planned(block.category_id, block.span) for block in fixed)]
    gone = needless(
        [Planned(block.category_id, block.span) for block in movable],
        facts.targets,
        facts.reached,
        planned,
        facts.frame,
    )
    removed = [movable[number] for number in sorted(gone)]
    crossed = [block for block in movable if block not in removed and _clashes(block.span, facts.busy)]
    kept = [block for block in movable if block not in removed and block not in crossed]
    wanted = demands(
        facts.targets,
        facts.reached,
        [*planned, *(Planned(block.category_id, block.span) for block in kept)],
        facts.frame,
        facts.shuns,
    )
    placement = place(
        Request(
            zone=facts.frame.zone,
            begins=facts.frame.begins,
            ends=facts.frame.ends,
            demands=wanted,
            busy=facts.busy,
            own=[block.span for block in (*kept, *fixed)],
            quiet=[facts.quiet],
            habits=facts.habits,
            options=facts.setting.options,
        )
    )
    changes = _paired(facts, placement, crossed)
    changes += [_away(block) for block in removed]
    missing = sum(demand.seconds for demand in wanted)
    return (
        sorted(changes, key=lambda one: (one.span, one.category_id, one.change)),
        missing,
        _unplaced(facts, placement),
    )


def _paired(facts: Facts, placement: Placement, crossed: Sequence[OwnBlock]) -> list[Change]:
    """Turn new places into changes: a block that has to leave its place takes the first of its category."""
    leaving = list(crossed)
    changes: list[Change] = []
    for block in placement.blocks:
        target = next(one for one in facts.targets if block.key.startswith(str(one.target_id)))
        moved = next((one for one in leaving if one.category_id == block.category_id), None)
        if moved:
            leaving.remove(moved)
        changes.append(_to(block, target.target_id, target.title, moved))
    return changes + [_away(block) for block in leaving]


def _to(block: Block, target_id: UUID, title: str, moved: OwnBlock | None) -> Change:
    return Change(
        "move" if moved else "add",
        block.category_id,
        title,
        (block.starts_at, block.ends_at),
        former=moved.span if moved else None,
        block_id=moved.block_id if moved else None,
        target_id=target_id,
        habit=block.habit,
    )


def _away(block: OwnBlock) -> Change:
    return Change(
        "remove", block.category_id, block.title, block.span, block_id=block.block_id, target_id=block.target_id
    )


def _unplaced(facts: Facts, placement: Placement) -> list[dict[str, Any]]:
    names = {str(one.target_id): one.name for one in facts.targets}
    left: dict[tuple[str, str], int] = {}
    for one in placement.unplaced:
        key = (one.key.partition(":")[0], one.reason)
        left[key] = left.get(key, 0) + one.seconds
    told: list[dict[str, Any]] = [
        {"targetId": target, "target": names[target], "seconds": seconds, "reason": reason}
        for (target, reason), seconds in sorted(left.items())
    ]
    return told + [
        {"targetId": str(target), "target": name, "seconds": None, "reason": reason}
        for target, name, reason in sorted(facts.refused, key=str)
    ]


def _clashes(span: Span, busy: Sequence[Span]) -> bool:
    return any(first < span[1] and last > span[0] for first, last in busy)
