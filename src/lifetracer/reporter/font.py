"""The font of the reports, and which characters it can print.

Law: the font comes from a package, never from the system, so that a report looks the same on every machine.
"""

from __future__ import annotations

import importlib.util
import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from lifetracer.errors import FixByHandError

FONT_PACKAGE, FONT_FILE = "matplotlib_fontja", "ipaexg.ttf"
MISSING = "〓"
"""What printers set for a character they lack."""


def printable_data(value: Any) -> Any:
    """Keep of every text in some plain data what the font can print."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: printable_data(part) for key, part in value.items()}
    return [printable_data(part) for part in value] if isinstance(value, list | tuple) else value


def printable(text: str) -> str:
    """Keep what the font can print; pictures (emoji) and controls go, other characters it lacks become ``〓``."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        if ord(char) in glyphs():
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif unicodedata.category(char)[0] in "LNP":
            kept.append(MISSING)
    return " ".join("".join(kept).split())


@cache
def font() -> Path:
    """Find the Japanese font inside its package, without importing it (it would load matplotlib).

    Raises:
        FixByHandError: the package is not installed.
    """
    found = importlib.util.find_spec(FONT_PACKAGE)
    if found is None or found.origin is None:
        raise FixByHandError(
            "The report's font is not installed.", remedy="pip install 'lifetracer[reporter]' brings it."
        )
    return Path(found.origin).parent / "fonts" / FONT_FILE


@cache
def glyphs() -> frozenset[int]:
    """List the characters the font has: its cmap subtables of format 4 and 12 (OpenType 1.9, cmap)."""
    body = font().read_bytes()
    (count,) = struct.unpack_from(">H", body, 4)
    tables = {body[at : at + 4]: struct.unpack_from(">I", body, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    cmap = tables[b"cmap"]
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", body, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", body, cmap + 4 + 8 * n + 4)[0]
        (kind,) = struct.unpack_from(">H", body, at)
        if kind == 12:
            for group in range(struct.unpack_from(">I", body, at + 12)[0]):
                first, last, _ = struct.unpack_from(">III", body, at + 16 + 12 * group)
                found.update(range(first, last + 1))
        elif kind == 4:
            segments = struct.unpack_from(">H", body, at + 6)[0] // 2
            ends = struct.unpack_from(f">{segments}H", body, at + 14)
            starts = struct.unpack_from(f">{segments}H", body, at + 16 + 2 * segments)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, min(last, 0xFFFE) + 1))
    return frozenset(found)
