"""What Japanese words say about when: 周期・曜日・日付・期間.

Law: as in english_dates.py: a date that there is not is asked about.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from lifetracer.adjuster.sentences import calendar
from lifetracer.adjuster.sentences.numbers import WHOLE
from lifetracer.adjuster.sentences.numbers import japanese as number
from lifetracer.adjuster.sentences.tokens import Meaning, Rule

Match = re.Match[str]

_WEEK = "月火水木金土日"
DAY_NAME = rf"[{_WEEK}](?:曜日?)"
_JOIN = r"(?:と|、|,|・|や|および| )"
DATE = (
    rf"(?:(?:(?P<year>20\d\d|21\d\d)年|来年の?)?(?P<month>{WHOLE})月の?(?P<day>{WHOLE})日"
    r"|(?:(?P<year2>20\d\d|21\d\d)/)?(?P<slash>\d{1,2}/\d{1,2})(?!\d)|(?P<iso>\d{4}-\d\d-\d\d))"
)
MONTH = rf"(?:(?P<year>20\d\d|21\d\d)年|(?P<next>来年)の?)?(?P<month>{WHOLE})月"


def _day(match: Match, today: date) -> date | None:
    found = match.groupdict()
    if found["iso"]:
        return calendar.iso(found["iso"])
    if found["slash"]:
        month, day = (int(part) for part in found["slash"].split("/"))
        return calendar.day(today, int(found["year2"]) if found["year2"] else None, month, day)
    year = int(found["year"]) if found["year"] else today.year + 1 if "来年" in match[0] else None
    return calendar.day(today, year, int(number(found["month"])), int(number(found["day"])))


def _until_day(match: Match, today: date) -> Meaning:
    return calendar.until(_day(match, today))


def _from_day(match: Match, today: date) -> Meaning:
    return calendar.since(_day(match, today))


def _on_day(match: Match, today: date) -> Meaning:
    return calendar.only(_day(match, today))


def _month(match: Match, today: date) -> calendar.Stretch | None:
    year = int(match["year"]) if match["year"] else today.year + 1 if match["next"] else None
    return calendar.month(today, year, int(number(match["month"])))


def _in_month(match: Match, today: date) -> Meaning | None:
    found = _month(match, today)
    return ("during", found) if found else None


def _from_month(match: Match, today: date) -> Meaning | None:
    found = _month(match, today)
    return ("from", found[0]) if found else None


def _until_month(match: Match, today: date) -> Meaning | None:
    found = _month(match, today)
    return ("until", found[1]) if found else None


_NEAR = {
    "今日": ("day", 0), "本日": ("day", 0), "明日": ("day", 1), "あした": ("day", 1), "あす": ("day", 1),
    "今週": ("week", 0), "来週": ("week", 1), "再来週": ("week", 2),
    "今月": ("month", 0), "来月": ("month", 1), "再来月": ("month", 2),
}  # fmt: skip
NEAR_WORDS = "(?P<near>" + "|".join(sorted(_NEAR, key=len, reverse=True)) + ")"


def _near(match: Match, today: date) -> Meaning:
    return "during", calendar.this(today, *_NEAR[match["near"]])


def _from_near(match: Match, today: date) -> Meaning:
    return "from", max(today, calendar.this(today, *_NEAR[match["near"]])[0])


def _until_near(match: Match, today: date) -> Meaning:
    return "until", calendar.this(today, *_NEAR[match["near"]])[1]


def _this_year(match: Match, today: date) -> Meaning | None:
    word = match["year"]
    stretch = calendar.year(today, int(word[:4]) if word[0].isdigit() else today.year + (word == "来年"))
    if stretch is None:
        return None
    return ("until", stretch[1]) if "まで" in match[0] else ("during", stretch)


def _from_weekday(match: Match, today: date) -> Meaning:
    return "from", calendar.weekday(today, _WEEK.index(match["name"][0]) + 1, int(bool(match["next"])))


def _until_weekday(match: Match, today: date) -> Meaning:
    found = calendar.weekday(today, _WEEK.index(match["name"][0]) + 1, int(bool(match["next"])))
    return "until", found + timedelta(days=1)


def _for_a_while(match: Match, today: date) -> Meaning | None:
    count, unit = int(number(match["count"])), match["unit"]
    if not 1 <= count <= 520:
        return None
    period = "month" if unit[-1] == "月" or "月" in unit else "week" if unit[0] == "週" else "day"
    return "during", calendar.span(today, count, period)


def _days(match: Match, _today: date) -> Meaning:
    text = re.sub(r"曜日?", "", match["days"])
    days: set[int] = set()
    if between := re.search(rf"([{_WEEK}])(?:から|~|-|ー|―|–|—)([{_WEEK}])", text):
        first, last = (_WEEK.index(sign) + 1 for sign in between.groups())
        days = calendar.weekdays(first, last)
        text = text.replace(between[0], "")
    days |= {_WEEK.index(sign) + 1 for sign in text if sign in _WEEK}
    return "days", tuple(sorted(days))


def _days_but(match: Match, today: date) -> Meaning:
    if "days" in match.groupdict() and match["days"]:
        kind, days = _days(match, today)
        return kind, tuple(sorted(set(range(1, 8)) - set(days)))
    return "days", (1, 2, 3, 4, 5)


_SEVERAL_DAYS = (
    rf"(?:{DAY_NAME}(?:{_JOIN}?{DAY_NAME})*|[{_WEEK}](?:{_JOIN}?[{_WEEK}])+(?:曜日?)?"
    rf"|{DAY_NAME}(?:から|~|-|ー|–)[{_WEEK}](?:曜日?)?(?:まで)?|[{_WEEK}](?:から|~|-|–)[{_WEEK}](?:曜日?)?(?:まで)?)"
)
_DAYS = rf"(?P<days>{_SEVERAL_DAYS}(?:{_JOIN}{_SEVERAL_DAYS})*)"
_TO_DAYS = r"(?:だけ|のみ|限定で|に限り)?(?:には|に|は|の|も|で)?"

RULES: tuple[Rule, ...] = (
    # periods and days
    Rule.of(r"(?:(?:1|一|いち)日(?:に|当たり|あたり|につき|で|の)?(?:は)?|日に|(?:1|一)晩(?:に)?)", "per", "day"),
    Rule.of(r"(?:(?:1|一)?週(?:間)?(?:に|当たり|あたり|につき|で|の)?(?:は)?)(?!末|\d+ ?日)", "per", "week"),
    Rule.of(
        r"(?:(?:1|一)[かカヶケ箇]月(?:に|当たり|あたり|につき|で|の)?|月(?:間|に|当たり|あたり|につき)(?:は)?|月(?=\d|[〇一二三四五六七八九十]|最|"
        r"少な|合計|せめて)|ひと月(?:に|あたり)?)",
        "per",
        "month",
    ),
    Rule.of(
        r"(?:毎日|日々|連日|毎晩|毎夜|毎朝)(?:の)?",
        "every",
        "day",
    ),
    Rule.of(r"(?:毎週)(?:の)?", "every", "week"),
    Rule.of(r"(?:毎月)(?:の)?", "every", "month"),
    Rule.of(rf"(?:毎週の?)?{_DAYS}{_TO_DAYS}", _days),
    Rule.of(rf"(?:毎週)?(?:平日|ウィークデー|営業日|勤務日|仕事の日){_TO_DAYS}", "days", (1, 2, 3, 4, 5)),
    Rule.of(rf"(?:毎週)?(?:週末|休みの日){_TO_DAYS}", "days", (6, 7)),
    Rule.of(rf"{_DAYS}(?:以外|を除(?:いて|く|き)|をのぞ(?:いて|く))(?:の日)?(?:に|は|の)?(?:毎日)?", _days_but),
    Rule.of(
        r"(?:週末)(?:以外|を除(?:いて|く|き)|をのぞ(?:いて|く))(?:の日)?(?:に|は|の)?(?:毎日)?", "days", (1, 2, 3, 4, 5)
    ),
    # stretches of time
    Rule.of(rf"{DATE}まで(?:は|の間)?(?!に)", _until_day),
    Rule.of(rf"{DATE}から(?:は)?", _from_day),
    Rule.of(rf"{DATE}(?:以降)(?:は)?", _from_day),
    Rule.of(rf"{DATE}(?:に|は|の)?", _on_day),
    Rule.of(rf"{MONTH}(?:中(?:に|は)?|の間(?:は)?|に|は|の)?(?![〇一二三四五六七八九十\d]*日)", _in_month),
    Rule.of(rf"{MONTH}(?:から|以降)(?:は)?", _from_month),
    Rule.of(rf"{MONTH}(?:の?(?:末|終わり|おわり|いっぱい|月末))(?:日)?(?:まで)?(?:は)?", _until_month),
    Rule.of(rf"{MONTH}まで(?:は)?", _until_month),
    Rule.of(rf"{NEAR_WORDS}(?:中(?:に|は)?|の間(?:は)?|いっぱい|に|は|の|だけ)?", _near),
    Rule.of(rf"{NEAR_WORDS}から(?:は)?(?:ずっと)?", _from_near),
    Rule.of(rf"{NEAR_WORDS}の?(?:末|終わり)?まで(?:は)?", _until_near),
    Rule.of(r"(?P<year>今年|来年|20\d\d年)(?:中(?:に|は)?|いっぱい|は|に|の?(?:末|終わり)?まで)?", _this_year),
    Rule.of(r"(?:年末まで|今年いっぱい)(?P<year>)", lambda _m, t: ("until", date(t.year + 1, 1, 1))),
    Rule.of(r"月末まで(?:は)?", lambda _m, t: ("until", calendar.this(t, "month")[1])),
    Rule.of(r"週末まで(?:は)?", lambda _m, t: ("until", calendar.this(t, "week")[1])),
    Rule.of(rf"(?P<next>来週の?)?(?P<name>{DAY_NAME})から(?:は)?(?!(?:[{_WEEK}](?:曜|$|に|は|の)))", _from_weekday),
    Rule.of(rf"(?P<next>来週の?)?(?P<name>{DAY_NAME})まで(?:は)?", _until_weekday),
    Rule.of(
        rf"(?:これから|今後|向こう|この先)の?(?P<count>{WHOLE})(?P<unit>日間?|週間?|[かカヶケ箇]月間?)(?:は|に|で)?",
        _for_a_while,
    ),
    Rule.of(
        r"(?P<count>[2-9]|\d{2,}|[二三四五六七八九]|十)(?P<unit>週間|[かカヶケ箇]月間)(?:は|続けて|にわたって)?(?!に)",
        _for_a_while,
    ),
    Rule.of(r"(?:これから|今後|今から)(?:は)?(?:ずっと)?", "always", None),
    Rule.of(r"(?:ずっと|常に|いつも|永久に|継続して|無期限(?:に|で)?)", "always", None),
)
