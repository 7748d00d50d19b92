"""One HTTP client for all services: what a retry can mend is retried here, all else becomes a clear error.

Law: an answer that leaves this module parses, unless the caller leaves that to the warehouse.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from lifetracer.errors import FixByHandError, LifetracerError, TryAgainError
from lifetracer.outside.quota import Budget
from lifetracer.settings import Settings

LONGEST_WAIT = 60.0
"""Seconds; a longer wish of the service ends this sync and is left to the next one."""


@cache
def trusted() -> ssl.SSLContext:
    """Give whom this process trusts; read once, since it takes 20 ms, as long as several answers."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    parsed: Any = None

    def json(self) -> Any:
        """Give the body as Python values; ``None`` for an empty body."""
        return self.parsed


class HttpStatusError(FixByHandError):
    """The service refused the request."""

    status = 502

    def __init__(self, message: str, *, code: int, said: str, payload: Any = None, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code
        """HTTP status of the answer."""
        self.said = said
        """The service's own words."""
        self.payload = payload
        """The parsed body, when it was JSON."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer with an error status, before it is decided what it means."""

    code: int
    path: str
    headers: Mapping[str, str]
    said: str
    payload: Any
    bucket: str
    budget: Budget


@dataclass(frozen=True, slots=True)
class Access:
    """How to talk to one service with one credential."""

    title: str
    """Name of the service for sentences."""
    base_url: str
    auth: httpx.Auth | None
    url_setting: str = ""
    """Environment variable that moves ``base_url``, named in remedies."""
    pause_seconds: float = 0.0
    """Least time between two requests."""
    bucket: Callable[[str], str] = lambda _path: "all"
    """Path → quota bucket."""
    remaining_header: str = ""
    resets_header: str = ""
    explain: Callable[[Refusal], LifetracerError | None] = lambda _refusal: None
    """What an error status means at this service; ``None`` leaves it to the general rule."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def client(self, settings: Settings, budget: Budget | None = None) -> Client:
        """Open a client for it."""
        return Client(self, settings, budget)


class Client:
    """Sends requests of one sync; an `lifetracer.connector.source.Api`."""

    def __init__(self, access: Access, settings: Settings, budget: Budget | None = None) -> None:
        self.access = access
        self.budget = budget or Budget()
        self.requests = 0
        """Requests sent so far, retries included."""
        self._attempts = settings.retry_attempts
        self._first_wait = settings.retry_seconds
        self._last = 0.0
        self._http = httpx.Client(
            base_url=access.base_url,
            auth=access.auth,
            timeout=httpx.Timeout(60.0, connect=15.0),
            headers={"Accept": "application/json", "User-Agent": "lifetracer", **access.headers},
            follow_redirects=False,
            verify=trusted(),
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, /, *, bucket: str | None = None, **params: object) -> Answer:
        """GET; parameters that are ``None`` are left out, a list is repeated.

        Raises:
            HttpStatusError: an answer that no retry will change.
            CredentialError: the service refuses the credential.
            QuotaError: the allowance is used up.
            TryAgainError: the service is not reachable or not well.
        """
        return self._send("GET", path, bucket, params, None)

    def post(
        self, path: str, /, *, json: object, bucket: str | None = None, parse: bool = True, **params: object
    ) -> Answer:
        """POST a JSON body; raises like :meth:`get`. Without ``parse`` the answer is taken for JSON unread."""
        return self._send("POST", path, bucket, params, json, parse=parse)

    def put(self, path: str, /, *, json: object, bucket: str | None = None) -> Answer:
        """PUT a JSON body; raises like :meth:`get`."""
        return self._send("PUT", path, bucket, {}, json)

    def patch(self, path: str, /, *, json: object, bucket: str | None = None, match: str | None = None) -> Answer:
        """PATCH a JSON body, with ``match`` only what has this version (``If-Match``); raises like :meth:`get`."""
        return self._send("PATCH", path, bucket, {}, json, match=match)

    def delete(self, path: str, /, *, bucket: str | None = None, match: str | None = None) -> Answer:
        """DELETE, with ``match`` only what has this version (``If-Match``); raises like :meth:`get`."""
        return self._send("DELETE", path, bucket, {}, None, match=match)

    def _send(
        self,
        method: str,
        path: str,
        bucket: str | None,
        params: Mapping[str, object],
        payload: object,
        *,
        parse: bool = True,
        match: str | None = None,
    ) -> Answer:
        bucket = bucket or self.access.bucket(path)
        query = {k: _text(v) for k, v in params.items() if v is not None}
        for attempt in range(1, self._attempts + 1):
            self.budget.require(bucket, self.access.title)
            try:
                return self._once(method, path, bucket, query, payload, parse=parse, match=match)
            except TryAgainError as failure:
                wait = self._wait(attempt, failure)
                if wait is None:
                    raise
                time.sleep(wait)
        raise AssertionError("unreachable")  # pragma: no cover

    def _wait(self, attempt: int, failure: TryAgainError) -> float | None:
        """Seconds until the next try; ``None`` when this was the last."""
        from lifetracer.errors import QuotaError

        if attempt >= self._attempts or isinstance(failure, QuotaError):
            return None
        if failure.after:
            asked = (failure.after - datetime.now(UTC)).total_seconds()
            return max(asked, 0.0) if asked <= LONGEST_WAIT else None
        wait: float = self._first_wait * 2 ** (attempt - 1)
        return min(wait, LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311  (jitter, not a secret)

    def _once(
        self,
        method: str,
        path: str,
        bucket: str,
        query: Mapping[str, Any],
        payload: object,
        *,
        parse: bool,
        match: str | None = None,
    ) -> Answer:
        ahead = self._last + self.access.pause_seconds - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        self._last = time.monotonic()
        self.requests += 1
        wanted = {"If-Match": match} if match else None
        try:
            response = self._http.request(method, path, params=query or None, json=payload, headers=wanted)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as failure:
            raise FixByHandError(
                f"{self.access.base_url} is not an http address ({str(failure).rstrip('.')}).",
                remedy=f"Correct {self.access.url_setting}." if self.access.url_setting else "",
            ) from None
        except httpx.TransportError as failure:
            raise self._unreachable(failure) from None
        headers = {k.lower(): v for k, v in response.headers.items()}
        self._note_quota(bucket, headers)
        if response.is_success:
            parsed = self._parse(response, path) if parse else None
            return Answer(response.status_code, headers, response.content, parsed)
        raise self._refused(response, path, bucket, headers)

    def _parse(self, response: httpx.Response, path: str) -> Any:
        if not response.content.strip():
            return None
        try:
            return json.loads(response.content)
        except (ValueError, UnicodeDecodeError):
            raise TryAgainError(
                f"{self.access.title} answered {path} with something that is not complete JSON.",
                remedy="This usually passes; if it stays, a proxy may be in the way.",
            ) from None

    def _note_quota(self, bucket: str, headers: Mapping[str, str]) -> None:
        remaining = _integer(headers.get(self.access.remaining_header))
        resets_in = _integer(headers.get(self.access.resets_header))
        if remaining is not None or resets_in is not None:
            self.budget.observe(bucket, remaining=remaining, resets_in=resets_in)

    def _unreachable(self, failure: httpx.TransportError) -> TryAgainError:
        host = urlsplit(self.access.base_url).netloc or self.access.base_url
        moved = f" and {self.access.url_setting}" if self.access.url_setting else ""
        if isinstance(failure, httpx.TimeoutException):
            return TryAgainError(f"{self.access.title} ({host}) did not answer in time.", remedy="Try again later.")
        if isinstance(failure, httpx.ConnectError):
            return TryAgainError(
                f"{self.access.title} ({host}) cannot be reached: {failure}.",
                remedy=f"Check the network{moved}; what was read so far is kept.",
            )
        why = str(failure).rstrip(".")
        return TryAgainError(f"The connection to {self.access.title} ({host}) broke: {why}.", remedy="Try again.")

    def _refused(self, response: httpx.Response, path: str, bucket: str, headers: Mapping[str, str]) -> LifetracerError:
        said, payload = _words(response)
        refusal = Refusal(response.status_code, path, headers, said, payload, bucket, self.budget)
        explained = self.access.explain(refusal)
        if explained is not None:
            return explained
        if response.status_code == 429 or response.status_code >= 500:
            return TryAgainError(
                f"{self.access.title} answered {response.status_code}{': ' + said if said else ''}.",
                remedy="Nothing is lost; the next sync goes on there.",
                after=retry_after(headers),
            )
        remedy = ""
        if response.status_code == 404 or 300 <= response.status_code < 400:
            moved = f" Is {self.access.url_setting} right?" if self.access.url_setting else ""
            remedy = f"It was asked at {self.access.base_url}.{moved}"
        return HttpStatusError(
            f"{self.access.title} answered {response.status_code} to {path}{': ' + said if said else ''}.",
            code=response.status_code,
            said=said,
            payload=payload,
            remedy=remedy,
        )


def retry_after(headers: Mapping[str, str]) -> datetime | None:
    """Give the instant that a ``Retry-After`` header in seconds names, if there is one."""
    seconds = _integer(headers.get("retry-after"))
    return datetime.now(UTC) + timedelta(seconds=seconds) if seconds is not None else None


def _words(response: httpx.Response) -> tuple[str, Any]:
    """Say what an error answer says: a JSON string (Toggl), an object (Google) or plain text."""
    text = response.text.strip()
    try:
        payload = json.loads(text)
    except ValueError:
        return ("" if text.startswith("<") else text[:300]), None
    if isinstance(payload, str):
        return payload[:300], payload
    if isinstance(payload, dict):
        error = payload.get("error")
        nested = error.get("message") if isinstance(error, dict) else error
        said = nested or payload.get("error_description") or payload.get("message") or ""
        return str(said)[:300], payload
    return "", payload


def _integer(text: str | None) -> int | None:
    try:
        return int(float(text)) if text is not None else None
    except ValueError:
        return None


def _text(value: object) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return [_text(v) for v in value]
    return str(value)
