"""The vault: credentials of connections, encrypted at rest (MultiFernet, so keys can be rotated).

Law: plain credentials exist in memory only; nothing here shows one in a repr, a log or an error.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings
from lifetracer.warehouse import queries
from lifetracer.warehouse.premises import unusable

_SQL = queries.beside(__file__)

_Connection = psycopg.Connection[Any]


class Vault:
    """Encrypts with the newest key, decrypts with any of them."""

    def __init__(self, keys: list[str], key_file: Path | None = None) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise FixByHandError(
                "LIFETRACER_SECRET_KEY is not a key." if key_file is None else f"{key_file} holds no key.",
                remedy="A key is 44 characters; `lifetracer rotate-key --print-new` makes one.",
            ) from None
        self._keys = keys
        self._key_file = key_file

    @classmethod
    def remote(cls, settings: Settings) -> Vault:
        """Open the vault of a database elsewhere: its key must be given.

        Raises:
            FixByHandError: ``LIFETRACER_SECRET_KEY`` is missing or no key.
        """
        keys = _given(settings)
        if not keys:
            raise FixByHandError(
                "LIFETRACER_SECRET_KEY is not set, and credentials are never stored unencrypted in a remote database.",
                remedy="Make a key with `lifetracer rotate-key --print-new`, keep it safe, and set it wherever "
                "lifetracer uses this database.",
            )
        return cls(keys)

    @classmethod
    def embedded(cls, settings: Settings) -> Vault:
        """Open the vault of the embedded database: without a given key it uses (or makes) ``HOME/secret.key``.

        Raises:
            FixByHandError: the key file cannot be read or written, or holds no key.
        """
        if keys := _given(settings):
            return cls(keys)
        path = settings.home.expanduser() / "secret.key"
        try:
            path.parent.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                _create(path, new_key())
            return cls(path.read_text(encoding="ascii").split(), path)
        except OSError as failure:
            raise unusable(path, failure) from failure

    def store(self, connection: _Connection, account_id: UUID, connection_id: UUID, credential: dict[str, str]) -> None:
        """Keep the credential of a connection, in place of a former one (owner's transaction)."""
        secret = self._fernet.encrypt(json.dumps(credential).encode()).decode()
        connection.execute(_SQL["store"], {"account": account_id, "connection": connection_id, "secret": secret})

    def read(self, connection: _Connection, account_id: UUID, connection_id: UUID) -> dict[str, str] | None:
        """Give the credential of a connection, ``None`` when it has none.

        Raises:
            FixByHandError: it was encrypted with another key.
        """
        row = connection.execute(_SQL["read"], {"account": account_id, "connection": connection_id}).fetchone()
        if row is None:
            return None
        found: dict[str, str] = json.loads(self._decrypted(row[0]))
        return found

    def forget(self, connection: _Connection, account_id: UUID, connection_id: UUID) -> bool:
        """Delete the credential of a connection; tells whether there was one."""
        given = {"account": account_id, "connection": connection_id}
        return connection.execute(_SQL["forget"], given).rowcount == 1

    def seal(self, text: str) -> str:
        """Encrypt a secret that is kept elsewhere than with a connection's credential."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made.

        Raises:
            FixByHandError: it was encrypted with another key.
        """
        return self._decrypted(sealed).decode()

    def rotate(self, connection: _Connection) -> int:
        """Encrypt every credential (and what else is sealed: hint channels, second factors, sessions elsewhere) anew.

        Returns:
            How many credentials.

        Raises:
            FixByHandError: one of them was encrypted with a key that is not among ours; then nothing is changed.
        """
        rows = connection.execute(_SQL["all"]).fetchall()
        for account_id, connection_id, secret in rows:
            fresh = self._fernet.encrypt(self._decrypted(secret)).decode()
            connection.execute(_SQL["store"], {"account": account_id, "connection": connection_id, "secret": fresh})
        for account_id, channel_id, secret in connection.execute(_SQL["all_channels"]).fetchall():
            fresh = self.seal(self.unseal(secret))
            connection.execute(_SQL["store_channel"], {"account": account_id, "channel": channel_id, "secret": fresh})
        for account_id, secret in connection.execute(_SQL["all_factors"]).fetchall():
            fresh = self.seal(self.unseal(secret))
            connection.execute(_SQL["store_factor"], {"account": account_id, "secret": fresh})
        for session_id, secret in connection.execute(_SQL["all_upstreams"]).fetchall():
            fresh = self.seal(self.unseal(secret))
            connection.execute(_SQL["store_upstream"], {"session": session_id, "secret": fresh})
        return len(rows)

    def readable(self, connection: _Connection) -> bool:
        """Tell whether the present keys open every stored credential."""
        try:
            for *_, secret in connection.execute(_SQL["all"]):
                self._decrypted(secret)
        except FixByHandError:
            return False
        return True

    @property
    def key_file(self) -> Path | None:
        """Where the key lies when it is ours to keep (embedded database, no key given)."""
        return self._key_file

    def with_new_key(self) -> Vault:
        """Put a fresh key before the present ones, in the key file too; old ones stay until :meth:`drop_old_keys`."""
        assert self._key_file is not None, "a key that was given is rotated by who gives it"
        keys = [new_key(), *self._keys]
        _replace(self._key_file, keys)
        return Vault(keys, self._key_file)

    def drop_old_keys(self) -> None:
        """Keep the newest key only; for when everything has been encrypted anew."""
        assert self._key_file is not None, "a key that was given is rotated by who gives it"
        _replace(self._key_file, self._keys[:1])

    def _decrypted(self, secret: str) -> bytes:
        try:
            return self._fernet.decrypt(secret)
        except InvalidToken:
            source = self._key_file or "LIFETRACER_SECRET_KEY"
            raise FixByHandError(
                f"The stored credentials were encrypted with another key than the one in {source}.",
                remedy="Bring the former key back (several may be given, newest first, separated by commas), "
                "or connect the sources again.",
            ) from None

    def __repr__(self) -> str:
        return f"Vault({len(self._keys)} keys)"


def new_key() -> str:
    """Make a Fernet key."""
    return Fernet.generate_key().decode()


def _given(settings: Settings) -> list[str]:
    text = settings.secret_key.get_secret_value() if settings.secret_key else ""
    return [key.strip() for key in text.split(",") if key.strip()]


def _create(path: Path, text: str) -> None:
    """Write the key file once, whole: whoever comes second finds the first one's."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    _write(fresh, text)
    try:
        os.link(fresh, path)
    finally:
        fresh.unlink()


def _replace(path: Path, keys: list[str]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(fresh, "\n".join(keys))
        fresh.replace(path)
    except OSError as failure:
        raise unusable(path, failure) from failure


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
        owner = path.parent.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)  # so that the home's owner can go on without root
