"""Channels by which services tell that something changed: opened, renewed before they expire, given up.

    service ──hint──▶ inlet (server) ──▶ a sync is asked for         polling by the schedule stays: a hint may be lost

Law: a hint is never data. A channel is written down before the service is asked to open it, because the service may
call back at once; and it is forgotten here even when the service cannot be told, for then its hints lead nowhere.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from psycopg.rows import class_row, dict_row

from lifetracer.connector import connecting
from lifetracer.connector.connecting import Connected
from lifetracer.connector.cursor import Reading, StreamCursor
from lifetracer.connector.ingest import Owner
from lifetracer.connector.registry import source_named
from lifetracer.connector.source import Hinting, Wish
from lifetracer.errors import FixByHandError, LifetracerError, UsageError
from lifetracer.outside.http import Client
from lifetracer.outside.quota import Budget
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse, queries

log = logging.getLogger(__name__)

SQL = queries.beside(__file__)

RENEW_BEFORE = timedelta(days=3)
"""A channel that ends sooner gets a successor; a sync a day (the schedule) is often enough."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel, as a person may see it."""

    channel_id: UUID
    connection_id: UUID
    source: str
    topic: str
    address: str
    remote_id: str | None
    opened_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None
    last_heard_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class Known:
    """What an inlet has to know of the channel that it is called for."""

    account_id: UUID
    connection_id: UUID
    source: str
    secret: str
    remote_id: str | None
    confirmed_at: datetime | None


def plan(topics: Sequence[str], channels: Sequence[Channel], now: datetime) -> tuple[list[str], list[Channel]]:
    """Decide which topics need a channel and which channels are no longer needed.

    Pure: of each topic the channel that lives longest stays; what has a successor, what has expired and what is
    about something that is not read any more goes.
    """
    endless = datetime.max.replace(tzinfo=UTC)
    missing: list[str] = []
    kept: set[UUID] = set()
    for topic in dict.fromkeys(topics):
        living = [one for one in channels if one.topic == topic and (one.expires_at or endless) > now]
        best = max(living, key=lambda one: one.expires_at or endless, default=None)
        if best is None or (best.expires_at or endless) - now < RENEW_BEFORE:
            missing.append(topic)
        if best is not None:
            kept.add(best.channel_id)
    return missing, [one for one in channels if one.channel_id not in kept]


def listed(warehouse: Warehouse, account_id: UUID, connection_id: UUID) -> list[Channel]:
    """List the channels of a connection."""
    with warehouse.transaction() as connection:
        return _of(connection, {"account": account_id, "connection": connection_id})


def start(
    warehouse: Warehouse, settings: Settings, account_id: UUID, connected: Connected, address: str
) -> list[Channel]:
    """Ask a service to send hints to an address of ours; channels that lead elsewhere are given up.

    Args:
        warehouse: an open warehouse.
        settings: the installation's settings.
        account_id: whose connection.
        connected: the connection.
        address: of our server as the internet sees it, such as ``https://life.example.org``.

    Returns:
        The channels that are open now.

    Raises:
        UsageError: the source cannot do this, or the address is none that a service would call.
        FixByHandError: the service does not reach the address; nothing was read from the source yet.
    """
    hinting = _hinting(connected)
    address = checked_address(address)
    with _keeper(warehouse, settings, account_id, connected) as keeper:
        if not keeper.topics():
            raise FixByHandError(
                f"Nothing of {connected.name} has been read yet, so there is nothing to watch.",
                remedy=f"Run `lifetracer sync {connected.name}` first.",
            )
        for one in keeper.channels():
            if one.address != address:
                keeper.close(hinting, one)
        keeper.keep(hinting, address)
        return keeper.channels()


def renew(reading: Reading, client: Client) -> None:
    """Open successors of channels that end soon, at the end of a sync; a failure becomes a warning of the sync.

    Nothing happens for a connection without channels: whoever wants hints opens the first ones.
    """
    hinting = reading.owner.source.hinting
    if hinting is None:
        return
    keeper = _Keeper(reading, client)
    try:
        channels = keeper.channels()
        if channels:
            with keeper.alone():
                keeper.keep(hinting, channels[-1].address)
    except LifetracerError as failure:
        message = f"The channels for hints could not be renewed: {failure} News then comes with the next sync."
        reading.warnings.append({"kind": "hints", "message": message})


def withdraw(warehouse: Warehouse, settings: Settings, account_id: UUID, connected: Connected) -> int:
    """Give up every channel of a connection, at the service too where it can be told; gives how many there were."""
    channels = listed(warehouse, account_id, connected.connection_id)
    if not channels:
        return 0
    hinting = _hinting(connected)
    patient = settings.model_copy(update={"retry_attempts": 1})
    try:
        with _keeper(warehouse, patient, account_id, connected) as keeper:
            for one in channels:
                keeper.close(hinting, one)
    except LifetracerError as failure:
        log.warning("the channels of %s are forgotten without telling the service: %s", connected.name, failure)
        with warehouse.transaction() as connection:
            for one in channels:
                connection.execute(SQL["forget"], {"account": account_id, "channel": one.channel_id})
    return len(channels)


def look(warehouse: Warehouse, settings: Settings, account_id: UUID, connected: Connected) -> dict[UUID, str]:
    """Ask the service how its channels stand: channel → a word; empty where it cannot be asked."""
    hinting = _hinting(connected)
    if hinting.look is None or not (channels := listed(warehouse, account_id, connected.connection_id)):
        return {}
    with _keeper(warehouse, settings, account_id, connected) as keeper:
        return {one.channel_id: hinting.look(keeper.client, one.topic, one.remote_id or "") for one in channels}


def wake(warehouse: Warehouse, settings: Settings, account_id: UUID, connected: Connected) -> int:
    """Switch channels on again that the service has switched off; gives how many there are.

    Raises:
        UsageError: this service does not switch channels off.
    """
    hinting = _hinting(connected)
    if hinting.wake is None:
        raise UsageError(f"{connected.source} never switches channels off.", remedy="Open them anew with --url.")
    channels = listed(warehouse, account_id, connected.connection_id)
    with _keeper(warehouse, settings, account_id, connected) as keeper:
        for one in channels:
            hinting.wake(keeper.client, one.topic, one.remote_id or "")
    return len(channels)


def find(connection: Connection, warehouse: Warehouse, source: str, channel_id: UUID) -> Known | None:
    """Find the channel that an inlet is called for (owner's transaction); its secret decrypted."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(SQL["find"], {"channel": channel_id, "source": source}).fetchone()
    return Known(**row | {"secret": warehouse.vault.unseal(row["secret"])}) if row else None


def heard(connection: Connection, known: Known, channel_id: UUID) -> None:
    """Note that a channel was heard (owner's transaction)."""
    connection.execute(SQL["heard"], {"account": known.account_id, "channel": channel_id})


def checked_address(text: str) -> str:
    """Give an address of ours without a slash at its end.

    Raises:
        UsageError: no service would call it.
    """
    parts = urlsplit(text.strip().rstrip("/"))
    near = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if (
        not parts.hostname
        or parts.query
        or parts.fragment
        or parts.scheme not in ({"https", "http"} if near else {"https"})
    ):
        raise UsageError(f"“{text}” is no https address.", remedy="Write it like https://life.example.org.")
    return parts.geturl()


class _Keeper:
    """Opens and closes the channels of one connection."""

    def __init__(self, reading: Reading, client: Client) -> None:
        self.reading = reading
        self.client = client
        self.warehouse = reading.warehouse
        self.source = reading.owner.source
        self.names = {"account": reading.owner.account_id, "connection": reading.owner.connection_id}

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else open or close channels of this connection meanwhile."""
        with self.warehouse.session() as session:
            session.execute(SQL["lock"], self.names)
            try:
                yield
            finally:
                session.execute(SQL["unlock"], self.names)

    def topics(self) -> Sequence[str]:
        assert self.source.hinting is not None
        return self.source.hinting.topics(StreamCursor(self.reading, "hints"))

    def channels(self) -> list[Channel]:
        with self.warehouse.transaction() as connection:
            return _of(connection, self.names)

    def keep(self, hinting: Hinting, address: str) -> None:
        """Let every topic have a channel that lives on, and nothing else have one."""
        wanted, now = self.topics(), datetime.now(UTC)
        missing, _ = plan(wanted, self.channels(), now)
        for topic in missing:
            self.open(hinting, topic, address)
        for one in plan(wanted, self.channels(), now)[1]:
            self.close(hinting, one)

    def open(self, hinting: Hinting, topic: str, address: str) -> None:
        channel_id, secret = uuid4(), secrets.token_hex(32)
        values: dict[str, Any] = {**self.names, "channel": channel_id, "source": self.source.name, "topic": topic}
        with self.warehouse.transaction() as connection:
            known = connection.execute(SQL["known"], values).fetchall()
            connection.execute(SQL["make"], {**values, "address": address, "secret": self.warehouse.vault.seal(secret)})
        wish = Wish(
            channel_id=str(channel_id),
            address=address + hinting.path.format(channel=channel_id),
            secret=secret,
            ours=frozenset(str(one) for (one,) in known),
        )
        try:
            opened = hinting.open(self.client, topic, wish)
        except BaseException:
            self._forget(values)
            raise
        with self.warehouse.transaction() as connection:
            fresh = {"remote": opened.remote_id, "expires_at": opened.expires_at}
            connection.execute(SQL["opened"], {**values, **fresh})

    def close(self, hinting: Hinting, channel: Channel) -> None:
        """Forget a channel, after telling the service unless it has ended by itself."""
        ended = channel.expires_at is not None and channel.expires_at <= datetime.now(UTC)
        if channel.remote_id and not ended:
            hinting.close(self.client, channel.topic, str(channel.channel_id), channel.remote_id)
        self._forget({**self.names, "channel": channel.channel_id})

    def _forget(self, values: Mapping[str, Any]) -> None:
        with self.warehouse.transaction() as connection:
            connection.execute(SQL["forget"], values)


@contextlib.contextmanager
def _keeper(warehouse: Warehouse, settings: Settings, account_id: UUID, connected: Connected) -> Iterator[_Keeper]:
    source = source_named(connected.source)
    owner = Owner(account_id, connected.connection_id, source)
    access = connecting.open_access(warehouse, settings, account_id, (connected.connection_id, source))
    budget = Budget()
    reading = Reading(warehouse, owner, settings, budget, dict(connected.settings), datetime.now(UTC))
    with access.client(settings, budget) as client:
        keeper = _Keeper(reading, client)
        with keeper.alone():
            yield keeper


def _of(connection: Connection, names: Mapping[str, Any]) -> list[Channel]:
    with connection.cursor(row_factory=class_row(Channel)) as cursor:
        return cursor.execute(SQL["of_connection"], names).fetchall()


def _hinting(connected: Connected) -> Hinting:
    source = source_named(connected.source)
    if source.hinting is None:
        raise UsageError(f"{source.title} cannot tell of changes by itself.", remedy="It is asked by the schedule.")
    return source.hinting
