"""Sync and page tokens: opaque outside; inside they hold the change number, the fixed parameters and the generation."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SyncToken:
    """Everything up to change ``number`` of a list was read with these parameters."""

    list: str
    generation: int
    number: int
    fixed: str
    made_at: int
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True)
class PageToken:
    """The next page of one reading: what was given out, up to which change it looks, what it was asked."""

    list: str
    after: int
    number: int
    asked: str


def seal(token: SyncToken | PageToken) -> str:
    """Make a token opaque."""
    text = json.dumps(asdict(token), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()[::-1]).decode()


def unseal_sync(text: str) -> SyncToken | None:
    """Read a sync token; None when it is not one of ours."""
    values = _values(text)
    try:
        return SyncToken(**values)
    except TypeError:
        return None


def unseal_page(text: str) -> PageToken | None:
    """Read a page token; None when it is not one of ours."""
    values = _values(text)
    try:
        return PageToken(**values)
    except TypeError:
        return None


def _values(text: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(text.encode())[::-1])
    except (binascii.Error, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
