"""What the API takes and gives about marts, reports and feeds.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from lifetracer.server.shapes import AT, Body, Shape, like, plain


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


class FeedBody(Body):
    """A feed to make."""

    model_config = like(name="Google Calendar", shows="categories", days=90)
    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(plain)]
    shows: Literal["everything", "categories"] = Field(
        "everything", description="everything: descriptions and projects; categories: nothing but the category."
    )
    days: int = Field(90, ge=1, le=3660, description="How far back it reaches.")


FEED_ID = "0197a3c2-5b1e-7c44-9d0a-3f5e8a1b2c3f"


class Feed(Shape):
    """A secret address under which a calendar reads what happened."""

    model_config = like(
        feedId=FEED_ID, name="Phone", shows="everything", days=90, createdAt=AT, lastReadAt=None, revokedAt=None
    )  # fmt: skip
    feed_id: UUID
    name: str
    shows: Literal["everything", "categories"]
    days: int
    created_at: datetime
    last_read_at: datetime | None
    revoked_at: datetime | None


class MadeFeed(Feed):
    """A feed that was made just now, with its address."""

    model_config = like(
        feedId=FEED_ID, name="Phone", shows="everything", days=90, createdAt=AT, lastReadAt=None, revokedAt=None,
        address="https://example.org/feeds/….ics",
    )  # fmt: skip
    address: str | None = Field(description="Shown this once; null when the request is repeated.")


class Feeds(Shape):
    """The account's feeds."""

    model_config = like(feeds=[])
    feeds: list[Feed]
