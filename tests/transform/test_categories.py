"""Categories and rules: what they catch, what a preview promises, what is remembered, and that accounts stay apart."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from conftest import SECRET_KEY, Server
from lifetracer.errors import NotFoundError, UsageError
from lifetracer.settings import Settings
from lifetracer.transform import categories, rules
from lifetracer.transform.preview import Move, preview
from lifetracer.transform.run import transform
from lifetracer.warehouse import Connection, Warehouse
from lifetracer.warehouse.accounts import create
from modelled import modelled

from .life import Life, begin

pytestmark = pytest.mark.db

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

TABLES = {
    "dim_category": "category_id",
    "title_category": "title_key",
    "phrase_category": "phrase, kind",
    "fct_entry": "entry_id",
    "fct_occurrence": "occurrence_id",
    "fct_span": "starts_at",
}

ASSIGNED = """
select
    'entry', entry_id, category_id, case when is_placed then seconds else 0 end,
    date_trunc('month', first_date)::date
from core.fct_entry where account_id = %(account)s
union all
select
    'occurrence', occurrence_id, category_id,
    case when is_placed and not is_all_day then extract(epoch from ends_at - starts_at)::bigint else 0 end,
    date_trunc('month', first_date)::date
from core.fct_occurrence where account_id = %(account)s
"""

Change = Callable[[Connection], object]


def utc(day: int, clock: str, month: int = 10) -> str:
    return f"2026-{month:02}-{day:02}T{clock}:00+00:00"


@dataclass
class Story:
    """A life for each change; those who come to one of them did the earlier ones."""

    house: Warehouse
    settings: Settings
    lives: dict[str, Life]
    lee: Life

    @property
    def ann(self) -> Life:
        """Who did them all."""
        return self.lives[next(reversed(CHANGES))]

    def make(self, life: Life | None = None, *, full: bool = False) -> None:
        transform(self.house, self.settings, life.account_id if life else None, full, as_of=NOON)

    def ask(self, change: Change, life: Life) -> list[Move]:
        with self.house.transaction(account_id=life.account_id) as con:
            return preview(con, change)

    def do(self, change: Change, life: Life | None = None) -> Any:
        with self.house.transaction(account_id=(life or self.ann).account_id) as con:
            return change(con)

    def assigned(self, life: Life) -> dict[tuple[str, str], tuple[str, int, Any]]:
        with psycopg.connect(self.house.dsn) as con:
            rows = con.execute(ASSIGNED, {"account": life.account_id}).fetchall()
        return {(what, key): (category, seconds, month) for what, key, category, seconds, month in rows}

    def tables(self) -> dict[str, list[Any]]:
        with psycopg.connect(self.house.dsn) as con:
            return {
                name: con.execute(f"select * from core.{name} order by account_id, {key}").fetchall()
                for name, key in TABLES.items()
            }

    def category_of(self, key: str, life: Life | None = None) -> str:
        with psycopg.connect(self.house.dsn) as con:
            row = con.execute(
                """select c.category from core.dim_category as c join (
                    select account_id, category_id, description as said from core.fct_entry
                    union all select account_id, category_id, title from core.fct_occurrence
                ) as f using (account_id, category_id) where said = %s and account_id = %s limit 1""",
                (key, (life or self.ann).account_id),
            ).fetchone()
        assert row, key
        return row[0]


def live(life: Life) -> None:
    life.put("toggl_track", "clients", "1", {"id": 1, "name": "ＡＣＭＥ"})
    life.put("toggl_track", "projects", "1", {"id": 1, "name": "Atlas", "color": "#000001", "client_id": 1})
    for number, name in enumerate(("Gym", "Reading", "Sleep", "英語の勉強"), 2):
        life.project(number, name, f"#00000{number}")
    life.entry(1, utc(5, "09:00"), utc(5, "11:00"), 1, description="Kick-off ミーティング", tags=["deep", "ＶＩＰ"])
    life.entry(2, utc(6, "09:00"), utc(6, "10:00"), 1, description="Mails")
    life.entry(3, utc(6, "17:00"), utc(6, "18:00"), 2, description="Legs")
    life.entry(4, utc(7, "17:00"), utc(7, "18:30"), 2, description="legs!")
    life.entry(5, utc(1, "20:00", 9), utc(1, "21:00", 9), 3, description="Dune")
    life.entry(6, utc(6, "22:00"), utc(7, "05:00"), 4)
    life.entry(7, utc(8, "09:00"), utc(8, "10:00"), description="Tea")
    life.entry(8, utc(8, "11:00"), utc(8, "10:00"), 2, description="Legs")
    life.event("legs", "Legs", (utc(9, "17:00"), utc(9, "18:00")), (utc(16, "17:00"), utc(16, "18:00")))
    life.event("more", "More legs today", (utc(10, "17:00"), utc(10, "18:00")))
    life.event("dentist", "Dentist", (utc(12, "08:00"), utc(12, "09:00")), location="Praxis")
    life.event("meeting", "ＷＥＥＫＬＹ meeting", (utc(13, "08:00"), utc(13, "09:00")), calendar="team@x")
    life.event("trip", "Trip", ("2026-10-20", "2026-10-22"))


@pytest.fixture(scope="module")
def story(server: Server) -> Iterator[Story]:
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        lives = {change: begin(house, change, "Europe/Berlin") for change in CHANGES}
        told = Story(house, settings, lives, begin(house, "Lee", "UTC"))
        for life in (*lives.values(), told.lee):
            live(life)
        told.make()
        yield told


def test_defaults_work_without_any_set_up(story: Story) -> None:
    assert story.category_of("Legs", story.lee) == "Gym"
    assert story.category_of("More legs today", story.lee) == "Gym"
    assert story.category_of("Dentist", story.lee) == "Mine"
    with story.house.transaction(account_id=story.lee.account_id) as con:
        known = {one.name: one for one in categories.categories(con)}
        kinds = {name: one.kind for name, one in known.items()}
    assert kinds == {
        "Atlas": "other", "Gym": "exercise", "Reading": "leisure", "Sleep": "sleep", "英語の勉強": "study",
        "No project": "other", "Mine": "other", "Team": "other",
    }  # fmt: skip
    assert not any(one.is_own for one in known.values())


CHANGES: dict[str, Change] = {
    "a rule on descriptions takes the titles along that mean them": lambda con: (
        categories.add_category(con, "Body"),
        rules.add_rule(con, "description", "contains", "ＬＥＧＳ", "body"),
    ),
    "tags, and width": lambda con: rules.add_rule(con, "tag", "is", "vip", "Reading"),
    "a client": lambda con: rules.add_rule(con, "client", "starts_with", "acm", "Body"),
    "a regular expression on titles": lambda con: rules.add_rule(
        con, "title", "matches", "^weekly.*(meeting|sync)$", "Atlas"
    ),
    "the place of an occurrence": lambda con: rules.add_rule(con, "location", "is", "praxis", "Body"),
    "a colour says the same of entries and occurrences": lambda con: rules.add_rule(
        con, "color", "is", "#000004", "Body"
    ),
    "another order": lambda con: rules.move_rule(con, "3", 1),
    "a name of one's own finds titles": lambda con: categories.add_category(con, "Trip", parent="Body"),
    "another name finds other titles": lambda con: categories.change_category(con, "Trip", name="Journey"),
    "a calendar": lambda con: rules.add_rule(
        con, "calendar", "is", "mine", "Reading", source="google_calendar", position=1
    ),
    "a rule is changed": lambda con: rules.change_rule(con, "1", pattern="team"),
    "a rule is removed": lambda con: rules.remove_rule(con, "2"),
    "a project's rule moves its name": lambda con: rules.add_rule(con, "project", "is", "Gym", "Sleep", position=1),
}


ALONE = (
    "a rule on descriptions takes the titles along that mean them",
    "another name finds other titles",
    "a project's rule moves its name",
)
"""Whose change is transformed for them alone, as every command asks it, not for everybody."""


def totals(before: dict[Any, Any], after: dict[Any, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], Counter[Any]] = {}
    for key, (was, seconds, month) in before.items():
        now = after[key][0]
        if now != was:
            what = "entries" if key[0] == "entry" else "occurrences"
            length = "entrySeconds" if key[0] == "entry" else "occurrenceSeconds"
            found.setdefault((was, now), Counter()).update({
                what: 1, length: seconds, (month, what): 1, (month, length): seconds,
            })  # fmt: skip
    return {pair: +counted for pair, counted in found.items()}


def promised(moves: list[Move]) -> dict[tuple[str, str], Counter[Any]]:
    found = {}
    for move in moves:
        told = move.as_json()
        counted: Counter[Any] = Counter({name: told[name] for name in FIGURES})
        for month in move.months:
            day = datetime.fromisoformat(month["month"]).date() if month["month"] else None
            counted.update({(day, name): month[name] for name in FIGURES})
        found[move.from_category_id, move.to_category_id] = +counted
    return found


FIGURES = ("entries", "occurrences", "entrySeconds", "occurrenceSeconds")


def test_a_preview_promises_what_a_transform_does_and_changes_nothing(story: Story) -> None:
    for number, life in enumerate(story.lives.values()):
        for earlier in list(CHANGES.values())[:number]:
            story.do(earlier, life)
    story.make()
    others = story.assigned(story.lee)
    before = {name: story.assigned(life) for name, life in story.lives.items()}
    moves = dict[str, list[Move]]()
    for name, life in story.lives.items():
        rules_before = story.do(rules.rules, life)
        moves[name] = story.ask(CHANGES[name], life)
        assert story.do(rules.rules, life) == rules_before, name
        story.do(CHANGES[name], life)
    for name in ALONE:
        story.make(story.lives[name])
    story.make()
    for name, life in story.lives.items():
        happened = totals(before[name], story.assigned(life))
        assert promised(moves[name]) == happened, name
        assert happened or name == "a rule is removed", name
        for move in moves[name]:
            assert move.examples, name
            assert sum(example["times"] for example in move.examples) == move.entries + move.occurrences
    assert story.assigned(story.lee) == others, "another account's categories moved"

    made = story.tables()
    story.make(full=True)
    again = story.tables()
    for name in TABLES:
        assert again[name] == made[name], name


def test_another_account_sees_and_changes_nothing(story: Story) -> None:
    with story.house.transaction(account_id=story.lee.account_id) as con:
        assert rules.rules(con) == []
        assert not any(one.is_own for one in categories.categories(con))
        with pytest.raises(NotFoundError):
            categories.find_category(con, "Body")
        with pytest.raises(NotFoundError):
            rules.remove_rule(con, str(story.do(rules.rules)[0].rule_id))
        assert preview(con, lambda con: None) == []


def test_names_and_colours_follow_to_the_marts(story: Story) -> None:
    story.do(lambda con: categories.change_category(con, "Reading", name="Books", color="#ABCDEF", kind="study"))
    story.make(story.ann)
    with psycopg.connect(story.house.dsn) as con:
        shown = con.execute(
            "select distinct category, category_color from marts.week_block where account_id = %s and title = 'Dune'",
            (story.ann.account_id,),
        ).fetchall()
    assert shown == [("Books", "#abcdef")]


# --- without a transform


@pytest.fixture
def con(warehouse: Warehouse) -> Iterator[Connection]:
    with warehouse.transaction() as owner:
        account = create(owner, "Mia", "UTC", "en")
    with warehouse.transaction(account_id=account.account_id) as con:
        yield con


def test_the_rules_of_the_past_can_be_listed(con: Connection) -> None:
    categories.add_category(con, "Work")
    first = rules.add_rule(con, "project", "is", "Atlas", "Work")
    (second,) = con.execute("select clock_timestamp()").fetchone() or ()
    rules.change_rule(con, "1", pattern="Zeus")
    categories.change_category(con, "Work", name="Labour")
    (third,) = con.execute("select clock_timestamp()").fetchone() or ()
    rules.remove_rule(con, "1")
    assert rules.rules(con) == []
    assert [(rule.pattern, rule.category) for rule in rules.rules(con, at=third)] == [("Zeus", "Labour")]
    assert rules.rules(con, at=second) == [first]
    assert rules.rules(con, at=datetime(2020, 1, 1, tzinfo=UTC)) == []
    told = rules.history(con, first)
    assert [version.data and version.data["pattern"] for version in told][-2:] == ["Zeus", None]
    assert {version.changed_by for version in told} == {"person"}


def test_a_history_ends_with_how_it_is_now(con: Connection) -> None:
    made = categories.add_category(con, "Work", kind="work")
    categories.change_category(con, "Work", color="#112233")
    last = categories.history(con, made)[-1]
    assert last.data
    assert (last.data["color"], last.data["kind"]) == ("#112233", "work")


def test_positions_stay_without_gaps(con: Connection) -> None:
    categories.add_category(con, "Work")
    for pattern in "abcd":
        rules.add_rule(con, "title", "is", pattern, "Work")
    rules.move_rule(con, "4", 2)
    rules.remove_rule(con, "1")
    rules.add_rule(con, "title", "is", "e", "Work", position=1)
    assert [(rule.position, rule.pattern) for rule in rules.rules(con)] == [(1, "e"), (2, "d"), (3, "b"), (4, "c")]
    with pytest.raises(UsageError, match="no position 9"):
        rules.move_rule(con, "1", 9)


def test_the_version_changes_with_every_change_and_only_then(con: Connection) -> None:
    def version() -> str:
        row = con.execute("select app.category_version(app.current_account_id())").fetchone()
        assert row
        return row[0]

    seen = [version()]
    for change in (
        lambda: categories.add_category(con, "Work"),
        lambda: rules.add_rule(con, "title", "is", "a", "Work"),
        lambda: rules.add_rule(con, "title", "is", "b", "Work"),
        lambda: rules.move_rule(con, "2", 1),
        lambda: rules.change_rule(con, "1", pattern="c"),
        lambda: categories.change_category(con, "Work", color="#000000"),
    ):
        change()
        seen.append(version())
    assert len(set(seen)) == len(seen)
    assert version() == seen[-1]
    rules.move_rule(con, "2", 2)
    assert version() == seen[-1], "nothing moved"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("title", "is", "   ", "Work"), "needs a pattern"),
        (("title", "is", "x" * 501, "Work"), "needs a pattern"),
        (("colour", "is", "x", "Work"), "cannot look at “colour”"),
        (("title", "equals", "x", "Work"), "cannot compare by “equals”"),
        (("title", "matches", "(a", "Work"), 'The pattern "\\(a" is no regular expression'),
        (("title", "matches", "a{9999}", "Work"), "is no regular expression"),
        (("title", "is", "x", "Wrok"), "no category Wrok"),
    ],
)
def test_what_makes_no_rule_is_said_in_a_sentence(con: Connection, words: tuple[str, ...], said: str) -> None:
    categories.add_category(con, "Work")
    with pytest.raises((UsageError, NotFoundError), match=said) as refused, con.transaction():
        rules.add_rule(con, *words)
    assert refused.value.remedy or "needs a pattern" in said
    assert rules.rules(con) == []


def test_a_source_has_only_its_own_fields(con: Connection) -> None:
    categories.add_category(con, "Work")
    with pytest.raises(UsageError, match="cannot look at “title” of toggl_csv"):
        rules.add_rule(con, "title", "is", "x", "Work", source="toggl_csv")
    with pytest.raises(UsageError, match="no source spam"):
        rules.add_rule(con, "title", "is", "x", "Work", source="spam")


def test_categories_refuse_what_cannot_be(con: Connection) -> None:
    categories.add_category(con, "Body")
    categories.add_category(con, "Gym", parent="Body")
    with pytest.raises(UsageError, match="inside itself"), con.transaction():
        categories.change_category(con, "Body", parent="Body / Gym")
    with pytest.raises(UsageError, match="already"):
        categories.add_category(con, " ＢＯＤＹ! ")
    with pytest.raises(UsageError, match="no colour"):
        categories.change_category(con, "Gym", color="red")
    with pytest.raises(UsageError, match="no kind"):
        categories.change_category(con, "Gym", kind="fun")
    with pytest.raises(UsageError, match="1 categories lie beneath"):
        categories.remove_category(con, "Body")
    with pytest.raises(NotFoundError) as unknown:
        categories.find_category(con, "Bodi")
    assert "Did you mean Body" in unknown.value.remedy
    categories.change_category(con, "Gym", parent="")
    categories.remove_category(con, "Body")
    assert [one.name for one in categories.categories(con)] == ["Gym"]


def test_a_preview_needs_something_to_look_at(con: Connection) -> None:
    with pytest.raises(UsageError, match="nothing to look at"):
        preview(con, lambda con: None)


def test_an_account_takes_its_categories_along(warehouse: Warehouse) -> None:
    with warehouse.transaction() as owner:
        account = create(owner, "Mia", "UTC", "en")
    with warehouse.transaction(account_id=account.account_id) as con:
        categories.add_category(con, "Body")
        categories.add_category(con, "Gym", parent="Body")
        rules.add_rule(con, "title", "is", "gym", "Gym")
    with warehouse.transaction() as owner:
        owner.execute("delete from app.account where account_id = %s", [account.account_id])
        left = owner.execute(
            "select (select count(*) from app.category) + (select count(*) from app.category_rule)"
            " + (select count(*) from app.revision)"
        ).fetchone()
    assert left == (0,)


def test_older_servers_fold_alike(warehouse15: Warehouse) -> None:
    with warehouse15.transaction() as con:
        row = con.execute(
            "select app.fold('ＡＢｃ ﾐｰﾃｨﾝｸﾞ'), app.fold_expression('（仮）.*'), app.name_key('　ﾀﾞﾝｽ・会！')"
        )
        assert row.fetchone() == ("abc ミーティング", "\\(仮\\).*", "ダンス 会")
