"""What the pages of sign-in have in common: counting tries, opening sessions, and asking again who somebody is.

Law: whoever signs in gets a new session, whatever cookie the browser brought; a wrong name and a wrong password are
answered alike, in words and in time.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from lifetracer.charts import keep
from lifetracer.charts.failures import failure_text
from lifetracer.console import browser
from lifetracer.console.browser import Browser
from lifetracer.console.shell import Shell
from lifetracer.errors import FixByHandError, LifetracerError
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, accounts, audit, lockout, people, sessions
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.lockout import Bucket
from lifetracer.warehouse.people import Person
from lifetracer.warehouse.sessions import CONFIRMED_FOR, How

HALF = "lifetracer_half"
"""Cookie of a browser whose password was right and whose second factor is still to come; sealed."""
HALF_LIFE = timedelta(minutes=10)

WRONG = keep("The name or the password is not right.")
WRONG_CODE = keep("The code is not right, or was used already.")
WAIT = keep("Too many tries. Wait {seconds} seconds, then try again.")

KNOWN_FAILURES = (
    keep("A password has 10 to 200 characters."),
    keep("Some words in a row are easy to remember and hard to guess."),
    keep("This password is too easy to guess."),
    keep("Take some words in a row that only you know."),
    keep("This invitation is unknown, was used or is over."),
    keep("Ask who sent it to you for another one."),
    keep("A name to sign in with has 1 to 200 letters."),
    keep("An e-mail address does well."),
    keep("An account needs a name."),
    keep("The sign-in was declined."),
    keep("The consent was declined."),
    keep("Try again."),
    keep("That sign-in belongs to another account here."),
    keep("This person cannot be removed."),
    keep("Only an operator removes people, and nobody themself."),
    keep("Nobody here signs in that way."),
    keep("Ask for an invitation; or sign in with your password and join this sign-in under Security."),
)
"""Sentences of other rooms that stand on these pages."""


class ConfirmError(FixByHandError):
    """This needs a fresh proof of who you are."""

    status = 403


@dataclass(frozen=True, slots=True)
class Entry:
    """A proof that was accepted, before it became a session."""

    account_id: UUID
    how: How
    upstream: str | None = None
    """Supabase's refresh token."""
    upstream_until: str | None = None


class Entering:
    """Signs browsers in and out."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.warehouse = shell.warehouse
        self.settings = shell.settings

    def browser(self, request: Request) -> Browser:
        """Read what the browser keeps for us."""
        return browser.of(request, self.settings)

    def try_once(self, buckets: Sequence[Bucket]) -> int:
        """Count a try; gives how many seconds to wait instead, 0 to go on."""
        with self.warehouse.transaction() as con:
            waits = [until for bucket in buckets if (until := lockout.attempt(con, bucket))]
        seconds = [(until - datetime.now(UTC)).total_seconds() for until in waits]
        return max(1, round(max(seconds))) if seconds else 0

    def buckets(self, request: Request, name: str) -> list[Bucket]:
        """Say with whom a try of a name is counted: a browser that was in before only with itself."""
        mark = self._mark(self.browser(request).mark)
        if mark.get("name") == name.casefold():
            return [lockout.known_browser(str(mark["id"]))]
        return [lockout.from_address(name, address_of(request)), lockout.from_anywhere(name)]

    def accepted(self, request: Request, entry: Entry, wanted: str) -> Response:
        """Go on after a first proof: to the second factor where there is one, else in."""
        with self.warehouse.transaction() as con:
            person = people.find(con, entry.account_id)
        if person is None or person.totp_since is None:
            return self.open(request, entry, wanted)
        half = {
            "account": str(entry.account_id),
            "how": entry.how,
            "upstream": entry.upstream,
            "until": entry.upstream_until,
            "at": datetime.now(UTC).isoformat(),
        }
        answer = RedirectResponse(f"/sign-in/second?next={quote(wanted)}", 303)
        self.browser(request).keep(answer, HALF, self.warehouse.vault.seal(json.dumps(half)), HALF_LIFE)
        return answer

    def half(self, request: Request) -> Entry | None:
        """Read the first proof that waits for its second factor."""
        said = self._unsealed(request.cookies.get(HALF) or request.cookies.get(f"__Host-{HALF}") or "")
        if not said or datetime.fromisoformat(said["at"]) < datetime.now(UTC) - HALF_LIFE:
            return None
        return Entry(UUID(said["account"]), said["how"], said["upstream"], said["until"])

    def open(self, request: Request, entry: Entry, wanted: str, *, proof: bytes | None = None) -> Response:
        """Open a session and lead on; a session that the browser brought along ends."""
        theirs = self.browser(request)
        vault = self.warehouse.vault
        life = timedelta(days=self.settings.session_days)
        with self.warehouse.transaction() as con:
            former = sessions.find(con, theirs.session, life) if theirs.session else None
            if former:
                sessions.end(con, former.account_id, former.session_id)
            cookie = sessions.begin(
                con,
                entry.account_id,
                entry.how,
                life=life,
                user_agent=request.headers.get("user-agent", ""),
                ip=address_of(request),
                proof=proof,
                upstream=vault.seal(entry.upstream) if entry.upstream else None,
                upstream_until=datetime.fromisoformat(entry.upstream_until) if entry.upstream_until else None,
            )
            person = people.find(con, entry.account_id)
        self.note(request, entry.account_id, person.sign_in_name if person else "browser", "session.open", entry.how)
        answer = RedirectResponse(browser.inside(wanted), 303)
        theirs.keep(answer, browser.SESSION, cookie, life)
        theirs.drop(answer, browser.FORM)
        theirs.drop(answer, HALF)
        if person:
            answer_mark = {"id": self._mark(theirs.mark).get("id") or secrets.token_hex(16)}
            answer_mark["name"] = person.sign_in_name.casefold()
            theirs.keep(answer, browser.MARK, vault.seal(json.dumps(answer_mark)), browser.MARK_LIFE)
        return answer

    def renewed(self, request: Request, answer: Response) -> Response:
        """Give the session of a person who proved anew who they are another cookie."""
        caller = request.state.caller
        with self.warehouse.transaction() as con:
            cookie = sessions.renew(con, caller.account_id, caller.session_id)
        self.browser(request).keep(answer, browser.SESSION, cookie, timedelta(days=self.settings.session_days))
        return answer

    def person(self, request: Request) -> Person | None:
        """Find the person who asks; ``None`` for whoever is at home or came by the access token."""
        caller = getattr(request.state, "caller", None)
        if caller is None or caller.account_id is None:
            return None
        with self.warehouse.transaction() as con:
            return people.find(con, caller.account_id)

    def require_fresh(self, request: Request) -> None:
        """Ask for a fresh proof before a change of security.

        Raises:
            ConfirmError: the last one is too long ago.
        """
        caller = getattr(request.state, "caller", None)
        if caller is None or caller.kind != "session":
            return
        if caller.confirmed_at is None or caller.confirmed_at < datetime.now(UTC) - CONFIRMED_FOR:
            raise ConfirmError

    def fits_access_token(self, shown: str) -> bool:
        """Compare a typed access token, in constant time."""
        token = self.settings.access_token
        return token is not None and hmac.compare_digest(
            shown.strip().encode("utf-8", "replace"), token.get_secret_value().encode()
        )

    def note(self, request: Request, account_id: UUID, who: str, action: str, subject: str = "") -> None:
        """Write a line into the account's log of changes."""
        with self.warehouse.transaction(account_id=account_id) as con:
            audit.note(con, who, action, subject, ip=address_of(request))

    def _mark(self, sealed: str) -> dict[str, Any]:
        return self._unsealed(sealed)

    def _unsealed(self, sealed: str) -> dict[str, Any]:
        """Read what we sealed; nothing when it was not us, or with a key of the past."""
        if not sealed:
            return {}
        try:
            found: dict[str, Any] = json.loads(self.warehouse.vault.unseal(sealed))
        except (LifetracerError, ValueError):
            return {}
        return found


def address_of(request: Request) -> str:
    """Give the address that the doors found; without a server in front, the peer's."""
    caller = getattr(request.state, "caller", None)
    return str(getattr(caller, "ip", None) or (request.client.host if request.client else ""))


def told(shell: Shell, request: Request, failure: LifetracerError) -> str:
    """Say a failure in the visitor's language, as far as it is known there."""
    return failure_text(failure, shell.visitor(request).words)


def owner_of(connection: Connection, settings: Settings) -> Account:
    """Find the installation's account: the one that the settings name, or the first.

    Raises:
        NotFoundError: there is none.
    """
    known = accounts.every(connection)
    return accounts.find(connection, settings.account or (str(known[0].account_id) if known else None))
