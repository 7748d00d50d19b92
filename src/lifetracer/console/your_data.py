"""The page by which people take their data along, let other calendars read it, and leave.

Law: what leaves the house asks who one is first; a feed's address is shown once, and leaving takes the account's name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from lifetracer.charts import keep
from lifetracer.console import browser
from lifetracer.console.entering import ConfirmError, Entering, told
from lifetracer.console.shell import Shell
from lifetracer.errors import LifetracerError, NotFoundError
from lifetracer.jobs.farewell import remove_account
from lifetracer.transform.marts import all_marts
from lifetracer.warehouse import Warehouse, accounts, archive, feeds
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.feeds import Feed

ADDRESS = "/your-data"
PIECE = 1 << 16
Text = Annotated[str, Form()]

SHOWS = {"everything": keep("everything"), "categories": keep("categories only")}
"""What feeds show."""


def routes(shell: Shell) -> APIRouter:
    """Make the routes of the page."""
    router = APIRouter(route_class=shell.route)
    desk = Desk(shell)

    @router.get(ADDRESS)
    def page(request: Request) -> Response:
        return desk.show(request)

    @router.post(f"{ADDRESS}/archive")
    def take_along(request: Request) -> Response:
        def work(account: Account) -> Response:
            desk.note(request, account, "archive.export")
            return archived(shell.warehouse, account)

        return desk.do(request, work)

    @router.post(f"{ADDRESS}/feed")
    def add_feed(request: Request, name: Text = "", shows: Text = "everything", days: Text = "90") -> Response:
        def work(account: Account) -> Response:
            with shell.warehouse.transaction(account_id=account.account_id) as con:
                made, path = feeds.create(con, name, shows, int(days) if days.isdecimal() else 0)
            desk.note(request, account, "feed.add", made.name)
            return desk.show(request, address=browser.origin_of(request, shell.settings) + path)

        return desk.do(request, work)

    @router.post(f"{ADDRESS}/feed/revoke")
    def revoke_feed(request: Request, feed: Text) -> Response:
        def work(account: Account) -> Response:
            with shell.warehouse.transaction(account_id=account.account_id) as con:
                feeds.revoke(con, feed)
            desk.note(request, account, "feed.revoke", feed)
            return RedirectResponse(ADDRESS, 303)

        return desk.do(request, work)

    @router.post(f"{ADDRESS}/leave")
    def leave(request: Request, name: Text = "") -> Response:
        def work(account: Account) -> Response:
            remove_account(shell.warehouse, shell.settings, account, name)
            if owner := getattr(request.app.state, "owner", None):
                owner.forget()
            answer = RedirectResponse("/", 303)
            desk.entering.browser(request).drop(answer, browser.SESSION)
            return answer

        return desk.do(request, work)

    return router


class Desk:
    """Shows the page and does what is asked on it."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.entering = Entering(shell)

    def show(self, request: Request, address: str = "", problem: str = "", status: int = 200) -> Response:
        """Show the page; a feed's new address this once, or what went wrong."""
        shell = self.shell
        visitor = shell.visitor(request)
        known: list[Feed] = []
        if visitor.account_id is not None:
            with shell.warehouse.transaction(account_id=visitor.account_id) as con:
                known = feeds.every(con)
        return shell.page(
            request,
            visitor,
            "your_data.html",
            status=status,
            page="your_data",
            feeds=known,
            address=address,
            problem=problem,
            standing=shell.standing(visitor),
            shows=SHOWS,
            marts=all_marts().values() if shell.has_picture(visitor) else [],
        )

    def do(self, request: Request, work: Callable[[Account], Response]) -> Response:
        """Do something for the visitor, who has just proved who they are; a failure is said on the page."""
        try:
            return work(self._mine(request))
        except ConfirmError:
            return RedirectResponse(f"/security/confirm?next={ADDRESS}", 303)
        except LifetracerError as failure:
            return self.show(request, problem=told(self.shell, request, failure), status=failure.status)

    def note(self, request: Request, account: Account, action: str, subject: str = "") -> None:
        """Write into the log of changes who did it."""
        person = self.entering.person(request)
        who = person.sign_in_name if person else "browser"
        self.entering.note(request, account.account_id, who, action, subject)

    def _mine(self, request: Request) -> Account:
        """Find the account of the visitor, who may do everything.

        Raises:
            ConfirmError: who they are has to be proved anew.
            NotFoundError: there is no account, or a program asks, for which there is the API.
        """
        caller = getattr(request.state, "caller", None)
        visitor = self.shell.visitor(request)
        if visitor.account_id is None or (caller is not None and "admin" not in caller.scopes):
            raise NotFoundError("There is no such page for you.")
        self.entering.require_fresh(request)
        with self.shell.warehouse.transaction() as con:
            return accounts.find(con, str(visitor.account_id))


def archived(warehouse: Warehouse, account: Account) -> Response:
    """Answer with an account's archive; it is written to a file of its own first, so a slow reader holds nothing."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed when it has been sent
    try:
        contents = archive.write(warehouse, account, file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="lifetracer-{contents.made_at:%Y-%m-%d}.zip"',
        "Content-Length": str(size),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(_pieces(file), 200, headers, "application/zip")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
