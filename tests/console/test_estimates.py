"""The Estimates page: bands of the marts, honest words about them, and what stands out."""

from html import unescape
from urllib.parse import quote

from lived_marts import LONG
from page_words import rows, words

TABLE = 'id="likely-table"'


def test_the_figures_are_those_of_the_marts(lived):
    for grain, likely, band in (("day", "2 h 00 m", "1.0–3.0"), ("week", "10 h 00 m", "5.0–15.0")):
        found = {row[0]: row[1:] for row in rows(lived.get(f"/estimates?grain={grain}").text, TABLE)}
        assert set(found) == {"Deep work", LONG, "No project"}
        assert set(found["Deep work"]) == {f"{likely} {band}"}
        assert len(found["Deep work"]) == {"day": 14, "week": 5}[grain]
    assert rows(lived.get("/estimates?grain=month").text, TABLE)[0][1:] == ["40 h 00 m 20.0–60.0"] * 2


def test_every_category_has_its_picture_and_who_answers_for_it(lived):
    page = lived.get("/estimates").text
    assert page.count('class="sketch"') == 3
    said = words(page)
    assert "This week 10 h 00 m 5.0–15.0 h" in said
    assert "tried on past days it was 12 % better than the last 8 such weekdays" in said
    assert "The last 8 such weekdays answer: on past days no model did better." in said
    assert "Not estimated Chess Not estimated: it was lived on too few days." in said
    assert f'href="/estimates?category={quote(LONG)}"' in page


def test_one_category_alone_says_why(lived):
    page = lived.get("/estimates", params={"grain": "day", "category": LONG}).text
    why = rows(page, 'id="why-title"')
    assert len(why) == 28
    assert why[0][:5] == ["Today", "2 h 00 m", "1 h 30 m – 2 h 30 m", "1 h 00 m – 3 h 00 m", "2 h 00 m"]
    assert why[0][5] == "as your last 8 Thursdays"
    assert why[1][5] == "as your last 8 Fridays"
    assert why[0][6] == "usual: 1 h 45 m calendar: +15 m"
    behind = {row[0]: row[1:] for row in rows(page, 'id="lived-table"')}
    assert behind["Mon 16 November 2026"] == ["2 h 00 m", *["–"] * 5]
    assert behind["Fri 20 November 2026"] == ["–", "1 h 00 m", "1 h 30 m", "2 h 00 m", "2 h 30 m", "3 h 00 m"]
    links = unescape(page)
    assert f"/entries?category={quote(LONG)}&from=2026-11-16&to=2026-11-16" in links
    assert f"/planned?category={quote(LONG)}&from=2026-11-20&to=2026-11-20" in links


def test_the_score_is_told_in_honest_words(lived):
    found = {row[0]: row[1:] for row in rows(lived.get("/estimates").text, 'id="score-title"')}
    assert found["Deep work"][1:] == ["40", "15 m", "17 m", "+10 %", "80 %", "−5 m", "+25 %"]
    assert found["Deep work"][0] == (
        "10 % closer than the best simple rule. 32 of 40 ended within the band; 8 of 10 are promised."
        " Lately 25 % worse than before."
    )
    assert found[LONG][4:] == ["0 %", "80 %", "−5 m", "–"]
    assert found[LONG][0].startswith("A simple rule answered: no model was better.")


def test_what_stands_out_is_told_with_its_chance(lived):
    page = words(lived.get("/estimates").text)
    for said in (
        "9 – 15 November 2026: Deep work took 14 h 00 m, 4 h 00 m more than usual. unusual week by chance",
        "Deep work takes 10 m a day less: 1 h 50 m instead of 2 h 00 m. lasting change",
        "Deep work takes 20 % longer than planned (median of 40 plans; 10–30 %). plans against life hardly by chance",
        "The day after much Deep work there is 20 m less",
    ):
        assert said in page, said
    links = unescape(lived.get("/estimates").text)
    assert 'href="/entries?category=Deep+work&from=2026-11-09&to=2026-11-15"' in links
    assert "The day after much" in words(lived.get("/estimates", params={"category": LONG}).text)


def test_it_reads_japanese(lived):
    page = words(lived.get("/estimates", params={"category": LONG, "grain": "day", "lang": "ja"}).text)
    lived.cookies.clear()
    for said in ("見込み", "2時間0分", "直近8回の木曜日と同じ", "単純な規則を使用", "偶然なら約50回に1回"):
        assert said in page, said


def test_a_category_without_estimates_says_so(lived):
    page = words(lived.get("/estimates?category=Chess").text)
    assert "Nothing is estimated for this category. Not estimated: it was lived on too few days." in page
    assert "Nothing is estimated for this category." in lived.get("/estimates?category=nobody").text


def test_before_the_first_estimates_the_page_says_when_they_come(client, person):
    page = words(client.get("/estimates").text)
    assert "No estimates yet. From the eighth day on they are made every night" in page


def test_without_a_picture_it_says_what_to_do(client, account):
    assert "Nothing is connected yet." in client.get("/estimates").text
