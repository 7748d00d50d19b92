"""The page of the weekly review: plain sentences, a language model's wording where it is wanted, and what it is sent.

Law: opening the page sends nothing anywhere; the letter can be read before it goes, word by word.
"""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.charts import keep
from lifetracer.console.acting import Acting
from lifetracer.console.entering import told
from lifetracer.console.periods import parse_week
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError
from lifetracer.outside import language_model
from lifetracer.periods import start_of, week_name
from lifetracer.reporter.review import PARTS, Review, review, tell

OUTCOMES = {
    "waiting": keep("on its way"),
    "answered": keep("answered"),
    "used": keep("shown"),
    "refused": keep("refused"),
    "failed": keep("no answer"),
}
"""What came of a letter, as it is called on the screen."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the review."""
    router = APIRouter(route_class=shell.route)
    acting = Acting(shell)

    @router.get("/review")
    def latest(request: Request) -> Response:
        today = shell.visitor(request).now.date()
        return RedirectResponse(f"/review/{week_name(start_of(today, 'week') - timedelta(days=7))}", 303)

    @router.get("/review/{name}")
    def page(request: Request, name: str) -> Response:
        return show(shell, request, parse_week(name))

    @router.post("/review/{name}/wording")
    def word(request: Request, name: str) -> Response:
        monday = parse_week(name)
        account = acting.account(request)
        try:
            plain = review(shell.warehouse, account.account_id, monday, shell.visitor(request).words.language)
            tell(shell.warehouse, shell.settings, account.account_id, plain)
            with shell.warehouse.transaction(account_id=account.account_id) as con:
                acting.note(request, con, "letter.send", f"review {plain.week}")
        except LifetracerError as failure:
            return show(shell, request, monday, told(shell, request, failure), failure.status)
        return RedirectResponse(f"/review/{name}", 303)

    return router


def show(shell: Shell, request: Request, monday: date, problem: str = "", status: int = 200) -> Response:
    """Show the review of a week."""
    visitor = shell.visitor(request)
    found: Review | None = None
    if visitor.account_id is not None and shell.has_picture(visitor):
        found = review(shell.warehouse, visitor.account_id, monday, visitor.words.language)
    return shell.page(
        request,
        visitor,
        "review.html",
        status=status,
        page="review",
        standing=shell.standing(visitor),
        monday=monday,
        sunday=monday + timedelta(days=6),
        step=lambda n: f"/review/{week_name(monday + timedelta(days=7 * n))}",
        at_present=monday == start_of(visitor.now.date(), "week"),
        present=f"/review/{week_name(visitor.now.date())}",
        week_name=week_name(monday),
        review=found,
        titles=PARTS,
        endpoint=language_model.endpoint_of(shell.settings),
        outcomes=OUTCOMES,
        problem=problem,
    )
