"""Everything that can go wrong on purpose: the catalogue, and when a fault strikes; a fault is off until asked for."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from lifetracer.errors import NotFoundError
from lifetracer.sandbox.catalogue import CATALOGUE, Kind
from lifetracer.sandbox.wire import Call, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Fault:
    """A fault that was switched on."""

    number: int
    name: str
    route: str
    """``METHOD /path`` with ``*`` for anything."""
    count: int | None
    """How many more requests it hits; None = until it is taken away."""
    skip: int
    """How many fitting requests pass unharmed before."""
    options: dict[str, Any]
    struck: int = 0

    def as_json(self) -> dict[str, Any]:
        """Describe the fault."""
        return {
            "id": self.number,
            "name": self.name,
            "route": self.route,
            "count": self.count,
            "skip": self.skip,
            "options": self.options,
            "struck": self.struck,
        }


@dataclass(slots=True)
class Early:
    """What a fault does before the vendor is asked."""

    delay: float = 0.0
    reply: Reply | None = None


@dataclass
class Faults:
    """The faults that are on."""

    active: list[Fault] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(
        self, name: str, *, route: str | None = None, count: int | None = 1, skip: int = 0, options: dict[str, Any]
    ) -> Fault:
        """Switch a fault on.

        Raises:
            NotFoundError: no fault has this name.
        """
        if name not in CATALOGUE:
            raise NotFoundError(f"No fault is called “{name}”.", remedy="GET /__admin/faults lists them.")
        fault = Fault(next(self.numbers), name, route or CATALOGUE[name].route, count, skip, options)
        self.active.append(fault)
        return fault

    def remove(self, number: int | None = None) -> list[Fault]:
        """Switch one fault off, or all; return what is still on."""
        self.active = [fault for fault in self.active if number is not None and fault.number != number]
        return self.active

    def strike(self, name: str, call: Call) -> dict[str, Any] | None:
        """Return the options of an active fault of this name that fits the call, and count it off."""
        if not self.active:
            return None
        line = f"{call.method} {call.path}"
        fault = next((f for f in self.active if f.name == name and fnmatchcase(line, f.route)), None)
        return self._count(fault)

    def take(self, name: str) -> dict[str, Any] | None:
        """Return the options of an active fault that has no route, and count it off."""
        return self._count(next((f for f in self.active if f.name == name), None))

    def _count(self, fault: Fault | None) -> dict[str, Any] | None:
        if fault is None:
            return None
        if fault.skip > 0:
            fault.skip -= 1
            return None
        fault.struck += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.active.remove(fault)
        return fault.options

    def before(self, call: Call) -> Early:
        """Apply the faults of the wire that answer instead of the vendor."""
        early = Early()
        if not self.active:
            return early
        if (options := self.strike("latency", call)) is not None:
            early.delay = float(options.get("seconds", 1.0))
        for name, entry in CATALOGUE.items():
            if entry.kind is Kind.INSTEAD and (options := self.strike(name, call)) is not None:
                early.reply = entry.answer(call, options)
                break
        return early

    def after(self, call: Call, reply: Reply) -> Reply:
        """Apply the faults of the wire that spoil an answer."""
        if not self.active:
            return reply
        if reply.status < 300 and (options := self.strike("malformed_json", call)) is not None:
            return Reply(reply.status, reply.body[:-1] + b",,}" if reply.body else b"{", reply.headers)
        if reply.status < 300 and reply.body and self.strike("truncated_page", call) is not None:
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        if self.strike("html_page", call) is not None:
            return Reply(200, b"<!doctype html><title>Welcome to the hotel</title>", {"content-type": "text/html"})
        if (options := self.strike("connection_reset", call)) is not None:
            reply.cut = int(options.get("after", len(reply.body) // 2))
            reply.body = reply.body or b" " * 64
            reply.cut = min(reply.cut, len(reply.body) - 1)
        return reply
