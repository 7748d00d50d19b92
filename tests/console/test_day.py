"""The day page: the week's blocks of one day, what kind of day, what is odd, where plans had lain before."""

from page_words import words


def test_a_day_shows_its_blocks_and_nothing_of_the_others(lived):
    page = lived.get("/day/2026-11-16").text
    assert page.count(' data-id="') == 5
    assert "Gym" in page
    assert "20:00" not in words(page[: page.index('class="behind"')]).replace("20:00 ", "", 1)


def test_it_says_what_kind_of_day_and_what_is_odd(lived):
    page = words(lived.get("/day/2026-11-16").text)
    for said in ("Day of work", "6 h 00 m of work", "overlaps.", "Mend it", "Untracked 18 h 00 m"):
        assert said in page, said


def test_a_plan_of_the_evening_before_leaves_a_ghost(lived):
    page = lived.get("/day/2026-11-16").text
    assert "Dentist: the evening before planned 15:00–16:00, then taken away" in page


def test_a_missed_plan_leaves_its_place_empty(lived):
    page = lived.get("/day/2026-11-16").text
    actual = page[page.index('class="half actual"') :]
    assert 'class="ghost hue' in actual[: actual.index("</div>")]


def test_stepping_goes_day_by_day(lived):
    page = lived.get("/day/2026-11-16").text
    assert 'href="/day/2026-11-15"' in page
    assert 'href="/day/2026-11-17"' in page
    assert lived.get("/day").url.path == "/day/2026-11-19"
    assert lived.get("/day/never").status_code == 422
