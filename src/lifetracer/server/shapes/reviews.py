"""What the API takes and gives about weekly reviews and the language model.

Law: as in `lifetracer.server.shapes`: unknown words are refused on both sides.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from lifetracer.server.shapes import AT, JOB_ID, Body, Shape, like

Part = Literal["kept", "missed", "changed", "next"]
Level = Literal["nothing", "totals", "texts"]


class ReviewSentence(Shape):
    """A plain sentence, made of the marts."""

    model_config = like(part="kept", text="Target “Study”: met, …", address="/targets", isPrivate=False)
    part: Part
    text: str
    address: str = Field(description="Where its numbers open on the console.")
    is_private: bool = Field(description="It repeats a title; a model sees it only at the level texts.")


class Wording(Shape):
    """A model's sentence whose numbers and names were checked."""

    model_config = like(part="kept", text="You reached your study target.", tells=["Target “Study”: met, …"])
    part: Part
    text: str
    tells: list[str] = Field(description="The plain sentences that it tells.")


class Message(Shape):
    """One part of what was sent."""

    model_config = like(role="user", content="{…}")
    role: str
    content: str


class Letter(Shape):
    """What was sent to the language model, and what came of it."""

    model_config = like(
        letterId=JOB_ID,
        sentAt=AT,
        purpose="review",
        subject="2026-W47",
        language="en",
        endpoint="http://localhost:11434/v1",
        model="llama3.2",
        level="totals",
        sent=[{"role": "user", "content": "{…}"}],
        answer="{…}",
        outcome="used",
        note=None,
    )
    letter_id: UUID
    sent_at: datetime
    purpose: Literal["review", "intent"]
    subject: str = Field(description="The week; empty for an intent.")
    language: Literal["en", "ja"]
    endpoint: str
    model: str
    level: Level
    sent: list[Message] = Field(description="Exactly what was sent.")
    answer: str | None
    outcome: Literal["waiting", "answered", "used", "refused", "failed"]
    note: str | None = Field(description="Why it was refused or failed.")


class Letters(Shape):
    """What was sent to the language model, the latest first."""

    model_config = like(letters=[])
    letters: list[Letter]


class Review(Shape):
    """A week in sentences."""

    model_config = like(
        week="2026-W47",
        isOver=True,
        language="en",
        sentences=[{"part": "next", "text": "Go on like this.", "address": "/week/2026-W47", "isPrivate": False}],
        wording=[],
        note=None,
        letter=None,
    )
    week: str
    is_over: bool
    language: Literal["en", "ja"]
    sentences: list[ReviewSentence]
    wording: list[Wording] = Field(description="Empty while no model was asked, or its wording was refused.")
    note: str | None = Field(description="Why there is no wording though one was asked for.")
    letter: Letter | None = Field(description="The latest letter about these very facts.")


class LanguageModelBody(Body):
    """What the model may see from now on."""

    model_config = like(level="totals")
    level: Level


class LanguageModel(Shape):
    """The language model, and what it may see of the person."""

    model_config = like(endpoint="http://localhost:11434/v1", model="llama3.2", level="totals")
    endpoint: str | None = Field(description="Null: none is set up.")
    model: str | None
    level: Level = Field(
        description="nothing; totals: names of categories and targets, and sums; texts: also titles, wishes as typed."
    )
