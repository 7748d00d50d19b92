"""The lists beneath every number: entries and plans of a stretch of days."""

from lived_marts import LONG
from page_words import rows, words

DAYS = "from=2026-11-16&to=2026-11-22"


def test_the_sum_on_top_is_the_marts(lived):
    page = lived.get(f"/entries?{DAYS}").text
    assert "30 h 00 m as the other pages say" in words(page)
    assert len(rows(page, "<main")) == 3


def test_a_category_a_project_and_a_verdict_narrow_the_list(lived):
    for question, count in (
        (f"{DAYS}&category={LONG}", 1),
        (f"{DAYS}&project={LONG}", 1),
        (f"{DAYS}&verdict=unplanned", 1),
    ):
        assert len(rows(lived.get(f"/entries?{question}").text, "<main")) == count, question
    assert "as the other pages say" not in lived.get(f"/entries?{DAYS}&verdict=unplanned").text


def test_plans_tell_how_they_were_lived_and_lead_to_what_was_sent(lived):
    page = lived.get(f"/planned?{DAYS}&category=Deep work").text
    ((day, _, category, title, calendar, verdict, planned, actual, _),) = rows(page, "<main")
    assert (day, category, title, calendar) == ("Mon 16 November 2026", "Deep work", "Deep work", "Work")
    assert (verdict, planned, actual) == ("shifted", "1 h 00 m", "50 m")
    assert 'href="/data/row?of=plan&id=google_calendar/me/0"' in page


def test_nothing_found_is_said(lived):
    assert "Nothing is listed for this question." in lived.get("/entries?from=2001-01-01&to=2001-01-02").text


def test_days_the_wrong_way_round_are_turned(lived):
    assert len(rows(lived.get("/entries?from=2026-11-22&to=2026-11-16").text, "<main")) == 3


def test_a_day_that_is_none_is_refused(lived):
    assert lived.get("/entries?from=0000-00-00").status_code == 422
    assert lived.get("/entries?from=9999-12-31").status_code == 422
