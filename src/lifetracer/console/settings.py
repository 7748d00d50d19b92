"""The settings page: language, zone and country of the account, the language model, tokens of programs, ways to more.

Law: a setting stands on one page; what has a page of its own is linked from here and not doubled.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from babel.core import Locale, get_global
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.charts import keep
from lifetracer.console.acting import Acting
from lifetracer.console.entering import ConfirmError, Entering, told
from lifetracer.console.invitation import zones
from lifetracer.console.review import OUTCOMES
from lifetracer.console.shell import Shell, Visitor
from lifetracer.errors import LifetracerError
from lifetracer.outside import language_model
from lifetracer.outside.language_model import Letter
from lifetracer.warehouse import accounts, tokens
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.tokens import Token

ADDRESS = "/settings"
Text = Annotated[str, Form()]

LEVELS = {
    "nothing": keep("Nothing"),
    "totals": keep("Names of categories and targets, and sums of time"),
    "texts": keep("Also titles of plans, and wishes as I type them"),
}
"""What a language model may see."""

SCOPES = {
    "data:read": keep("read what is shown"),
    "data:write": keep("change categories, targets and the like"),
    "jobs:read": keep("see jobs"),
    "jobs:write": keep("start jobs"),
    "admin": keep("everything, tokens included"),
}
"""What programs may do."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the page."""
    router = APIRouter(route_class=shell.route)
    desk = Desk(shell)

    @router.get(ADDRESS)
    def page(request: Request) -> Response:
        return desk.show(request)

    @router.post(f"{ADDRESS}/account")
    def change(request: Request, language: Text = "", time_zone: Text = "", country: Text = "") -> Response:
        return desk.do(request, lambda account: desk.change(request, account, language, time_zone, country))

    @router.post(f"{ADDRESS}/model")
    def choose(request: Request, level: Text = "") -> Response:
        def work(account: Account) -> Response:
            with shell.warehouse.transaction(account_id=account.account_id) as con:
                chosen = language_model.choose(con, level)
                desk.acting.note(request, con, "language_model.choose", chosen)
            return RedirectResponse(f"{ADDRESS}?saved=model", 303)

        return desk.do(request, work)

    @router.post(f"{ADDRESS}/token")
    def add_token(request: Request, name: Text = "", scopes: Annotated[list[str] | None, Form()] = None) -> Response:
        def work(account: Account) -> Response:
            desk.entering.require_fresh(request)
            end = datetime.now(UTC) + tokens.USUAL_LIFE
            with shell.warehouse.transaction(account_id=account.account_id) as con:
                made, plain = tokens.create(con, name, scopes or [], end)
                desk.acting.note(request, con, "token.add", made.name)
            return desk.show(request, token=plain)

        return desk.do(request, work)

    @router.post(f"{ADDRESS}/token/revoke")
    def revoke_token(request: Request, token: Text) -> Response:
        def work(account: Account) -> Response:
            with shell.warehouse.transaction(account_id=account.account_id) as con:
                revoked = tokens.revoke(con, token)
                desk.acting.note(request, con, "token.revoke", revoked.name)
            return RedirectResponse(f"{ADDRESS}?saved=token", 303)

        return desk.do(request, work)

    return router


class Desk:
    """Shows the page and does what is asked on it."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.entering = Entering(shell)
        self.acting = Acting(shell)

    def show(self, request: Request, token: str = "", problem: str = "", status: int = 200) -> Response:
        """Show the page; a new token this once, or what went wrong."""
        shell, visitor = self.shell, self.shell.visitor(request)
        account: Account | None = None
        letters: list[Letter] = []
        known: list[Token] = []
        level = "nothing"
        if visitor.account_id is not None:
            with shell.warehouse.transaction(account_id=visitor.account_id) as con:
                account = accounts.find(con, str(visitor.account_id))
                level, letters = language_model.level_of(con), language_model.recent(con, 5)
                known = tokens.every(con)
        return shell.page(
            request,
            visitor,
            "settings.html",
            status=status,
            page="settings",
            standing=shell.standing(visitor),
            account=account,
            zones=zones(),
            countries=countries(visitor),
            endpoint=language_model.endpoint_of(shell.settings),
            level=level,
            levels=LEVELS,
            letters=letters,
            outcomes=OUTCOMES,
            tokens=[one for one in known if one.revoked_at is None],
            scopes=SCOPES,
            token=token,
            saved=request.query_params.get("saved", ""),
            problem=problem,
            life=tokens.USUAL_LIFE // timedelta(days=1),
        )

    def change(self, request: Request, account: Account, language: str, time_zone: str, country: str) -> Response:
        """Change the account; where days begin otherwise now, the tables are made anew."""
        with self.shell.warehouse.transaction(account_id=account.account_id) as con:
            accounts.change(
                con, account, country=country or None, time_zone=time_zone or None, language=language or None
            )
            changed = accounts.find(con, str(account.account_id))
            self.acting.note(request, con, "account.change", account.name)
        if (changed.time_zone, changed.country) != (account.time_zone, account.country):
            self.acting.ask_for(request, account, "transform", "settings")
        return RedirectResponse(f"{ADDRESS}?saved=account&lang={changed.language}", 303)

    def do(self, request: Request, work: Callable[[Account], Response]) -> Response:
        """Do something for the visitor; a failure is said on the page."""
        try:
            return work(self.acting.account(request))
        except ConfirmError:
            return RedirectResponse(f"/security/confirm?next={ADDRESS}", 303)
        except LifetracerError as failure:
            return self.show(request, problem=told(self.shell, request, failure), status=failure.status)


def countries(visitor: Visitor) -> list[tuple[str, str]]:
    """List the countries by the names that the visitor's language has for them, with their two letters."""
    names: Any = Locale(visitor.words.language).territories
    known = get_global("territory_languages").keys() - {"ZZ"}
    return sorted(((code, names[code]) for code in known if code in names), key=lambda one: one[1])
