"""Every panel's query, as Grafana sends it, on two people's six weeks: as the reader login, right in shape, quick."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from conftest import SECRET_KEY, Server
from lifetracer.errors import FixByHandError
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from lifetracer.visualizer import ask
from lifetracer.visualizer.dashboards import KINDS, documents
from lifetracer.visualizer.macros import expand
from lifetracer.warehouse import Warehouse, queries, readers
from lifetracer.warehouse.readers import Reader
from modelled import modelled
from moments import quickest
from transform.life import Life, begin

from . import seed

pytestmark = pytest.mark.db

SINCE, UNTIL = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 11, 1, 23, 59, 59, tzinfo=UTC)
LIMIT = 0.050
"""Seconds that a panel may wait for its rows."""

NUMBERS = {"int2", "int4", "int8", "float4", "float8", "numeric"}
TIMES = {"timestamp", "timestamptz"}
TEXTS = {"text", "varchar"}

PANELS = [
    pytest.param(kind.name, panel, target, id=f"{kind.name}.{panel['title']}.{target['refId']}")
    for kind in KINDS
    for panel in json.loads(documents("en")[f"{kind.name.replace('_', '-')}.json"])["panels"]
    for target in panel.get("targets", [])
]
QUERIES = [pytest.param(kind.name, name, id=f"{kind.name}.{name}") for kind in KINDS for name in ask.panels(kind.name)]


@dataclass
class House:
    """A transformed warehouse, its people and their reader logins."""

    warehouse: Warehouse
    anna: Life
    bert: Life
    logins: dict[str, Reader]

    def rows(self, login: str, dashboard: str, name: str, **variables: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.logins[login].dsn, autocommit=True) as connection:
            return ask.figures(connection, dashboard, name, SINCE, UNTIL, variables)


@pytest.fixture(scope="module")
def house(server: Server) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as warehouse:
        settings = Settings(home=Path(folder), database_url=warehouse.dsn, secret_key=SECRET_KEY)
        anna, bert = seed.anna(warehouse), seed.bert(warehouse)
        nobody = begin(warehouse, "Nobody", "UTC")
        for life in (anna, bert, nobody):
            transform(warehouse, settings, life.account_id, as_of=seed.NOW)
        seed.forget_a_plan(anna)
        seed.foresee(anna, "Deep work")
        seed.foresee(bert, "ZZZ music")
        transform(warehouse, settings, as_of=seed.NOW)
        people = {"anna": anna, "bert": bert, "nobody": nobody}
        logins = {
            name: readers.create(warehouse, life.account_id, f"grafana_{name}_{id(warehouse)}")
            for name, life in people.items()
        }
        yield House(warehouse, anna, bert, logins)
        for name, life in people.items():
            readers.drop(warehouse, life.account_id, logins[name].role_name)


def expanded(text: str) -> bytes:
    return expand(text, SINCE, UNTIL).encode()


@pytest.mark.parametrize(("dashboard", "panel", "target"), PANELS)
def test_a_panel_gets_what_its_kind_needs(house: House, dashboard: str, panel: dict[str, Any], target: dict[str, Any]):
    with psycopg.connect(house.logins["anna"].dsn, autocommit=True) as connection:
        cursor = connection.execute(expanded(target["rawSql"]))
        assert cursor.description
        kinds = {column.name: connection.adapters.types.get(column.type_code).name for column in cursor.description}
        rows = cursor.fetchall()
    assert rows, "the seeded weeks should show something here"
    names, known = list(kinds), set(kinds.values())
    assert len(set(names)) == len(names)
    assert known <= NUMBERS | TIMES | TEXTS, "Grafana shows numbers, times and texts"
    if target["format"] == "time_series":
        assert names[0] == "time"
        assert kinds["time"] == "timestamp", "a local day, not an instant"
        assert all(kind in NUMBERS for name, kind in kinds.items() if name not in ("time", "metric"))
        assert kinds.get("metric", "text") in TEXTS
        assert len({row[: 1 + ("metric" in kinds)] for row in rows}) == len(rows), "one value per moment and series"
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    elif panel["type"] == "state-timeline" and target["refId"] == "A":
        assert names[0] == "time"
        assert kinds["time"] in TIMES
        assert all(kinds[name] in TEXTS for name in names[1:])
        assert [row[0] for row in rows] == sorted({row[0] for row in rows})
    elif panel["type"] == "stat":
        assert kinds[names[-1]] in NUMBERS
        assert rows[-1][-1] is not None
    elif panel["type"] == "barchart":
        assert names[0] == panel["options"]["xField"]
        assert all(kinds[name] in NUMBERS for name in names[1:])
    elif panel["type"] == "bargauge" and panel["transformations"]:
        mapped = {m["handlerKey"]: m["fieldName"] for m in panel["transformations"][0]["options"]["mappings"]}
        assert set(mapped.values()) == set(names)
        assert kinds[mapped["field.value"]] in NUMBERS
        assert len({row[names.index(mapped["field.name"])] for row in rows}) == len(rows)
    elif panel["type"] == "bargauge":
        assert len(rows) == 1
        assert all(kind in NUMBERS for kind in kinds.values())


@pytest.mark.parametrize(("dashboard", "panel", "target"), PANELS)
def test_what_a_panel_names_is_in_its_query(
    house: House, dashboard: str, panel: dict[str, Any], target: dict[str, Any]
):
    """Columns that are renamed, hidden or linked exist, and a table names all of its columns."""
    with psycopg.connect(house.logins["anna"].dsn, autocommit=True) as connection:
        cursor = connection.execute(expanded(target["rawSql"]))
        names = {column.name for column in cursor.description or ()}
    if target["refId"] != "A":
        return
    settled = {o["matcher"]["options"] for o in panel["fieldConfig"]["overrides"] if o["matcher"]["id"] == "byName"}
    assert settled <= names
    if panel["type"] == "table":
        assert settled == names


@pytest.mark.parametrize(("dashboard", "name"), QUERIES)
def test_a_query_reads_marts_and_nothing_else(house: House, dashboard: str, name: str):
    """PostgreSQL itself says which relations it names: those that a view of it would depend on."""
    with house.warehouse.transaction() as connection:
        view = f"grafana_{dashboard}_{name}"
        text = expand(ask.query(dashboard, name), SINCE, UNTIL)
        connection.execute(sql.SQL("create temporary view {} as ").format(sql.Identifier(view)) + sql.SQL(text))
        found = connection.execute(
            """
            select distinct namespace.nspname || '.' || relation.relname
            from pg_rewrite
            join pg_depend on pg_depend.objid = pg_rewrite.oid and pg_depend.classid = 'pg_rewrite'::regclass
            join pg_class as relation
                on relation.oid = pg_depend.refobjid and pg_depend.refclassid = 'pg_class'::regclass
            join pg_namespace as namespace on namespace.oid = relation.relnamespace
            where pg_rewrite.ev_class = to_regclass(%s) and relation.oid <> pg_rewrite.ev_class
            """,
            (f"pg_temp.{view}",),
        ).fetchall()
        relations = {row[0] for row in found}
        assert relations
        assert {relation for relation in relations if not relation.startswith("marts.")} == set()


OF_ANYBODY = {("overview", "day_types"), *(("operations", name) for name in ("sources", "stale", "findings"))}
"""What there is to show of somebody who never recorded anything: days of rest, and sources that never delivered."""


@pytest.mark.parametrize(("dashboard", "name"), QUERIES)
def test_a_login_sees_its_own_account_only(house: House, dashboard: str, name: str):
    assert "ZZZ" not in json.dumps(house.rows("anna", dashboard, name), default=str)
    theirs = [str(value) for row in house.rows("bert", dashboard, name) for value in row.values()]
    assert not {"Deep work", "Atlas", "Gym", "ACME"} & set(theirs)
    if (dashboard, name) not in OF_ANYBODY:
        seen = house.rows("nobody", dashboard, name)
        own = ("metric", "untracked_seconds")  # hours of the day, and days gone by
        figures = [value for row in seen for key, value in row.items() if key not in own and value]
        assert [value for value in figures if not isinstance(value, datetime)] == [], "who has no life has no figures"


@pytest.mark.parametrize(("dashboard", "name"), QUERIES)
def test_a_panel_waits_less_than_a_twentieth_of_a_second(house: House, dashboard: str, name: str):
    with psycopg.connect(house.logins["anna"].dsn, autocommit=True) as connection:
        assert quickest(lambda: ask.figures(connection, dashboard, name, SINCE, UNTIL), LIMIT, times=15) <= LIMIT


PICKED = [p for p in QUERIES if "${category:" in ask.query(*map(str, p.values))]


@pytest.mark.parametrize(("dashboard", "name"), PICKED)
def test_the_category_picker_restricts_what_says_so(house: House, dashboard: str, name: str):
    with psycopg.connect(house.logins["anna"].dsn, autocommit=True) as connection:
        offered = dict(
            connection.execute(queries.beside(ask.__file__, "variables.sql")["category"].encode()).fetchall()
        )
    assert {"Deep work", "Gym"} <= set(offered)
    everything = house.rows("anna", dashboard, name)
    one = house.rows("anna", dashboard, name, category=[offered["Gym"]])
    both = house.rows("anna", dashboard, name, category=[offered["Gym"], offered["Deep work"]])
    assert one != everything
    assert both != everything or name == "hours"
    for row in one:
        assert row.get("category", "Gym") == "Gym"
    assert house.rows("anna", dashboard, name, category=list(offered.values())) == everything


def test_panels_that_obey_the_picker_say_so():
    for kind in KINDS:
        board = json.loads(documents("en")[f"{kind.name.replace('_', '-')}.json"])
        for panel in board["panels"]:
            obeys = any("${category:" in target["rawSql"] for target in panel.get("targets", []))
            says = "category picker" in panel.get("description", "")
            assert says <= obeys, panel["title"]
            if kind.name == "overview":
                assert says == obeys, panel["title"]


def test_the_figures_are_those_of_the_life(house: House):
    """A week that was lived by hand: 5 days of plans of 7 hours; what happened is in the seed."""
    week = {"since": datetime(2026, 9, 21, tzinfo=UTC), "until": datetime(2026, 9, 27, 23, 59, 59, tzinfo=UTC)}
    with psycopg.connect(house.logins["anna"].dsn, autocommit=True) as connection:
        (planned,) = ask.figures(connection, "overview", "planned", **week)
        (lived,) = ask.figures(connection, "overview", "lived", **week)
        totals = ask.figures(connection, "overview", "category_totals", **week)
    assert planned == {"planned_seconds": 5 * 7 * 3600}
    by_name = {row["category"]: row["actual_seconds"] for row in totals}
    assert by_name["Deep work"] == (178 + 210 + 60 + 180) * 60
    assert by_name["Atlas"] == (120 + 220 + 60 + 122) * 60
    assert by_name["Reading"] == (60 + 60 + 180 + 180) * 60
    assert sum(by_name.values()) == lived["actual_seconds"]


def test_every_panel_can_be_tried_at_once(house: House):
    trials = ask.check(house.warehouse, house.anna.account_id, SINCE, UNTIL)
    assert len(trials) == len(QUERIES)
    assert {trial.dashboard for trial in trials} == {kind.name for kind in KINDS}
    assert all(trial.rows for trial in trials)
    colors = ask.colors(house.warehouse, house.anna.account_id)
    assert colors["Deep work"] == "#0180d0"
    assert "ZZZ music" not in colors


def test_before_the_first_transform_the_trial_says_what_is_missing(warehouse, account):
    assert ask.colors(warehouse, account.account_id) == {}
    with pytest.raises(FixByHandError, match="panel planned of Overview cannot be shown") as told:
        ask.check(warehouse, account.account_id, SINCE, UNTIL)
    assert "lifetracer transform" in told.value.remedy
