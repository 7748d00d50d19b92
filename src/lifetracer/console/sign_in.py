"""Coming in: name and password, second factor, other services, invitations; and the way out.

Law: nothing here tells a stranger who has an account; every form has its token, and `next` leads to pages of ours only.
"""

from __future__ import annotations

import hashlib
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from lifetracer.charts import keep
from lifetracer.console import browser
from lifetracer.console.entering import WAIT, WRONG, WRONG_CODE, Entering, Entry, address_of, owner_of, told
from lifetracer.console.invitation import accept
from lifetracer.console.shell import Shell
from lifetracer.errors import CredentialError, LifetracerError
from lifetracer.outside import oidc, supabase_auth
from lifetracer.warehouse import lockout, people, round_trips, second_factor, sessions

Text = Annotated[str, Form()]


def routes(shell: Shell) -> APIRouter:
    """Make the routes that need no session."""
    router = APIRouter(route_class=shell.route)
    entering = Entering(shell)
    for some in (_by_password, _by_second_factor, _by_issuer):
        some(router, entering)
    return router


def _form(
    entering: Entering, request: Request, wanted: str, problem: str = "", status: int = 200, name: str = ""
) -> Response:
    """Show the ways in."""
    shell, settings = entering.shell, entering.settings
    with entering.warehouse.transaction() as con:
        nobody = not people.any_there(con)
    if nobody and settings.access_token is None:
        return RedirectResponse("/welcome", 303)
    return shell.page(
        request,
        shell.visitor(request),
        "sign_in.html",
        status=status,
        wanted=browser.inside(wanted),
        problem=problem,
        by_token=nobody,
        name=name,
        oidc=oidc.name_of(settings) if oidc.configured(settings) else "",
        supabase=supabase_auth.configured(settings),
    )


def _by_password(router: APIRouter, entering: Entering) -> None:
    shell, warehouse = entering.shell, entering.warehouse

    @router.get("/sign-in")
    def ask(request: Request, next: str = "/") -> Response:  # noqa: A002
        if getattr(request.state.caller, "kind", "") in {"session", "local"}:
            return RedirectResponse(browser.inside(next), 303)
        return _form(entering, request, next)

    @router.post("/sign-in")
    def by_password(
        request: Request,
        name: Text = "",
        password: Text = "",
        token: Text = "",
        by: Text = "",
        next: Text = "/",  # noqa: A002
    ) -> Response:
        words = shell.visitor(request).words
        buckets = [lockout.code("token", address_of(request))] if by == "token" else entering.buckets(request, name)
        if seconds := entering.try_once(buckets):
            return _form(entering, request, next, words(WAIT, seconds=seconds), 429, name)
        try:
            entry = _entry(entering, by, name, password, token)
        except LifetracerError as failure:
            return _form(entering, request, next, told(shell, request, failure), failure.status, name)
        if entry is None:
            return _form(entering, request, next, words(WRONG), 403, name)
        with warehouse.transaction() as con:
            lockout.succeeded(con, *buckets)
        if entry.how == "token":
            return entering.open(request, entry, next, proof=_mark(token))
        return entering.accepted(request, entry, browser.inside(next))


def _by_second_factor(router: APIRouter, entering: Entering) -> None:
    shell, warehouse = entering.shell, entering.warehouse

    @router.get("/sign-in/second")
    def ask_second(request: Request, next: str = "/") -> Response:  # noqa: A002
        if entering.half(request) is None:
            return RedirectResponse(f"/sign-in?next={quote(browser.inside(next))}", 303)
        return shell.page(
            request, shell.visitor(request), "second_factor.html", wanted=browser.inside(next), problem=""
        )

    @router.post("/sign-in/second")
    def by_second(request: Request, code: Text = "", next: Text = "/") -> Response:  # noqa: A002
        entry = entering.half(request)
        if entry is None:
            return RedirectResponse(f"/sign-in?next={quote(browser.inside(next))}", 303)
        visitor = shell.visitor(request)
        bucket = lockout.second_factor(entry.account_id)
        problem, status = "", 403
        if seconds := entering.try_once([bucket]):
            problem, status = visitor.words(WAIT, seconds=seconds), 429
        else:
            with warehouse.transaction() as con:
                if second_factor.check(con, warehouse.vault, entry.account_id, code):
                    lockout.succeeded(con, bucket)
                else:
                    problem = visitor.words(WRONG_CODE)
        if not problem:
            return entering.open(request, entry, next)
        return shell.page(
            request, visitor, "second_factor.html", status=status, wanted=browser.inside(next), problem=problem
        )


def _by_issuer(router: APIRouter, entering: Entering) -> None:
    shell, settings, warehouse = entering.shell, entering.settings, entering.warehouse

    @router.get("/sign-in/oidc")
    def to_issuer(request: Request, next: str = "/", invitation: str = "", purpose: str = "sign in") -> Response:  # noqa: A002
        if not oidc.configured(settings):
            return RedirectResponse("/sign-in", 303)
        theirs = entering.browser(request)
        key, state = theirs.key or browser.new_key(), round_trips.new_state()
        question = oidc.begin(settings, _back(request, entering), state, again=purpose != "sign in")
        details = {"for": purpose, "next": browser.inside(next), "invitation": invitation[:200]}
        details |= {"verifier": question.verifier, "nonce": question.nonce}
        with warehouse.transaction() as con:
            round_trips.begin(con, warehouse.vault, key, state, details)
        answer = RedirectResponse(question.address, 303)
        if not theirs.key:
            theirs.keep(answer, browser.FORM, key)
        return answer

    @router.get("/sign-in/oidc/back")
    def from_issuer(request: Request) -> Response:
        said = {name: value for name, value in request.query_params.items() if len(value) < 4096}
        with warehouse.transaction() as con:
            kept = round_trips.end(con, warehouse.vault, entering.browser(request).key, said.get("state", ""))
        if kept is None or "verifier" not in kept:
            words = shell.visitor(request).words
            problem = words(keep("That sign-in was not begun in this browser, or too long ago. Try again."))
            return _form(entering, request, "/", problem, 403)
        try:
            vouched = oidc.end(settings, _back(request, entering), said, kept["verifier"], kept["nonce"])
            return _vouched(entering, request, vouched, kept)
        except LifetracerError as failure:
            return _form(entering, request, kept["next"], told(shell, request, failure), failure.status)


def leaving(shell: Shell) -> APIRouter:
    """Make the routes by which somebody goes."""
    router = APIRouter(route_class=shell.route)
    entering = Entering(shell)

    @router.post("/sign-out")
    def sign_out(request: Request, everywhere: Text = "") -> Response:
        caller = request.state.caller
        theirs = entering.browser(request)
        answer = RedirectResponse("/sign-in", 303)
        if caller.kind == "session":
            with shell.warehouse.transaction() as con:
                if everywhere:
                    sessions.end_all(con, caller.account_id)
                else:
                    sessions.end(con, caller.account_id, caller.session_id)
            entering.note(request, caller.account_id, caller.who, "session.end", "all" if everywhere else "")
        theirs.drop(answer, browser.SESSION)
        return answer

    return router


def _entry(entering: Entering, by: str, name: str, password: str, token: str) -> Entry | None:
    """Look at a proof; ``None`` when it is wrong."""
    warehouse, settings = entering.warehouse, entering.settings
    if by == "token":
        with warehouse.transaction() as con:
            if people.any_there(con) or not entering.fits_access_token(token):
                return None
            return Entry(owner_of(con, settings).account_id, "token")
    if by == "supabase" and supabase_auth.configured(settings):
        try:
            given = supabase_auth.sign_in(settings, name.strip(), password)
        except supabase_auth.RefusedError:
            return None
        with warehouse.transaction() as con:
            account_id = people.vouched(con, supabase_auth.issuer_of(settings), given.subject)
        if account_id is None:
            return None
        return Entry(account_id, "supabase", given.refresh_token, given.renew_at.isoformat())
    with warehouse.transaction() as con:
        account_id = people.check_password(con, name, password)
    return Entry(account_id, "password") if account_id else None


def _mark(token: str) -> bytes:
    """Give what a session keeps of the access token: it ends when the token is changed."""
    return hashlib.sha256(b"session " + token.strip().encode()).digest()


def _back(request: Request, entering: Entering) -> str:
    """Give the address to which the issuer sends the browser back; it has to be registered there."""
    return f"{browser.origin_of(request, entering.settings)}/sign-in/oidc/back"


def _vouched(entering: Entering, request: Request, vouched: oidc.Vouched, kept: dict[str, str]) -> Response:
    """Do what the round trip was begun for, now that an issuer vouches for somebody.

    Raises:
        CredentialError: nobody here is known by that sign-in.
        UsageError: it belongs to somebody else, or the invitation is over.
    """
    wanted, warehouse = browser.inside(kept["next"]), entering.warehouse
    caller = getattr(request.state, "caller", None)
    with warehouse.transaction() as con:
        account_id = people.vouched(con, vouched.issuer, vouched.subject)
    if kept["for"] == "join" and caller is not None and caller.kind == "session":
        entering.require_fresh(request)
        with warehouse.transaction() as con:
            people.join(con, caller.account_id, vouched.issuer, vouched.subject, vouched.label)
        entering.note(request, caller.account_id, caller.who, "identity.add", vouched.issuer)
        return entering.renewed(request, RedirectResponse(wanted, 303))
    if kept["for"] == "confirm" and caller is not None and caller.account_id == account_id is not None:
        return entering.renewed(request, RedirectResponse(wanted, 303))
    if account_id is None and kept["invitation"]:
        account_id = accept(entering, kept["invitation"], vouched.label, identity=(vouched.issuer, vouched.subject))
        wanted = "/connections/add"
    if account_id is None:
        raise CredentialError(
            "Nobody here signs in that way.",
            remedy="Ask for an invitation; or sign in with your password and join this sign-in under Security.",
        )
    return entering.accepted(request, Entry(account_id, "oidc"), wanted)
