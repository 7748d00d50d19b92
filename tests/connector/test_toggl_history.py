"""What Toggl's Reports API leaves open, answered by a stand-in for the service; the stream code itself is real."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lifetracer.connector.sources.toggl_track.history import Years
from lifetracer.outside.http import Answer, HttpStatusError

ROWS = [
    {"user_id": 7, "time_entries": [{"id": n, "seconds": 60, "start": f"2020-01-{n:02}T08:00:00+01:00"}]}
    for n in range(1, 31)
]


class Reports:
    """A service that refuses pages of more than ``largest`` rows."""

    def __init__(self, largest: int) -> None:
        self.largest = largest
        self.refused = 0

    def get(self, path: str, /, *, bucket: str | None = None, **_: object) -> Answer:
        raise AssertionError(f"{path} ({bucket}) is not asked for")

    def post(self, path: str, /, *, json: Any, bucket: str | None = None, **_: object) -> Answer:
        size, first = json.get("page_size", 50), json.get("first_row_number", 1) - 1
        if path.endswith("/totals"):
            return answer({"seconds": 60 * len(ROWS)})
        if size > self.largest:
            self.refused += 1
            raise HttpStatusError("refused", code=400, said="Invalid 'page_size' value")
        more = {"x-next-row-number": str(first + 11)} if first + 10 < len(ROWS) else {}
        return answer(ROWS[first : first + 10], more)


def answer(value: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(200, headers or {}, json.dumps(value).encode(), value)


def standing(wanted: int) -> Any:
    settings: dict[str, Any] = {"user_id": "7"}
    return SimpleNamespace(
        settings=settings,
        remember=lambda **new: settings.update(new),
        options=SimpleNamespace(toggl_page_size=wanted),
        now=datetime(2026, 1, 1, tzinfo=UTC),
        state=lambda _partition: {},
        total=lambda *_: 60 * len(ROWS),
        warn=lambda *_, **__: pytest.fail("nothing to warn of"),
    )


@pytest.mark.parametrize(("largest", "refusals"), [(1000, 0), (200, 1), (50, 2)])
def test_a_refused_page_size_is_asked_for_once_and_not_again_on_every_page(largest: int, refusals: int) -> None:
    reports, cursor = Reports(largest), standing(1000)
    for _ in range(2):  # two syncs
        years = Years(reports, cursor, {"id": 1}, {"generation": "g"}, date(2020, 12, 30), ZoneInfo("Europe/Berlin"))
        pages = list(years.between(date(2020, 1, 1), date(2020, 12, 30)))
        met = {e["id"] for page in pages for row in json.loads(page.body) for e in row["time_entries"]}
        assert met == set(range(1, 31))
    assert reports.refused == refusals
