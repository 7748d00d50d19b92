"""What the command palette offers: pages, actions, categories and the last weeks.

Law: asked for when the palette opens, once per page; names come in the visitor's language.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from lifetracer.console.navigation import PAGES
from lifetracer.console.shell import THEME_NAMES, Shell, Visitor, hue, source_title
from lifetracer.periods import start_of, step, week_name
from lifetracer.warehouse.queries import beside

SQL = beside(__file__)
WEEKS = 12
MOST = 200


def routes(shell: Shell) -> APIRouter:
    """Make the route that tells the choices."""
    router = APIRouter(route_class=shell.route)

    @router.get("/palette.json")
    def palette(request: Request) -> Response:
        visitor = shell.visitor(request)
        return JSONResponse(choices(shell, visitor), headers={"Cache-Control": "private, no-store"})

    return router


def choices(shell: Shell, visitor: Visitor) -> list[dict[str, Any]]:
    """List what can be chosen: ``text``, ``kind`` and where it leads; ``more`` holds other words that find it."""
    _ = visitor.words
    today = visitor.now.date()
    listed: list[dict[str, Any]] = [
        {"text": _(page.title), "kind": _("Page"), "href": page.address, "more": page.name} for page in PAGES
    ]
    listed += [
        {"text": _("Today"), "kind": _("Day"), "href": f"/day/{today}", "more": "today"},
        {"text": _("Yesterday"), "kind": _("Day"), "href": f"/day/{today - timedelta(days=1)}", "more": "yesterday"},
        {"text": _("Only differences"), "kind": _("Week"), "href": "/week?only=differences", "more": "differences"},
        {"text": _("What if …"), "kind": _("Page"), "href": "/what-if", "more": "what if"},
        {"text": _("What do you wish?"), "kind": _("Action"), "href": "/targets#wish", "more": "wish intent"},
        {"text": _("Propose a plan"), "kind": _("Action"), "post": "/api/plan-proposals", "more": "propose plan"},
        {"text": _("Refresh"), "kind": _("Action"), "post": "/api/pipeline", "more": "refresh sync"},
        {"text": _("Keyboard"), "kind": _("Action"), "opens": "keys", "more": "keyboard help"},
    ]
    for name, words in THEME_NAMES.items():
        listed.append({"text": _(words), "kind": _("Theme"), "href": f"?theme={name}", "more": f"theme {name}"})
    listed += [
        {"text": "English", "kind": _("Language"), "href": "?lang=en", "more": "language"},
        {"text": "日本語", "kind": _("Language"), "href": "?lang=ja", "more": "language japanese"},
    ]
    for connection in shell.standing(visitor).connections:
        if connection["source"] != "toggl_csv":
            text = _("Sync {source}", source=source_title(connection["source"]))
            listed.append(
                {"text": text, "kind": _("Action"), "post": f"/api/sync/{connection['source']}", "more": "sync"}
            )
    if shell.has_picture(visitor):
        with shell.asking(visitor) as ask:
            found = ask(SQL["categories"], since=today.replace(year=today.year - 2, day=1), most=MOST)
        for row in found:
            address = f"/trends?only={quote(row['category'])}"
            shade = hue(row["category_color"] or "")
            listed.append({"text": _.named(row["category"]), "kind": _("Category"), "href": address, "hue": shade})
    for back in range(WEEKS):
        monday = step(start_of(today, "week"), "week", -back)
        name = week_name(monday)
        listed.append({"text": _.period(monday, "week"), "kind": _("Week"), "href": f"/week/{name}", "more": name})
    return listed
