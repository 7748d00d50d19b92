"""Doing what a page asks for: whose account it is, the job that it begins, and the line in the log of changes.

Law: a job is asked for and noted in one transaction, so that none begins unseen.
"""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from lifetracer import jobs
from lifetracer.console.shell import Shell
from lifetracer.errors import NotFoundError
from lifetracer.warehouse import Connection, accounts, audit
from lifetracer.warehouse.accounts import Account


class Acting:
    """Acts for the visitors of the pages."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.warehouse = shell.warehouse
        self.settings = shell.settings.model_copy(update={"retry_attempts": 1})
        """Who waits for an answer is not kept waiting for further tries."""

    def account(self, request: Request) -> Account:
        """Find the visitor's account.

        Raises:
            NotFoundError: there is none.
        """
        account_id = self.shell.visitor(request).account_id
        if account_id is None:
            raise NotFoundError("There is no account yet.", remedy="Make one with `lifetracer accounts create NAME`.")
        with self.warehouse.transaction() as con:
            return accounts.find(con, str(account_id))

    def begin(self, request: Request, account: Account, stage: str, action: str) -> Response:
        """Ask for a job and lead to where its progress is seen."""
        asked = self.ask_for(request, account, stage, action)
        return RedirectResponse(f"/connections/job/{asked.job_id}", 303)

    def ask_for(self, request: Request, account: Account, stage: str, action: str) -> jobs.Requested:
        """Ask for a job of a stage, and note who did."""
        with self.warehouse.transaction(account_id=account.account_id) as con:
            asked = jobs.request(con, stage)
            self.note(request, con, f"{stage}.start", action)
        return asked

    def note(self, request: Request, con: Connection, action: str, subject: str) -> None:
        """Write into the log of changes who did it."""
        caller = getattr(request.state, "caller", None)
        audit.note(con, getattr(caller, "who", "this machine"), action, subject, ip=getattr(caller, "ip", None))
