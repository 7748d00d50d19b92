"""What a source says about itself; a source never sees the database, the queue, the clock or another source.

A *source* is one service. It has *streams*; a stream is a function that is handed ``api`` and ``cursor`` and
yields *pages*: the body of an answer as it came, with where in it the items are. The stream's name is the raw
table (``raw.{source}__{stream}``), the docstring its description. `connector.sync` writes each page together
with the cursor state that proves it was read in one transaction, so a stream may be killed between any two
pages and goes on from its last state.

    source = Source(name="toggl_track", title="Toggl Track", alias="toggl", …)

    @source.stream(version="at", deleted="$.server_deleted_at ? (@ != null)")
    def time_entries(api: Api, cursor: Cursor) -> Iterator[Page]:
        "What happened: one item per time entry."
        answer = api.get("/api/v9/me/time_entries", since=…)
        yield Page(answer.body, api_version="v9", state={"since": …})
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from lifetracer.outside.http import Access, Answer, Client
from lifetracer.settings import Settings

State = Mapping[str, Any]
"""What a stream remembers between two pages: plain JSON."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The part of a table that a full read has now met completely; what it did not meet there is gone.

    ``prefix`` limits to source ids that begin so, ``where`` (a jsonpath predicate) to items for which it finds
    something, ``time`` names the key whose instant must lie in [since, until).
    """

    prefix: str = ""
    where: str | None = None
    time: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    trust_empty: bool = False
    """Believe a read that met nothing at all although rows are stored (only when a person asked for it)."""
    fresh_too: bool = False
    """Also rows stored since this sync began; only where the service itself named what is gone."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a service, as it came, and how to take it apart."""

    body: bytes | str
    api_version: str
    items: Sequence[str] = ()
    """Path of keys to the list of items; () when the body itself is the list. An object counts as a list of one."""
    stream: str | None = None
    """Name of the stream whose table these items go to, when it is not the one that yields the page."""
    prefix: str = ""
    """Put before each item's id to form its ``source_id``, e.g. ``{calendarId}/``."""
    nested: str | None = None
    """Key of a list inside each item whose elements are the real items; the group's fields are merged into each."""
    add: Mapping[str, Any] | None = None
    """Fields that every item gets and the service left out, e.g. the workspace that was asked."""
    lists_deleted: bool = True
    """False where the service leaves deleted items out, so that looking for their mark is idle."""
    keep: str | None = None
    """jsonpath that an item must satisfy to be stored."""
    weaker: bool = False
    """At equal version, do not overwrite a row that came from another ``api_version``."""
    partition: str = ""
    """Which cursor of the stream ``state`` belongs to, e.g. a calendar."""
    state: State | None = None
    """The cursor's new state; ``None`` leaves it as it is."""
    sweep: str | None = None
    """Id (UUID) of the full read that this page belongs to."""
    covered: Covered | None = None
    """Set on the last page of a full read (needs ``sweep``)."""


class Api(Protocol):
    """Requests to the service: base address, credential, pacing, quota and retries are taken care of.

    Raises ``outside.http.HttpStatusError`` for an answer that no retry will change, CredentialError,
    QuotaError or TryAgainError.
    """

    def get(self, path: str, /, *, bucket: str | None = None, **params: object) -> Answer:
        """GET; parameters that are ``None`` are left out, a list is repeated."""

    def post(
        self, path: str, /, *, json: object, bucket: str | None = None, parse: bool = True, **params: object
    ) -> Answer:
        """POST a JSON body; without ``parse`` a large answer goes to the warehouse unread."""


class Cursor(Protocol):
    """What a stream may know: its own states, the rows of its connection, and what was asked for."""

    now: datetime
    """The present, UTC. For windows only; never for deciding what was already read."""
    since: datetime | None
    """Lower bound that the person asked for (``--since``)."""
    until: datetime | None
    """Upper bound that the person asked for (``--until``)."""
    full: bool
    """Read everything anew (``--full``)."""
    options: Settings
    """The installation's settings: page sizes and the like."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """``app.connection.settings`` of this connection."""

    def state(self, partition: str = "") -> dict[str, Any]:
        """Give the committed state of a partition; empty at the very beginning."""

    def partitions(self) -> list[str]:
        """Partitions that have a state."""

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """Give ``data`` of all living rows of a stream of this connection (small streams only)."""

    def new_sweep(self) -> str:
        """Give a fresh id for a full read."""

    def affords(self, bucket: str, requests: int) -> bool:
        """Tell whether the known quota of ``bucket`` leaves so many requests; else optional work should wait."""

    def total(self, stream: str, keys: tuple[str, str], covered: Covered, sweep: str | None = None) -> int:
        """Sum of the first key, else the second, over the living rows in ``covered`` (negatives left out).

        With ``sweep`` only rows that this full read has met. Waits until every yielded page is stored.
        """

    def allowance(self, bucket: str, *, total: int, remaining: int, resets_in: int) -> None:
        """Note a quota that the service told in a body."""

    def remember(self, **settings: object) -> None:
        """Add to ``app.connection.settings`` (committed with the next page)."""

    def warn(self, kind: str, **details: object) -> None:
        """Put a warning into the sync log, e.g. ``stale`` or ``deletions_spared``."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One thing a person has to hand over."""

    name: str
    title: str
    help: str
    setting: str | None = None
    """Field of `Settings` that may supply it in a one-person install."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a test of a credential found out."""

    external_user: str
    name: str
    """How the person will recognise it: an e-mail address, a workspace."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """To be kept in ``app.connection.settings``."""
    findings: Sequence[str] = ()
    """Sentences for the person: "3 workspaces, time zone Asia/Tokyo"."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One raw table and the function that reads it."""

    name: str
    description: str
    read: Callable[[Api, Cursor], Iterator[Page]] | None
    """``None`` for a table that another stream's pages fill."""
    id: str = "id"
    version: str | None = None
    """Key of the instant of the last change; an older one never overwrites a newer."""
    deleted: str | None = None
    """jsonpath that finds something in a deleted item."""
    drop: tuple[str, ...] = ()
    """Keys that are never stored: secrets, and positions that change at every read."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A channel that a service is asked to open: where to send its hints, and how to prove that they are its own."""

    channel_id: str
    address: str
    """With the channel's own part, where the source wants one."""
    secret: str
    ours: frozenset[str] = frozenset()
    """Ids of all channels of this source that are known here; what else leads to our address is a leftover."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a service said of a channel that it opened."""

    remote_id: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hinting:
    """How a service can be asked to tell that something has changed, so that a sync need not wait for its time.

    A hint never carries data into the warehouse: it only asks for a sync.
    """

    path: str
    """Of our inlet; ``{channel}`` stands for the channel's id, where the service cannot tell it otherwise."""
    topics: Callable[[Cursor], Sequence[str]]
    """What can be watched: workspaces, calendars."""
    open: Callable[[Client, str, Wish], Opened]
    """Ask for hints about a topic."""
    close: Callable[[Client, str, str, str], None]
    """Give (topic, channel id, remote id) up; it does not matter if the service has forgotten it."""
    look: Callable[[Client, str, str], str] | None = None
    """Ask the service how (topic, remote id) stands; ``None`` where it cannot be asked."""
    wake: Callable[[Client, str, str], None] | None = None
    """Switch (topic, remote id) on again after the service has switched it off."""


Read = Callable[[Api, Cursor], Iterator[Page]]


@dataclass
class Source:
    """One service: its name, what it needs, its streams in the order in which they are read."""

    name: str
    title: str
    secrets: tuple[Secret, ...]
    complete: tuple[frozenset[str], ...] = ()
    """Sets of secrets each of which suffices; by default the one of all that are not optional."""
    open: Callable[[Mapping[str, str], Settings], Access] | None = None
    """Credential and settings → how to talk to the service; ``None`` for sources that only read files."""
    check: Callable[[Api, Settings], Checked] | None = None
    """Prove that a credential works and say whose it is."""
    alias: str | None = None
    heartbeat: tuple[str, str] | None = None
    """Stream and key of the instant by which one sees that a person goes on using the service."""
    expands: str | None = None
    """Name of the stream of calendar events that are to be expanded into ``raw.occurrence``."""
    hinting: Hinting | None = None
    """How the service tells of changes by itself; ``None`` when it cannot."""
    streams: dict[str, Stream] = field(default_factory=dict)

    def stream(self, **facts: Any) -> Callable[[Read], Read]:
        """Declare the decorated function as a stream (its name and docstring become the table's)."""

        def declare(read: Read) -> Read:
            name = read.__name__
            self.streams[name] = Stream(name=name, description=inspect.getdoc(read) or "", read=read, **facts)
            return read

        return declare

    def table(self, name: str, description: str, **facts: Any) -> None:
        """Declare a stream that pages of other streams fill."""
        self.streams[name] = Stream(name=name, description=description, read=None, **facts)

    @property
    def plain_name(self) -> str:
        """The word for the source on the command line."""
        return self.alias or self.name

    def accepts(self, credential: Mapping[str, str]) -> bool:
        """Tell whether a credential has everything that the service asks for."""
        needed = self.complete or (frozenset(secret.name for secret in self.secrets if not secret.optional),)
        return any(names and all(credential.get(name) for name in names) for names in needed)

    def raw_table(self, stream: str) -> str:
        """Name of the stream's table in schema raw."""
        return f"{self.name}__{stream}"
