"""The page where a person looks after their sign-in: password, second factor, other services, browsers.

Law: what changes security asks for a fresh proof of who one is; a secret is shown once, when it is made.
"""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.charts import keep
from lifetracer.console import browser
from lifetracer.console.entering import WAIT, WRONG, WRONG_CODE, ConfirmError, Entering, Entry, owner_of, told
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError, UsageError
from lifetracer.outside import oidc
from lifetracer.warehouse import lockout, people, second_factor, sessions
from lifetracer.warehouse.people import Person

Text = Annotated[str, Form()]


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the page."""
    router = APIRouter(route_class=shell.route)
    entering = Entering(shell)
    for some in (_passwords, _factors, _others, _confirming):
        some(router, entering)
    return router


def _show(entering: Entering, request: Request, problem: str = "", status: int = 200) -> Response:
    """Show the page."""
    shell, settings = entering.shell, entering.settings
    visitor, person = shell.visitor(request), entering.person(request)
    known: list[people.Identity] = []
    living: list[sessions.Session] = []
    left = 0
    if visitor.account_id is not None:
        with entering.warehouse.transaction(account_id=visitor.account_id) as con:
            known = people.identities(con)
            living = sessions.every(con, timedelta(hours=settings.session_idle_hours))
            left = second_factor.codes_left(con)
    return shell.page(
        request,
        visitor,
        "security.html",
        status=status,
        page="security",
        problem=problem,
        person=person,
        identities=known,
        sessions=living,
        present=getattr(getattr(request.state, "caller", None), "session_id", None),
        codes_left=left,
        oidc=oidc.name_of(settings) if oidc.configured(settings) else "",
    )


def _known(entering: Entering, request: Request) -> Person:
    """Find the person, who has just proved who they are.

    Raises:
        ConfirmError: they have not.
        UsageError: nobody signs in here yet.
    """
    entering.require_fresh(request)
    person = entering.person(request)
    if person is None:
        raise UsageError("Nobody signs in here yet.", remedy="Set a password first.")
    return person


def _again(wanted: str = "/security") -> Response:
    """Lead to where one proves who one is; then on to a page, for what was sent is gone."""
    return RedirectResponse(f"/security/confirm?next={quote(wanted)}", 303)


def _passwords(router: APIRouter, entering: Entering) -> None:
    shell, warehouse = entering.shell, entering.warehouse

    @router.get("/security")
    def security(request: Request) -> Response:
        return _show(entering, request)

    @router.post("/security/password")
    def password(request: Request, sign_in_name: Text = "", password: Text = "") -> Response:
        try:
            entering.require_fresh(request)
            person = entering.person(request)
            if person is None:
                return _first_password(entering, request, sign_in_name, password)
            with warehouse.transaction() as con:
                people.change_password(con, person, password)
                sessions.end_all(con, person.account_id, but=request.state.caller.session_id)
        except ConfirmError:
            return _again()
        except LifetracerError as failure:
            return _show(entering, request, told(shell, request, failure), failure.status)
        entering.note(request, person.account_id, person.sign_in_name, "password.change")
        return entering.renewed(request, RedirectResponse("/security", 303))


def _factors(router: APIRouter, entering: Entering) -> None:
    shell, warehouse = entering.shell, entering.warehouse

    @router.get("/security/factor")
    def factor(request: Request) -> Response:
        try:
            person = _known(entering, request)
        except ConfirmError:
            return _again("/security/factor")
        return _factor(shell, request, person, second_factor.new_secret())

    @router.post("/security/factor")
    def start_factor(request: Request, secret: Text = "", code: Text = "") -> Response:
        try:
            person = _known(entering, request)
        except ConfirmError:
            return _again()
        plain = warehouse.vault.unseal(secret)
        visitor = shell.visitor(request)
        with warehouse.transaction() as con:
            codes = second_factor.start(con, warehouse.vault, person.account_id, plain, code)
        if codes is None:
            return _factor(shell, request, person, plain, visitor.words(WRONG_CODE), 403)
        entering.note(request, person.account_id, person.sign_in_name, "second_factor.start")
        answer = shell.page(request, visitor, "recovery_codes.html", page="security", codes=codes)
        return entering.renewed(request, answer)

    @router.post("/security/factor/codes")
    def new_codes(request: Request) -> Response:
        try:
            person = _known(entering, request)
        except ConfirmError:
            return _again()
        with warehouse.transaction() as con:
            codes = second_factor.new_recovery_codes(con, person.account_id)
        entering.note(request, person.account_id, person.sign_in_name, "second_factor.codes")
        return shell.page(request, shell.visitor(request), "recovery_codes.html", page="security", codes=codes)

    @router.post("/security/factor/stop")
    def stop_factor(request: Request) -> Response:
        try:
            person = _known(entering, request)
        except ConfirmError:
            return _again()
        with warehouse.transaction() as con:
            second_factor.stop(con, person.account_id)
        entering.note(request, person.account_id, person.sign_in_name, "second_factor.stop")
        return entering.renewed(request, RedirectResponse("/security", 303))


def _others(router: APIRouter, entering: Entering) -> None:
    shell, warehouse = entering.shell, entering.warehouse

    @router.post("/security/identity/part")
    def part(request: Request, issuer: Text = "", subject: Text = "") -> Response:
        try:
            person = _known(entering, request)
        except ConfirmError:
            return _again()
        with warehouse.transaction(account_id=person.account_id) as con:
            if not person.has_password and len(people.identities(con)) < 2:
                problem = shell.visitor(request).words(keep("Set a password first, or nobody could come in."))
                return _show(entering, request, problem, 409)
            people.part(con, issuer, subject)
        entering.note(request, person.account_id, person.sign_in_name, "identity.remove", issuer)
        return RedirectResponse("/security", 303)

    @router.post("/security/session/end")
    def end_session(request: Request, session: Text = "") -> Response:
        visitor = shell.visitor(request)
        if visitor.account_id is not None:
            with warehouse.transaction(account_id=visitor.account_id) as con:
                if session == "others":
                    sessions.end_all(con, visitor.account_id, but=request.state.caller.session_id)
                else:
                    sessions.end(con, visitor.account_id, UUID(session))
        return RedirectResponse("/security", 303)


def _confirming(router: APIRouter, entering: Entering) -> None:
    shell, warehouse = entering.shell, entering.warehouse

    @router.get("/security/confirm")
    def ask(request: Request, next: str = "/security") -> Response:  # noqa: A002
        return _confirm(entering, request, next)

    @router.post("/security/confirm")
    def confirm(request: Request, password: Text = "", code: Text = "", next: Text = "/security") -> Response:  # noqa: A002
        caller, words = request.state.caller, shell.visitor(request).words
        person = entering.person(request)
        if caller.kind != "session":
            return RedirectResponse(browser.inside(next), 303)
        bucket = lockout.known_browser(f"confirm {caller.session_id}")
        if seconds := entering.try_once([bucket]):
            return _confirm(entering, request, next, words(WAIT, seconds=seconds), 429)
        with warehouse.transaction() as con:
            if person is None:
                right = entering.fits_access_token(password)
            elif person.has_password:
                right = people.check_password(con, person.sign_in_name, password) == person.account_id
            else:
                right = second_factor.check(con, warehouse.vault, person.account_id, code)
            if right:
                lockout.succeeded(con, bucket)
        if not right:
            return _confirm(entering, request, next, words(WRONG), 403)
        return entering.renewed(request, RedirectResponse(browser.inside(next), 303))


def _confirm(entering: Entering, request: Request, wanted: str, problem: str = "", status: int = 200) -> Response:
    """Ask for a fresh proof."""
    shell = entering.shell
    return shell.page(
        request,
        shell.visitor(request),
        "confirm.html",
        status=status,
        wanted=browser.inside(wanted),
        problem=problem,
        person=entering.person(request),
        oidc=oidc.name_of(shell.settings) if oidc.configured(shell.settings) else "",
    )


def _first_password(entering: Entering, request: Request, sign_in_name: str, password: str) -> Response:
    """Close the local door behind the owner, who is the first person here.

    Raises:
        UsageError: somebody can sign in already, or the password is too weak.
    """
    with entering.warehouse.transaction() as con:
        con.execute("select pg_advisory_xact_lock(hashtextextended('lifetracer first person', 0))")
        if people.any_there(con):
            raise UsageError("Somebody can sign in already.", remedy="Ask them for an invitation.")
        account = owner_of(con, entering.settings)
        people.add(con, account.account_id, sign_in_name, password, is_operator=True)
    return entering.open(request, Entry(account.account_id, "password"), "/security")


def _factor(
    shell: Shell, request: Request, person: Person, secret: str, problem: str = "", status: int = 200
) -> Response:
    """Show the picture that the phone reads, and ask for the code that it shows."""
    drawn = io.BytesIO()
    segno.make(second_factor.address(secret, person.sign_in_name), error="m").save(drawn, kind="svg", border=2, scale=4)
    return shell.page(
        request,
        shell.visitor(request),
        "factor.html",
        status=status,
        page="security",
        problem=problem,
        picture=f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}",
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        sealed=shell.warehouse.vault.seal(secret),
    )
