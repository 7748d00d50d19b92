"""Blocks to draw, as short as a diary: ``block("actual", "9:15", "12:00", "Deep work")``."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from lifetracer.charts import Block

MONDAY = date(2026, 11, 16)
_numbers = count(1)


def second(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def block(layer: str, start: str, end: str, category: str = "Deep work", day: int = 0, **given: Any) -> Block:
    local_date = MONDAY + timedelta(days=day)
    midnight = datetime.combine(local_date, time(), UTC)
    start_second, end_second = second(start), second(end)
    facts: dict[str, Any] = {
        "block_id": f"{layer}:{next(_numbers)}:{local_date}",
        "layer": layer,
        "local_date": local_date,
        "starts_at": midnight + timedelta(seconds=start_second),
        "ends_at": midnight + timedelta(seconds=end_second),
        "start_second": start_second,
        "end_second": end_second,
        "seconds": end_second - start_second,
        "all_day": False,
        "category": category,
        "category_color": "#0b83d9",
        "title": category,
        "detail": "",
        "source": "google_calendar" if layer == "plan" else "toggl_track",
        "busy": True,
        "response": None,
        "running": False,
        "verdict": None,
        "counterpart_block_id": None,
        "delta_seconds": None,
        "overrun_seconds": None,
        "replaced_by": None,
    }
    return Block(**facts | given)


def pair(plan: tuple[str, str], actual: tuple[str, str], verdict: str = "done", **given: Any) -> tuple[Block, Block]:
    planned = block("plan", *plan, **given)
    lived = block("actual", *actual, **given)
    met = {
        "verdict": verdict,
        "delta_seconds": lived.start_second - planned.start_second,
        "overrun_seconds": lived.seconds - planned.seconds,
    }
    return (
        Block(**vars(planned) | met | {"counterpart_block_id": lived.block_id}),
        Block(**vars(lived) | met | {"counterpart_block_id": planned.block_id}),
    )


def all_day(title: str, first: int, days: int = 1, **given: Any) -> list[Block]:
    number = next(_numbers)
    return [
        block(
            "plan",
            "0:00",
            "24:00",
            "Family",
            day,
            title=title,
            all_day=True,
            starts_at=None,
            ends_at=None,
            seconds=0,
            block_id=f"plan:{number}:{MONDAY + timedelta(days=day)}",
            **given,
        )
        for day in range(first, first + days)
    ]
