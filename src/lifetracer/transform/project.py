"""The dbt project and how this process runs it: the project's manifest, a profile, a folder for one run.

Law: dbt works inside this process; its profile is filled from environment variables for the length of a run, so no
password reaches the disk, and the package, which may be read-only or shared, is never written to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifetracer.errors import LifetracerError
from lifetracer.settings import Settings, load

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

    from lifetracer.warehouse import Warehouse

PROJECT = Path(__file__).parent
"""The dbt project: models, macros, tests."""

PROFILE_VARIABLES = {
    "host": "LIFETRACER_DBT_HOST",
    "port": "LIFETRACER_DBT_PORT",
    "user": "LIFETRACER_DBT_USER",
    "dbname": "LIFETRACER_DBT_DBNAME",
    "sslmode": "LIFETRACER_DBT_SSLMODE",
    "sslrootcert": "LIFETRACER_DBT_SSLROOTCERT",
    "password": "DBT_ENV_SECRET_LIFETRACER_PASSWORD",  # dbt keeps variables of this prefix out of its logs
}
"""Part of the database's address → the variable that ``profiles.yml`` reads."""

LEFT_BEHIND = 86400
"""Age in seconds at which a run's folder has surely no owner any more."""

_one_at_a_time = threading.Lock()
_warm: Manifest | None = None


def warm(settings: Settings | None = None) -> Manifest:
    """Load dbt and read the project, so that this process, or a fork of it, can transform without delay.

    Gives the project's manifest. Leaves no connection and no thread behind. Without settings (a worker's zygote calls
    it so) those of the environment say where the home folder is.
    """
    global _warm  # noqa: PLW0603
    if _warm is None:
        _warm = _manifest(settings or load())
    return _warm


def dbt(warehouse: Warehouse, settings: Settings, words: Sequence[str], **variables: Any) -> list[Any]:
    """Run one dbt command (``["test"]``, ``["run", "--select", …]``) on the warehouse; gives dbt's results.

    Raises:
        LifetracerError: dbt could not begin.
    """
    with _one_at_a_time, _profile(warehouse.dsn), _workplace(settings) as folder:
        return _invoke(list(words), folder, settings, variables)


@cache
def fingerprint(*, tests: bool = False) -> str:
    """Give a short hash of the models (and of what tests them): other models make another history.

    Read once: a process that runs for days stands for the models that it loaded.
    """
    digest = hashlib.sha256()
    for folder in ("dbt_project.yml", "macros", "models", *(("tests",) if tests else ())):
        for path in sorted((PROJECT / folder).rglob("*") if (PROJECT / folder).is_dir() else [PROJECT / folder]):
            if path.suffix in {".sql", ".yml"}:
                digest.update(path.relative_to(PROJECT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _profile(dsn: str) -> Iterator[None]:
    """Set the variables of ``profiles.yml`` for a while."""
    from psycopg.conninfo import conninfo_to_dict

    address = conninfo_to_dict(dsn)
    ours = {name: str(address[part]) for part, name in PROFILE_VARIABLES.items() if address.get(part)}
    before = {name: os.environ.get(name) for name in PROFILE_VARIABLES.values()}
    try:
        for name in before:
            os.environ.pop(name, None)
        os.environ.update(ours)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _workplace(settings: Settings) -> Iterator[Path]:
    """Lend dbt a folder for this run; never the package, which may be read-only or shared."""
    parent = settings.home / "transform"
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob("run-*"):  # by a run that was killed
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_BEHIND:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _flags(folder: Path) -> list[str]:
    # A person may bring a profile named lifetracer of their own (threads, certificates …) for the same database.
    profiles = os.environ.get("DBT_PROFILES_DIR") or str(PROJECT)
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", profiles),
        *("--target-path", str(folder), "--log-path", str(folder)),
        *("--log-level", "none", "--log-level-file", "none", "--quiet", "--no-print", "--no-use-colors"),
        *("--no-send-anonymous-usage-stats", "--no-version-check", "--no-write-json", "--no-partial-parse"),
        "--no-static-parser",  # not faster here, and it leaves threads behind, which a process that forks must not have
    ]


def _manifest(settings: Settings) -> Manifest:
    """Give the parsed project: from the home folder when it was parsed before (3 s saved), else read it."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.version import installed

    name = f"manifest-{fingerprint(tests=True)}-{installed.to_version_string(skip_matcher=True)}.msgpack"
    kept = settings.home / "transform" / name
    if kept.is_file():
        with contextlib.suppress(Exception):  # a file that another version wrote or a crash cut off is made again
            return Manifest.from_msgpack(kept.read_bytes())
    with _profile(""), _workplace(settings) as folder:
        answer = dbtRunner().invoke(["parse", *_flags(folder)])
        _end_with(answer)
        if not isinstance(answer.result, Manifest):
            raise LifetracerError(f"The dbt project cannot be read: {answer.exception}")
        for old in kept.parent.glob("manifest-*.msgpack"):
            old.unlink(missing_ok=True)
        (folder / name).write_bytes(answer.result.to_msgpack())
        (folder / name).replace(kept)
    return answer.result


def _lies_in(manifest: Manifest, database: str) -> Manifest:
    """Say in which database the models and sources lie: a manifest is parsed once and serves any."""
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        if node.relation_name:
            node.relation_name = node.relation_name.replace(f'"{node.database}".', f'"{database}".', 1)
        node.database = database
    return manifest


@contextlib.contextmanager
def _lasting_connections() -> Iterator[None]:
    """Let each of dbt's threads keep its connection from model to model, instead of opening one for each.

    A new session reads the whole catalogue anew before its first plan; that took longer than the models' work.
    """
    from dbt.adapters.postgres.connections import PostgresConnectionManager as Manager

    def release(manager: Manager) -> None:
        connection = manager.get_if_exists()
        if connection is not None and connection.state == "open":
            connection.handle.rollback()  # a look at the catalogue opens a transaction that dbt does not know of
            connection.transaction_open = False

    usual = Manager.release
    Manager.release = release  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        Manager.release = usual  # type: ignore[method-assign]


def _invoke(words: list[str], folder: Path, settings: Settings, variables: Mapping[str, Any]) -> list[Any]:
    from dbt.cli.main import dbtRunner

    manifest = warm(settings)
    database = os.environ.get(PROFILE_VARIABLES["dbname"], "")
    usual = "tag:ledger" in words
    # Only where views are replaced dbt has to know what hangs on what.
    look = "--no-populate-cache" if usual else "--populate-cache"
    command = [*words[:1], *_flags(folder), look, "--vars", json.dumps(variables), *words[1:]]
    with _lasting_connections() if usual else contextlib.nullcontext():
        answer = dbtRunner(manifest=_lies_in(manifest, database)).invoke(command)
    _end_with(answer)
    if answer.exception is not None:
        raise LifetracerError(
            f"The transform could not run: {answer.exception}",
            remedy="See that the database can be reached: lifetracer doctor.",
        )
    return list(getattr(answer.result, "results", []))


def _end_with(answer: dbtRunnerResult) -> None:
    """Go on ending the process where dbt took a signal (Ctrl-C, SIGTERM) for a failure of its own."""
    if answer.exception is not None and not isinstance(answer.exception, Exception):
        raise answer.exception
