"""Following a list of Google's by its tokens: full read, pages, incremental read, and every way in which a token dies.

Law: a state is yielded with the page that proves it, so a reader that stops anywhere goes on after its last page;
a refused token costs a restart, never a row; nothing is asked for without end.

    no token ──► full read under a sweep ──► pages … ──► last page: sweep what was not met, keep nextSyncToken
    sync token ► changes only ─────────────► pages … ──► last page: keep nextSyncToken
    page token refused (400, 410) ──► the same read from its first page (a full one under a new sweep)
    sync token refused (400, 410) ──► full read under a sweep
    last page of a read that an earlier sync began ──► changes since then

Rules: developers.google.com/workspace/calendar/api/guides/sync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lifetracer.connector.source import Api, Cursor, Page, State
from lifetracer.errors import TryAgainError
from lifetracer.outside.http import HttpStatusError

API_VERSION = "v3"
MOST_RESTARTS = 3
MOST_PAGES = 20_000
"""50 million events; whoever sends more pages never ends."""
MOST_EMPTY_PAGES = 200
"""Empty pages are allowed; so many in a row are a loop."""

READ_ANEW: State = {"read": "anew"}
"""State of a list whose tokens are lost: something was read, and the next read is a full one."""

Body = Mapping[str, Any]


class LostThreadError(TryAgainError):
    """The list could not be read to its end."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One answer of a list, and where it stands in the read."""

    raw: bytes
    body: Body
    state: State
    """To be committed with it."""
    sweep: str | None
    """Id of the full read it belongs to; ``None`` when only changes are read."""
    last: bool

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items, as Python values."""
        return [item for item in self.body.get("items") or [] if isinstance(item, dict) and item.get("id")]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a read stands."""

    sync_token: str | None = None
    page_token: str | None = None
    sweep: str | None = None

    @property
    def state(self) -> State:
        return {
            name: value
            for name, value in (("sync_token", self.sync_token), ("page_token", self.page_token), ("sweep", self.sweep))
            if value
        }


def follow(
    api: Api,
    cursor: Cursor,
    path: str,
    parameters: Mapping[str, Any],
    take: Callable[[Sheet], Iterator[Page]],
    *,
    title: str,
    partition: str = "",
) -> Iterator[Page]:
    """Read a list to its end, going on where the committed state says.

    Args:
        api: requests.
        cursor: states and sweeps.
        path: of the list.
        parameters: the same for full and incremental reads, as Google demands.
        take: makes pages out of one answer; the one with ``sheet.state`` comes last.
        title: the list's name, for sentences.
        partition: of the cursor.

    Raises:
        LostThreadError: tokens repeat, never end, are refused again and again, or the sync token is missing.
        HttpStatusError: the list itself is refused (403, 404).
    """
    place = _start(cursor, partition)
    resumed = place.page_token is not None
    met: set[str] = set()
    restarts = empty = 0
    for _ in range(MOST_PAGES):
        try:
            answer = api.get(path, **parameters, syncToken=place.sync_token, pageToken=place.page_token)
        except HttpStatusError as refused:
            place = _restart(place, refused, cursor, title)
            message = f"Google no longer accepted its token for the list {title}; it was read again."
            cursor.warn("token_refused", list=title, status=refused.code, message=message)
            restarts, empty, resumed = restarts + 1, 0, False
            met.clear()
            if restarts > MOST_RESTARTS:
                raise LostThreadError(
                    f"Google refuses its own tokens for {title} again and again ({refused.said or refused.code}).",
                    remedy="What was read is kept; the next sync tries again.",
                ) from None
            continue
        body = _checked(answer.json(), title)
        following = body.get("nextPageToken")
        if not following:
            token = body.get("nextSyncToken")
            state = {"sync_token": token} if token else READ_ANEW
            yield from take(Sheet(answer.body, body, state, place.sweep, last=True))
            if not token:
                raise LostThreadError(
                    f"Google ended the list {title} without a sync token.",
                    remedy="Everything it sent is kept; the next sync reads this list in full.",
                )
            if not resumed:
                return
            # Begun by an earlier sync: what changed since then is fetched now, so that this sync ends up to date too.
            place, resumed = _Place(sync_token=token), False
            met.clear()
            continue
        empty = 0 if body.get("items") else empty + 1
        if following in met or following == place.page_token or empty > MOST_EMPTY_PAGES:
            break
        met.add(following)
        place = replace(place, page_token=following)
        yield from take(Sheet(answer.body, body, place.state, place.sweep, last=False))
    yield Page(b"[]", API_VERSION, partition=partition, state=_first_page(place).state or READ_ANEW)
    raise LostThreadError(
        f"The pages of {title} never end: Google repeats itself.",
        remedy="What was read is kept; the next sync begins this list again.",
    )


def _start(cursor: Cursor, partition: str) -> _Place:
    state = cursor.state(partition)
    anew = cursor.full or cursor.since or cursor.until
    if not anew and (state.get("sync_token") or (state.get("sweep") and state.get("page_token"))):
        return _Place(state.get("sync_token"), state.get("page_token"), state.get("sweep"))
    return _Place(sweep=cursor.new_sweep())


def _first_page(place: _Place) -> _Place:
    """Give the beginning of the same read; a full one has to be begun anew, because its sweep has holes."""
    return _Place(sync_token=place.sync_token)


def _restart(place: _Place, refused: HttpStatusError, cursor: Cursor, title: str) -> _Place:
    """Where to go on after a refusal; raises it again when no token can be the reason."""
    if refused.code not in {400, 410} or not (place.page_token or place.sync_token):
        if refused.code == 410:
            raise LostThreadError(
                f"Google demands a full read of {title}, which this was.", remedy="The next sync tries again."
            ) from None
        raise refused
    if place.page_token and place.sync_token:
        return _first_page(place)
    return _Place(sweep=cursor.new_sweep())


def _checked(body: Any, title: str) -> Body:
    if isinstance(body, dict) and isinstance(body.get("items", []), list) and ("items" in body or "kind" in body):
        return body
    raise TryAgainError(
        f"Google answered the list {title} with something else.",
        remedy="A log-in page of the network may be in the way; this usually passes.",
    )
