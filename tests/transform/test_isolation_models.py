"""Two lives that look alike in one warehouse: neither sees, nor is changed by, anything of the other, in any model.

Both have projects, titles, words and even ids of the services in common; tables and views are found in the catalog, so
a new model is under this law from its first day. And whoever reads while things are made meets no error and no gap.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.warehouse import readers

from .crowd import Crowd, relations
from .lives import NOW, PROJECTS, Entry, Life, Plan

pytestmark = pytest.mark.db

DAYS = 24


def busy(zone: str, *, lag: int) -> Life:
    """Three weeks and a half of sleep, work, calls within work, plans that come true and plans that do not."""
    entries: list[Entry] = []
    plans: list[Plan] = []
    for n in range(DAYS):
        day = datetime(2012, 2, 12, tzinfo=UTC) + timedelta(days=n, minutes=lag)
        for start, length, project, told in (
            (-2, 8, 3, None), (8, 3, 1, "Atlas"), (9, 0.5, 2, "Dentist"), (11.05, 1, 6, None), (14, 2 + n % 3, 2, None),
        ):  # fmt: skip
            at, number = day + timedelta(hours=start), len(entries) + 1
            form = "csv" if number % 9 == 0 else "v9"
            entries.append(Entry(number, at, at + timedelta(hours=length), project, told, form, project == 1))
        for start, length, title, more in (
            (8, 3, "Atlas: review", {}), (14, 2, "Deep work", {"source": "ical"}),
            (18, 1, "Dentist", {"is_copied": True}), (-2, 8, "Sleep", {"response": "accepted"}),
            (12, 1, "standup", {"response": "declined" if n % 2 else None}),
        ):  # fmt: skip
            at = day + timedelta(hours=start)
            plans.append(Plan(f"p{len(plans)}", title, ((at, at + timedelta(hours=length)),), **more))
    entries.append(Entry(900, NOW - timedelta(hours=1), None, 5))
    entries.append(Entry(901, NOW - timedelta(days=9), NOW - timedelta(days=9, hours=1), 1))
    entries.append(Entry(902, NOW - timedelta(days=8, hours=20), NOW - timedelta(days=8, hours=5), None))
    plans.append(Plan("all-day", "Holiday", ((NOW.date(), (NOW + timedelta(days=2)).date()),)))
    plans.append(Plan("next", "Atlas", ((NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2)),)))
    return Life(zone, PROJECTS, tuple(entries), tuple(plans))


def changed(life: Life) -> Life:
    """Other names, colours, words and times, all of which models derive things from."""
    entries = [
        replace(entry, project=2, description="Atlas") if entry.project == 1 else entry for entry in life.entries
    ]
    entries += [replace(entries[1], number=2000 + n, description="Dentist", project=5) for n in range(40)]
    plans = [replace(plan, title="Dentist" if plan.title == "Sleep" else plan.title) for plan in life.plans[5:]]
    return Life(life.zone, ("Dentist", "Atlas", *life.projects[2:]), tuple(entries[3:]), tuple(plans))


class Reader(threading.Thread):
    """Someone who reads every mart again and again, and remembers errors and marts that were empty once."""

    def __init__(self, dsn: str, marts: list[str]) -> None:
        super().__init__()
        self.dsn, self.marts = dsn, marts
        self.ended = threading.Event()
        self.looks = 0
        self.complaints: list[str] = []

    def run(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as con:
            while not self.ended.is_set():
                for mart in self.marts:
                    try:
                        row = con.execute(sql.SQL("select count(*) from {}").format(sql.Identifier("marts", mart)))
                        if row.fetchone() == (0,):
                            self.complaints.append(f"{mart} was empty")
                    except psycopg.Error as failure:
                        self.complaints.append(f"{mart}: {failure}")
                self.looks += 1

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.ended.set()
        self.join(60)


@dataclass
class Two:
    crowd: Crowd
    root: psycopg.Connection[tuple[object, ...]]
    ann: UUID
    bob: UUID
    login: str
    """A reader login of Ann's."""
    found: list[tuple[str, str]]
    """Every table and view of core and marts."""
    readers: dict[str, Reader] = field(default_factory=dict)

    def whose(self, con: psycopg.Connection[tuple[object, ...]], schema: str, name: str) -> set[object] | None:
        """Whose rows a session sees; ``None`` when it may not look, or when nothing in there is anybody's."""
        if "account_id" not in self.crowd.columns("before")[name]:
            return None
        try:
            with con.transaction():
                asked = sql.SQL("select distinct account_id from {}").format(sql.Identifier(schema, name))
                return {row[0] for row in con.execute(asked).fetchall()}
        except psycopg.errors.InsufficientPrivilege:
            return None

    def walk(self, con: psycopg.Connection[tuple[object, ...]], own: UUID | None) -> None:
        """Look into everything as a session may; every mart shows one's own rows and nobody else's."""
        for schema, name in self.found:
            seen = self.whose(con, schema, name)
            assert seen is None or seen <= {own}, f"{schema}.{name} shows rows of {seen}"
            if schema == "marts" and own:
                assert seen is not None, f"{name} may not be read"
                everybody = self.crowd.rows("before", name)
                assert seen == ({own} if own in everybody else set()), f"{name} hides one's own rows"


@pytest.fixture(scope="module")
def two(server: Server) -> Iterator[Two]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        crowd = Crowd(house, Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY))
        ann, bob = crowd.arrive([busy("Europe/Berlin", lag=0), busy("Asia/Tokyo", lag=7)])
        crowd.enter([ann, bob])
        crowd.turn("before", NOW, full=True)
        with house.transaction() as con:
            found = relations(con)
        marts = [name for schema, name in found if schema == "marts" and ann in crowd.rows("before", name)]
        role = f"reader_{secrets.token_hex(4)}"
        login = readers.create(house, ann, role).dsn
        with server.superuser(psycopg.conninfo.conninfo_to_dict(house.dsn)["dbname"]) as root:
            made = Two(crowd, root, ann, bob, login, found)
            crowd.sync({bob: changed(crowd.lives[bob])})
            with Reader(login, marts) as made.readers["while another's changes are made"]:
                crowd.turn("after", NOW)
            with Reader(login, marts) as made.readers["while everything is made anew"]:
                crowd.turn("anew", NOW, full=True)
            crowd.sync({ann: changed(crowd.lives[ann])})
            with Reader(login, marts) as made.readers["while one's own changes are made"]:
                crowd.turn("own", NOW, who=ann)
            yield made
        readers.drop(house, ann, role)


def test_every_model_has_rows_of_both(two: Two) -> None:
    """Otherwise the tests below would prove nothing."""
    for _, name in two.found:
        if "account_id" in two.crowd.columns("before")[name] and not name.startswith("stale_"):
            assert set(two.crowd.rows("before", name)) == {two.ann, two.bob}, name


def test_the_app_sees_the_account_of_its_transaction(two: Two) -> None:
    for own in (two.ann, two.bob):
        with two.crowd.house.transaction(own) as con:
            two.walk(con, own)
    with two.crowd.house.transaction(role="lifetracer_app") as con:
        two.walk(con, None)


@pytest.mark.parametrize(
    "claims",
    [None, "", "{}", "null", "[]", '"ann"', "garbage", "{", '{"sub": null}', '{"sub": ""}', '{"sub": "ann"}',
     '{"sub": 7}', '{"sub": ["$ANN"]}', '{"SUB": "$ANN"}', '{"user": {"sub": "$ANN"}}', '{"role": "service_role"}',
     '[{"sub": "$ANN"}]', '{"sub": "00000000-0000-0000-0000-000000000000"}'],
)  # fmt: skip
def test_a_token_that_names_nobody_sees_nothing(two: Two, claims: str | None) -> None:
    told = claims and claims.replace("$ANN", str(two.ann))
    for schema, name in two.found:
        with two.root.transaction(force_rollback=True):
            if told is not None:
                two.root.execute("select set_config('request.jwt.claims', %s, true)", [told])
            two.root.execute("select set_config('lifetracer.account_id', %s, true)", [str(two.ann)])
            two.root.execute("set local role authenticated")
            with contextlib.suppress(psycopg.DataError):  # a claim that is no JSON or no id is refused
                assert two.whose(two.root, schema, name) in (set(), None), name


def test_a_token_sees_its_own_rows(two: Two) -> None:
    for own, other in ((two.ann, two.bob), (two.bob, two.ann)):
        with two.root.transaction(force_rollback=True):
            claims = json.dumps({"sub": str(own), "role": "authenticated", "account_id": str(other)})
            two.root.execute("select set_config('request.jwt.claims', %s, true)", [claims])
            two.root.execute("select set_config('lifetracer.account_id', %s, true)", [str(other)])
            two.root.execute("set local role authenticated")
            two.walk(two.root, own)


def test_a_reader_sees_one_account_whatever_is_set(two: Two) -> None:
    with psycopg.connect(two.login, autocommit=True) as con:
        two.walk(con, two.ann)
        con.execute("select set_config('lifetracer.account_id', %s, false)", [str(two.bob)])
        con.execute("select set_config('request.jwt.claims', %s, false)", [json.dumps({"sub": str(two.bob)})])
        two.walk(con, two.ann)
        for role in ("authenticated", "lifetracer_app", "lifetracer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                con.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


def test_nothing_of_one_depends_on_the_other(two: Two) -> None:
    """Bob renames, recolours, retells and deletes; Ann's rows stay as they are, and so do those that are nobody's."""
    bob = {two.bob: two.bob}
    assert len(two.crowd.differences("before", "after", bob)) > 50, "Bob's own rows changed"
    for state in ("after", "anew"):
        assert not (found := two.crowd.differences("before", state, {two.ann: two.ann})), "\n".join(found)
    assert not (found := two.crowd.differences("anew", "own", bob)), "\n".join(found)
    shared = [name for name, columns in two.crowd.columns("before").items() if "account_id" not in columns]
    for name in shared:
        before, after = (two.crowd.rows(state, name)[None] for state in ("before", "own"))
        assert sorted(map(str, before)) == sorted(map(str, after)), name


def test_what_changed_is_made_as_if_everything_was(two: Two) -> None:
    assert not two.crowd.summaries["after"].full
    assert not (found := two.crowd.differences("after", "anew")), "\n".join(found)


def test_who_reads_meanwhile_meets_no_error_and_no_gap(two: Two) -> None:
    for when, reader in two.readers.items():
        assert reader.complaints == [], when
        assert reader.looks > 3, when
