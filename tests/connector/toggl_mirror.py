"""A warehouse that is kept in step with the Toggl account of the sandbox's first person, and its comparison."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifetracer.connector.ingest import NUL_OR_SURROGATE
from lifetracer.connector.registry import raw_streams
from lifetracer.connector.summary import ConnectionSync
from lifetracer.connector.sync import sync
from lifetracer.settings import load
from lifetracer.warehouse import Warehouse
from lifetracer.warehouse.accounts import Account
from lifetracer.warehouse.migrate import migrate
from sandbox_process import SandboxHandle

WINDOW = "GET /api/v9/me/time_entries"
ME = "GET /api/v9/me"


class TogglMirror:
    """Syncs Toggl and says where the raw tables differ from Toggl's truth."""

    def __init__(
        self, warehouse: Warehouse, account: Account, environ: Mapping[str, str], sandbox: SandboxHandle, **more: str
    ) -> None:
        migrate(warehouse, raw_streams())
        given = {name: value for name, value in sandbox.environment.items() if not name.startswith("GOOGLE")}
        quick = {"LIFETRACER_RETRY_SECONDS": "0.01", "LIFETRACER_TOGGL_PAUSE_SECONDS": "0"}
        self.environ = {**environ, **given, **quick, **more}
        self.settings = load(self.environ)
        self.warehouse = warehouse
        self.account = account
        self.sandbox = sandbox

    def sync(self, **asked: Any) -> ConnectionSync:
        (result,) = sync(self.warehouse, self.settings, self.account.account_id, ["toggl"], **asked).connections
        return result

    def synced(self, **asked: Any) -> ConnectionSync:
        result = self.sync(**asked)
        assert result.error is None, result.error.sentence()
        return result

    def rows(self, stream: str = "time_entries", *, living: bool = True) -> dict[str, dict[str, Any]]:
        query = f"select source_id, data from raw.toggl_track__{stream} where (deleted_at is null) = %s"
        with self.warehouse.transaction() as connection:
            return dict(connection.execute(query, (living,)).fetchall())

    def one(self, query: str) -> Any:
        with self.warehouse.transaction() as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]

    def kinds(self, result: ConnectionSync) -> list[str]:
        return [str(warning["kind"]) for warning in result.warnings]

    def check(self) -> None:
        """The mirror equals the truth: 0 missing, 0 extra, 0 stale, in every table."""
        truth = self.sandbox.truth("toggl")
        stored, entries = self.rows(), truth["entries"]
        assert sorted(entries.keys() - stored.keys()) == [], "missing"
        assert sorted(stored.keys() - entries.keys()) == [], "extra"
        assert [key for key in entries if _facts(stored[key]) != _facts(entries[key])] == [], "stale"
        gone = {str(entry_id) for entry_id in truth["deleted"]}
        assert not gone & stored.keys()
        for stream in ("projects", "clients", "tags"):
            rows, wanted = self.rows(stream), _living(truth[stream])
            assert sorted(wanted.keys() - rows.keys()) == [], f"missing {stream}"
            assert sorted(rows.keys() - wanted.keys()) == [], f"extra {stream}"
            assert [key for key in wanted if rows[key]["name"] != wanted[key]["name"]] == [], f"stale {stream}"


def _living(rows: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: row for key, row in rows.items() if not (row.get("server_deleted_at") or row.get("deleted_at"))}


def _facts(entry: Mapping[str, Any]) -> tuple[object, ...]:
    """What both APIs say about an entry; a running one's duration is no fact (A.8)."""
    stop = entry.get("stop")
    return (
        datetime.fromisoformat(entry["start"]),
        datetime.fromisoformat(stop) if stop else None,
        entry.get("duration", entry.get("seconds")) if stop else None,
        NUL_OR_SURROGATE.sub("\ufffd", entry.get("description") or ""),
        entry.get("project_id"),
        bool(entry.get("billable")),
        sorted(entry.get("tag_ids") or []),
    )
