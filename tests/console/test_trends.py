"""The trends page: sums of the marts, the comparison, the hours; everything in the address."""

import re
from urllib.parse import unquote

import pytest

from lived_marts import LONG
from page_words import rows, words

END = "/trends?end=2026-11-16"


def test_a_week_is_the_sum_of_its_categories_and_opens_down_to_its_entries(lived):
    page = lived.get(END).text
    first = rows(page, 'id="bars-table"')[0]
    assert first == ["Week 47, 16 – 22 November 2026", "10 h 00 m", "10 h 00 m", "10 h 00 m", "30 h 00 m"]
    assert len(re.findall(r'<a href="/week/[^"]+" aria-label="Week', page)) == 26
    link = next(
        unquote(found) for found in re.findall(r'href="(/entries\?category=[^"]+)"', page) if LONG in unquote(found)
    )
    assert "from=2026-11-16&amp;to=2026-11-22" in link or "from=2026-11-16&to=2026-11-22" in link


@pytest.mark.parametrize(
    ("grain", "inside", "sum_of_all"),
    [("day", "/day/2026-11-16", "6 h 00 m"), ("month", "/trends?grain=day", "132 h 00 m")],
)
def test_days_and_months_have_their_own_columns(lived, grain, inside, sum_of_all):
    end = "2026-11-16" if grain == "day" else "2026-10-31"
    page = lived.get(f"/trends?grain={grain}&end={end}").text
    assert f'href="{inside}' in page
    assert rows(page, 'id="bars-table"')[0][-1] == sum_of_all


def test_the_present_is_compared_with_as_many_days_before(lived):
    """Of 28 days 27 are over on 19 November; as many lie before them, with as many days of work."""
    changes = rows(lived.get("/trends?grain=day&end=2026-11-20").text, 'id="change-title"')
    assert changes[0][1:] == ["38 h 00 m", "38 h 00 m", "0 m"]


def test_one_category_alone_shows_its_plan_too(lived):
    page = lived.get(END, params={"only": LONG}).text
    assert page.count('class="planned hue') == 26
    assert [row[1:] for row in rows(page, 'id="bars-table"')[:1]] == [["10 h 00 m", "10 h 00 m", "10 h 00 m"]]


def test_the_hours_of_the_week_say_how_much_in_words(lived):
    page = lived.get(END).text
    heat = words(page[page.index('<table class="heat"') :])
    assert "Mon" in heat
    assert "Mon 9:00–10:00" in page


def test_names_that_are_ours_are_translated(lived):
    page = lived.get(END, params={"lang": "ja"}).text
    lived.cookies.clear()
    assert "プロジェクトなし" in page
    assert "No project" not in words(page)


def test_an_empty_time_leads_to_the_present(lived):
    page = lived.get("/trends?end=2001-01-01").text
    assert "Nothing was tracked in this time." in page


def test_a_wrong_day_is_answered_in_words(lived):
    answer = lived.get("/trends?end=yesterday")
    assert answer.status_code == 422
    assert "is not a day" in answer.text
