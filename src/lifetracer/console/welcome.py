"""The first steps of a new installation: who the owner is, in which language and zone, and with which password.

Law: there is no default password. Whoever comes from another machine shows the set-up code or the access token, and
only as long as nobody can sign in; on this very machine a password may wait.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.console.entering import WAIT, WRONG_CODE, Entering, Entry, address_of, owner_of, told
from lifetracer.console.invitation import zones
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError, NotFoundError, UsageError
from lifetracer.warehouse import accounts, invitations, lockout, people

Text = Annotated[str, Form()]


def routes(shell: Shell) -> APIRouter:
    """Make the routes, which need no session."""
    router = APIRouter(route_class=shell.route)
    entering = Entering(shell)
    settings, warehouse = shell.settings, shell.warehouse

    def form(request: Request, problem: str = "", status: int = 200, **typed: str) -> Response:
        with warehouse.transaction() as con:
            account = owner_of(con, settings)
        return shell.page(
            request,
            shell.visitor(request),
            "welcome_owner.html",
            status=status,
            problem=problem,
            account=account,
            typed=typed,
            zones=zones(),
            code=_kind(request) == "nobody",
        )

    def elsewhere(request: Request) -> Response | None:
        """Lead away whoever has nothing to do here."""
        with warehouse.transaction() as con:
            anybody = people.any_there(con)
        if anybody:
            return RedirectResponse("/" if _kind(request) == "session" else "/sign-in", 303)
        if _kind(request) == "nobody" and settings.access_token is not None:
            return RedirectResponse("/sign-in?next=/welcome", 303)
        return None

    @router.get("/welcome")
    def ask(request: Request) -> Response:
        return elsewhere(request) or form(request)

    @router.post("/welcome")
    def take(
        request: Request,
        name: Text = "",
        language: Text = "",
        time_zone: Text = "",
        sign_in_name: Text = "",
        password: Text = "",
        code: Text = "",
    ) -> Response:
        if (away := elsewhere(request)) is not None:
            return away
        stranger = _kind(request) == "nobody"
        typed = {"name": name, "time_zone": time_zone, "sign_in_name": sign_in_name, "code": code}
        words = shell.visitor(request).words
        bucket = lockout.code("set-up", address_of(request))
        if stranger and (seconds := entering.try_once([bucket])):
            return form(request, words(WAIT, seconds=seconds), 429, **typed)
        try:
            with warehouse.transaction() as con:
                account = owner_of(con, settings)
                con.execute("select pg_advisory_xact_lock(hashtextextended('lifetracer first person', 0))")
                if people.any_there(con):
                    raise UsageError("Somebody else was quicker.", remedy="Ask them for an invitation.")
                if stranger:
                    invitations.use(con, invitations.plain_code(code))
                accounts.rename(con, account, name)
                accounts.change(con, account, time_zone=time_zone or None, language=language or None)
                if password or stranger:
                    people.add(con, account.account_id, sign_in_name or name, password, is_operator=True)
                lockout.succeeded(con, bucket)
        except NotFoundError:
            return form(request, words(WRONG_CODE), 403, **typed)
        except LifetracerError as failure:
            return form(request, told(shell, request, failure), failure.status, **typed)
        wanted = f"/connections/add?lang={language}" if language in {"en", "ja"} else "/connections/add"
        if not (password or stranger):
            return RedirectResponse(wanted, 303)
        return entering.open(request, Entry(account.account_id, "password"), wanted)

    return router


def _kind(request: Request) -> str:
    return str(getattr(getattr(request.state, "caller", None), "kind", "local"))
