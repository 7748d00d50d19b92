"""First load of 100 000 Toggl entries: lifetracer against the floor and against peers, from the same pages.

The *floor* fetches the same Reports pages over HTTP and runs one upsert statement per page, nothing else. All run in
a child process of their own, against the sandbox (throttle and quota off, pages pre-rendered) and a real PostgreSQL.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psycopg
from cryptography.fernet import Fernet
from psycopg import sql

from benchmarks.peers.memory import peak_mb
from lifetracer.connector.registry import raw_streams
from lifetracer.settings import Settings
from lifetracer.warehouse import open as open_warehouse
from lifetracer.warehouse.accounts import create
from lifetracer.warehouse.migrate import migrate
from lifetracer.warehouse.premises import settle

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
PAGE = 1000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SELF = "benchmarks.first_load"
HERE = Path(__file__).parent

UPSERT = """
insert into floor (source_id, data, synced_at)
select entry ->> 'id', (item - 'time_entries') || entry, now()
from jsonb_array_elements(%s::jsonb) as item, jsonb_array_elements(item -> 'time_entries') as entry
on conflict (source_id) do update set data = excluded.data, synced_at = excluded.synced_at
"""


@contextmanager
def sandbox() -> Iterator[dict[str, Any]]:
    """A sandbox whose first person has nothing but the entries of the benchmark."""
    program = (
        "import json, sys\n"
        "from lifetracer.sandbox import Options, run\n"
        "run(port=0, options=Options(quota=False, throttle=False))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        url = json.loads(child.stdout.readline())["url"]
        person = httpx.post(f"{url}/__admin/people", json={"blank": True}, timeout=60).raise_for_status().json()
        made = httpx.post(
            f"{url}/__admin/toggl/bulk?person={person['index']}",
            json={"count": ROWS, "minutes": 15, "prerender": True},
            timeout=600,
        ).raise_for_status()
        yield {"url": url, **person, **made.json()}
    finally:
        child.terminate()
        child.wait(10)


def floor(dsn: str, url: str, token: str, workspace: str, first: str) -> None:
    """Fetch and upsert, page by page; the least that any loader must do."""
    with psycopg.connect(dsn) as connection, httpx.Client(base_url=url, auth=(token, "api_token"), timeout=60) as http:
        connection.execute("create table floor (source_id text primary key, data jsonb, synced_at timestamptz)")
        connection.commit()
        last = date.today() + timedelta(days=1)
        while last >= date.fromisoformat(first):
            body: dict[str, Any] = {
                "start_date": str(last - timedelta(days=364)), "end_date": str(last), "page_size": PAGE,
                "order_by": "date", "order_dir": "DESC", "rounding": 0, "rounding_minutes": 0, "enrich_response": True,
            }  # fmt: skip
            while True:
                answer = http.post(f"/reports/api/v3/workspace/{workspace}/search/time_entries", json=body)
                connection.execute(UPSERT, (answer.text,))
                connection.commit()
                if "x-next-row-number" not in answer.headers:
                    break
                body["first_row_number"] = int(answer.headers["x-next-row-number"])
            last -= timedelta(days=365)


def ours(dsn: str, url: str, token: str, home: str, key: str, account: str) -> None:
    """`sync`, as the command line calls it."""
    from uuid import UUID

    from lifetracer.connector.sync import sync

    settings = Settings(
        home=Path(home), database_url=dsn, secret_key=key, toggl_url=url, toggl_api_token=token,
        toggl_pause_seconds=0, toggl_page_size=PAGE,
    )  # fmt: skip
    with open_warehouse(settings) as house:
        summary = sync(house, settings, UUID(account), ["toggl"])
    if summary.error:
        raise summary.error


@contextmanager
def postgres() -> Iterator[dict[str, Any]]:
    """A fresh PostgreSQL with default safety on a loopback port (the peers cannot use our private socket)."""
    with TemporaryDirectory(prefix="lifetracer-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        premises = settle(folder / "home")
        premises.runner.own(folder)
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            port = door.getsockname()[1]

        def program(called: str, *words: str) -> None:
            command = (premises.binaries() / called, "-D", folder / "data", *words)
            child = premises.runner.command(*command, cwd=folder, stdout=subprocess.DEVNULL)
            assert child.wait(120) == 0, f"{called} failed"

        password = folder / "password"
        premises.runner.write_private(password, "benchmark")
        program("initdb", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--no-locale")
        program("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -p {port} -h 127.0.0.1")
        try:
            yield {"host": "127.0.0.1", "port": port, "user": "postgres", "password": "benchmark"}
        finally:
            program("pg_ctl", "stop", "-w", "-m", "immediate")


def peer(name: str) -> Path:
    """The Python of a peer's own virtual environment, made when it is not there."""
    folder = HERE / f".venv-{name}"
    python = folder / "bin/python"
    if not (folder / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        wanted = HERE / f"peers/requirements-{name}.txt"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", wanted], check=True, stderr=subprocess.DEVNULL)
        (folder / ".installed").touch()
    return python


def _json_line(words: list[str | Path]) -> dict[str, float]:
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True, timeout=3600)
    return dict(json.loads(done.stdout.splitlines()[-1]))


class Contest:
    """One server, one sandbox, and every contestant in turn in a database of its own."""

    def __init__(self, server: dict[str, Any], toggl: dict[str, Any], home: Path) -> None:
        self.server = server
        self.toggl = toggl
        self.home = home
        self.key = Fernet.generate_key().decode()
        auth = (toggl["togglToken"], "api_token")
        workspaces = httpx.get(f"{toggl['url']}/api/v9/me/workspaces", auth=auth).raise_for_status().json()
        self.pages = [toggl["url"], toggl["togglToken"], str(workspaces[0]["id"]), toggl["first_day"]]

    def dsn(self, database: str) -> str:
        """Make a database and say where it is."""
        root = psycopg.conninfo.make_conninfo(**self.server, dbname="postgres")
        with psycopg.connect(root, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        return psycopg.conninfo.make_conninfo(**self.server, dbname=database)

    def floor(self, database: str) -> dict[str, float]:
        """Fetch and upsert."""
        dsn = self.dsn(database)
        return self.checked(_json_line([sys.executable, "-m", SELF, "floor", dsn, *self.pages]), dsn, "floor")

    def lifetracer(self, database: str) -> dict[str, float]:
        """The first sync of a new account."""
        dsn = self.dsn(database)
        settings = Settings(home=self.home, database_url=dsn, secret_key=self.key)
        with open_warehouse(settings) as house:
            migrate(house, raw_streams())
            with house.transaction() as connection:
                account = create(connection, "Bench", "Europe/Berlin", "en")
        words = [sys.executable, "-m", SELF, "ours", dsn, *self.pages[:2], str(self.home), self.key]
        return self.checked(_json_line([*words, str(account.account_id)]), dsn, "raw.toggl_track__time_entries")

    def dlt(self, database: str) -> dict[str, float]:
        """An idiomatic dlt merge pipeline."""
        dsn = self.dsn(database)
        server = self.server
        url = f"postgresql://{server['user']}:{server['password']}@{server['host']}:{server['port']}/{database}"
        words = [peer("dlt"), HERE / "peers/dlt_merge.py", url, *self.pages, str(PAGE)]
        return self.checked(_json_line(words), dsn, "dlt_toggl.time_entries")

    def singer(self, database: str) -> dict[str, float]:
        """The pipe tap-toggl | target-postgres."""
        dsn = self.dsn(database)
        config = self.home / f"{database}.json"
        config.parent.mkdir(exist_ok=True)
        config.write_text(json.dumps({**self.server, "database": database, "default_target_schema": "singer"}))
        quiet = subprocess.DEVNULL
        began = time.perf_counter()
        tap = subprocess.Popen(
            [peer("tap"), HERE / "peers/tap_pages.py", *self.pages, str(PAGE)], stdout=subprocess.PIPE, stderr=quiet
        )
        words = [peer("target").with_name("target-postgres"), "--config", config]
        target = subprocess.Popen(words, stdin=tap.stdout, stdout=quiet, stderr=quiet)
        peaks = {tap.pid: 0.0, target.pid: 0.0}
        while target.poll() is None:
            peaks = {pid: max(peak, peak_mb(pid)) for pid, peak in peaks.items()}
            time.sleep(0.05)
        assert tap.wait(60) == 0, "the tap failed"
        assert target.returncode == 0, "the target failed"
        peak = max(peaks.values())
        return self.checked({"seconds": time.perf_counter() - began, "peak_mb": peak}, dsn, "singer.time_entries")

    def checked(self, result: dict[str, float], dsn: str, table: str) -> dict[str, float]:
        """Nobody wins by leaving rows out."""
        name = sql.SQL(".").join(map(sql.Identifier, table.split(".")))
        with psycopg.connect(dsn) as connection:
            found = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
        assert found == (ROWS,), f"{table}: {found} rows instead of {ROWS}"
        return result


def run() -> list[dict[str, Any]]:
    """Measure every contestant ``ROUNDS`` times in turn; the table has medians, and ratios to the floor."""
    found: dict[str, list[dict[str, float]]] = {"floor": [], "lifetracer": [], "dlt": [], "singer": []}
    with sandbox() as toggl, postgres() as server, TemporaryDirectory() as home:
        contest = Contest(server, toggl, Path(home))
        for number in range(ROUNDS):
            for name, times in found.items():
                if number == 0 or name in {"floor", "lifetracer"}:  # the peers are far off: once is enough
                    times.append(getattr(contest, name)(f"bench_{name}_{number}"))
    floor_seconds = statistics.median(t["seconds"] for t in found["floor"])
    ours_seconds = statistics.median(t["seconds"] for t in found["lifetracer"])
    return [
        {
            "what": name,
            "rows/s": round(ROWS / (seconds := statistics.median(t["seconds"] for t in times))),
            "peak MB": round(max(t["peak_mb"] for t in times)),
            "share of the floor": f"{floor_seconds / seconds:.0%}",
            "lifetracer is": f"{seconds / ours_seconds:.1f} ×",
        }
        for name, times in found.items()
    ]


if __name__ == "__main__":
    began = time.perf_counter()
    {"floor": floor, "ours": ours}[sys.argv[1]](*sys.argv[2:])
    took = time.perf_counter() - began
    print(json.dumps({"seconds": took, "peak_mb": peak_mb()}))
