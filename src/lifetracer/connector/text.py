"""Bytes of a file → text, whatever program wrote it.

Law: UTF-8 that is valid is never taken for anything else.
"""

from __future__ import annotations

import re

_KANA = re.compile("[\u3040-\u30ff]")


def decode(data: bytes, otherwise: str = "") -> str:
    """Make text of bytes: UTF-8 (with or without BOM), UTF-16, else ``otherwise`` or what `old_encoding` guesses."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if otherwise == "" and (wide := _wide(data)):
        return data.decode(wide, errors="replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(otherwise or old_encoding(data), errors="replace")


def old_encoding(data: bytes) -> str:
    """Guess the encoding of a file from before UTF-8: Shift_JIS when that gives kana, else Western European."""
    try:
        return "cp932" if _KANA.search(data.decode("cp932")) else "cp1252"
    except UnicodeDecodeError:
        return "cp1252"


def _wide(data: bytes) -> str:
    """UTF-16 without a byte order mark shows by its zero bytes, which all lie on one side of the pairs."""
    sample = data[:4000]
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if max(first, second) * 20 < len(sample) // 2 or min(first, second) > 0:
        return ""
    return "utf-16-le" if second > first else "utf-16-be" if first else ""
