"""The next step: each rule has its say, in the order that is written down, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lifetracer.charts import Words
from lifetracer.charts.loop import Band, Bounds, Row
from lifetracer.console.next_step import Facts, Proposed, Slot, next_step

EN, JA = Words("en"), Words("ja")
NOW = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
HOUR = 3600
TROUBLE = {
    "source": "google_calendar",
    "problem": {"message": "Google refused the token.", "remedy": "Connect it again."},
}
STALE = {"source": "toggl_track", "last_success_at": NOW - timedelta(days=3)}
PROPOSED = Proposed("Learning", "at least 7 h 00 m a week", 0.66)
SLOT = Slot("Learning", NOW.replace(hour=19), NOW.replace(hour=20, minute=30), "add")
BAND = Band(HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 5 * HOUR, made_at=NOW, lived_seconds=0)
LACKING = Row("Learning", "#000000", HOUR, 2 * HOUR, HOUR, BAND, Bounds("at_least", 6 * HOUR, None), priority=1)
UNLIKELY = replace(LACKING, ahead=6 * HOUR, category="Exercise")
MET = replace(LACKING, lived=7 * HOUR, category="Family")

WELL = Facts(NOW, estimated_at=NOW, rows=[MET], free_seconds=40 * HOUR, has_wishes=True)
ALL = replace(
    WELL,
    troubled=[TROUBLE],
    stale=[STALE],
    proposals=[PROPOSED, PROPOSED],
    slots=[SLOT],
    rows=[MET, UNLIKELY, LACKING],
    has_wishes=False,
)


def test_what_matters_more_goes_before_what_matters_less():
    """One after the other is settled; the next in order comes up."""
    settled = (
        ("needs_user", {"troubled": ()}),
        ("stale", {"stale": ()}),
        ("proposals", {"proposals": ()}),
        ("plan_proposal", {"slots": ()}),
        ("at_risk", {"rows": [MET, UNLIKELY]}),
        ("unlikely", {"rows": [MET]}),
        ("no_wish", {"has_wishes": True}),
        ("all_well", {}),
    )
    facts = ALL
    for kind, change in settled:
        assert next_step(facts, EN).kind == kind
        facts = replace(facts, **change)


@pytest.mark.parametrize(
    ("facts", "title", "text", "href"),
    [
        (
            replace(WELL, troubled=[TROUBLE]),
            "Google Calendar needs you",
            "Google refused the token. Connect it again.",
            "/connections",
        ),
        (
            replace(WELL, troubled=[TROUBLE | {"problem": None}]),
            "Google Calendar needs you",
            "It cannot be read any more.",
            "/connections",
        ),
        (
            replace(WELL, stale=[STALE]),
            "Toggl Track was last synced 3 days ago",
            "What is shown here may be old.",
            "/jobs",
        ),
        (
            replace(WELL, estimated_at=NOW - timedelta(hours=50)),
            "The estimates were made 2 days ago",
            "What is likely is reckoned anew every night; lately it was not.",
            "/jobs",
        ),
        (
            replace(WELL, proposals=[PROPOSED]),
            "A target is proposed for Learning: at least 7 h 00 m a week",
            "It is made so that you reach it in 66 of 100 such periods.",
            "/targets",
        ),
        (
            replace(WELL, slots=[SLOT, replace(SLOT, starts_at=NOW.replace(hour=21), ends_at=NOW.replace(hour=22))]),
            "2 h 30 m of Learning can go into your calendar",
            "Free, and usually a good time: Thu 19:00–20:30, Thu 21:00–22:00",
            "/plans",
        ),
        (
            replace(WELL, slots=[SLOT, replace(SLOT, title="Exercise")]),
            "3 h 00 m can go into your calendar",
            "Free, and usually a good time: Thu 19:00–20:30 Learning, Thu 19:00–20:30 Exercise",
            "/plans",
        ),
        (replace(WELL, slots=[replace(SLOT, change="remove")]), "Changes to your plan are proposed", "", "/plans"),
        (
            replace(WELL, rows=[LACKING]),
            "Learning still lacks 4 h 00 m in the plan",
            "The target is at least 6 h 00 m; there is enough free time for it.",
            "/plans",
        ),
        (
            replace(WELL, rows=[LACKING], free_seconds=5 * HOUR),
            "Learning lacks 4 h 00 m, and hardly any time is free",
            "The target is at least 6 h 00 m. A smaller one would be honest.",
            "/targets",
        ),
        (
            replace(WELL, rows=[UNLIKELY]),
            "Exercise: planned, but likely 3 h 00 m short",
            "As things usually go it comes to 3 h 00 m.",
            "/estimates?category=Exercise",
        ),
        (
            replace(WELL, rows=[], has_wishes=False),
            "What would you like more of, or less?",
            "Say it in a sentence, as “Learning at least 5 h a week”; a target that you can reach is made of it.",
            "/targets",
        ),
        (WELL, "All on the way", "All targets are met.", "/week"),
        (replace(WELL, rows=[]), "All on the way", "Nothing waits for you.", "/week"),
    ],
)
def test_each_step_says_what_is_and_where_it_is_done(facts, title, text, href):
    step = next_step(facts, EN)
    assert (step.title, step.text, step.href) == (title, text, href)
    other = next_step(facts, JA)
    assert other.kind == step.kind
    assert other.title != step.title
    assert other.button != step.button


def test_the_target_of_the_higher_priority_comes_first_then_the_one_that_lacks_more():
    more = replace(LACKING, category="Reading", target=Bounds("at_least", 9 * HOUR, None))
    weightier = replace(LACKING, category="Exercise", priority=5)
    assert "Reading" in next_step(replace(WELL, rows=[LACKING, more]), EN).title
    assert "Exercise" in next_step(replace(WELL, rows=[LACKING, more, weightier]), EN).title


def test_targets_that_are_met_and_on_the_way_are_counted():
    on_the_way = replace(LACKING, target=Bounds("at_least", 2 * HOUR, None))
    assert next_step(replace(WELL, rows=[MET, on_the_way]), EN).text == (
        "1 of 2 targets are met already; the others are on the way."
    )


def test_more_proposals_are_counted():
    assert next_step(replace(WELL, proposals=[PROPOSED] * 2), EN).text.endswith("One more proposal waits.")
    assert next_step(replace(WELL, proposals=[PROPOSED] * 4), JA).text.endswith("ほかに3件の案があります。")
