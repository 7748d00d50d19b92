"""What the API takes and gives about categories, rules, targets, rates and kinds of day; see its package.

Law: as there: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lifetracer.server.shapes import JOB_ID, Body, Name, Shape, Text, like

Kind = Literal["work", "study", "sleep", "exercise", "travel", "household", "social", "leisure", "care", "other", ""]
Colour = Annotated[str, Field(pattern="^(#[0-9A-Fa-f]{6})?$")]
Operator = Literal["is", "contains", "starts_with", "matches"]
Position = Annotated[int, Field(ge=1, le=100_000)]
Amount = Annotated[Decimal, Field(ge=0, le=10_000_000, max_digits=12, allow_inf_nan=False)]
Day = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]


class CategoryBody(Body):
    """A category to make."""

    model_config = like(name="Reading", parent="Study", color="#3366cc", kind="study")
    name: Name
    parent: Text | None = Field(None, description="Name, path or id of the category that it lies in.")
    color: Colour | None = None
    kind: Kind | None = None


class CategoryChange(Body):
    """What is to change of a category; what is not said stays."""

    model_config = like(color="#3366cc", isArchived=False)
    name: Name | None = None
    parent: Text | None = Field(None, description="Empty: none.")
    color: Colour | None = Field(None, description="Empty: the default.")
    kind: Kind | None = Field(None, description="Empty: the default.")
    is_archived: bool | None = None
    position: Annotated[int, Field(ge=0, le=100_000)] | None = None


class Category(Shape):
    """A category: derived from projects and calendars, a person's own, or both."""

    model_config = like(
        categoryId="reading",
        name="Reading",
        parentId="study",
        color="#3366cc",
        kind="study",
        isArchived=False,
        position=0,
        isOwn=True,
    )
    category_id: str
    name: str
    parent_id: str | None
    color: str | None
    kind: str | None
    is_archived: bool
    position: int
    is_own: bool


class Categories(Shape):
    """The categories, children after their parents."""

    model_config = like(categories=[])
    categories: list[Category]


class RuleBody(Body):
    """A rule to make."""

    model_config = like(field="title", operator="contains", pattern="stand-up", category="Meetings")
    field: Name
    operator: Operator
    pattern: Name
    category: Name = Field(description="Name, path or id.")
    source: Text | None = Field(None, description="Only this source.")
    position: Position | None = Field(None, description="1 is tried first; by default at the end.")


class RuleChange(Body):
    """What is to change of a rule; what is not said stays."""

    model_config = like(pattern="daily", position=1)
    field: Name | None = None
    operator: Operator | None = None
    pattern: Name | None = None
    category: Name | None = None
    source: Text | None = Field(None, description="Empty: every source.")
    position: Position | None = None


class PreviewBody(RuleChange):
    """A change of rules to look ahead at: a new one, or that of one that is there, or that it goes."""

    model_config = like(field="title", operator="contains", pattern="stand-up", category="Meetings")
    rule: Name | None = Field(None, description="Position or id of a rule that is there.")
    remove: bool = False


class Rule(Shape):
    """A rule; the first that fits wins."""

    model_config = like(
        ruleId=JOB_ID,
        position=1,
        source=None,
        field="title",
        operator="contains",
        pattern="stand-up",
        categoryId="meetings",
        category="Meetings",
    )
    rule_id: UUID
    position: int
    source: str | None
    field: str
    operator: Operator
    pattern: str
    category_id: str
    category: str


class Rules(Shape):
    """The rules in the order in which they are tried."""

    model_config = like(rules=[])
    rules: list[Rule]


class Move(Shape):
    """What would go from one category to another."""

    model_config = like(
        fromCategoryId="work",
        fromCategory="Work",
        toCategoryId="meetings",
        toCategory="Meetings",
        entries=3,
        occurrences=52,
        entrySeconds=5400,
        occurrenceSeconds=46800,
        months=[],
        examples=[],
    )
    from_category_id: str
    from_category: str
    to_category_id: str
    to_category: str
    entries: int
    occurrences: int
    entry_seconds: int
    occurrence_seconds: int
    months: list[dict[str, Any]]
    examples: list[dict[str, Any]]


class Moves(Shape):
    """What a change would move; nothing was changed."""

    model_config = like(moves=[])
    moves: list[Move]


class Suggestions(Shape):
    """Categories for titles without one, and how far to trust them."""

    model_config = like(suggestions=[], withheld=0, threshold=0.6, accuracy=None, reason="Every title has a category.")
    suggestions: list[dict[str, Any]]
    withheld: int
    threshold: float
    accuracy: dict[str, Any] | None
    reason: str


class TargetBody(Body):
    """A target to set; amounts are seconds (duration), entries (count), seconds of the day, or a share of 1."""

    model_config = like(
        name="Learn", subject="category", subjectValue="Study", period="week", comparison="at_least", low=36000
    )
    name: Name
    subject: Literal["all", "category", "project", "tag", "text"] = "all"
    subject_value: Name | None = None
    measure: Literal["duration", "count", "start_time", "end_time", "share"] = "duration"
    period: Literal["day", "week", "month"] = "week"
    comparison: Literal["at_least", "at_most", "between", "exactly"]
    low: Amount | None = None
    high: Amount | None = None
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] | None = Field(
        None, description="Days that count, 1 is Monday; by default all."
    )
    priority: Annotated[int, Field(ge=-1000, le=1000)] = 0
    valid_from: Day | None = Field(None, description="By default the first day of the present period.")
    valid_to: Day | None = Field(None, description="Day from which it is over.")


class TargetChange(Body):
    """Another amount from a day on; what was before keeps the former one."""

    model_config = like(comparison="at_least", low=43200, since="2026-12-01")
    comparison: Literal["at_least", "at_most", "between", "exactly"]
    low: Amount | None = None
    high: Amount | None = None
    since: Day | None = Field(None, description="By default the first day of the present period.")


class Measured(Shape):
    """What targets and wishes say alike: of what, how much, per what, on which days, from when."""

    subject: str
    subject_value: str | None
    subject_name: str | None
    measure: str
    period: str
    comparison: str
    low: float | None
    high: float | None
    weekdays: list[int] | None
    priority: int
    valid_from: date
    valid_to: date | None


class Target(Measured):
    """One version of a target."""

    model_config = like(
        targetId=JOB_ID,
        name="Learn",
        subject="category",
        subjectValue="study",
        subjectName="Study",
        measure="duration",
        period="week",
        comparison="at_least",
        low=36000,
        high=None,
        weekdays=None,
        priority=0,
        validFrom="2026-11-16",
        validTo=None,
        madeBy="person",
    )
    target_id: UUID
    name: str
    made_by: str


class Targets(Shape):
    """Targets, the most important first."""

    model_config = like(targets=[])
    targets: list[Target]


class RateBody(Body):
    """What an hour costs from a day on."""

    model_config = like(hourlyAmount=95.5, currency="EUR", client="Acme", validFrom="2026-01-01")
    hourly_amount: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2, allow_inf_nan=False)]
    currency: Annotated[str, Field(pattern="^[A-Za-z]{3}$")]
    client: Name | None = None
    project: Name | None = None
    valid_from: Day | None = Field(None, description="By default always.")


class Rate(Shape):
    """What an hour costs."""

    model_config = like(
        rateId=JOB_ID, client="Acme", project=None, hourlyAmount=95.5, currency="EUR", validFrom="2026-01-01"
    )
    rate_id: UUID
    client: str | None
    project: str | None
    hourly_amount: float
    currency: str
    valid_from: date


class Rates(Shape):
    """The rates, the most specific first."""

    model_config = like(rates=[])
    rates: list[Rate]


class DayTypeBody(Body):
    """What kind of day it was."""

    model_config = like(dayType="travel")
    day_type: Literal["work", "study", "rest", "travel", "holiday"]


class DayType(Shape):
    """A day, what kind it is, and why."""

    model_config = like(
        localDate="2026-11-20",
        dayType="work",
        isCorrected=False,
        reasonEn="6 h of work",
        reasonJa="仕事6時間",
        isPending=False,
    )
    local_date: date
    day_type: str
    is_corrected: bool
    reason_en: str | None
    reason_ja: str | None
    is_pending: bool


class DayTypes(Shape):
    """Kinds of days."""

    model_config = like(days=[])
    days: list[DayType]
