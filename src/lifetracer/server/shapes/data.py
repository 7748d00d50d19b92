"""What the API gives of marts and reports.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

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

    model_config = ConfigDict(
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "week-2026-W46-en.pdf",
                    "kind": "week",
                    "period": "2026-W46",
                    "from": "2026-11-09",
                    "to": "2026-11-15",
                    "language": "en",
                    "paper": "a4",
                    "parameters": {},
                    "bytes": 48211,
                    "sha256": "9f2c…",
                    "madeAt": AT,
                }
            ]
        },
    )
    name: str
    kind: Literal["day", "week", "month", "client"]
    period: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    language: Literal["en", "ja"]
    paper: Literal["a4", "letter"]
    parameters: dict[str, Any] = Field(description="What else it was asked for: client, rounding.")
    bytes: int
    sha256: str
    made_at: datetime


class Reports(Shape):
    """The reports that were written, the latest first."""

    model_config = like(reports=[])
    reports: list[Report]
