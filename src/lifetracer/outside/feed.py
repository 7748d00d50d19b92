"""Reads one published file by its secret address: conditional, bounded in size and time, few redirects.

Law: the address is a password. It is sent to its own host only, over https (or to this machine), and no message,
log line or error repeats more of it than the host's name.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from lifetracer.errors import CredentialError, FixByHandError, LifetracerError, TryAgainError
from lifetracer.outside.http import Access, Answer, Client, retry_after
from lifetracer.outside.quota import Budget
from lifetracer.settings import Settings

MOST_BYTES = 64 * 1024 * 1024
MOST_SECONDS = 120.0
MOST_REDIRECTS = 5

logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes every address down


@dataclass(frozen=True, slots=True)
class FeedAccess(Access):
    """How to read one published file; ``base_url`` is its whole address."""

    def client(self, settings: Settings, budget: Budget | None = None) -> Client:
        """Open a client for it."""
        return FeedClient(self, settings, budget)

    def __repr__(self) -> str:
        return f"FeedAccess({self.title} at {urlsplit(self.base_url).hostname})"


class FeedClient(Client):
    """Fetches the file: ``get("", etag=…, last_modified=…)`` answers 304 with an empty body when it is unchanged."""

    def _once(
        self,
        method: str,  # noqa: ARG002
        path: str,  # noqa: ARG002
        bucket: str,  # noqa: ARG002
        query: Mapping[str, Any],
        payload: object,  # noqa: ARG002
        *,
        parse: bool,  # noqa: ARG002
        match: str | None = None,  # noqa: ARG002
    ) -> Answer:
        self.requests += 1
        url = self.access.base_url
        headers = {"Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1"}
        if query.get("etag"):
            headers["If-None-Match"] = query["etag"]
        if query.get("last_modified"):
            headers["If-Modified-Since"] = query["last_modified"]
        try:
            for _ in range(MOST_REDIRECTS + 1):
                with self._http.stream("GET", url, headers=headers) as response:
                    if not response.has_redirect_location:
                        return self._answer(response)
                    url = self._next(url, response.headers["location"])
        except httpx.InvalidURL:
            raise FixByHandError(f"The address of {self.access.title} is not one.", remedy="Copy it again.") from None
        except httpx.TransportError as failure:
            raise self._unreachable(failure) from None
        raise FixByHandError(
            f"{self.access.title} redirects more than {MOST_REDIRECTS} times.", remedy="Copy its address again."
        )

    def _next(self, url: str, location: str) -> str:
        """Where a redirect leads; a stranger's server may not send us to this machine."""
        target = safe_address(urljoin(url, location), self.access.title)
        if _is_this_machine(urlsplit(target).hostname or "") and not _is_this_machine(urlsplit(url).hostname or ""):
            raise FixByHandError(
                f"{self.access.title} redirects to this machine, which only a deceiver does.", remedy="Do not use it."
            )
        return target

    def _answer(self, response: httpx.Response) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code == 304:
            return Answer(304, headers, b"")
        if not response.is_success:
            raise self._refusal(response.status_code, headers)
        parts, size, deadline = [], 0, time.monotonic() + MOST_SECONDS
        for part in response.iter_bytes():
            size += len(part)
            parts.append(part)
            if size > MOST_BYTES:
                raise FixByHandError(
                    f"{self.access.title} sends more than {MOST_BYTES // 2**20} MB.",
                    remedy="Is it the address of a calendar? Export it to a file and import the part that you need.",
                )
            if time.monotonic() > deadline:
                raise TryAgainError(f"{self.access.title} took longer than {MOST_SECONDS:.0f} s.", remedy="Try later.")
        return Answer(response.status_code, headers, b"".join(parts))

    def _refusal(self, code: int, headers: Mapping[str, str]) -> LifetracerError:
        host = urlsplit(self.access.base_url).hostname
        if code in (401, 403, 404, 410):
            return CredentialError(
                f"{self.access.title}: {host} does not know this secret address (any more): it answered {code}.",
                remedy="Copy the secret address again from the calendar's settings and run `lifetracer connect ical`.",
            )
        if code == 429 or code >= 500:
            return TryAgainError(
                f"{self.access.title}: {host} answered {code}.",
                remedy="Nothing is lost; the next sync tries again.",
                after=retry_after(headers),
            )
        return FixByHandError(f"{self.access.title}: {host} answered {code}.", remedy="Copy its address again.")


def safe_address(address: str, title: str) -> str:
    """Give the address in the form to ask for, ``webcal://`` as ``https://``.

    Raises:
        FixByHandError: it is not https (plain http is accepted on this machine only), or no address.
    """
    address = address.strip()
    parts = urlsplit(address)
    if parts.scheme.lower() in ("webcal", "webcals"):
        address = "https" + address[len(parts.scheme) :]
        parts = urlsplit(address)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise FixByHandError(
            f"The address of {title} is not a web address.",
            remedy="It begins with https:// ; in Google Calendar it is the “Secret address in iCal format”.",
        )
    if parts.scheme.lower() == "http" and not _is_this_machine(parts.hostname):
        raise FixByHandError(
            f"The address of {title} begins with http://, so anybody on the way could read it.",
            remedy="Use its https:// address.",
        )
    return address


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
