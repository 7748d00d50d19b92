"""The page on paper: laid out, drawn by the real Typst, read back by poppler."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lifetracer.charts import Category, Day, Words, lay_out
from lifetracer.reporter.facts import Freshness
from lifetracer.reporter.font import printable
from lifetracer.reporter.press import draw as press
from lifetracer.reporter.sheet import Sheet, footer, grid_height, height, page
from lifetracer.reporter.wish import PAPERS
from moments import quickest
from week_blocks import MONDAY, all_day, block, pair

TOKYO = ZoneInfo("Asia/Tokyo")


FRESH = (Freshness("toggl_track", "Toggl", datetime(2026, 11, 21, 6, 0, tzinfo=UTC)),)


def sheet(*blocks, language="en", categories=(), days=(), paper="a4"):
    week = lay_out(MONDAY, blocks, days, categories)
    return Sheet(week, Words(language), "Hanako", TOKYO, FRESH, paper)


def draw(drawn):
    """The page alone, without the parts that follow it."""
    _, week = drawn.words, drawn.week
    head = {"title": _("Week {number}", number=week.number), "dates": _.dates(week.monday, week.sunday)}
    facts = {"language": _.language, "paper": PAPERS[drawn.paper][0], "date": [2026, 11, 22], "name": drawn.name}
    about = {"author": drawn.name, "description": "", "keywords": [], "footer": footer(FRESH, TOKYO, _)}
    return press(head | facts | about | {"week": page(drawn), "parts": []})


def read(body: bytes, program: str = "pdftotext", *words: str) -> str:
    if shutil.which(program) is None:
        pytest.skip(f"needs {program} (Debian: poppler-utils)")
    command = [program, *words, "-", *(["-"] if program == "pdftotext" else [])]
    answer = subprocess.run(command, check=True, input=body, capture_output=True, timeout=30)
    return re.sub(r"[^\S\n]*\n[^\S\n]*", "\n", answer.stdout.decode())


def test_japanese_can_be_read_back_and_its_font_is_inside():
    body = draw(sheet(*pair(("9:00", "12:00"), ("9:10", "12:00"), title="集中作業", category="仕事"), language="ja"))
    text = read(body)
    for words in ("第47週", "2026年11月16日 – 22日", "集中作業", "計画どおり", "実績", "Asia/Tokyo"):
        assert words in text, words
    fonts = read(body, "pdffonts").splitlines()[2:]
    assert fonts
    assert all("IPAexGothic" in line and re.search(r"yes yes yes", line) for line in fonts)


def test_the_same_week_gives_the_same_bytes():
    blocks = pair(("9:00", "12:00"), ("9:10", "12:00"))
    assert draw(sheet(*blocks)) == draw(sheet(*blocks))


@pytest.mark.parametrize(("paper", "size"), [("a4", "(A4)"), ("letter", "(letter)")])
def test_it_is_one_page_however_much_happened(paper, size):
    """Forty blocks a day, forty categories, all-day events in heaps, titles without end."""
    blocks = [
        block(
            layer, f"{n // 2}:{n % 2 * 30:02}", f"{n // 2 + 1}:00", f"Category {n} " * 40, day, title="長い題名 " * 60
        )
        for day in range(7)
        for n in range(40)
        for layer in ("plan", "actual")
    ]
    banners = [b for n in range(9) for b in all_day("A very long holiday " * 20, 0, 7)]
    categories = [Category(f"Category {n} " * 20, "#0b83d9", 3600 * n, 400_000) for n in range(40)]
    days = [Day(b.local_date, planned_seconds=90_000, actual_seconds=86_400) for b in blocks[::80]]
    full = sheet(*blocks, *banners, categories=categories, days=days, paper=paper)
    assert quickest(lambda: draw(full), 2) < 2  # the law is 1 s for a usual week; this one is twenty
    body = draw(full)
    found = read(body, "pdfinfo")
    assert re.search(r"Pages: +1\n", found)
    assert size in found
    assert "and 28 smaller categories" in " ".join(read(body).split())


def test_a_usual_week_takes_less_than_a_second():
    blocks = [
        b
        for day in range(7)
        for n in range(12)
        for b in pair((f"{8 + n}:00", f"{9 + n}:00"), (f"{8 + n}:05", f"{9 + n}:00"), day=day)
    ]
    draw(sheet())
    assert quickest(lambda: draw(sheet(*blocks)), 1) < 1


@pytest.mark.parametrize(
    "title", ['#read("/etc/passwd")', "$x$ *bold* _it_ `raw` @ref <label> \\ #let", "]#pagebreak()["]
)
def test_what_people_write_is_never_typst(title):
    """Shown letter by letter: as source it would vanish, or stop the compiler."""
    text = read(draw(sheet(*all_day(title, 0, 7))))
    assert "".join(title.split()) in "".join(text.split())


def test_what_the_font_lacks_does_no_harm():
    assert printable("Trip 🍁👩‍👩‍👧 to 京都") == "Trip to 京都"
    assert printable("a\x00b\u200bc\td") == "abc d"
    assert printable("שלום x") == "〓〓〓〓 x"
    assert draw(sheet(block("plan", "9:00", "10:00", title="🍁")))


def test_nights_are_folded_and_hours_are_in_proportion():
    week = lay_out(MONDAY, [block("plan", "7:00", "22:00"), block("actual", "0:00", "6:30")], [], [])
    hour = height(week, 9 * 3600) - height(week, 8 * 3600)
    assert height(week, 0) == 0
    assert height(week, 7 * 3600) == pytest.approx(9)
    assert height(week, 22 * 3600) - height(week, 7 * 3600) == pytest.approx(15 * hour)
    assert height(week, 24 * 3600) == pytest.approx(grid_height(week))


def test_the_page_says_how_fresh_it_is_in_the_persons_zone():
    assert footer(FRESH, TOKYO, Words("en")) == "Toggl Track: as of 2026-11-21 15:00 · Asia/Tokyo"
    assert footer((Freshness("ical", "me.ics", None),), TOKYO, Words("ja")).startswith("iCalendar: 未同期")
