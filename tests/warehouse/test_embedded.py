"""The embedded server: whatever is killed and whoever runs it, the next one finds a working database."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lifetracer.errors import FixByHandError
from lifetracer.warehouse import embedded, premises
from lifetracer.warehouse.cluster import Cluster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

HOLDER = """
import sys, time, psycopg
from pathlib import Path
from lifetracer.warehouse import embedded
with embedded.running(Path(sys.argv[1])) as dsn:
    with psycopg.connect(dsn) as connection:
        connection.execute("select pg_advisory_xact_lock(1)")  # `if not exists` alone races
        connection.execute("create table if not exists visit (pid int)")
        connection.execute("insert into visit select pg_backend_pid()")
    print("ready", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(home: Path, seconds: float = 60) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", HOLDER, str(home), str(seconds)], stdout=subprocess.PIPE, text=True)


def ready(child: subprocess.Popen[str]) -> None:
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"


def finish(*children: subprocess.Popen[str]) -> list[int]:
    outcomes = [child.wait(60) for child in children]
    for child in children:
        assert child.stdout is not None
        child.stdout.close()
    return outcomes


def cluster_of(home: Path) -> Cluster:
    return Cluster(premises.settle(home), 30)


def visits(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("select count(*) from visit").fetchone()
    assert row is not None
    return row[0]


def until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def postmaster(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A stopped home that tests copy, so that they need no initdb."""
    folder = Path(tempfile.mkdtemp(prefix="lifetracer-"))
    folder.chmod(0o711)
    embedded.hold(folder / "home").release()
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def used(made: Path, home: Path) -> Iterator[Path]:
    """A home that was used before; whatever a test leaves running there is stopped."""
    subprocess.run(["cp", "-a", made, home], check=True)
    yield home
    if home.exists():
        with contextlib.suppress(FixByHandError):
            embedded.hold(home).release()


def test_a_first_start_makes_a_working_database(home: Path) -> None:
    begun = time.monotonic()
    with embedded.running(home) as dsn, psycopg.connect(dsn) as connection:
        seconds = time.monotonic() - begun
        row = connection.execute(
            "select current_user, current_database(), current_setting('fsync'),"
            " current_setting('server_version_num')::int, current_setting('data_checksums'), rolsuper"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert row is not None
    assert row[:3] == ("lifetracer", "lifetracer", "on")
    assert row[3] >= 180000
    assert row[4:] == ("on", False)
    assert seconds < 60  # 0.7 s on a machine that does nothing else
    assert not cluster_of(home).lives()


def test_secrets_are_private_and_nobody_gets_in_without_a_password(used: Path) -> None:
    with embedded.running(used) as dsn:
        rules = (used / "postgres/data/pg_hba.conf").read_text()
        active = [line.split()[-1] for line in rules.splitlines() if line.strip() and not line.startswith("#")]
        assert set(active) == {"scram-sha-256"}
        for name in ("owner.password", "superuser.password"):
            assert (used / "postgres" / name).stat().st_mode & 0o777 == 0o600
        assert (used / "postgres").stat().st_mode & 0o777 == 0o700
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(psycopg.conninfo.make_conninfo(dsn, password="wrong"))


def test_later_starts_and_joins_are_quick(used: Path) -> None:
    def once() -> tuple[float, float]:
        begun = time.monotonic()
        with embedded.hold(used):
            started = time.monotonic()
            with embedded.hold(used):
                return started - begun, time.monotonic() - started

    starts, joins = zip(*(once() for _ in range(6)), strict=True)
    assert min(starts) < 2  # 0.15 s on a machine that does nothing else
    assert min(joins) < min(starts)


def test_the_last_holder_stops_the_server(used: Path) -> None:
    first, second = embedded.hold(used), embedded.hold(used)
    first.release()
    assert cluster_of(used).answers()
    second.release()
    assert not cluster_of(used).lives()
    second.release()  # once more does no harm


def test_many_processes_attach_at_once(home: Path) -> None:
    """Eight processes meet an empty home: one initdb, one server, and after the last one, none."""
    children = [holder(home, 0.5) for _ in range(8)]
    assert finish(*children) == [0] * 8
    assert not cluster_of(home).lives()
    with embedded.running(home) as dsn:
        assert visits(dsn) == 8
    assert not list((home / "postgres").glob("initdb-*"))


def test_a_killed_holder_leaves_a_server_that_the_next_one_stops(used: Path) -> None:
    child = holder(used)
    ready(child)
    child.kill()
    finish(child)
    with embedded.running(used) as dsn:
        assert visits(dsn) == 1
    assert not cluster_of(used).lives()


def test_sigterm_ends_in_good_order(used: Path) -> None:
    child = holder(used)
    ready(child)
    child.terminate()
    assert finish(child) == [143]
    assert not cluster_of(used).lives()
    assert "database system is shut down" in (used / "postgres/server.log").read_text().splitlines()[-1]


def test_processes_killed_at_random_moments_do_no_harm(home: Path) -> None:
    """Holders die while they make, start, use and stop the server; what was committed is there."""
    chance = random.Random(20261121)
    for _ in range(12):
        children = [holder(home, chance.random() / 4) for _ in range(2)]
        for child in children:
            time.sleep(chance.random() * 0.45)
            child.kill()
        finish(*children)
    with embedded.running(home) as dsn:
        with psycopg.connect(dsn) as connection:
            connection.execute("create table if not exists visit (pid int)")
        before = visits(dsn)
        child = holder(home, 0)
        assert finish(child) == [0]
        assert visits(dsn) == before + 1
    assert not cluster_of(home).lives()


def test_a_killed_server_is_started_again(used: Path) -> None:
    with embedded.hold(used) as held:
        with psycopg.connect(held.dsn) as connection:
            connection.execute("create table visit (pid int)")
            connection.execute("insert into visit values (1)")
        os.kill(postmaster(used), signal.SIGKILL)
        with embedded.running(used) as dsn:  # another process comes while the first still believes
            assert visits(dsn) == 1
        assert visits(held.dsn) == 1  # and the first one is served again
        os.kill(postmaster(used), signal.SIGKILL)
        until(lambda: not cluster_of(used).answers())
        held.revive()
        assert visits(held.dsn) == 1


def test_a_pid_that_belongs_to_a_stranger_by_now_does_no_harm(used: Path) -> None:
    """After a container restart the pid in the file is that of any process; it must neither stop us nor be stopped."""
    child = holder(used)
    ready(child)
    pid_file = used / "postgres/data/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(postmaster(used), signal.SIGKILL)
    child.kill()
    finish(child)
    until(lambda: not cluster_of(used).lives())
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        lock = next((used / "postgres/run").glob(".s.PGSQL.*.lock"))
        lock.write_text("\n".join([str(stranger.pid), *lock.read_text().splitlines()[1:]]) + "\n")
        with embedded.running(used) as dsn:
            assert visits(dsn) == 1
            assert postmaster(used) != stranger.pid
        assert stranger.poll() is None
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        cluster_of(used).stop()  # nothing runs: a stop must not touch the stranger either
        assert stranger.poll() is None
        pid_file.unlink()
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("content", ["", "garbage\n", "999999\n", "1\n/elsewhere\n1\n5432\n/nowhere\n"])
def test_any_nonsense_in_the_pid_file_does_no_harm(used: Path, content: str) -> None:
    (used / "postgres/data/postmaster.pid").write_text(content)
    with embedded.running(used) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_copied_home_is_another_database(used: Path, home: Path) -> None:
    """Its pid file leads to the original's server, and even the passwords fit."""
    copy = used.with_name("copy")
    with embedded.hold(used) as held:
        subprocess.run(["cp", "-a", used, copy], check=True)
        with embedded.hold(copy) as other:
            with psycopg.connect(other.dsn) as connection:
                connection.execute("create table only_in_the_copy ()")
            with psycopg.connect(held.dsn) as connection:
                assert connection.execute("select to_regclass('only_in_the_copy')").fetchone() == (None,)
        assert cluster_of(used).answers()


def test_an_interrupted_initdb_is_forgotten(home: Path) -> None:
    folder = premises.settle(home).folder
    (folder / "initdb-half/data").mkdir(parents=True)
    (folder / "initdb-half/data/PG_VERSION").write_text("18")
    with embedded.running(home) as dsn:
        assert dsn
    assert not list(folder.glob("initdb-*"))


def test_a_home_with_a_long_path_works(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    with embedded.running(deep) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    shutil.rmtree(Path(psycopg.conninfo.conninfo_to_dict(dsn)["host"]))


def test_data_of_a_newer_postgresql_is_refused_with_a_sentence(used: Path) -> None:
    (used / "postgres/data/PG_VERSION").write_text("19\n")
    with pytest.raises(FixByHandError, match="made by PostgreSQL 19, and this lifetracer brings PostgreSQL 18"):
        embedded.hold(used)
    (used / "postgres/data/PG_VERSION").write_text("18\n")


def test_a_forked_child_does_not_stop_its_parents_server(used: Path) -> None:
    script = textwrap.dedent("""
        import os, sys, psycopg
        from pathlib import Path
        from lifetracer.warehouse import embedded
        held = embedded.hold(Path(sys.argv[1]))
        if os.fork() == 0:
            held.release()
            os._exit(0)
        os.wait()
        with psycopg.connect(held.dsn) as connection:
            print(connection.execute("select 'served'").fetchone()[0])
        held.release()
    """)
    command = [sys.executable, "-c", script, str(used)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.stdout == "served\n", told.stderr
    assert not cluster_of(used).lives()


def test_a_vanished_home_does_not_trouble_its_last_holder(used: Path) -> None:
    held = embedded.hold(used)
    pid = postmaster(used)
    shutil.rmtree(used)
    held.release()
    os.kill(pid, signal.SIGQUIT)


# ── who may run it, and where ───────────────────────────────────────────────────────────────────────────────────────

AS_NOBODY = """
import codecs, json, os, sys, tempfile, psycopg
from pathlib import Path
from lifetracer.errors import LifetracerError
from lifetracer.warehouse import embedded
for name in ("ascii", "utf-8", "idna"):
    codecs.lookup(name)  # what Python loads late, it could not load as nobody
os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with embedded.running(Path(sys.argv[1])) as dsn, psycopg.connect(dsn) as connection:
        print(json.dumps({"answer": connection.execute("select 42").fetchone()[0]}))
except LifetracerError as failure:
    print(json.dumps({"sentence": failure.sentence()}))
"""


def as_nobody(home: Path) -> dict[str, object]:
    """Hold the server in a process that has become ``nobody`` (its interpreter may lie where only root can go)."""
    told = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(home)], capture_output=True, text=True, timeout=60, cwd="/", check=False
    )
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout))


@as_root
def test_an_ordinary_user_runs_it_in_a_home_of_their_own(home: Path) -> None:
    home.mkdir()
    os.chown(home, 65534, 65534)
    assert as_nobody(home) == {"answer": 42}
    assert (home / "postgres/data").stat().st_uid == 65534


@as_root
def test_root_goes_on_with_the_home_of_an_ordinary_user_and_leaves_it_usable(home: Path) -> None:
    home.mkdir()
    os.chown(home, 65534, 65534)
    with embedded.running(home) as dsn:
        assert dsn
    assert {path.lstat().st_uid for path in (home / "postgres").iterdir()} == {65534}
    assert as_nobody(home) == {"answer": 42}


@as_root
def test_as_root_the_server_is_an_unprivileged_user(home: Path) -> None:
    with embedded.running(home):
        status = Path(f"/proc/{postmaster(home)}/status").read_text()
    assert "\nUid:\t0" not in status


def test_a_folder_that_is_not_writable_is_said(home: Path) -> None:
    if os.geteuid() == 0:
        home.mkdir(mode=0o755)
        told = str(as_nobody(home / "inner")["sentence"])
    else:
        home.mkdir(mode=0o555)
        with pytest.raises(FixByHandError) as refused:
            embedded.hold(home / "inner")
        told = refused.value.sentence()
    assert "not writable" in told
    assert str(home) in told
    assert "LIFETRACER_HOME" in told


def test_a_home_that_is_a_file_is_said(home: Path) -> None:
    home.write_text("")
    with pytest.raises(FixByHandError, match="cannot be used"):
        embedded.hold(home)


@as_root
def test_behind_a_closed_door_root_keeps_the_data_in_an_open_place(home: Path, monkeypatch) -> None:
    """Like /root, mode 700: nothing above the home changes its mode, and the home leads to the data."""
    closed = home / "closed"
    inner = closed / "share/lifetracer"
    closed.mkdir(parents=True, mode=0o700)
    closed.chmod(0o700)
    monkeypatch.setattr(premises, "OPEN_LOCATION", home / "open")
    with embedded.running(inner) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (inner / "postgres").is_symlink()
    assert (inner / "postgres").resolve().parent == home / "open"
    with embedded.running(inner) as dsn:
        assert dsn


@as_root
def test_binaries_behind_a_closed_door_are_copied_to_the_data(home: Path, monkeypatch) -> None:
    closed = home / "closed"
    closed.mkdir(parents=True)
    original = premises._wheel()
    shutil.copytree(original, closed / original.parent.name / original.name)
    libraries = original.parent.with_name(f"{original.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    closed.chmod(0o700)
    monkeypatch.setattr(premises, "_wheel", lambda: closed / original.parent.name / original.name)
    with embedded.running(home / "data") as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        assert connection.execute("select current_setting('server_version_num')::int >= 180000").fetchone() == (True,)
    assert Path(home / "data/postgres/programs").is_dir()
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """A file system of 80 MB."""
    home.mkdir(mode=0o755)
    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=80m,mode=755", "tmpfs", home], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("needs the right to mount a small file system")
    yield home
    subprocess.run(["umount", "-l", home], check=True)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(2**12))
    return filler


def test_a_full_disk_is_said_and_heals(small_disk: Path) -> None:
    inner = small_disk / "home"
    with embedded.running(inner) as dsn, psycopg.connect(dsn) as connection:
        connection.execute("create table visit (pid int)")
        connection.execute("insert into visit values (1)")
    filler = fill(small_disk)
    with pytest.raises(FixByHandError, match="is full"):
        embedded.hold(inner)
    filler.unlink()
    with embedded.running(inner) as dsn:
        assert visits(dsn) == 1


def test_a_disk_too_small_for_the_first_start_is_said(small_disk: Path) -> None:
    filler = fill(small_disk)
    with filler.open("r+b") as file:
        file.truncate(filler.stat().st_size - 20 * 2**20)  # enough to begin, not enough to end
    with pytest.raises(FixByHandError, match="is full"):
        embedded.hold(small_disk / "home")
    filler.unlink()
    with embedded.running(small_disk / "home") as dsn:
        assert dsn
