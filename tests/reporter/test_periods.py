"""Whole reports from rows of the marts: what is printed is what they say, on every paper and however much there is."""

import random
import re
import shutil
import subprocess
from datetime import date, timedelta

import pytest

import marts
from lifetracer.reporter import render
from lifetracer.settings import Settings
from marts import _insert as insert
from moments import quickest
from week_blocks import MONDAY, block, pair

pytestmark = pytest.mark.db

LONG = "長い名前のカテゴリは四十文字になっても欄からはみ出さず隣の数字にも重ならないこと"
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]


def text_of(body: bytes, *words: str) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian: poppler-utils)")
    done = subprocess.run(["pdftotext", *words, "-", "-"], input=body, check=True, capture_output=True, timeout=30)
    return done.stdout.decode()


def pages_of(body: bytes) -> tuple[int, set[str]]:
    done = subprocess.run(["pdfinfo", "-"], input=body, check=True, capture_output=True, timeout=30)
    said = done.stdout.decode()
    return int(re.search(r"Pages: +(\d+)", said)[1]), set(re.findall(r"\((\w+)\)", said))


@pytest.fixture
def settings(home):
    return Settings(home=home)


@pytest.fixture
def empty(warehouse, account):
    marts.make(warehouse, marts.REPORTED)
    return account


def put(warehouse, table, account, **row):
    with warehouse.transaction() as connection:
        insert(connection, table, {"account_id": account.account_id} | row)


def day_rows(warehouse, account, names):
    """A week in which each category is planned and lived a little on every day."""
    chance = random.Random(7)
    for day in WEEK:
        for number, name in enumerate(names):
            put(
                warehouse, "day_category", account, local_date=day, week_start=MONDAY, month_start=date(2026, 11, 1),
                category_id=f"c{number:02}", category=name, category_color=f"#{number * 40503 % 0xFFFFFF:06x}",
                planned_seconds=60 * chance.randrange(0, 90), actual_seconds=60 * chance.randrange(1, 90),
            )  # fmt: skip
            put(
                warehouse, "time_flow", account, local_date=day, week_start=MONDAY,
                from_category_id=f"c{number:02}", from_category=name, from_color="#0b83d9",
                to_category_id=f"c{(number * 7 + 3) % len(names):02}", to_category=names[(number * 7 + 3) % len(names)],
                to_color="#0b83d9", seconds=60.0 * chance.randrange(1, 90),
            )  # fmt: skip
        put(
            warehouse, "day_type", account, local_date=day, week_start=MONDAY, day_type="work", derived_type="work",
            is_corrected=False, reason_en="6 h of work", reason_ja="仕事6時間",
        )  # fmt: skip
        put(
            warehouse, "day_adherence", account, local_date=day, week_start=MONDAY, planned_blocks=4, done_blocks=2,
            shortened_blocks=1, overrun_blocks=0, shifted_blocks=1, replaced_blocks=0, missed_blocks=0,
            planned_seconds=7200, lived_seconds=7000, kept_seconds=5400, unplanned_seconds=600, adherence=0.75,
        )  # fmt: skip


def fill_week(warehouse, account, names):
    blocks = [b for day in range(7) for b in pair(("9:00", "12:00"), ("9:10", "11:50"), category=names[0], day=day)]
    marts.fill(warehouse, account.account_id, *blocks)
    day_rows(warehouse, account, names)
    findings = [("problem", "Overlap."), ("warning", "Long."), ("info", "No project.")]
    for number, (severity, message) in enumerate(findings):
        put(
            warehouse, "data_quality", account, finding_id=f"f{number}", kind="long", severity=severity,
            local_date=MONDAY, week_start=MONDAY, message_en=message, message_ja="気になる記録。", remedy_en="Mend it.",
            remedy_ja="直してください。", link="https://example.org",
        )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("kind", ["day", "week", "month"])
def test_nothing_at_all_still_makes_a_page(warehouse, settings, empty, kind, paper, language):
    body = render(warehouse, settings, empty.account_id, kind, MONDAY, language=language, paper=paper)
    pages, sizes = pages_of(body)
    assert pages <= 2
    assert sizes & {"A4", "letter"} == {"A4" if paper == "a4" else "letter"}
    assert {"en": "Nothing odd was found", "ja": "気になる点はありません"}[language] in text_of(body)


@pytest.mark.parametrize("kind", ["day", "week", "month"])
def test_sixty_categories_with_long_names_are_all_there(warehouse, settings, empty, kind, tmp_path):
    names = [f"{LONG}{number:02}" for number in range(60)]
    fill_week(warehouse, empty, names)
    body = render(warehouse, settings, empty.account_id, kind, MONDAY, language="ja")
    (tmp_path / f"{kind}.pdf").write_bytes(body)
    squeezed = "".join(text_of(body, "-layout").split())
    assert all(f"{number:02}" in squeezed for number in range(60))
    assert squeezed.count(LONG[:30]) >= 60
    assert "〓" not in squeezed
    assert pages_of(body)[0] <= 5


def test_figures_are_those_of_the_marts(warehouse, settings, empty):
    fill_week(warehouse, empty, ["Deep work", "Mail", "Sport"])
    body = render(warehouse, settings, empty.account_id, "week", MONDAY, language="en")
    text = text_of(body, "-layout")
    with warehouse.transaction() as connection:
        rows = connection.execute(
            "select category, sum(planned_seconds), sum(actual_seconds) from marts.day_category group by category"
        ).fetchall()
        total = connection.execute("select sum(actual_seconds), sum(planned_seconds) from marts.day").fetchone()
    loop = text[text.index("Loop") :]
    for name, planned, lived in rows:
        found = re.search(rf"{name}\s+((?:\d+ h )?\d+ m)\s+((?:\d+ h )?\d+ m)\s", loop)
        assert found, f"{name} is not in the loop:\n{loop}"
        assert [seconds(found[1]), seconds(found[2])] == [planned, lived]
    heads = "Lived 18 h 40 m Planned 21 h 00 m Adherence 75 % 28 plans Unplanned 1 h 10 m Untracked 0 m"
    assert heads in " ".join(text_of(body, "-raw").split())
    assert total == (18 * 3600 + 40 * 60, 21 * 3600)
    for said in ("28 plans", "Overlap. Mend it.", "done 14", "shifted 7"):
        assert said in text


def seconds(said: str) -> int:
    hours, minutes = re.fullmatch(r"(?:(\d+) h )?(\d+) m", said).groups()
    return int(hours or 0) * 3600 + int(minutes) * 60


def test_estimates_and_targets_fill_their_columns(warehouse, settings, empty):
    fill_week(warehouse, empty, ["Deep work", "Mail"])
    put(
        warehouse, "estimate", empty, grain="week", period_start=MONDAY + timedelta(days=7), category_id="c00",
        period_end=MONDAY + timedelta(days=14), p10=18_000, p25=20_000, p50=25_200, p75=30_000, p90=36_000,
    )  # fmt: skip
    put(
        warehouse, "target_progress", empty, target_id="00000000-0000-0000-0000-000000000009", name="Focus", priority=0,
        period="week", period_start=MONDAY, category_id="c00", category_color="#0b83d9", measure="duration",
        comparison="at_least", low=36_000, reached=18_000, progress=0.5, is_over=True, is_met=False,
    )  # fmt: skip
    text = text_of(render(warehouse, settings, empty.account_id, "week", MONDAY, language="en"), "-layout")
    assert re.search(r"Deep work .* at least 10 h 00 m +7 h 00 m \(5\.0–10\.0\) +–", text)
    assert re.search(r"Mail .* – +– +–", text)
    assert re.search(r"Focus +at least 10 h 00 m +5 h 00 m +not met", text)
    assert "Nothing is estimated" not in text


def test_the_same_rows_give_the_same_bytes(warehouse, settings, empty):
    fill_week(warehouse, empty, ["仕事", "運動"])
    for kind in ("day", "week", "month"):
        one, two = (render(warehouse, settings, empty.account_id, kind, MONDAY, language="ja") for _ in range(2))
        assert one == two


def test_a_week_takes_less_than_a_second(warehouse, settings, empty):
    fill_week(warehouse, empty, [f"Category {number}" for number in range(15)])
    render(warehouse, settings, empty.account_id, "week", MONDAY)
    assert quickest(lambda: render(warehouse, settings, empty.account_id, "week", MONDAY), 1) < 1


def test_it_is_tagged_titled_and_bookmarked(warehouse, settings, empty):
    body = render(warehouse, settings, empty.account_id, "month", MONDAY, language="en")
    assert b"/StructTreeRoot" in body
    assert b"/Outlines" in body
    done = subprocess.run(["pdfinfo", "-"], input=body, check=True, capture_output=True, timeout=30).stdout.decode()
    assert re.search(r"Title: +November 2026 · 1 – 30 November 2026", done)
    assert re.search(r"Author: +Hanako", done)
    assert "2026" in re.search(r"CreationDate: +(.*)", done)[1], "the period's last day, never the clock"


def test_a_name_that_looks_like_source_is_printed_as_it_is(warehouse, settings, empty):
    name = '#read("/etc/passwd") $x$ ]#pagebreak()['
    marts.fill(warehouse, empty.account_id, block("actual", "9:00", "10:00", name))
    day_rows(warehouse, empty, [name])
    for kind in ("day", "week"):
        text = text_of(render(warehouse, settings, empty.account_id, kind, MONDAY, language="en"))
        assert "".join(name.split()) in "".join(text.split())
