"""Requests, answers and routes, as plain as ASGI allows; a path is matched before it is unquoted (ids hold / and #)."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from lifetracer.sandbox.world import Person, World

JSON = "application/json; charset=utf-8"


@dataclass(slots=True)
class Reply:
    """What goes back over the wire; ``cut`` ends the connection after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


def dump(value: Any) -> bytes:
    """Write JSON the way the vendors do: compact; lone surrogates and NUL survive as escapes."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def reply_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """Answer with a JSON value."""
    return Reply(status, dump(value), {"content-type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}})


class Missing(LookupError):  # noqa: N818 - says what is the matter better than MissingError
    """There is no such object (any more)."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error
    """Ends a handler early with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(slots=True)
class Call:
    """One request, and the world it is about."""

    world: World
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    where: dict[str, str] = field(default_factory=dict)
    """The variable parts of the path, unquoted."""
    person: Person = None  # type: ignore[assignment]
    """Whose data this is about; set by the guard of the vendor."""
    scopes: frozenset[str] = frozenset()
    """What a Google token allows."""
    guest: str | None = None
    """E-mail address of a service account that acts for itself."""

    def get(self, name: str) -> str | None:
        """Return the last query parameter of that name."""
        found = None
        for key, value in self.query:
            if key == name:
                found = value
        return found

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a boolean query parameter."""
        value = self.get(name)
        return default if value is None else value.lower() in {"true", "1"}

    def json(self) -> Any:
        """Return the body as JSON, ``{}`` when there is none."""
        return json.loads(self.body) if self.body else {}

    def form(self) -> dict[str, str]:
        """Return the fields of a form body, and of the query beneath them."""
        return {**dict(self.query), **dict(parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))}

    def fault(self, name: str) -> dict[str, Any] | None:
        """Return the options of a fault that strikes here and now, and count it off."""
        return self.world.faults.strike(name, self)


Handler = Callable[[Call], Reply | Awaitable[Reply]]
H = TypeVar("H", bound=Handler)


@dataclass
class Router:
    """The routes below one prefix, what is checked before them, and what answers when none fits."""

    prefix: str
    guard: Callable[[Call], None] = lambda _call: None
    lost: Callable[[Call], Reply] = lambda _call: reply_json("Not found", 404)
    garbled: Callable[[Exception], Reply] = lambda _problem: reply_json("JSON is not valid", 400)
    finish: Callable[[Call, Reply], Reply] = lambda _call, reply: reply
    routes: list[tuple[str, re.Pattern[str], str, Handler]] = field(default_factory=list)

    def on(self, method: str, pattern: str) -> Callable[[H], H]:
        """Register a handler for ``METHOD`` and a pattern such as ``/me/time_entries/{id}``."""
        regex = re.compile(
            re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}"))
        )

        def register(handler: H) -> H:
            self.routes.append((method, regex, pattern, handler))
            return handler

        return register

    def find(self, call: Call) -> tuple[str, Handler] | None:
        """Return the pattern and the handler for a call, and note the variable parts of its path."""
        rest = call.path[len(self.prefix) :]
        for method, regex, pattern, handler in self.routes:
            if method == call.method and (match := regex.fullmatch(rest)):
                call.where = {name: unquote(part) for name, part in match.groupdict().items()}
                return self.prefix + pattern, handler
        return None
