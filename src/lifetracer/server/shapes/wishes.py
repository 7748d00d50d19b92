"""What the API takes and gives about intents, proposed targets, vacations and ambition; see its package.

Law: as there: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from lifetracer.server.shapes import AT, JOB_ID, Body, Name, Shape, like
from lifetracer.server.shapes.meanings import Amount, Day, Measured

Comparison = Literal["at_least", "at_most", "between", "exactly"]
Measure = Literal["duration", "count", "start_time", "end_time", "share"]
Period = Literal["day", "week", "month"]
Spoken = Literal["en", "ja"]
Sentence = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Weekdays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
Priority = Annotated[int, Field(ge=-1000, le=1000)]

SAID = "Learning at least 10 h a week"
FIELDS = {
    "subject": "category",
    "subjectValue": "study",
    "subjectName": "Study",
    "measure": "duration",
    "period": "week",
    "comparison": "at_least",
    "low": 36000,
    "high": None,
    "weekdays": None,
    "priority": 0,
    "validFrom": "2026-11-16",
    "validTo": None,
}


class IntentBody(Body):
    """A wish: a sentence, or its fields as of a target."""

    model_config = like(sentence=SAID)
    sentence: Sentence | None = Field(None, description="In English or Japanese; then nothing but a name beside it.")
    name: Name | None = Field(None, description="By default what it is about.")
    subject: Literal["all", "category", "project", "tag", "text"] | None = None
    subject_value: Name | None = None
    measure: Measure | None = None
    period: Period | None = None
    comparison: Comparison | None = None
    low: Amount | None = None
    high: Amount | None = None
    weekdays: Weekdays | None = Field(None, description="Days that count, 1 is Monday; by default all.")
    priority: Priority | None = None
    valid_from: Day | None = Field(None, description="By default the first day of the present period.")
    valid_to: Day | None = Field(None, description="Day from which it is over.")


class IntentChange(Body):
    """Another amount from a day on, as a sentence or as bounds; what was before keeps the former wish."""

    model_config = like(comparison="at_least", low=43200)
    sentence: Sentence | None = Field(None, description="About the same; then nothing but since beside it.")
    comparison: Comparison | None = None
    low: Amount | None = None
    high: Amount | None = None
    priority: Priority | None = None
    since: Day | None = Field(None, description="By default the first day of the present period.")


class SentenceBody(Body):
    """A sentence to be read without keeping anything."""

    model_config = like(sentence=SAID)
    sentence: Sentence
    language: Spoken | None = Field(None, description="The language to try first; by default the account's.")
    guess: bool = Field(False, description="Ask the language model what was meant, if the sentence is not understood.")


class Intent(Measured):
    """One version of a wish."""

    model_config = like(intentId=JOB_ID, name="Study", sentence=SAID, **FIELDS)
    intent_id: UUID
    name: str
    sentence: str | None


class Intents(Shape):
    """Wishes, the most important first."""

    model_config = like(intents=[])
    intents: list[Intent]


class Wish(Measured):
    """What a sentence was understood to wish."""

    model_config = like(**FIELDS)


class NotUnderstood(Shape):
    """What of a sentence was understood, what not, and what would be."""

    model_config = like(
        code="unknown_name",
        understood=["at least", "10 h", "a week"],
        rest=["Lerning"],
        question="I do not know “Lerning”. Did you mean Learning?",
        example=SAID,
        suggestions=["Learning"],
    )
    code: str
    understood: list[str]
    rest: list[str]
    question: str
    example: str
    suggestions: list[str]


class Guess(Shape):
    """What a language model takes a sentence for; it counts only when the person sends it."""

    model_config = like(sentence="“Study”: at least 10 h per week", echo="“Study”: at least 10 h per week")
    sentence: str = Field(description="To be sent instead, when it is what was meant.")
    echo: str = Field(description="How our own parser reads it.")


class Reading(Shape):
    """How a sentence is understood: ``wish`` and ``echo``, or ``notUnderstood``, perhaps with a ``guess``."""

    model_config = like(
        language="en", echo="“Study”: at least 10 h per week", wish=FIELDS, notUnderstood=None, guess=None
    )
    language: str
    echo: str | None
    wish: Wish | None
    not_understood: NotUnderstood | None
    guess: Guess | None


class Proposal(Shape):
    """A proposed target, and why it is so."""

    model_config = like(
        proposalId=JOB_ID,
        intentId=JOB_ID,
        name="Study",
        period="week",
        periodStart="2026-11-16",
        periodEnd="2026-11-23",
        measure="duration",
        comparison="at_least",
        low=25200,
        high=None,
        wishedComparison="at_least",
        wishedLow=36000,
        wishedHigh=None,
        chosenProbability=0.65,
        probability=0.66,
        probabilityWished=0.31,
        lived=10800,
        likely={"p50": 28800, "from": "estimate"},
        sentence="Study: at least 7 h",
        reasons=["Half of such periods end above 8 h, half below."],
        reasonCodes=["usual"],
        status="proposed",
        decidedAt=None,
        decidedLow=None,
        decidedHigh=None,
        targetId=None,
        madeAt=AT,
    )
    proposal_id: UUID
    intent_id: UUID
    name: str
    period: str
    period_start: date
    period_end: date
    measure: str
    comparison: str
    low: float | None
    high: float | None
    wished_comparison: str
    wished_low: float | None
    wished_high: float | None
    chosen_probability: float
    probability: float
    probability_wished: float
    lived: float | None
    likely: dict[str, Any]
    sentence: str
    reasons: list[str]
    reason_codes: list[str]
    status: str
    decided_at: datetime | None
    decided_low: float | None
    decided_high: float | None
    target_id: UUID | None
    made_at: datetime


class Proposals(Shape):
    """Proposed targets."""

    model_config = like(proposals=[])
    proposals: list[Proposal]


class EditBody(Body):
    """Another amount than was proposed."""

    model_config = like(comparison="at_least", low=28800)
    comparison: Comparison
    low: Amount | None = None
    high: Amount | None = None


class VacationBody(Body):
    """Days away."""

    model_config = like(name="Winter", firstDay="2026-12-24", lastDay="2027-01-03")
    name: Name = "Vacation"
    first_day: Day
    last_day: Day = Field(description="It belongs to the vacation.")


class Vacation(Shape):
    """A stretch of days away."""

    model_config = like(vacationId=JOB_ID, name="Winter", beginsOn="2026-12-24", endsOn="2027-01-04")
    vacation_id: UUID
    name: str
    begins_on: date
    ends_on: date = Field(description="First day back.")


class Vacations(Shape):
    """Vacations, the next first."""

    model_config = like(vacations=[])
    vacations: list[Vacation]


class AmbitionBody(Body):
    """How proposals are to be made; what is not said stays."""

    model_config = like(probability=0.65)
    probability: Annotated[float, Field(ge=0.1, le=0.9)] | None = None
    carry_over: bool | None = None
    sleep_seconds: Annotated[int, Field(ge=0, le=57600)] | None = None
    reserve_seconds: Annotated[int, Field(ge=0, le=64800)] | None = None


class Ambition(Shape):
    """How proposals are made."""

    model_config = like(probability=0.65, carryOver=False, sleepSeconds=28800, reserveSeconds=7200)
    probability: float
    carry_over: bool
    sleep_seconds: int
    reserve_seconds: int
