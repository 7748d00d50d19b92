"""The shelf: where reports are kept, listed, opened and thrown away; a folder, or an address such as ``s3://bucket/reports``.

    LIFETRACER_REPORTS_URL, else <home>/reports
      └── <account>/<name>          the file
    app.report                      what there is, for every server of the installation

Law: a row is written after its file and removed before it, so whatever is listed was whole; a name leads nowhere but
into the account's own folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from lifetracer.errors import FixByHandError, LifetracerError, NotFoundError, TryAgainError
from lifetracer.reporter.wish import Rounding, Wish
from lifetracer.settings import Settings
from lifetracer.warehouse import Connection, Warehouse
from lifetracer.warehouse.queries import beside
from lifetracer.whole import whole_file

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem  # type: ignore[import-untyped]

_SQL = beside(__file__)

NAME = re.compile(r"(day|week|month|client)-[0-9A-Za-z][0-9A-Za-z-]*-(en|ja)\.pdf")


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that is kept; a row of ``app.report``."""

    report_id: UUID
    name: str
    kind: str
    period: str
    period_start: date
    period_end: date
    language: str
    paper: str
    parameters: dict[str, Any]
    place: str
    size: int
    sha256: str
    made_at: datetime

    @property
    def wish(self) -> Wish:
        """What it was asked for, to ask for it again."""
        given = self.parameters
        rounding = Rounding(given["rounding"], given["minutes"], given["per"]) if "rounding" in given else Rounding()
        return Wish(self.kind, self.period_start, self.language, self.paper, given.get("client"), rounding)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "period": self.period,
            "from": self.period_start.isoformat(),
            "to": self.period_end.isoformat(),
            "language": self.language,
            "paper": self.paper,
            "parameters": self.parameters,
            "bytes": self.size,
            "sha256": self.sha256,
            "madeAt": self.made_at.isoformat(),
        }


def put(warehouse: Warehouse, settings: Settings, account_id: UUID, wish: Wish, body: bytes) -> str:
    """Keep a report, in place of an earlier one of the same wish; gives its path or address.

    Raises:
        FixByHandError: the place cannot be written to.
        TryAgainError: it does not answer.
    """
    place = _Place(settings)
    address = place.write(account_id, wish.name, body)
    row = {
        "account_id": account_id,
        "name": wish.name,
        "kind": wish.kind,
        "period": wish.period,
        "period_start": wish.first,
        "period_end": wish.last,
        "language": wish.language,
        "paper": wish.paper,
        "parameters": Jsonb(wish.parameters),
        "place": place.told,
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    with warehouse.transaction() as connection:
        connection.execute(_SQL["put"], row)
    return address


def every(connection: Connection) -> list[Kept]:
    """List the account's reports, the latest first."""
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(_SQL["every"]).fetchall()


def find(connection: Connection, name: str) -> Kept:
    """Find a report of the account by its name.

    Raises:
        NotFoundError: there is none.
    """
    with connection.cursor(row_factory=class_row(Kept)) as cursor:
        found = cursor.execute(_SQL["find"], {"name": name}).fetchone() if "\0" not in name else None
    if found is None:
        raise NotFoundError(f"There is no report {name}.", remedy="`lifetracer reports list` shows which there are.")
    return found


def read(settings: Settings, account_id: UUID, kept: Kept) -> bytes:
    """Read a report's file.

    Raises:
        NotFoundError: the file is not where this machine looks; says where it was put.
        TryAgainError: the place does not answer.
    """
    body = _Place(settings).read(account_id, kept.name)
    if body is None:
        raise NotFoundError(
            f"The file of {kept.name} is not here; it was put into {kept.place}.",
            remedy="Make it again, or set LIFETRACER_REPORTS_URL to a place that every server and worker reaches.",
        )
    return body


def remove(connection: Connection, name: str) -> Kept:
    """Take a report off the list; :func:`discard` throws its file away once that is committed.

    Raises:
        NotFoundError: there is none of that name.
    """
    kept = find(connection, name)
    connection.execute(_SQL["remove"], {"name": name})
    return kept


def discard(settings: Settings, account_id: UUID, name: str) -> None:
    """Throw a report's file away, if it is there."""
    _Place(settings).remove(account_id, name)


def clear(settings: Settings, account_id: UUID) -> None:
    """Throw away all files of an account, listed or not."""
    _Place(settings).clear(account_id)


class _Place:
    """A folder or an address; files lie in one folder per account below it."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.reports_url
        self.folder = settings.home / "reports"
        if self.url and self.url.startswith("file://"):
            self.folder, self.url = Path(self.url.removeprefix("file://")), None
        self.options = _s3_options(settings) if self.url and self.url.startswith("s3:") else {}

    @property
    def told(self) -> str:
        """How the place is called for people on other machines; never with a password."""
        if self.url:
            return re.sub(r"//[^/@]*@", "//", self.url)
        return f"{platform.node() or 'this machine'}:{self.folder}"

    def write(self, account_id: UUID, name: str, body: bytes) -> str:
        """Write a file, whole or not at all; gives its path or address."""
        if self.url:
            with self._remote() as (files, root):
                address = f"{root}/{account_id}/{name}"
                if not self.url.startswith("s3:"):  # which has no folders, and would make a bucket of a misspelt name
                    files.makedirs(f"{root}/{account_id}", exist_ok=True)
                try:
                    files.pipe_file(address, body)
                except FileNotFoundError as failure:
                    raise FixByHandError(
                        f"The reports' place {self.told} does not exist ({failure}).",
                        remedy="Make the bucket, or correct LIFETRACER_REPORTS_URL.",
                    ) from None
                return str(files.unstrip_protocol(address))
        path = self.folder / str(account_id) / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(body)
        except OSError as failure:
            raise FixByHandError(
                f"The report cannot be written to {path.parent} ({failure.strerror}).",
                remedy="Make room there, or name another place in LIFETRACER_REPORTS_URL.",
            ) from None
        return str(path)

    def read(self, account_id: UUID, name: str) -> bytes | None:
        """Read a file; ``None`` when it is not there."""
        if not NAME.fullmatch(name):
            return None
        if self.url:
            with self._remote() as (files, root):
                try:
                    return bytes(files.cat_file(f"{root}/{account_id}/{name}"))
                except FileNotFoundError:
                    return None
        try:
            return (self.folder / str(account_id) / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as failure:
            raise FixByHandError(
                f"The report {name} cannot be read ({failure.strerror}).", remedy="Correct the file's permissions."
            ) from None

    def remove(self, account_id: UUID, name: str) -> None:
        """Remove a file, if it is there."""
        if not NAME.fullmatch(name):
            return
        if self.url:
            with self._remote() as (files, root), contextlib.suppress(FileNotFoundError):
                files.rm_file(f"{root}/{account_id}/{name}")
        else:
            (self.folder / str(account_id) / name).unlink(missing_ok=True)

    def clear(self, account_id: UUID) -> None:
        """Remove an account's folder with everything in it."""
        if self.url:
            with self._remote() as (files, root), contextlib.suppress(FileNotFoundError):
                files.rm(f"{root}/{account_id}", recursive=True)
            return
        folder = self.folder / str(account_id)
        for path in folder.glob("*") if folder.is_dir() else ():
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()

    @contextlib.contextmanager
    def _remote(self) -> Iterator[tuple[AbstractFileSystem, str]]:
        """Open the address for a block; its failures become sentences."""
        import fsspec

        assert self.url
        try:
            is_shared = self.url.startswith("memory:")
            files, root = fsspec.url_to_fs(self.url, skip_instance_cache=not is_shared, **self.options)
            if not root.strip("/"):
                raise ValueError("no bucket or folder")
        except (ImportError, ValueError) as failure:
            raise FixByHandError(
                f"LIFETRACER_REPORTS_URL names a place that cannot be opened ({failure}).",
                remedy="For s3://… install lifetracer[s3]; for a folder write its path as file:///….",
            ) from None
        try:
            yield files, root.rstrip("/")
        except (FileNotFoundError, LifetracerError):
            raise
        except Exception as failure:
            if (told := self._told(failure)) is None:
                raise
            raise told from None

    def _told(self, failure: Exception) -> LifetracerError | None:
        """Say a failure of the place in a sentence; ``None`` for what is a fault of ours."""
        # s3fs turns the refusals of a server into OSErrors and lets Botocore's own failures through.
        kind = type(failure).__name__ if type(failure).__module__.startswith(("botocore", "aiobotocore")) else ""
        reason = " ".join(str(failure).split())
        if isinstance(failure, PermissionError) or "Credentials" in kind:
            return FixByHandError(
                f"The reports' place {self.told} refuses us ({reason}).",
                remedy="Correct its permissions, or LIFETRACER_S3_ACCESS_KEY_ID and LIFETRACER_S3_SECRET_ACCESS_KEY.",
            )
        if isinstance(failure, ValueError) or kind == "ParamValidationError":
            return FixByHandError(
                f"The reports' place {self.told} cannot be used ({reason}).",
                remedy="Correct LIFETRACER_REPORTS_URL or LIFETRACER_S3_ENDPOINT_URL.",
            )
        if kind or isinstance(failure, OSError):
            return TryAgainError(
                f"The reports' place {self.told} does not answer ({reason}).",
                remedy="Check LIFETRACER_REPORTS_URL, LIFETRACER_S3_ENDPOINT_URL and the network.",
            )
        return None


def _s3_options(settings: Settings) -> dict[str, Any]:
    """Give what s3fs needs to know: endpoint, key, and that a server that is down is found out soon."""
    key, secret = settings.s3_access_key_id, settings.s3_secret_access_key
    return {
        "endpoint_url": settings.s3_endpoint_url,
        "key": key.get_secret_value() if key else None,
        "secret": secret.get_secret_value() if secret else None,
        "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 1}},
    }
