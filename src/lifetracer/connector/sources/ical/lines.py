"""The outermost layer of iCalendar (RFC 5545 section 3.1): bytes → content lines → components.

Law: whatever the bytes, something sensible comes back; what was wrong is told with its line, never raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lifetracer.connector.text import decode, old_encoding

MOST_PROBLEMS = 50
"""Problems of one file that are kept; a file that is no calendar would have one per line."""

_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^=;:]+=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:,]*))*)*)\s*:(.*)', re.DOTALL)
_UNQUOTED = re.compile(r"(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(;TZID=.*):([\dTZ,/P]+\"?)", re.IGNORECASE)
"""A time whose zone has an opening quote only."""
_PARAM = re.compile(r';([^=;:]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be taken as it stands."""

    line: int
    what: str
    """What is wrong and what was done about it."""
    lost: bool = True
    """False when nothing of it is missing afterwards."""


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: ``NAME;PARAM=value:value``."""

    name: str
    params: dict[str, str]
    value: str
    line: int

    @property
    def text(self) -> str:
        """The value with its escapes undone."""
        return unescape(self.value)


@dataclass(slots=True)
class Component:
    """What stands between ``BEGIN:NAME`` and ``END:NAME``."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    closed: bool = False

    def all(self, *names: str) -> list[Property]:
        """Properties of these names, in order."""
        return [p for p in self.properties if p.name in names]

    def one(self, *names: str) -> Property | None:
        """Give the first property of these names."""
        return next((p for p in self.properties if p.name in names), None)

    def value(self, name: str) -> str:
        """Give the value of a property, stripped; empty when there is none."""
        found = self.one(name)
        return found.value.strip() if found else ""

    def within(self, name: str) -> Iterator[Component]:
        """Components of that name at any depth."""
        left = self.components[::-1]
        while left:
            component = left.pop()
            if component.name == name:
                yield component
            left += component.components[::-1]


def read_components(data: bytes) -> tuple[Component, list[Problem]]:
    """Take a file apart; the root component holds its VCALENDARs (and stray components)."""
    root = Component("", 1, closed=True)
    stack = [root]
    problems: list[Problem] = []
    for number, text in _unfolded(data):
        found = parse_line(text, number)
        if found is None:
            _complain(problems, number, f"“{_shown(text)}” is not of the form NAME:VALUE and was passed over", stack)
        elif found.name == "BEGIN":
            opened = Component(found.value.strip().upper(), number)
            if opened.name in ("VEVENT", "VCALENDAR") and any(c.name == "VEVENT" for c in stack):
                _close(stack, "VEVENT", problems, number)
            stack[-1].components.append(opened)
            stack.append(opened)
        elif found.name == "END":
            name = found.value.strip().upper()
            if any(c.name == name for c in stack[1:]):
                _close(stack, name, problems, number)
                stack.pop().closed = True
            else:
                _complain(problems, number, f"END:{_shown(name)} closes nothing that is open", stack)
        else:
            stack[-1].properties.append(found)
    for component in stack[1:]:
        _complain(
            problems, component.line, f"BEGIN:{_shown(component.name)} is never closed: the file is cut off", [root]
        )
    return root, problems


def parse_line(text: str, number: int) -> Property | None:
    """Take a content line apart; ``None`` when it is none."""
    match = _LINE.fullmatch(text)
    if match is None or ":" in match[3]:  # perhaps of the zone's name: TZID=tzone://Microsoft/Utc:20261116T090000
        match = _UNQUOTED.fullmatch(text) or match
    if not match:
        return None
    name, params, value = match.groups()
    named = {key.strip().upper(): given.replace('"', "").strip() for key, given in _PARAM.findall(params)}
    if match.re is _UNQUOTED:
        named, value = {"TZID": params.partition("=")[2].strip('" ')}, value.rstrip('"')
    return Property(name.upper(), named, value, number)


def unescape(value: str) -> str:
    r"""Undo the escapes of a TEXT value: ``\n``, ``\,``, ``\;``, ``\\``."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value, flags=re.DOTALL)


def _unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first physical one; unfolded before decoding (a fold may cut a letter)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = decode(data).encode()
    whole = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    otherwise = old_encoding(re.sub(rb"\n[ \t]", b"", whole))
    first, parts = 1, [b""]
    for number, line in enumerate(whole.split(b"\n"), 1):
        if line[:1] in (b" ", b"\t") and parts[0]:
            parts.append(line[1:])
            continue
        if any(parts):
            yield first, decode(b"".join(parts), otherwise)
        first, parts = number, [line]
    if any(parts):
        yield first, decode(b"".join(parts), otherwise)


def _close(stack: list[Component], name: str, problems: list[Problem], number: int) -> None:
    """Drop what is open above the innermost component of that name."""
    while stack[-1].name != name:
        open_one = stack.pop()
        _complain(problems, number, f"{_shown(open_one.name)} of line {open_one.line} is not closed before this", stack)


def _complain(problems: list[Problem], line: int, what: str, stack: list[Component]) -> None:
    if len(problems) < MOST_PROBLEMS:
        # Only what stands inside an event can be missing from one.
        problems.append(Problem(line, what, lost=len(stack) == 1 or stack[-1].name in ("VEVENT", "VCALENDAR")))


def _shown(text: str) -> str:
    printable = "".join(c if c.isprintable() else "�" for c in text.strip())
    return printable if len(printable) <= 40 else printable[:39] + "…"
