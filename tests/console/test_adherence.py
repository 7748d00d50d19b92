"""The adherence page: the week's own figures, its categories, half a year, and where time flowed."""

from lived_marts import LONG
from page_words import rows, words

WEEK = "/adherence/2026-W47"


def test_the_weeks_figures_are_those_of_its_mart(lived):
    page = words(lived.get(WEEK).text)
    for said in ("Plan kept 80 %", "Plans that are over 10", "4 m late", "+20 % more planned than lived", "1 h 30 m"):
        assert said in page, said


def test_every_count_opens_the_plans_behind_it(lived):
    page = lived.get(WEEK).text
    assert 'href="/planned?from=2026-11-16&to=2026-11-22&verdict=missed"' in page
    assert len(rows(page, 'id="weeks-table"')) == 26


def test_each_category_has_its_row(lived):
    found = rows(lived.get(WEEK).text, 'id="categories-title"')
    assert {row[0] for row in found} == {"Deep work", "No project", LONG}
    assert found[0][1:5] == ["80 %", "10 h 00 m", "8 h 20 m", "+20 %"]


def test_the_flow_is_a_picture_and_a_table_of_the_same(lived):
    page = lived.get(WEEK).text
    assert page.count('class="ribbon') == 5
    table = rows(page, 'id="flow-table"')
    assert table[0] == ["No plan", "Untracked", "11 h 07 m"]
    assert ["Deep work", LONG, "1 h 07 m"] in table


def test_the_address_without_a_week_is_that_of_today(lived):
    assert lived.get("/adherence").url.path == WEEK
    assert lived.get("/adherence/2026-W99").status_code == 404
