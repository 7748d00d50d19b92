"""What the API gives of marts and reports.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from lifetracer.server.shapes import AT, Shape, like


class Column(Shape):
    """A column of a mart."""

    model_config = like(name="local_date", type="date", description="The account's local day.")
    name: str
    type: str
    description: str


class Mart(Shape):
    """A table that is shown."""

    model_config = like(name="day", description="One row per account and day.", dateColumn="local_date", columns=[])
    name: str
    description: str
    date_column: str | None = Field(description="Which column `from` and `to` are about; null: the mart has no days.")
    columns: list[Column]


class Marts(Shape):
    """The marts, and what they stand for."""

    model_config = like(marts=[], asOf=AT)
    marts: list[Mart]
    as_of: datetime | None = Field(description="The present of the account's last transform; null before the first.")


class MartPage(Shape):
    """Rows of a mart; they carry the mart's own column names."""

    model_config = like(
        mart="day", asOf=AT, rows=[{"local_date": "2026-11-20", "actual_seconds": 28740}], next=None
    )  # fmt: skip
    mart: str
    as_of: datetime | None
    rows: list[dict[str, Any]]
    next: str | None = Field(description="`cursor` of the next page; null at the end.")


class Report(Shape):
    """A report that was written."""

    model_config = like(
        name="week-2026-W46-en.pdf", kind="week", period="2026-W46", language="en", bytes=48211, madeAt=AT
    )  # fmt: skip
    name: str
    kind: str
    period: str
    language: str
    bytes: int
    made_at: datetime


class Reports(Shape):
    """The reports that were written, the latest first."""

    model_config = like(reports=[])
    reports: list[Report]
