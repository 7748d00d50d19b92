"""What English words say about when: periods, days of the week, dates and stretches of time.

Law: a date that may be read in two ways, or that there is not, is asked about.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from lifetracer.adjuster.sentences import calendar
from lifetracer.adjuster.sentences.numbers import ENGLISH as NUMBER
from lifetracer.adjuster.sentences.numbers import english as number
from lifetracer.adjuster.sentences.tokens import Meaning, Rule

Match = re.Match[str]

_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
]  # fmt: skip
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_MONTH_NAME = rf"(?P<month>{'|'.join(f'{name}|{name[:3]}' for name in reversed(_MONTHS))}|sept)(?![a-z])\.?"
MONTH_DAY = (
    rf"(?:(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH_NAME}(?:,? (?P<year>\d{{4}}))?"
    rf"|{_MONTH_NAME.replace('<month>', '<month2>')} (?:the )?(?P<day2>\d{{1,2}})"
    r"(?! ?(?:h|hours?|hrs?|m|min|minutes?|mins?|times?|x|%|percent)(?![a-z]))"
    r"(?:st|nd|rd|th)?(?:,? (?P<year2>\d{4}))?"
    r"|(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<dotted>\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{4})?)"
    r"|(?P<slashed>\d{1,2}/\d{1,2}(?:/\d{4})?))(?!\w)"
)
_WEEKDAY = rf"(?:{'|'.join(rf'{name}s?|{name[:3]}s?|{name[:4]}s?' for name in _DAYS)}|tues|thurs?)(?![a-z])\.?"


def _day(match: Match, today: date) -> date | None:
    found = match.groupdict()
    if found["iso"]:
        return calendar.iso(found["iso"])
    if found["dotted"]:
        numbers = [int(part) for part in re.findall(r"\d+", found["dotted"])]
        return calendar.day(today, numbers[2] if len(numbers) > 2 else None, numbers[1], numbers[0])
    if found["slashed"]:
        numbers = [int(part) for part in found["slashed"].split("/")]
        first, second = numbers[:2]
        if first <= 12 and second <= 12 and first != second:
            return None  # day or month first? the caller asks
        month, number_ = (second, first) if first > 12 else (first, second)
        return calendar.day(today, numbers[2] if len(numbers) > 2 else None, month, number_)
    month = _month_number(found["month"] or found["month2"])
    year = found["year"] or found["year2"]
    return calendar.day(today, int(year) if year else None, month, int(found["day"] or found["day2"]))


def _month_number(name: str) -> int:
    return next(n for n, known in enumerate(_MONTHS, 1) if known.startswith(name[:3]))


def _until_day(match: Match, today: date) -> Meaning:
    return calendar.until(_day(match, today), is_included=match["word"] != "before")


def _from_day(match: Match, today: date) -> Meaning:
    return calendar.since(_day(match, today))


def _on_day(match: Match, today: date) -> Meaning:
    return calendar.only(_day(match, today))


def _month(match: Match, today: date) -> calendar.Stretch | None:
    return calendar.month(today, int(match["year"]) if match["year"] else None, _month_number(match["month"]))


def _in_month(match: Match, today: date) -> Meaning | None:
    found = _month(match, today)
    return ("during", found) if found else None


def _from_month(match: Match, today: date) -> Meaning | None:
    found = _month(match, today)
    return ("from", max(found[0], today.replace(day=1))) if found else None


def _until_end_of_month(match: Match, today: date) -> Meaning | None:
    found = _month(match, today)
    return ("until", found[1]) if found else None


def _until_end_of(match: Match, today: date) -> Meaning | None:
    if match[1].endswith("year"):
        stretch = calendar.year(today, today.year + (match[1].startswith("next")))
        return ("until", stretch[1]) if stretch else None
    period = match[1].split()[-1]
    return "until", calendar.this(today, period, int(match[1].startswith("next")))[1]


def _near(match: Match, today: date) -> Meaning:
    """Read this week, next month, today, tomorrow."""
    words = match[1]
    if words in {"today", "tonight", "tomorrow"}:
        return "during", calendar.this(today, "day", int(words == "tomorrow"))
    return "during", calendar.this(
        today, words.split()[-1], int(words.startswith(("next", "coming", "the coming", "the next")))
    )


def _from_near(match: Match, today: date) -> Meaning:
    words = match["when"]
    if words in {"now", "now on", "today"}:
        return "from", today
    if words == "tomorrow":
        return "from", today + timedelta(days=1)
    if words.split()[-1] in {"week", "month"}:
        return "from", calendar.this(today, words.split()[-1], 0 if words.startswith("this") else 1)[0]
    return "from", calendar.weekday(today, _weekday_number(words.removeprefix("next ")), int(words.startswith("next ")))


def _until_weekday(match: Match, today: date) -> Meaning:
    return "until", calendar.weekday(today, _weekday_number(match["weekday"])) + timedelta(days=1)


def _for_a_while(match: Match, today: date) -> Meaning | None:
    count = Decimal(1) if match[1] in {"a", "one"} else number(match[1])
    if not 1 <= count <= 520 or count != int(count):
        return None
    return "during", calendar.span(today, int(count), match[2])


def _this_year(match: Match, today: date) -> Meaning | None:
    stretch = calendar.year(today, today.year + (match[1] == "next year") if not match[1].isdigit() else int(match[1]))
    return ("during", stretch) if stretch else None


def _weekday_number(word: str) -> int:
    return next(n for n, known in enumerate(_DAYS, 1) if known.startswith(word[:3]))


def _weekday_list(match: Match, _today: date) -> Meaning:
    text = match["days"]
    if text is None:
        return "unclear", "days"
    days: set[int] = set()
    for part in re.split(r"\s*(?:,\s*and\b|,|\band\b|&|\+|/)\s*", text):
        found = re.findall(_WEEKDAY, part)
        numbers = [_weekday_number(word) for word in found]
        if len(numbers) == 2:
            days |= calendar.weekdays(*numbers)
        else:
            days |= set(numbers)
    if match.groupdict().get("but"):
        days = set(range(1, 8)) - days
    return "days", tuple(sorted(days))


_RANGE_OF_DAYS = rf"{_WEEKDAY}(?:\s*(?:-|–|to|through|until|till)\s*{_WEEKDAY})?"
_DAY_LIST = rf"(?P<days>{_RANGE_OF_DAYS}(?:\s*(?:,\s*and|,|and|&|\+|/)\s*{_RANGE_OF_DAYS})*)"
_EACH = r"(?:on |every |each |during |only on |at |over |in )?(?:the |a |my )?"
_ON = r"(?:until|till|through|up to(?: and including)?|to|before)"
_SINCE = r"(?:from|starting(?: from| on| in| with)?|beginning(?: on| in| with)?|since|as of|as from)"

RULES: tuple[Rule, ...] = (
    # periods and days
    Rule.of(
        r"(?:per|a|an|each|/|in a|in one|by the|any|for each|for a|every single|over a|within a|"
        r"out of every)\s*(?P<per>day|night|week|wk|month|mo)(?![a-z])",
        lambda m, _: ("per", _period(m["per"])),
    ),
    Rule.of(r"(?:every)\s*(?P<per>day|night|week|month)(?![a-z])", lambda m, _: ("every", _period(m["per"]))),
    Rule.of(
        r"(?P<per>daily|nightly|weekly|monthly|everyday)(?![a-z])",
        lambda m, _: (
            "every",
            {"daily": "day", "nightly": "day", "everyday": "day", "weekly": "week", "monthly": "month"}[m["per"]],
        ),
    ),
    Rule.of(rf"{_EACH}{_DAY_LIST}(?!\w)(?: only)?", _weekday_list),
    Rule.of(
        r"(?:on |every |each |during |only on |at |over |in )?(?:the |a |my )?(?:weekdays?|"
        r"work ?days?|working days?|business days?)(?![a-z])(?: only)?",
        "days",
        (1, 2, 3, 4, 5),
    ),
    Rule.of(
        r"(?:on |every |each |during |only on |at |over |in )?(?:the |a |"
        r"my )?(?:weekends?(?: days?)?)(?![a-z])(?: only)?",
        "days",
        (6, 7),
    ),
    Rule.of(
        rf"(?P<but>(?:every day |all days |each day |daily )?(?:except|but not|but|apart from|"
        rf"other than)(?: on| for)? ){_DAY_LIST}(?!\w)",
        _weekday_list,
    ),
    Rule.of(
        r"(?:every day |all days |daily )?(?:except|but not|apart from|but)(?: on| for|"
        r" at)?(?: the)? weekends?(?![a-z])",
        "days",
        (1, 2, 3, 4, 5),
    ),
    # stretches of time
    Rule.of(rf"(?P<word>{_ON}) {MONTH_DAY}", _until_day),
    Rule.of(rf"{_SINCE} {MONTH_DAY}(?: on(?:wards?)?| onwards?)?", _from_day),
    Rule.of(rf"on {MONTH_DAY}", _on_day),
    Rule.of(
        rf"(?:in|during|throughout|for|over|this|"
        rf"next) (?:the month of )?{_MONTH_NAME}(?: (?P<year>\d{{4}}))?",
        _in_month,
    ),
    Rule.of(rf"{_SINCE} {_MONTH_NAME}(?: (?P<year>\d{{4}}))?(?: on(?:wards?)?)?(?! ?\d)", _from_month),
    Rule.of(rf"(?:until|till|through|to) (?:the )?end of {_MONTH_NAME}(?: (?P<year>\d{{4}}))?", _until_end_of_month),
    Rule.of(rf"through {_MONTH_NAME}(?: (?P<year>\d{{4}}))?(?! ?\d)", _until_end_of_month),
    Rule.of(rf"(?:until|till|to|by|before) {_MONTH_NAME}(?: \d{{4}})?(?! ?\d)", "unclear", "until_month"),
    Rule.of(
        r"(?:until|till|through|to) (?:the )?end of ((?:this |the |next )?(?:day|week|month|"
        r"year))(?![a-z])",
        _until_end_of,
    ),
    Rule.of(
        r"(?:for |during |in |within |over )?((?:this|next|the coming|coming|the next) (?:week|month|"
        r"day)|today|tonight|tomorrow)(?![a-z])",
        _near,
    ),
    Rule.of(r"(?:for |during |in |within |over )?(?:the rest of )?(this year|next year)(?![a-z])", _this_year),
    Rule.of(r"(?:in|during|throughout) (20\d\d|21\d\d)(?!\d)", _this_year),
    Rule.of(
        rf"{_SINCE} (?P<when>now on|now|today|tomorrow|next week|next month|this week|this month|"
        rf"(?:next )?{_WEEKDAY})(?: on(?:wards?)?)?(?![a-z])",
        _from_near,
    ),
    Rule.of(rf"(?:until|till|through) (?:next )?(?P<weekday>{_WEEKDAY})(?![a-z])", _until_weekday),
    Rule.of(
        rf"(?:for|during|over|in)(?: the)?(?: next| coming)? (a|{NUMBER}) (day|week|"
        rf"month)s?(?![a-z])(?: from now)?",
        _for_a_while,
    ),
    Rule.of(
        r"(?:always|for ever|forever|permanently|from now on|for good|all the time|"
        r"indefinitely)(?![a-z])",
        "always",
        None,
    ),
)


def _period(word: str) -> str:
    return {"night": "day", "wk": "week", "mo": "month"}.get(word, word)
