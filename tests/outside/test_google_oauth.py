"""Google's tokens: fetched in time and only once, replaced ones kept, and every refusal a sentence with a remedy."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, TryAgainError
from lifetracer.outside.bearer import Credential
from lifetracer.outside.google_oauth import READ_SCOPES, RefreshTokenAuth, ask, granted
from lifetracer.outside.service_account import ServiceAccountAuth, assertion, read_key

CREDENTIAL = {"client_id": "id", "client_secret": "secret", "refresh_token": "old"}


class Google:
    """A token address, and an API that accepts the tokens it gave."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        self.life = 3599
        self.alive: set[str] = set()
        self.delay = 0.0

    def answer(self, form: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        self.forms.append(form)
        time.sleep(self.delay)
        if self.answers:
            return self.answers.pop(0)
        token = f"ya29.{len(self.forms)}"
        self.alive.add(token)
        return 200, {"access_token": token, "expires_in": self.life, "scope": " ".join(READ_SCOPES)}, {}


@pytest.fixture
def google() -> Iterator[Google]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self.say(*made.answer(dict(parse_qsl(self.rfile.read(length).decode()))))

        def do_GET(self) -> None:
            token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
            self.say(200 if token in made.alive else 401, {"token": token}, {})

        def say(self, status: int, body: Any, headers: dict[str, str]) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response_only(status)
            for name, value in ({"Date": self.date_time_string()} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Google(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def get(google: Google, auth: httpx.Auth) -> httpx.Response:
    with httpx.Client(auth=auth, trust_env=False) as client:
        return client.get(f"{google.url}/api")


def test_one_token_serves_many_requests(google: Google) -> None:
    auth = RefreshTokenAuth(CREDENTIAL, google.url)
    assert [get(google, auth).status_code for _ in range(3)] == [200, 200, 200]
    assert google.forms == [
        {"grant_type": "refresh_token", "refresh_token": "old", "client_id": "id", "client_secret": "secret"}
    ]


def test_a_token_is_renewed_before_it_ends(google: Google) -> None:
    google.life = 100
    auth = RefreshTokenAuth(CREDENTIAL, google.url)
    get(google, auth)
    get(google, auth)
    assert len(google.forms) == 2


def test_a_refused_token_is_renewed_once_and_then_the_refusal_stands(google: Google) -> None:
    auth = RefreshTokenAuth(CREDENTIAL, google.url)
    get(google, auth)
    google.alive.clear()
    assert get(google, auth).status_code == 200
    google.answers = [(200, {"access_token": "unknown", "expires_in": 3599}, {})]
    google.alive.clear()
    assert get(google, auth).status_code == 401
    assert len(google.forms) == 3


def test_processes_share_one_refresh(google: Google) -> None:
    """Two borrowers of one stored credential at the same moment: the second finds the first one's token."""
    stored: Credential = dict(CREDENTIAL)
    lock = threading.Lock()
    google.delay = 0.1

    @contextlib.contextmanager
    def lend() -> Iterator[Credential]:
        with lock:
            yield stored

    def borrower() -> None:
        auth = RefreshTokenAuth(CREDENTIAL, google.url)
        auth.lend = lend
        results.append(get(google, auth).status_code)

    results: list[int] = []
    threads = [threading.Thread(target=borrower) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert results == [200] * 4
    assert len(google.forms) == 1


def test_a_new_refresh_token_replaces_the_old_one(google: Google) -> None:
    stored: Credential = dict(CREDENTIAL)
    auth = RefreshTokenAuth(CREDENTIAL, google.url)
    auth.lend = lambda: contextlib.nullcontext(stored)
    google.answers = [(200, {"access_token": "a", "expires_in": 1, "refresh_token": "new"}, {})]
    auth.token()
    assert stored["refresh_token"] == "new"
    auth.token()
    assert google.forms[-1]["refresh_token"] == "new"


YESTERDAY = {"Date": format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)}
IAT = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp."
)
REFUSALS: list[tuple[int, Any, dict[str, str], type[LifetracerError], str]] = [
    (
        400,
        {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
        {},
        CredentialError,
        "7 days",
    ),
    (400, {"error": "invalid_grant", "error_description": "Bad Request"}, {}, CredentialError, "7 days"),
    (400, {"error": "invalid_grant", "error_description": IAT}, YESTERDAY, FixByHandError, "clock is 24 h ahead"),
    (400, {"error": "invalid_grant", "error_description": IAT}, {}, FixByHandError, "clock seems to be wrong"),
    (401, {"error": "invalid_client", "error_description": "Unauthorized"}, {}, FixByHandError, "GOOGLE_CLIENT_ID"),
    (401, {"error": "unauthorized_client"}, {}, FixByHandError, "GOOGLE_CLIENT_ID"),
    (404, b"Not Found", {}, FixByHandError, "LIFETRACER_GOOGLE_TOKEN_URL"),
    (503, b"", {}, TryAgainError, "503"),
    (429, b"", {"Retry-After": "7"}, TryAgainError, "429"),
    (200, b"<html>Welcome to the hotel</html>", {}, TryAgainError, "not a token"),
]


@pytest.mark.parametrize(("status", "body", "headers", "kind", "words"), REFUSALS)
def test_every_refusal_says_what_to_do(
    google: Google, status: int, body: Any, headers: dict[str, str], kind: type[LifetracerError], words: str
) -> None:
    google.answers = [(status, body, headers)]
    with pytest.raises(kind) as raised:
        ask(google.url, grant_type="refresh_token")
    assert type(raised.value) is kind
    assert words in raised.value.sentence()
    assert raised.value.remedy


def test_no_network_and_no_address() -> None:
    with pytest.raises(TryAgainError, match="cannot be reached"):
        ask("http://127.0.0.1:9", grant_type="refresh_token")
    with pytest.raises(FixByHandError, match="not an http address"):
        ask("accounts.google.com/token", grant_type="refresh_token")


def test_a_consent_without_events_is_no_use(google: Google) -> None:
    google.answers = [(200, {"access_token": "a", "scope": "openid email"}, {})]
    with pytest.raises(CredentialError, match="does not allow"):
        RefreshTokenAuth(CREDENTIAL, google.url).token()


@pytest.mark.parametrize(
    ("scope", "events", "calendars"),
    [
        (" ".join(READ_SCOPES), True, True),
        ("https://www.googleapis.com/auth/calendar", True, True),
        ("https://www.googleapis.com/auth/calendar.events", True, False),
        ("https://www.googleapis.com/auth/calendar.calendarlist.readonly", False, True),
        ("openid", False, False),
    ],
)
def test_what_a_scope_allows(scope: str, events: bool, calendars: bool) -> None:
    assert (granted(scope, "events"), granted(scope, "list")) == (events, calendars)


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return {"client_email": "reader@example.iam.gserviceaccount.com", "private_key": text, "private_key_id": "k1"}


def test_the_assertion_says_who_asks_for_what_and_lives_an_hour(key: dict[str, str]) -> None:
    text = assertion(key, "https://oauth2.googleapis.com/token", 1_000_000, "ann@example.com")
    public = serialization.load_pem_private_key(key["private_key"].encode(), None).public_key()
    claims = jwt.decode(text, public, ["RS256"], options={"verify_exp": False, "verify_aud": False})
    assert claims == {
        "iss": "reader@example.iam.gserviceaccount.com",
        "sub": "ann@example.com",
        "scope": " ".join(READ_SCOPES),
        "aud": "https://oauth2.googleapis.com/token",
        "iat": 1_000_000,
        "exp": 1_003_600,
    }
    assert jwt.get_unverified_header(text)["kid"] == "k1"


def test_a_service_account_signs_again_only_when_its_token_ends(google: Google, key: dict[str, str]) -> None:
    auth = ServiceAccountAuth({"service_account": json.dumps(key)}, google.url)
    assert [get(google, auth).status_code for _ in range(2)] == [200, 200]
    assert [form["grant_type"] for form in google.forms] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json", "not JSON"),
        ("[]", "client_email and private_key missing"),
        ('{"installed": {}}', "OAuth client"),
        ('{"client_email": "a@b", "private_key": "nonsense"}', "cannot be read"),
    ],
)
def test_a_wrong_key_file_is_named(text: str, words: str) -> None:
    with pytest.raises(CredentialError, match=words) as raised:
        assertion(read_key(text), "https://oauth2.googleapis.com/token", 0)
    assert "Add key" in raised.value.remedy
    assert "nonsense" not in raised.value.sentence()
