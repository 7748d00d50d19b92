"""How one of our events looks at Google, and how it is recognised: its id, its mark, its face. Pure.

Law: an event is ours only when it carries our mark for just that block; whatever differs from what we wrote is the
person's.
Rules: developers.google.com/workspace/calendar/api/guides/extended-properties, and events.insert for ids.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

APP = "lifetracer"
"""What the private property ``app`` of each of our events says."""

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """What one of our events carries to be recognised."""

    proposal_id: UUID
    block_id: UUID
    category_id: str
    revision: int

    def private(self) -> dict[str, str]:
        """Give the private properties (keys of at most 44 characters, values of at most 1024)."""
        return {
            "app": APP,
            "proposal": str(self.proposal_id),
            "block": str(self.block_id),
            "category": self.category_id,
            "revision": str(self.revision),
        }


@dataclass(frozen=True, slots=True)
class Face:
    """How one of our events looks to the person."""

    title: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    def body(self, mark: Mark) -> dict[str, Any]:
        """Give the body of an event."""
        return {
            "summary": self.title,
            "start": self._moment(self.starts_at),
            "end": self._moment(self.ends_at),
            "extendedProperties": {"private": mark.private()},
        }

    def _moment(self, instant: datetime) -> dict[str, str]:
        return {"dateTime": instant.astimezone(self.zone).isoformat(timespec="seconds"), "timeZone": str(self.zone)}

    def is_shown_by(self, event: Event) -> bool:
        """Tell whether an event looks just so."""
        return (
            event.get("summary") == self.title
            and _instant(event.get("start")) == self.starts_at
            and _instant(event.get("end")) == self.ends_at
        )


def event_id_of(block_id: UUID, generation: int = 0) -> str:
    """Make the id of a block's event: base32hex in lower case (a–v, 0–9), as Google demands, and always the same."""
    text = base64.b32hexencode(block_id.bytes).decode().rstrip("=").lower()
    return f"lt{text}{generation:02d}"


def is_cancelled(event: Event) -> bool:
    """Tell whether an event was deleted."""
    return event.get("status") == "cancelled"


def is_ours(event: Event, block_id: UUID) -> bool:
    """Tell whether an event carries our mark for a block."""
    private = (event.get("extendedProperties") or {}).get("private") or {}
    return private.get("app") == APP and private.get("block") == str(block_id)


def is_our_write(event: Event, mark: Mark, face: Face) -> bool:
    """Tell whether an event is just as we wrote it, so that a lost answer is known to have been a yes."""
    private = (event.get("extendedProperties") or {}).get("private") or {}
    return mark.private().items() <= private.items() and face.is_shown_by(event) and not is_cancelled(event)


def as_found(event: Event) -> dict[str, Any]:
    """Tell what stands in the calendar, for a person to compare."""
    start, end = _instant(event.get("start")), _instant(event.get("end"))
    return {
        "title": event.get("summary"),
        "startsAt": start.astimezone(UTC).isoformat() if start else None,
        "endsAt": end.astimezone(UTC).isoformat() if end else None,
    }


def _instant(moment: object) -> datetime | None:
    text = moment.get("dateTime") if isinstance(moment, dict) else None
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
