"""The names of all faults with a sentence each; the list that `GET /__admin/faults` shows and a test walks through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lifetracer.sandbox.google.refusals import google_error
from lifetracer.sandbox.toggl.refusals import toggl_text
from lifetracer.sandbox.wire import Call, Reply, dump

TOGGL = "* /api/v9/*"
REPORTS = "POST /reports/api/v3/*"
GOOGLE = "* /calendar/v3/*"
EVENTS = "GET /calendar/v3/calendars/*/events"
TOKEN = "POST /token"  # noqa: S105
GITHUB = "* /repos/*"
DISPATCH = "POST /repos/*/dispatches"
ANY = "*"


class Kind(Enum):
    """When a fault strikes."""

    INSTEAD = "instead"
    """The vendor is not asked; this is the answer."""
    SPOIL = "spoil"
    """The vendor's answer is damaged on its way."""
    ASKED = "asked"
    """The vendor itself behaves differently."""
    ACTION = "action"
    """Something happens at once, when the fault is switched on; it changes what is true."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault that can be switched on."""

    vendor: str
    kind: Kind
    route: str
    sentence: str
    answer: Callable[[Call, dict[str, Any]], Reply] = lambda _call, _options: Reply()
    heals: bool = True
    """Whether a patient client gets over it by itself, once the count is used up."""


def _is_toggl(call: Call) -> bool:
    return call.path.startswith(("/api/v9", "/reports", "/webhooks"))


def _is_github(call: Call) -> bool:
    return call.path.startswith("/repos/")


def _github(status: int, text: str, *, waits: bool = False) -> Callable[[Call, dict[str, Any]], Reply]:
    def answer(_call: Call, options: dict[str, Any]) -> Reply:
        body = {"message": text, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        headers = {"content-type": "application/json; charset=utf-8"}
        if waits and "retry_after" in options:
            headers["retry-after"] = str(options["retry_after"])
        elif waits:
            headers |= {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(options.get("reset", 0))}
        return Reply(status, dump(body), headers)

    return answer


def _status(status: int, text: str) -> Callable[[Call, dict[str, Any]], Reply]:
    def answer(call: Call, options: dict[str, Any]) -> Reply:
        headers = {"retry-after": str(options["retry_after"])} if "retry_after" in options else {}
        if _is_toggl(call) or call.path == "/token":
            return Reply(status, text.encode(), {"content-type": "text/plain; charset=utf-8", **headers})
        if _is_github(call):
            return _github(status, text, waits=bool(headers))(call, options)
        reply = google_error(status, "backendError", text)
        reply.headers.update(headers)
        return reply

    return answer


def _too_many(call: Call, options: dict[str, Any]) -> Reply:
    if _is_toggl(call):
        reply = Reply(429, b"", {"content-type": "text/plain"})
    elif _is_github(call):
        reply = _github(429, "You have exceeded a secondary rate limit.")(call, options)
    else:
        reply = google_error(429, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
    if "retry_after" in options:
        reply.headers["retry-after"] = str(options["retry_after"])
    return reply


def _toggl(status: int, text: str) -> Callable[[Call, dict[str, Any]], Reply]:
    return lambda _call, _options: toggl_text(text, status)


def _google(status: int, reason: str, text: str, **more: str) -> Callable[[Call, dict[str, Any]], Reply]:
    return lambda _call, _options: google_error(status, reason, text, **more)


def _quota(_call: Call, options: dict[str, Any]) -> Reply:
    seconds = int(options.get("resets_in", 600))
    reply = toggl_text("Hourly limit for API calls reached. Please try again later or upgrade your plan.", 402)
    reply.headers.update({"x-toggl-quota-remaining": "0", "x-toggl-quota-resets-in": str(seconds)})
    return reply


def _grant(_call: Call, _options: dict[str, Any]) -> Reply:
    body = b'{"error":"invalid_grant","error_description":"Token has been expired or revoked."}'
    return Reply(400, body, {"content-type": "application/json; charset=utf-8"})


INSTEAD, SPOIL, ASKED, ACTION = Kind.INSTEAD, Kind.SPOIL, Kind.ASKED, Kind.ACTION
_GONE = "This endpoint has been shut down. Please use the current version of the API."
_LIMIT = "Calendar usage limits exceeded."

CATALOGUE: dict[str, Entry] = {
    # the wire
    "latency": Entry("any", SPOIL, ANY, "The answer comes late (options: seconds, default 1)."),
    "connection_reset": Entry(
        "any", SPOIL, ANY, "The connection breaks in the middle of the body (options: after = bytes that still arrive)."
    ),
    "status_500": Entry("any", INSTEAD, ANY, "500 Internal Server Error.", _status(500, "Internal Server Error")),
    "status_502": Entry("any", INSTEAD, ANY, "502 Bad Gateway.", _status(502, "Bad Gateway")),
    "status_503": Entry(
        "any", INSTEAD, ANY, "503 (options: retry_after in seconds).", _status(503, "Service Unavailable")
    ),
    "malformed_json": Entry("any", SPOIL, ANY, "The body arrives whole and is no JSON."),
    "truncated_page": Entry("any", SPOIL, ANY, "Half of the body is missing although the length header agrees."),
    "html_page": Entry("any", SPOIL, ANY, "A hotel's log-in page answers 200 with HTML."),
    "rate_limited": Entry("any", INSTEAD, ANY, "429 (options: retry_after in seconds).", _too_many),
    # Toggl
    "toggl_quota_exhausted": Entry(
        "toggl", INSTEAD, "* /*api/v*", "402 with quota headers (options: resets_in, default 600 s).", _quota
    ),
    "toggl_quota_exhausted_silent": Entry(
        "toggl", INSTEAD, "* /*api/v*", "402 without quota headers.", _toggl(402, "Payment Required")
    ),
    "toggl_no_quota_headers": Entry("toggl", ASKED, "* /*api/v*", "Answers carry no quota headers."),
    "toggl_null_lists": Entry("toggl", ASKED, "GET /api/v9/*", "An empty list is answered as null."),
    "toggl_duplicate_rows": Entry("toggl", ASKED, "* /*api/v*", "One answer holds rows twice, the older version last."),
    "toggl_empty_page": Entry("toggl", ASKED, REPORTS, "A Reports page is empty and still announces a next row."),
    "toggl_first_id_trap": Entry(
        "toggl", ASKED, REPORTS, "A request that passes first_id gets an empty page, silently."
    ),
    "toggl_migrated": Entry(
        "toggl",
        ASKED,
        "* /*api/v*",
        "The account moved to another product: nothing after options.after (RFC 3339).",
        heals=False,
    ),
    "toggl_forbidden": Entry(
        "toggl",
        INSTEAD,
        "* /reports/*",
        "403 on a workspace path: a right is missing.",
        _toggl(403, "Workspace not found/accessible"),
        False,
    ),
    "toggl_bad_token": Entry(
        "toggl",
        INSTEAD,
        TOGGL,
        "403: the token is not known.",
        _toggl(403, "Incorrect username and/or password"),
        False,
    ),
    "toggl_gone": Entry("toggl", INSTEAD, TOGGL, "410: this API was shut down for ever.", _toggl(410, _GONE), False),
    "toggl_token_revoked": Entry(
        "toggl", ACTION, ANY, "The person resets the API token; the old one gets 403.", heals=False
    ),
    "toggl_hostile_text": Entry(
        "toggl", ACTION, ANY, "Recent entries get NUL characters, lone surrogates, emoji and a 64 KB description."
    ),
    "toggl_zombie": Entry("toggl", ACTION, ANY, "An entry with duration 0 and no stop appears."),
    "toggl_odd_times": Entry(
        "toggl", ACTION, ANY, "Entries of zero length, over 24 h, overlapping and in the future appear."
    ),
    "webhook_duplicate": Entry("toggl", ASKED, ANY, "Each delivery of the next batch arrives twice."),
    "webhook_out_of_order": Entry("toggl", ASKED, ANY, "The deliveries of the next batch arrive in the wrong order."),
    # Google
    "google_rate_limited": Entry(
        "google",
        INSTEAD,
        GOOGLE,
        "403 userRateLimitExceeded.",
        _google(403, "userRateLimitExceeded", "User Rate Limit Exceeded", domain="usageLimits"),
    ),
    "google_quota_exceeded": Entry(
        "google",
        INSTEAD,
        GOOGLE,
        "403 quotaExceeded: the account is braked for hours.",
        _google(403, "quotaExceeded", _LIMIT, domain="usageLimits"),
        False,
    ),
    "google_access_expired": Entry(
        "google",
        INSTEAD,
        GOOGLE,
        "401: the access token is not valid any more; a fresh one is.",
        _google(401, "authError", "Invalid Credentials", location_type="header", location="Authorization"),
    ),
    "google_forbidden": Entry(
        "google",
        INSTEAD,
        GOOGLE,
        "403 accessNotConfigured: the API is not switched on.",
        _google(403, "accessNotConfigured", "Access Not Configured.", domain="usageLimits"),
        False,
    ),
    "google_not_found": Entry(
        "google",
        INSTEAD,
        EVENTS,
        "404: the calendar is gone or not shared any more.",
        _google(404, "notFound", "Not Found"),
        False,
    ),
    "google_sync_token_gone": Entry(
        "google", ASKED, "GET /calendar/v3/*", "410 fullSyncRequired for a request with a sync token."
    ),
    "google_page_token_refused": Entry("google", ASKED, "GET /calendar/v3/*", "400 for a request with a page token."),
    "google_empty_page": Entry(
        "google", ASKED, "GET /calendar/v3/*", "A page is empty, though a nextPageToken follows."
    ),
    "google_short_pages": Entry(
        "google", ASKED, "GET /calendar/v3/*", "Pages hold fewer items than asked (options: size, default 3)."
    ),
    "google_duplicate_items": Entry("google", ASKED, EVENTS, "A page holds an item twice."),
    "google_bare_tombstones": Entry("google", ASKED, EVENTS, "Cancelled instances come without recurringEventId."),
    "google_token_per_page": Entry("google", ASKED, EVENTS, "The last page brings no nextSyncToken."),
    "google_sync_tokens_invalidated": Entry(
        "google", ACTION, ANY, "All sync tokens of the person die (as after an ACL change)."
    ),
    "google_hostile_text": Entry(
        "google", ACTION, ANY, "Upcoming events get lone surrogates, NUL, emoji and a 64 KB description."
    ),
    "google_revoked": Entry(
        "google", ACTION, ANY, "The person withdraws the consent: invalid_grant from now on.", heals=False
    ),
    # Google OAuth
    "oauth_invalid_grant": Entry("oauth", INSTEAD, TOKEN, "400 invalid_grant.", _grant, False),
    "oauth_unavailable": Entry(
        "oauth", INSTEAD, TOKEN, "503 from the token address.", _status(503, "Service Unavailable")
    ),
    "oauth_denied": Entry(
        "oauth", ASKED, "GET /o/oauth2/v2/auth", "The person says no: error=access_denied.", heals=False
    ),
    "oauth_partial_scopes": Entry(
        "oauth",
        ASKED,
        "GET /o/oauth2/v2/auth",
        "The person unticks scopes (options: scopes = those granted).",
        heals=False,
    ),
    "oauth_new_refresh_token": Entry(
        "oauth", ASKED, TOKEN, "A refresh answers with a new refresh token; the old one dies."
    ),
    # GitHub
    "github_bad_token": Entry(
        "github", INSTEAD, GITHUB, "401: the token is not valid (any more).", _github(401, "Bad credentials"), False
    ),
    "github_forbidden": Entry(
        "github",
        INSTEAD,
        GITHUB,
        "403: the token lacks the permission Actions: write.",
        _github(403, "Resource not accessible by personal access token"),
        False,
    ),
    "github_not_found": Entry(
        "github", INSTEAD, GITHUB, "404: no such repository or workflow, or no right.", _github(404, "Not Found"), False
    ),
    "github_rate_limited": Entry(
        "github",
        INSTEAD,
        GITHUB,
        "403: the hourly limit is used up (options: reset = seconds since 1970, or retry_after = seconds).",
        _github(403, "API rate limit exceeded for user ID 1.", waits=True),
    ),
    "github_old_server": Entry(
        "github", ASKED, DISPATCH, "A server that does not know return_run_details: 422 when it is sent."
    ),
    "github_answer_lost": Entry("github", ASKED, DISPATCH, "502 although the workflow was started."),
    "github_run": Entry(
        "github",
        ASKED,
        DISPATCH,
        "The run takes long or fails (options: seconds, conclusion, listed_after = seconds until lists show it).",
        heals=False,
    ),
}
