"""Asking a person for consent in the browser: a desktop client, a loopback address, PKCE and state.

Law: a code is accepted only together with the state that we sent, and traded only with the verifier that we kept.
Rules: developers.google.com/identity/protocols/oauth2/native-app.

    browser ──► Google's page ──► http://127.0.0.1:PORT/?code=…&state=… ──► we trade the code for a refresh token
"""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lifetracer.errors import CredentialError, FixByHandError, TryAgainError
from lifetracer.outside.google_oauth import READ_SCOPES, SCOPES_MISSING, WRONG_CLIENT, ask, granted

PATIENCE_SECONDS = 600.0
"""How long a person may take; Google's code lives about as long."""


@dataclass(frozen=True, slots=True)
class Client:
    """The OAuth client (type “Desktop app”) and where Google is."""

    client_id: str
    client_secret: str
    auth_url: str
    token_url: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What came of it."""

    credential: dict[str, str]
    shows_list: bool
    """Whether the list of calendars may be read, or only calendars whose ids are known."""
    may_plan: bool = False
    """Whether a calendar of our own may be made and written."""


def question(client: Client, redirect_uri: str, state: str, verifier: str, scopes: Sequence[str] = READ_SCOPES) -> str:
    """Give the address of Google's page that asks the person.

    Args:
        client: of the person or the installation.
        redirect_uri: where Google sends the browser back to.
        state: comes back with the answer.
        verifier: kept until then; only its hash is sent (PKCE).
        scopes: what is asked for; what was granted before is kept.
    """
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # Without both, Google gives no refresh token after the first time.
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "true",
    }
    return f"{client.auth_url}?{urlencode(asked)}"


def trade(client: Client, redirect_uri: str, answer: Mapping[str, str], verifier: str) -> Granted:
    """Trade the code that came back for a credential.

    Raises:
        CredentialError: the person said no, or left out what is needed.
        FixByHandError: the OAuth client is wrong.
        TryAgainError: Google is not reachable.
    """
    if "error" in answer or "code" not in answer:
        raise _declined(answer.get("error", "no code came back"))
    token = ask(
        client.token_url,
        grant_type="authorization_code",
        code=answer["code"],
        client_id=client.client_id,
        client_secret=client.client_secret,
        redirect_uri=redirect_uri,
        code_verifier=verifier,
    )
    scope = str(token.get("scope", " ".join(READ_SCOPES)))
    if not granted(scope, "events"):
        raise CredentialError(
            "The box that allows seeing events was left unticked, so there is nothing to read.",
            remedy=SCOPES_MISSING,
        )
    if not token.get("refresh_token"):
        raise CredentialError(
            "Google gave no refresh token, so the access would end within the hour.",
            remedy="Remove lifetracer at https://myaccount.google.com/connections and connect again.",
        )
    credential = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "refresh_token": str(token["refresh_token"]),
    }
    return Granted(credential, shows_list=granted(scope, "list"), may_plan=granted(scope, "plan"))


class Consent:
    """One request for consent; a ``with`` block listens on the loopback address."""

    def __init__(self, client: Client, port: int = 0, scopes: Sequence[str] = READ_SCOPES) -> None:
        self._client = client
        self._scopes = scopes
        self._state = secrets.token_urlsafe(24)
        self._verifier = secrets.token_urlsafe(64)
        self._answer: dict[str, str] | None = None
        self._answered = threading.Event()
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        except OSError as failure:
            raise FixByHandError(
                f"Port {port} on this computer cannot be used ({failure.strerror}).", remedy="Choose another --port."
            ) from None
        self.port: int = self._server.server_address[1]

    @property
    def redirect_uri(self) -> str:
        """Where Google sends the browser back to; desktop clients may use any port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The page to open."""
        return question(self._client, self.redirect_uri, self._state, self._verifier, self._scopes)

    def __enter__(self) -> Consent:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, address: str) -> bool:
        """Take the address to which Google sent the browser; tells whether it answers this request."""
        asked = self._asked_for(address)
        if asked:
            self._answer = asked
            self._answered.set()
        return bool(asked)

    def _asked_for(self, address: str) -> dict[str, str]:
        """Read what Google says in an address; empty when it is no answer to this request."""
        asked = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
        is_ours = secrets.compare_digest(asked.get("state", "").encode(), self._state.encode())
        return asked if is_ours and {"code", "error"} & set(asked) else {}

    def wait(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait until the browser came back; tells whether it did."""
        return self._answered.wait(seconds)

    def trade(self) -> Granted:
        """Trade the code for a credential.

        Raises:
            CredentialError: the person said no, or left out what is needed.
            FixByHandError: the OAuth client is wrong.
            TryAgainError: nobody answered, or Google is not reachable.
        """
        answer = self._answer
        if answer is None:
            raise TryAgainError(
                "Nobody answered Google's question in time.", remedy="Run `lifetracer connect gcal` again."
            )
        return trade(self._client, self.redirect_uri, answer, self._verifier)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        consent = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if consent._asked_for(self.path):
                    self._say(200, "You can close this window and go back to the terminal.")
                else:
                    self._say(404, "This is not the answer lifetracer waits for.")
                consent.take(self.path)  # last: whoever waits for it ends this server

            def _say(self, status: int, text: str) -> None:
                body = (
                    f"<!doctype html><meta charset=utf-8><title>lifetracer</title><p>{html.escape(text)}</p>".encode()
                )
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing: the address holds the code."""

        return Handler


def _declined(error: str) -> CredentialError | FixByHandError:
    if error == "access_denied":
        return CredentialError(
            "The consent was declined.",
            remedy="Run `lifetracer connect gcal` again and allow it; without --write, lifetracer "
            "only reads; with it, it also writes into a calendar of its own. While the consent "
            "screen is in “Testing”, only its listed test users can allow it.",
        )
    if error in {"admin_policy_enforced", "org_internal"}:
        return CredentialError(
            "The organisation of this Google account does not allow it.",
            remedy="Ask its administrator, or use the calendar's secret iCal address: `lifetracer connect ical`.",
        )
    return FixByHandError(f"Google did not ask for consent: {error}.", remedy=WRONG_CLIENT)
