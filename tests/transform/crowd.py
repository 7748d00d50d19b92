"""Many lives in one warehouse: written as syncs leave them, made by one run for all, looked at in states.

A state is a copy of every table and view of core and marts, found in the catalog, right after a run.
Law: a crowd knows nothing of what the models mean; it writes, runs, copies and compares.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from lifetracer.settings import Settings
from lifetracer.transform.run import TransformSummary, transform
from lifetracer.warehouse import Warehouse

from .life import TABLES
from .lives import Entry, Life, Plan

Row = dict[str, Any]
Law = Callable[["Lived"], Iterable[str]]

PASSING = ("made_at",)
"""Columns that say when a row was made, not what it says."""
PERSONAL = (*PASSING, "account_id", "connection_id", "synced_at", "category_version")
"""Columns in which two equal lives differ."""
REMEMBERING = ("fct_plan_before", "plan_change")
"""Models that tell what a plan was before; newcomers have no before."""


def raw_rows(life: Life) -> dict[tuple[str, str, str], Row]:
    """What the services send: (source, entity, id) → data."""
    found: dict[tuple[str, str, str], Row] = {
        ("toggl_track", "workspaces", "1"): {"id": 1, "name": "Home"},
        ("toggl_track", "clients", "1"): {"id": 1, "wid": 1, "name": "ACME"},
    }
    for number, name in enumerate(life.projects, 1):
        client = {"client_id": 1} if number % 2 else {}
        data = {"id": number, "workspace_id": 1, "name": name, "color": f"#00000{number}", "active": True, **client}
        found["toggl_track", "projects", str(number)] = data
    for entry in life.entries:
        source = "toggl_csv" if entry.form == "csv" else "toggl_track"
        found[source, "time_entries", str(entry.number)] = _entry(entry)
    for source in ("google_calendar", "ical"):
        found[source, "calendars", "me@x"] = {"id": "me@x", "summary": "Mine", "primary": True}
        found[source, "calendars", "team@x"] = {"id": "team@x", "summary": "Team"}
    for plan in life.plans:
        told = _event(plan)
        found[plan.source, "events", plan.series] = told
        if plan.is_copied:
            found[plan.source, "events", f"team@x/{plan.key}"] = {k: v for k, v in told.items() if k != "attendees"}
    return found


def _entry(entry: Entry) -> Row:
    start, stop = entry.start.isoformat(), entry.stop and entry.stop.isoformat()
    length = int((entry.stop - entry.start).total_seconds()) if entry.stop else -int(entry.start.timestamp())
    common = {"start": start, "stop": stop, "description": entry.description, "billable": entry.is_billable}
    if entry.form == "csv":
        return common | {"duration": length, "project_name": _first_name(entry.project)}
    common |= {"id": entry.number, "project_id": entry.project, "at": "2012-03-01T00:00:00+00:00"}
    if entry.form == "reports":
        return common | {"seconds": length, "tag_names": ["a", "b"]}
    return common | {"duration": length, "tags": ["a"]}


def _first_name(project: int | None) -> str | None:
    return Life("UTC").projects[project - 1] if project else None


def _event(plan: Plan) -> Row:
    told = {
        "id": plan.key,
        "iCalUID": f"{plan.key}@x",
        "summary": plan.title,
        "status": plan.status,
        "transparency": plan.transparency,
        "eventType": plan.kind,
    }
    if plan.response:
        told["attendees"] = [{"email": "me@x", "self": True, "responseStatus": plan.response}]
    return {key: value for key, value in told.items() if value is not None}


def _occurrences(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for calendar in ("me@x", "team@x") if plan.is_copied else ("me@x",):
        series = f"{calendar}/{plan.key}"
        for start, end in plan.times:
            timed = isinstance(start, datetime)
            when = (start, end, None, None) if timed else (None, None, start, end)
            yield f"{series}/{start.isoformat()}", plan.source, calendar, series, series, start.isoformat(), *when


@dataclass
class Lived:
    """One person of a crowd in one state."""

    crowd: Crowd
    state: str
    account_id: UUID
    life: Life
    now: datetime

    def rows(self, name: str) -> list[Row]:
        """This person's rows of a table or view; none where there is no such model."""
        return self.crowd.rows(self.state, name).get(self.account_id, [])


@dataclass
class Crowd:
    """A warehouse, and who lives in it."""

    house: Warehouse
    settings: Settings
    lives: dict[UUID, Life] = field(default_factory=dict)
    connections: dict[UUID, dict[str, UUID]] = field(default_factory=dict)
    states: dict[str, tuple[datetime, dict[UUID, Life]]] = field(default_factory=dict)
    """The present, and who lived how, when each state was kept."""
    summaries: dict[str, TransformSummary] = field(default_factory=dict)
    _rows: dict[tuple[str, str], dict[UUID | None, list[Row]]] = field(default_factory=dict)

    def arrive(self, lives: Iterable[Life], *, shuffled: int | None = None) -> list[UUID]:
        """Make accounts and write their lives; optionally their rows in another order."""
        lives = list(lives)
        accounts = [uuid4() for _ in lives]
        with self.house.transaction() as con:
            for source, entities in TABLES.items():
                for entity in entities:
                    con.execute("select raw.create_table(%s, %s)", (source, entity))
            with con.cursor() as cursor:
                cursor.executemany(
                    "insert into app.account (account_id, name, time_zone) values (%s, %s, %s)",
                    [(who, str(who), life.zone) for who, life in zip(accounts, lives, strict=True)],
                )
                for who in accounts:
                    self.connections[who] = {source: uuid4() for source in TABLES}
                cursor.executemany(
                    "insert into app.connection (account_id, connection_id, source, name) values (%s, %s, %s, 'x')",
                    [(who, key, source) for who in accounts for source, key in self.connections[who].items()],
                )
        self.sync(dict(zip(accounts, lives, strict=True)), shuffled=shuffled)
        return accounts

    def sync(self, lives: Mapping[UUID, Life], *, shuffled: int | None = None) -> None:
        """Write what is different now: rows replaced, new, and tombstones for those that are gone."""
        order = random.Random(shuffled)
        items: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        places, ended = [], []
        for who, life in lives.items():
            before = raw_rows(self.lives[who]) if who in self.lives else {}
            after = raw_rows(life)
            for key in before.keys() | after.keys():
                if before.get(key) != after.get(key):
                    source, entity, source_id = key
                    data = json.dumps(after[key]) if key in after else None
                    items[f"{source}__{entity}"].append((who, self.connections[who][source], source_id, data))
            old = {plan.key: plan for plan in self.lives[who].plans} if who in self.lives else {}
            new = {plan.key: plan for plan in life.plans}
            for key in old.keys() | new.keys():
                if old.get(key) != new.get(key):
                    ended += [(who, f"{calendar}/{key}") for calendar in ("me@x", "team@x")] if key in old else []
                    found = _occurrences(new[key]) if key in new else ()
                    places += [(who, self.connections[who][place[1]], *place) for place in found]
        with self.house.transaction() as con:
            for table in sorted(items):
                rows = sorted(items[table], key=str)
                if shuffled is not None:
                    order.shuffle(rows)
                _merge(con, table, rows)
            places.sort(key=str)
            if shuffled is not None:
                order.shuffle(places)
            _expand(con, ended, places)
        self.lives |= lives

    def move(self, who: UUID, zone: str) -> None:
        """Let a person live in another zone from now on (which re-dates the whole life)."""
        life = self.lives[who]
        self.lives[who] = Life(zone, life.projects, life.entries, life.plans)
        with self.house.transaction() as con:
            con.execute("update app.account set time_zone = %s where account_id = %s", (zone, who))

    def leave(self, accounts: Iterable[UUID], source: str) -> None:
        """Let people take back a service's access: with the connection go its rows."""
        with self.house.transaction() as con:
            for who in accounts:
                life = self.lives[who]
                con.execute("delete from app.connection where account_id = %s and source = %s", (who, source))
                entries = tuple(entry for entry in life.entries if not entry.id.startswith(source))
                plans = tuple(plan for plan in life.plans if plan.source != source)
                self.lives[who] = Life(life.zone, life.projects, entries, plans)

    def enter(self, accounts: Iterable[UUID]) -> None:
        """Let people say what only they know: categories and rules, targets, rates, what kind of day it was."""
        with self.house.transaction() as con, con.cursor() as cursor:
            for statement in ENTERED:
                cursor.executemany(statement, [(who,) for who in accounts])

    def turn(self, state: str, now: datetime, *, who: UUID | None = None, full: bool = False) -> None:
        """Transform, and keep the state."""
        self.summaries[state] = transform(self.house, self.settings, who, full, as_of=now)
        self.keep(state, now)

    def keep(self, state: str, now: datetime) -> None:
        """Copy every table and view of core and marts."""
        self.states[state] = (now, dict(self.lives))
        with self.house.transaction() as con:
            con.execute(sql.SQL("create schema {}").format(sql.Identifier(state)))
            for schema, name in relations(con):
                made, told = sql.Identifier(state, name), sql.Identifier(schema, name)
                try:
                    con.execute(sql.SQL("create table {} as select * from {}").format(made, told))
                except psycopg.Error as failure:
                    raise AssertionError(f"{schema}.{name} cannot be read: {failure}") from failure

    def lived(self, state: str, accounts: Iterable[UUID] | None = None) -> Iterator[Lived]:
        """Everybody in a state."""
        now, lives = self.states[state]
        for who in lives if accounts is None else accounts:
            yield Lived(self, state, who, lives[who], now)

    def rows(self, state: str, name: str) -> dict[UUID | None, list[Row]]:
        """A table's rows by account."""
        if (state, name) not in self._rows:
            found: dict[UUID | None, list[Row]] = defaultdict(list)
            if name in self.columns(state):
                with psycopg.connect(self.house.dsn, row_factory=dict_row) as con:
                    for row in con.execute(sql.SQL("select * from {}").format(sql.Identifier(state, name))):
                        found[row.get("account_id")].append(row)
            self._rows[state, name] = found
        return self._rows[state, name]

    def columns(self, state: str) -> dict[str, set[str]]:
        """The columns of every table and view."""
        with self.house.transaction() as con:
            asked = "select table_name, array_agg(column_name::text) from information_schema.columns"
            found = con.execute(f"{asked} where table_schema = %s group by 1", (state,)).fetchall()
        return {name: set(columns) for name, columns in found}

    def differences(
        self,
        state: str,
        other: str,
        same: Mapping[UUID, UUID] | None = None,
        ignored: Iterable[str] = PASSING,
        left_out: Iterable[str] = (),
    ) -> list[str]:
        """Rows of one state that are not in the other; accounts of ``same`` are compared with each other."""
        found: list[str] = []
        keys = list(same or self.states[state][1])
        partners = list((same or {key: key for key in keys}).values())
        with psycopg.connect(self.house.dsn) as con:
            for name, columns in self.columns(state).items():
                if "account_id" not in columns or name in left_out:
                    continue
                parts = {"one": sql.Identifier(state, name), "two": sql.Identifier(other, name)}
                asked = {"ones": keys, "twos": partners, "ignored": list(ignored)}
                rows = con.execute(sql.SQL(DIFFERENT).format(**parts), asked).fetchall()
                found += [f"{name}, only in {(state, other)[side]}: {told} (life of {who})" for who, side, told in rows]
        return found

    def smallest(self, life: Life, law: Law, now: datetime) -> Life:
        """Take things away from a life as long as the law stays broken; all candidates of a round in one run."""
        for number in range(100):
            candidates = list(life.smaller())
            accounts = self.arrive(candidates)
            self.turn(f"round_{uuid4().hex[:8]}_{number}", now)
            state = list(self.states)[-1]
            broken = next((one.life for one in self.lived(state, accounts) if list(law(one))), None)
            if broken is None:
                return life
            life = broken
        return life


ENTERED = (
    "insert into app.category (account_id, category_id, name, kind)"
    " select %s, app.category_id(name), name, kind from (values ('Life', null), ('Sleep', 'sleep')) as c (name, kind)",
    "insert into app.category (account_id, category_id, name, parent_id, color)"
    " values (%s, app.category_id('Health'), 'Health', app.category_id('Life'), '#123456')",
    "insert into app.category_rule (account_id, rule_id, position, field, operator, pattern, category_id)"
    " select %s, md5(field)::uuid, 1, field, operator, 'dentist', app.category_id('Health')"
    " from (values ('description', 'is'), ('title', 'contains')) as r (field, operator)",
    "insert into app.target (account_id, target_id, name, subject, subject_value, measure, period, comparison, low,"
    " valid_from) select %s, md5(period)::uuid, 'Atlas', 'project', 'Atlas', 'duration', period, 'at_least', 3600,"
    " '2011-01-01' from unnest(array['day', 'week', 'month']) as period",
    "insert into app.intent (account_id, intent_id, name, subject, subject_value, measure, period, comparison, low,"
    " valid_from) select %s, md5(period)::uuid, 'Atlas', 'project', 'Atlas', 'duration', period, 'at_least', 7200,"
    " '2011-01-01' from unnest(array['day', 'week', 'month']) as period",
    "insert into core.target_proposal (account_id, proposal_id, intent_id, period, period_start, period_end, measure,"
    " comparison, low, wished_comparison, wished_low, chosen_probability, probability, probability_wished, likely,"
    " reasons, made_at) values (%s, md5('proposal')::uuid, md5('week')::uuid, 'week', '2012-02-27', '2012-03-05',"
    " 'duration', 'at_least', 3600, 'at_least', 7200, 0.65, 0.7, 0.4, '{}', '[]', '2012-02-27 01:00Z')",
    "insert into core.plan_proposal (account_id, proposal_id, made_at, horizon_start, horizon_end, status,"
    " missing_seconds, made_from) values (%s, md5('plan')::uuid, '2012-03-01 02:00Z', '2012-03-01', '2012-03-08',"
    " 'written', 0, 'x')",
    "insert into core.plan_proposal_block (account_id, proposal_id, block_id, change, category_id, title, starts_at,"
    " ends_at) values (%s, md5('plan')::uuid, md5('block')::uuid, 'add', app.category_id('Sleep'), 'Sleep',"
    " '2012-03-01 20:00Z', '2012-03-01 22:00Z')",
    "insert into core.plan_block (account_id, block_id, proposal_id, calendar_id, event_id, etag, category_id, title,"
    " starts_at, ends_at, written_at) values (%s, md5('block')::uuid, md5('plan')::uuid, 'own', 'e1', '1',"
    " app.category_id('Sleep'), 'Sleep', '2012-03-01 20:00Z', '2012-03-01 22:00Z', '2012-03-01 03:00Z')",
    "insert into core.estimate select %s, app.category_id('Sleep'), 'day', '2012-03-01', '2012-03-02',"
    " '2012-02-29 01:00Z', '2012-02-29', 1, 1, 2, 3, 4, 5, 3, 0, 0, 1, 2, 3, 4, 5, 'model', true",
    "insert into core.estimate_choice (account_id, category_id, made_at, is_model, known_days)"
    " values (%s, app.category_id('Sleep'), '2012-02-29 01:00Z', false, 9)",
    "insert into core.insight (account_id, insight_id, kind, category_id, begins_on, effect, p_value, made_at)"
    " values (%s, md5('insight')::uuid, 'change_point', app.category_id('Sleep'), '2012-02-01', 60, 0.01, now())",
    "insert into app.rate (account_id, rate_id, project_name, hourly_amount, currency)"
    " values (%s, md5('Atlas')::uuid, 'Atlas', 80, 'EUR')",
    "insert into app.day_type (account_id, local_date, day_type) values (%s, '2012-03-01', 'travel')",
    "update app.account set country = 'DE' where account_id = %s",
)

DIFFERENT = """
with pair as (select * from unnest(%(ones)s::uuid[], %(twos)s::uuid[]) as p (one, two)),
one as (
    select p.one as who, to_jsonb(t) - %(ignored)s::text[] as told
    from {one} as t inner join pair as p on t.account_id = p.one
),
two as (
    select p.one as who, to_jsonb(t) - %(ignored)s::text[] as told
    from {two} as t inner join pair as p on t.account_id = p.two
),
only_one as (select * from one except all select * from two),
only_two as (select * from two except all select * from one)
(select who, 0 as side, told from only_one order by who, told limit 5)
union all
(select who, 1 as side, told from only_two order by who, told limit 5)
"""


def relations(con: Any, schemas: tuple[str, ...] = ("core", "marts")) -> list[tuple[str, str]]:
    """Every table and view, as the catalog knows them; a core table that a mart of its name shows is seen by that."""
    found = con.execute(
        "select n.nspname::text, c.relname::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = any(%s) and c.relkind in ('r', 'v', 'm', 'p')"
        " and (n.nspname <> 'core' or to_regclass(format('marts.%%I', c.relname)) is null) order by 1, 2",
        (list(schemas),),
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in found]


def _merge(con: Any, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Replace raw rows as an ingest does: former versions kept, tombstones for what is gone."""
    _copy(con, "arrived", "who uuid, connection_id uuid, source_id text, data jsonb, place serial", 4, rows)
    con.execute(
        f"insert into raw.revision (account_id, stream, source_id, data, api_version, synced_at, deleted_at)"
        f" select t.account_id, '{table}', t.source_id, t.data, t.api_version, t.synced_at, t.deleted_at"
        f" from raw.{table} as t inner join arrived as a on t.account_id = a.who and t.source_id = a.source_id"
    )
    con.execute(
        f"update raw.{table} as t set deleted_at = now(), synced_at = now(), deleted_reason = 'deleted'"
        " from arrived as a where t.account_id = a.who and t.source_id = a.source_id and a.data is null"
    )
    con.execute(
        f"insert into raw.{table} as t (account_id, connection_id, source_id, data, api_version)"
        " select who, connection_id, source_id, data, 'x' from arrived where data is not null order by place"
        " on conflict (account_id, source_id) do update"
        " set data = excluded.data, synced_at = now(), deleted_at = null, deleted_reason = null"
    )
    con.execute("drop table arrived")


def _expand(con: Any, ended: list[tuple[Any, ...]], places: list[tuple[Any, ...]]) -> None:
    """Replace the occurrences of events."""
    _copy(con, "ended", "who uuid, series_id text", 2, ended)
    con.execute(
        "delete from raw.occurrence as o using ended as e where o.account_id = e.who and o.series_id = e.series_id"
    )
    names = "account_id, connection_id, occurrence_id, source, calendar_id, series_id, content_id, original_start, "
    names += "starts_at, ends_at, starts_on, ends_on"
    with con.cursor() as cursor, cursor.copy(f"copy raw.occurrence ({names}) from stdin") as copy:
        for row in places:
            copy.write_row(row)
    con.execute("drop table ended")


def _copy(con: Any, table: str, columns: str, width: int, rows: list[tuple[Any, ...]]) -> None:
    con.execute(f"create temp table {table} ({columns}) on commit drop")
    names = ", ".join(column.split()[0] for column in columns.split(", ")[:width])
    with con.cursor() as cursor, cursor.copy(f"copy {table} ({names}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def on_days(rows: Iterable[Row], value: str) -> dict[date, int]:
    """Sum a column by local date."""
    found: dict[date, int] = defaultdict(int)
    for row in rows:
        found[row["local_date"]] += row[value] or 0
    return found
