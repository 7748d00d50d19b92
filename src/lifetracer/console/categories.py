"""The categories page: the tree, the rules that lead to it with a preview of each change, and suggestions.

Law: nothing is changed here; a preview is an address (so it can be looked at twice), saving goes through the HTTP API.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lifetracer.charts import keep
from lifetracer.console.shell import Shell, Visitor
from lifetracer.errors import FixByHandError, NotFoundError, UsageError
from lifetracer.transform import categories, rules
from lifetracer.transform.preview import Move, preview
from lifetracer.warehouse import Connection
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)

FIELDS = {
    "client": keep("Client"),
    "project": keep("Project"),
    "task": keep("Task"),
    "tag": keep("Tag"),
    "description": keep("Description"),
    "color": keep("Colour"),
    "calendar": keep("Calendar"),
    "title": keep("Title"),
    "event_type": keep("Kind of event"),
    "location": keep("Place"),
}
"""What a rule can look at."""

OPERATORS = {
    "is": keep("is"),
    "contains": keep("contains"),
    "starts_with": keep("starts with"),
    "matches": keep("fits the pattern"),
}

KINDS = {
    "work": keep("work"),
    "study": keep("study"),
    "sleep": keep("sleep"),
    "exercise": keep("exercise"),
    "travel": keep("travel"),
    "household": keep("household"),
    "social": keep("company"),
    "leisure": keep("leisure"),
    "care": keep("care"),
    "other": keep("other"),
}
"""Kinds of category."""

LONG = "20s"
"""A preview over a long history may take so long."""

LATELY = timedelta(days=28)


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the categories page."""
    router = APIRouter(route_class=shell.route)

    @router.get("/categories")
    def overview(request: Request) -> Response:
        visitor = shell.visitor(request)
        asked = {
            name: request.query_params.get(name, "") for name in ("rule", "field", "operator", "pattern", "category")
        }
        asked["remove"] = request.query_params.get("remove", "")
        values = read(shell, visitor, asked)
        return shell.page(
            request,
            visitor,
            "categories.html",
            page="categories",
            standing=shell.standing(visitor),
            fields=FIELDS,
            operators=OPERATORS,
            kinds=KINDS,
            asked=asked,
            **values,
        )

    @router.get("/categories/suggestions")
    def suggestions(request: Request) -> Response:
        visitor = shell.visitor(request)
        try:
            from lifetracer.analyzer import suggest_categories
        except ImportError:
            raise FixByHandError(
                "This server was installed without the analyzer.", remedy="Install lifetracer[analyzer]."
            ) from None
        if visitor.account_id is None:
            raise NotFoundError("There is no account yet.", remedy="Connect a service or import a file first.")
        return shell.page(
            request,
            visitor,
            "suggestions.html",
            page="categories",
            standing=shell.standing(visitor),
            found=suggest_categories(shell.warehouse, visitor.account_id).as_json(),
        )

    return router


def read(shell: Shell, visitor: Visitor, asked: dict[str, str]) -> dict[str, Any]:
    """Read categories, rules and lately lived time, and look ahead if a change is asked about."""
    if visitor.account_id is None:
        return {"tree": [], "rules": [], "moves": None, "wrong": None, "lately": {}}
    with shell.warehouse.transaction(account_id=visitor.account_id) as connection:
        known = categories.categories(connection)
        found = rules.rules(connection)
    depth: dict[str | None, int] = {None: -1}
    for category in known:
        depth[category.category_id] = depth.get(category.parent_id, -1) + 1
    leading: dict[str, int] = {}
    for rule in found:
        leading[rule.category_id] = leading.get(rule.category_id, 0) + 1
    lately = {}
    if shell.has_picture(visitor):
        today = visitor.now.date()
        with shell.asking(visitor) as ask:
            lately = {row["category_id"]: row for row in ask(SQL["lately"], first=today - LATELY, until=today)}
    moves, wrong = look_ahead(shell, visitor, asked)
    return {
        "tree": [(c, min(depth[c.category_id], 4), leading.get(c.category_id, 0)) for c in known],
        "rules": found,
        "moves": moves,
        "wrong": wrong,
        "lately": lately,
        "first": visitor.now.date() - LATELY,
        "last": visitor.now.date() - timedelta(days=1),
    }


def look_ahead(
    shell: Shell, visitor: Visitor, asked: dict[str, str]
) -> tuple[list[Move] | None, UsageError | NotFoundError | None]:
    """Tell what the change in the address would move, or why it is none; ``None`` when no change is asked about."""
    change: Callable[[Connection], object]
    if asked["remove"]:
        change = lambda con: rules.remove_rule(con, asked["remove"])  # noqa: E731
    elif asked["pattern"] or asked["field"]:
        parts = (asked["field"], asked["operator"], asked["pattern"], asked["category"])
        if asked["rule"]:
            names = ("field", "operator", "pattern", "category")
            change = lambda con: rules.change_rule(con, asked["rule"], **dict(zip(names, parts, strict=True)))  # noqa: E731
        else:
            change = lambda con: rules.add_rule(con, *parts)  # noqa: E731
    else:
        return None, None
    try:
        with shell.warehouse.transaction(account_id=visitor.account_id, timeout=LONG) as connection:
            return preview(connection, change), None
    except (UsageError, NotFoundError) as wrong:
        return None, wrong
