"""One PostgreSQL cluster on disk: made, started, asked and stopped by its own programs.

    PREMISES/                  private to the server's user
    ├── data/                  PGDATA
    ├── run/                   the socket, when paths are short enough for one
    ├── server.lock            inherited by every process of the server, see :meth:`Cluster.lives`
    ├── server.log
    └── {superuser,owner}.password

Law: what a pid file says is never believed. Whether the server lives is asked of the kernel (a lock that only its
own processes hold, also across containers and restarts); whether it works is asked of the server, by a query.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import hashlib
import os
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from lifetracer.errors import FixByHandError, TryAgainError
from lifetracer.warehouse.premises import Premises, unusable
from lifetracer.warehouse.server_log import explained, written_since

OWNER = "lifetracer"
"""Role and database that everything belongs to. Like Supabase's ``postgres`` it is no superuser."""

RECOVERY_SECONDS = 600
"""How long a start may take: after a crash PostgreSQL first replays its log."""

LOG_BYTES = 8 * 2**20
"""A log longer than this is set aside at the next start."""

CONFIGURATION = """\
# Written anew at every start. Your own settings go below the include line of postgresql.conf.
cluster_name = '{name}'
listen_addresses = ''
port = 5432
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
shared_buffers = '64MB'
effective_cache_size = '512MB'
maintenance_work_mem = '64MB'
max_connections = 64
max_parallel_workers_per_gather = 0
max_wal_size = '512MB'
wal_compression = on
huge_pages = off
jit = off
log_min_messages = warning
log_checkpoints = off
log_line_prefix = '%m [%p] '
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster in some premises; ``wait`` bounds every start and stop, in seconds."""

    premises: Premises
    wait: float = RECOVERY_SECONDS

    @property
    def folder(self) -> Path:
        """The premises' folder."""
        return self.premises.folder

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "server.log"

    @property
    def name(self) -> str:
        """A name that only the cluster at this very place has: a copied home is another cluster."""
        return f"lifetracer {hashlib.sha256(os.fsencode(self.data.resolve())).hexdigest()[:16]}"

    def dsn(self, role: str = OWNER) -> str:
        """Give the address of the server for ``lifetracer`` or the superuser ``postgres``."""
        lines = self._pid_lines()
        return conninfo.make_conninfo(
            host=lines[4] if len(lines) > 4 and lines[4] else str(self._sockets()),
            port=lines[3] if len(lines) > 3 else "5432",
            user=role,
            password=self._password(role),
            dbname=OWNER if role == OWNER else "postgres",
        )

    def answers(self) -> bool:
        """Tell whether this very server answers a query of its owner."""
        if not self._pid_lines():
            return False
        try:
            with psycopg.connect(self.dsn(), connect_timeout=5, autocommit=True) as connection:
                found = connection.execute("select current_setting('cluster_name')").fetchone()
        except (psycopg.Error, OSError):
            return False
        return found == (self.name,)

    def lives(self) -> bool:
        """Tell whether any process of the server exists, of whatever process namespace."""
        with self._server_lock() as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return self._postmaster() is not None

    def start(self) -> None:
        """Make the cluster if there is none, start it, and return when it answers.

        The caller holds the starting lock, so nobody else starts or stops meanwhile.

        Raises:
            FixByHandError: the disk, the folder or its data is not fit; says which and what to do.
            TryAgainError: it did not answer in time.
        """
        deadline = time.monotonic() + self.wait
        while self.lives():  # somebody's start, recovery or end is under way
            if self.answers():
                return
            if time.monotonic() > deadline:
                raise self._silent()
            time.sleep(0.02)
        try:
            if not (self.data / "PG_VERSION").exists():
                self._create()
            self._clear_traces()
            self._configure()
            self._launch(deadline)
            if not self.answers():
                self._welcome_owner()
        except OSError as failure:
            raise unusable(self.folder, failure) from failure
        if not self.answers():
            raise self._silent()

    def stop(self) -> None:
        """Stop the server, if there is one, and wait for its end."""
        if not self.lives() or self._postmaster() is None:
            return
        for mode, seconds in (("fast", 60), ("immediate", 20)):
            if self._pg_ctl("stop", "-m", mode, "-w", "-t", str(seconds)) == 0:
                break
        deadline = time.monotonic() + 5
        while self.lives() and time.monotonic() < deadline:  # the last child processes end just after it
            time.sleep(0.005)

    def _create(self) -> None:
        """Run ``initdb`` beside the final place, so that an interrupted one leaves no half cluster."""
        runner = self.premises.runner
        for role in ("postgres", OWNER):
            runner.write_private(self._password_file(role), secrets.token_urlsafe(24))
        attempt = Path(tempfile.mkdtemp(prefix="initdb-", dir=self.folder))
        try:
            runner.own(attempt)
            password = attempt / "password"
            runner.write_private(password, self._password("postgres"))
            self._run(
                self.premises.binaries() / "initdb",
                *(f"--pgdata={attempt}/data", "--username=postgres", f"--pwfile={password}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--data-checksums", "--no-instructions"),
            )
            with (attempt / "data/postgresql.conf").open("a", encoding="utf-8") as file:
                file.write("\ninclude 'lifetracer.conf'\n")
            (attempt / "data").rename(self.data)
        finally:
            for leftover in self.folder.glob("initdb-*"):
                shutil.rmtree(leftover, ignore_errors=True)

    def _configure(self) -> None:
        text = CONFIGURATION.format(name=self.name, sockets=str(self._sockets()).replace("'", "''"))
        self.premises.runner.write_private(self.data / "lifetracer.conf", text)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _launch(self, deadline: float) -> None:
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self._server_lock() as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_SH)  # the server inherits it and keeps it to its last process's end
            seconds = max(1, int(deadline - time.monotonic()))
            outcome = self._pg_ctl("start", "-w", "-t", str(seconds), "-l", str(self.log), keep=(descriptor,))
        if outcome != 0:
            raise explained(written_since(self.log, begin), self.folder, self.log)

    def _welcome_owner(self) -> None:
        """Make the owner's role and database, or give the role the password we know."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            role = sql.Identifier(OWNER)
            known = connection.execute("select from pg_roles where rolname = %s", [OWNER]).fetchone()
            connection.execute(
                sql.SQL("{} role {} login createdb createrole bypassrls password {}").format(
                    sql.SQL("alter" if known else "create"), role, sql.Literal(self._password(OWNER))
                )
            )
            if not connection.execute("select from pg_database where datname = %s", [OWNER]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(role, role))

    def _pg_ctl(self, action: str, *options: str, keep: tuple[int, ...] = ()) -> int:
        child = self.premises.runner.command(
            self.premises.binaries() / "pg_ctl",
            *(action, "-s", "-D", str(self.data), *options),
            cwd=self.folder,
            pass_fds=keep,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return child.wait()
        except BaseException:  # we were told to end: pg_ctl goes too, the server's fate is decided by whoever holds it
            child.kill()
            child.wait()
            raise

    def _run(self, *words: str | Path) -> None:
        with tempfile.TemporaryFile() as output:
            child = self.premises.runner.command(*words, cwd=self.folder, stdout=output, stderr=output)
            try:
                outcome = child.wait()
            except BaseException:
                child.kill()
                child.wait()
                raise
            if outcome != 0:
                output.seek(0)
                raise explained(output.read().decode(errors="replace"), self.folder, self.log)

    def _silent(self) -> TryAgainError:
        return TryAgainError(
            f"The embedded database in {self.folder} does not answer.",
            remedy=f"It may be recovering from a crash: wait a minute and try again; its log is {self.log}.",
        )

    def _clear_traces(self) -> None:
        """Remove what a server that no longer lives left behind: pids in it may belong to strangers by now."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for trace in self._sockets().glob(".s.PGSQL.5432*"):
            trace.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _server_lock(self) -> Iterator[int]:
        descriptor = self.premises.runner.open_private(self.folder / "server.lock")
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []

    def _postmaster(self) -> int | None:
        """Give the pid in the pid file when that process really is PostgreSQL working in our data folder."""
        lines = self._pid_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass
        return pid if _works_in(pid, self.data) else None

    def _sockets(self) -> Path:
        """Give a folder in which a socket can be made: ``run``, or a short one under /tmp."""
        return _sockets(self.folder, self.premises)

    def _password_file(self, role: str) -> Path:
        return self.folder / ("owner.password" if role == OWNER else "superuser.password")

    def _password(self, role: str) -> str:
        path = self._password_file(role)
        try:
            return path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise FixByHandError(
                f"The password of the embedded database is missing ({path}).",
                remedy="Restore that file from a backup of the home.",
            ) from None
        except OSError as failure:
            raise unusable(path, failure) from failure


@functools.cache
def _sockets(folder: Path, premises: Premises) -> Path:
    """Probe where a socket can be bound: a path holds 107 bytes at most, and some file systems know no sockets."""
    short = Path("/tmp") / f"lifetracer-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"  # noqa: S108
    for place in (folder / "run", short):
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
            premises.runner.own(place)
        found = place.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != folder.stat().st_uid:
            continue  # somebody else was there first
        probe = place / f".s.PGSQL.{os.getpid()}0"
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.bind(str(probe))
        except OSError as failure:
            if failure.errno in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS}:
                raise
            continue
        finally:
            probe.unlink(missing_ok=True)
        return place
    raise FixByHandError(
        f"The path {folder} is too long for a socket, and {short} belongs to someone else.",
        remedy="Point LIFETRACER_HOME to a shorter path.",
    )


def _works_in(pid: int, folder: Path) -> bool:
    """Tell whether a process is PostgreSQL with ``folder`` as its data (it makes PGDATA its working folder)."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except FileNotFoundError:
        if Path("/proc/self/cwd").exists():
            return False
    except OSError:
        return False
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return "postgres" in shown and str(folder) in shown
