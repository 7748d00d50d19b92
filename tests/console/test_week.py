"""The week page, row by row: real PostgreSQL, real templates, no browser."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

import marts
from lifetracer.console.periods import parse_week
from lifetracer.console.week import key_of
from lifetracer.errors import NotFoundError
from lifetracer.periods import week_name
from week_blocks import MONDAY, all_day, block, pair

WEEK = "/week/2026-W47"


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, word: str) -> list[dict[str, str]]:
        return [attrs for _, attrs in self.found if word in attrs.get("class", "").split()]


def blocks_of(client, address=WEEK):
    return Tags(client.get(address).text).of("block")


def test_the_week_of_today_is_that_of_the_persons_zone(client, person):
    answer = client.get("/week?lang=ja", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{WEEK}?lang=ja")
    assert client.get("/week?day=2027-01-03", follow_redirects=False).headers["location"].startswith("/week/2026-W53")


def test_a_block_lies_where_the_wall_clock_says(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("actual", "9:07", "12:30"))
    (found,) = blocks_of(client)
    assert {"s9h", "s7m", "e12h", "e30m", "actual", "hue250-2"} <= set(found["class"].split())


def test_a_pair_is_told_in_words_and_linked(client, warehouse, person):
    plan, actual = pair(("9:00", "12:00"), ("9:10", "12:00"))
    marts.fill(warehouse, person.account_id, plan, actual)
    first, second = blocks_of(client)
    assert (
        first["aria-label"] == "Deep work, planned 9:00–12:00, lived 9:10–12:00, done, started 10 m late, 10 m shorter"
    )
    assert (first["data-id"], first["data-mate"]) == (second["data-mate"], second["data-id"])


def test_only_differences_leaves_out_what_went_as_planned(client, warehouse, person):
    done = pair(("9:00", "12:00"), ("9:00", "12:00"))
    missed, future = block("plan", "13:00", "14:00", verdict="missed"), block("plan", "15:00", "16:00")
    marts.fill(warehouse, person.account_id, *done, missed, future)
    assert len(blocks_of(client)) == 4
    assert [b["data-id"] for b in blocks_of(client, f"{WEEK}?only=differences")] == [key_of(missed.block_id)]


def test_the_filter_does_not_change_the_hours_that_are_drawn(client, warehouse, person):
    early = pair(("6:00", "7:00"), ("6:00", "7:00"))
    marts.fill(warehouse, person.account_id, *early, block("plan", "13:00", "14:00", verdict="missed"))
    for address in (WEEK, f"{WEEK}?only=differences"):
        assert Tags(client.get(address).text).of("from6"), address


def test_sleep_across_midnight_opens_as_one_block_of_two_pieces(client, warehouse, person):
    night = [
        block("actual", "23:00", "24:00", "Sleep", 0, block_id=f"actual:n:{MONDAY}"),
        block("actual", "0:00", "7:00", "Sleep", 1, block_id=f"actual:n:{MONDAY + timedelta(days=1)}"),
    ]
    marts.fill(warehouse, person.account_id, *night)
    page = client.get(f"{WEEK}?block={night[1].block_id}").text
    assert "8 h 00 m" in page[page.index('id="details"') : page.index("</section>", page.index('id="details"'))]


def test_an_all_day_event_is_a_banner_over_its_days(client, warehouse, person):
    marts.fill(warehouse, person.account_id, *all_day("Trip", 1, 3), *all_day("Holiday", 2))
    banners = Tags(client.get(WEEK).text).of("banner")
    assert [b["class"].split()[3:5] for b in banners if "continues" not in b["class"]] == [
        ["row0", "span3"],
        ["row1", "span1"],
    ]


def test_the_panel_says_everything_about_a_block(client, warehouse, person):
    plan, actual = pair(("9:00", "12:00"), ("9:10", "12:00"), title="Write", detail="Work", response="tentative")
    marts.fill(warehouse, person.account_id, plan, actual)
    page = client.get(f"{WEEK}?block={plan.block_id}").text
    panel = page[page.index('id="details"') :]
    for words in (
        "Write",
        "Mon 16, 9:00–12:00",
        "Mon 16, 9:10–12:00",
        "started 10 m late",
        "tentative",
        "Google Calendar",
    ):
        assert words in panel, words


def test_an_unknown_block_opens_nothing(client, person):
    assert 'id="details"' not in client.get(f"{WEEK}?block=nothing").text


def test_what_people_write_is_text_and_never_markup(client, warehouse, person):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
    marts.fill(
        warehouse,
        person.account_id,
        block("plan", "9:00", "10:00", evil, title=evil, detail=evil, block_id=evil, category_color=evil),
        *all_day(evil, 1),
    )
    tags = Tags(client.get(WEEK, params={"block": evil}).text).found
    assert [name for name, _ in tags].count("script") == 1
    assert not [attrs for _, attrs in tags if "onerror" in attrs or attrs.get("src") == "x"]


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(client, warehouse, person):
    marts.fill(warehouse, person.account_id, *pair(("9:00", "12:00"), ("9:10", "12:00")))
    for address in (WEEK, "/data", "/jobs", "/week/2026-W99"):
        answer = client.get(address)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        for tag, attrs in Tags(answer.text).found:
            assert "style" not in attrs
            assert not [name for name in attrs if name.startswith("on")]
            assert tag != "style"
            assert not re.match(r"(https?:)?//", attrs.get("src", attrs.get("href", "")))


@pytest.mark.parametrize(
    ("asked", "header", "language"),
    [
        ("", "ja", "ja"),
        ("", "fr, en-GB;q=0.8, ja;q=0.5", "en"),
        ("?lang=ja", "en", "ja"),
        ("", "fr", "ja"),
        ("?lang=xx", "en", "en"),
    ],
)
def test_the_language_is_the_addresss_then_the_browsers_then_the_accounts(visit, person, asked, header, language):
    with visit(**{"accept-language": header}) as browser:
        page = browser.get(WEEK + asked)
    assert f'<html lang="{language}"' in page.text
    assert page.headers["content-language"] == language


def test_a_chosen_language_and_theme_stay(client, person):
    client.get(f"{WEEK}?lang=ja&theme=dark")
    assert '<html lang="ja" data-theme="dark"' in client.get(WEEK).text


def test_figures_and_dates_read_japanese(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "16:30", "集中作業"))
    page = client.get(f"{WEEK}?lang=ja").text
    for words in ("第47週", "2026年11月16日 – 22日", "7時間30分", "月</span> <b>16", "計画どおり", "集中作業"):
        assert words in page, words


def test_a_stranger_is_told_the_first_steps(client, account):
    assert 'id="begin" href="/welcome"' in client.get("/").text


def test_an_installation_without_any_account_welcomes_too(client):
    assert 'id="begin" href="/welcome"' in client.get("/").text


def test_a_connection_without_a_picture_says_so(client, warehouse, account):
    marts.connect(warehouse, account.account_id)
    page = client.get(WEEK).text
    assert "No picture yet." in page
    assert "Never synced" in page


def test_an_empty_week_leads_to_the_last_one_with_entries(client, warehouse, person):
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "10:00"))
    assert 'href="/week?day=2026-11-16"' in client.get("/week/2026-W30").text


def test_what_has_not_been_synced_for_days_is_called_old(client, warehouse, person):
    marts.connect(warehouse, person.account_id, "google_calendar", datetime(2026, 11, 16, tzinfo=UTC))
    assert "was last synced 3 days ago" in client.get(WEEK).text


def test_a_refused_credential_is_said_with_its_remedy(client, warehouse, person):
    problem = '{"kind": "credential", "message": "Google refused the token.", "remedy": "Run lifetracer connect gcal."}'
    marts.connect(warehouse, person.account_id, "google_calendar", status="needs_user", problem=problem)
    assert "Google refused the token. Run lifetracer connect gcal." in client.get(WEEK).text


@pytest.mark.parametrize("address", ["/week/2026-W99", "/week/tomorrow", "/week/2026W47", "/week?day=yesterday"])
def test_a_wrong_address_is_answered_in_words(client, person, address):
    answer = client.get(address)
    assert answer.status_code in (404, 422)
    assert 'role="alert"' in answer.text


def test_nobody_sees_the_week_of_another(client, warehouse, person, new_account, settings):
    marts.fill(warehouse, person.account_id, block("actual", "9:00", "10:00", "Secret"))
    new_account("Erika")
    answer = client.get(WEEK)
    assert answer.status_code == 422
    assert "Secret" not in answer.text


def test_weeks_are_named_as_iso_does():
    assert week_name(parse_week("2026-W53")) == "2026-W53"
    assert str(parse_week("2026-W01")) == "2025-12-29"
    with pytest.raises(NotFoundError):
        parse_week("2025-W53")


def test_a_crowded_day_stays_on_its_page(client, warehouse, person):
    crowd = [block("actual", f"{9 + n // 30}:{2 * n % 60:02}", "20:00", f"Thing {n}") for n in range(40)]
    marts.fill(warehouse, person.account_id, *crowd)
    found = blocks_of(client)
    assert len(found) == 40
    assert all(re.search(r"\blane\d+ of\d+\b", b["class"]) for b in found)
