"""What English words mean in a sentence about a wish: amounts, bounds, parts of a day, and empty words.

Law: only words that cannot change a wish are fillers; “not”, “at”, “about” and the like never are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lifetracer.adjuster.sentences import english_dates
from lifetracer.adjuster.sentences.numbers import ENGLISH as NUMBER
from lifetracer.adjuster.sentences.numbers import SPELT
from lifetracer.adjuster.sentences.numbers import english as number
from lifetracer.adjuster.sentences.tokens import Meaning, Rule

Match = re.Match[str]

_HOURS = r"(?:hours?|hrs?|h)(?![a-z])\.?"
_MINUTES = r"(?:minutes?|mins?|m)(?![a-z])\.?"
_TIME = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?(?::[0-5]\d)?"
_HHMM = r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d|\.\d)"
_PART = r"(?: (?:in the |at )(?P<part>morning|afternoon|evening|night))?"


def _hours(match: Match, _today: date) -> Meaning:
    whole = Decimal(1) if match["hours"] in {"a", "an", "one full", "a full"} else number(match["hours"])
    if match["half"] or match["half2"]:
        whole += Decimal("0.5")
    minutes = number(match["minutes"] or match["bare"] or "0")
    return "duration", whole * 3600 + minutes * 60


def _minutes(match: Match, _today: date) -> Meaning:
    return "duration", Decimal(1 if match[1] in {"a", "one"} else number(match[1])) * 60


def _clock_face(match: Match, _today: date) -> Meaning:
    return "duration", Decimal(match[1]) * 3600 + Decimal(match[2]) * 60


def _count(match: Match, _today: date) -> Meaning:
    return "count", number(match[1])


def _share(match: Match, _today: date) -> Sequence[Meaning]:
    part = number(match[1]) / 100
    return [("share", part), *_whole(match["whole"])]


_PARTS = {
    "half": Decimal("0.5"), "a half": Decimal("0.5"), "one half": Decimal("0.5"), "a quarter": Decimal("0.25"),
    "one quarter": Decimal("0.25"), "three quarters": Decimal("0.75"), "a fifth": Decimal("0.2"),
    "one fifth": Decimal("0.2"), "a tenth": Decimal("0.1"), "one tenth": Decimal("0.1"),
    "a third": Decimal("0.3333"), "one third": Decimal("0.3333"),
    "two thirds": Decimal("0.6667"),
}  # fmt: skip


def _fraction(match: Match, _today: date) -> Sequence[Meaning]:
    return [("share", _PARTS[match[1]]), *_whole(match["whole"])]


def _whole(word: str | None) -> Sequence[Meaning]:
    return [("per", word)] if word in {"day", "week", "month"} else []


def _time(match: Match, _today: date) -> Meaning | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = match.groupdict().get("half")
    part = match.groupdict().get("part")
    if hour > 24 or (hour == 24 and minute):
        return None
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    elif part:
        later = part in {"afternoon", "evening", "night"}
        hour = 24 if part == "night" and hour == 12 else hour + 12 if later and hour < 12 else hour
    is_sure = bool(half or part or match["minute"] or hour > 12)
    return "clock", (Decimal(hour * 3600 + minute * 60), is_sure)


def _hour_in_words(match: Match, _today: date) -> Meaning | None:
    hour = number(match["hour"])
    if hour > 24 or hour != int(hour):
        return None
    minutes = {"half past": 30, "quarter past": 15, "a quarter past": 15, "quarter to": -15, "a quarter to": -15}
    seconds = hour * 3600 + 60 * minutes.get(match["near"] or "", 0)
    part = match["part"]
    if part in {"afternoon", "evening", "night"} and seconds < 12 * 3600:
        seconds += 12 * 3600
    return "clock", (seconds, bool(part) or hour > 12)


def _priority(match: Match, _today: date) -> Meaning:
    words = {"top": 20, "highest": 20, "high": 10, "normal": 0, "low": -10, "lowest": -20}
    return "priority", words[match[1]]


def _priority_number(match: Match, _today: date) -> Meaning | None:
    return ("priority", int(match[1])) if abs(int(match[1])) <= 1000 else None


_OF_TIME = (
    r"(?: of (?:(?:my|all|the|tracked|total|whole|entire|waking) ?){0,3}"
    r"(?P<whole>time|day|week|month|hours)s?(?![a-z]))?"
)

RULES: tuple[Rule, ...] = (
    # amounts
    Rule.of(
        rf"(?P<hours>an?(?: full)?|one full|{NUMBER})(?P<half>(?: and a half|-and-a-half)?)[ -]?{_HOURS}"
        rf"(?P<half2>(?: and a half)?)(?:,? ?(?:and )?(?P<minutes>{NUMBER}) ?{_MINUTES}|"
        r" ?(?P<bare>[0-5]\d)(?![\w:%.,]| ?(?:x|times|%|percent|h|hrs?|hours?)(?![a-z])))?",
        lambda m, t: _hours(m, t) if not m["minutes"] or number(m["minutes"]) < 60 else None,
    ),
    Rule.of(
        rf"(?P<hours>an?(?: full)?|one full|{NUMBER})(?P<half>(?: and a half|"
        rf"-and-a-half)?)[ -]?{_HOURS}(?P<half2>(?: and a half)?)(?P<minutes>)(?P<bare>)",
        _hours,
    ),
    Rule.of(
        rf"(?P<hours>{NUMBER})(?P<half>)(?P<half2>)h(?P<minutes>)(?P<bare>[0-5]\d)(?: ?{_MINUTES}|"
        rf"(?!\w))",
        _hours,
    ),
    Rule.of(rf"(a|{NUMBER})[ -]?{_MINUTES}", _minutes),
    Rule.of(r"(\d+):([0-5]\d) ?(?:hours?|hrs?|h)(?![a-z])", _clock_face),
    Rule.of(r"(?:a |one )?half(?: an?| of an)?[ -]hour(?![a-z])", "duration", Decimal(1800)),
    Rule.of(r"(?:a |one )?quarter(?: of)?(?: an)?[ -]hour(?![a-z])", "duration", Decimal(900)),
    Rule.of(r"three[ -]quarters of an hour(?![a-z])", "duration", Decimal(2700)),
    Rule.of(rf"({NUMBER})(?: ?[x×]| ?(?:different )?(?:times|time|sessions?|entries|entry|runs))(?![a-z])", _count),
    Rule.of(r"once(?![a-z])", "count", Decimal(1)),
    Rule.of(r"twice(?![a-z])", "count", Decimal(2)),
    Rule.of(r"thrice(?![a-z])", "count", Decimal(3)),
    Rule.of(rf"({NUMBER}) ?(?:%|percent|per cent|pct){_OF_TIME}", _share),
    Rule.of(rf"({'|'.join(_PARTS)}){_OF_TIME.rstrip('?')}", _fraction),
    Rule.of(rf"{_TIME} ?(?P<half>am|pm|a\.m\.|p\.m\.)(?![a-z])", _time),
    Rule.of(rf"{_HHMM}{_PART}", _time),
    Rule.of(rf"{_TIME} ?o'clock{_PART}", _time),
    Rule.of(rf"{_TIME} (?:in the |at )(?P<part>morning|afternoon|evening|night)", _time),
    Rule.of(
        rf"(?P<near>half past|a quarter past|quarter past|a quarter to|"
        rf"quarter to) (?P<hour>{NUMBER})(?: o'clock)?{_PART}",
        _hour_in_words,
    ),
    Rule.of(rf"(?P<near>)(?P<hour>{SPELT}) o'clock{_PART}", _hour_in_words),
    Rule.of(
        rf"(?P<near>)(?P<hour>{SPELT}) (?:in the |at )(?P<part>morning|afternoon|evening|night)",
        _hour_in_words,
    ),
    Rule.of(r"(?:noon|midday)(?![a-z])", "clock", (Decimal(43200), True)),
    Rule.of(r"midnight(?![a-z])", "clock", (Decimal(86400), True)),
    Rule.of(rf"({NUMBER})", lambda m, _: ("number", number(m[1]))),
    # bounds
    Rule.of(
        r"(?:at the very least|at least|a minimum of|minimum of|minimum|min\.?(?= ?\d)|no less than|"
        r"not less than|no fewer than|not fewer than|not under|not below|>=|≥)(?![a-z])",
        "bound",
        ("at_least", False),
    ),
    Rule.of(r"(?:more than|greater than|longer than|over|above|>)(?![a-z=])", "bound", ("at_least", True)),
    Rule.of(
        r"(?:at the most|at the very most|at most|a maximum of|maximum of|maximum|max\.?|no more than|"
        r"not more than|no longer than|not longer than|not over|not above|up to|limited? (?:it )?to|"
        r"limit|<=|≤)(?![a-z])",
        "bound",
        ("at_most", False),
    ),
    Rule.of(r"(?:less than|fewer than|shorter than|under|below|<)(?![a-z=])", "bound", ("at_most", True)),
    Rule.of(r"(?:exactly|precisely|sharp|on the dot)(?![a-z])", "bound", ("exactly", False)),
    Rule.of(r"(?:or more|or longer|and more|or above|upwards|\+)(?![a-z])", "suffix", ("at_least", False)),
    Rule.of(
        r"(?:or less|or fewer|or shorter|or under|or below|tops|max\.?|maximum|at most|"
        r"at the most)(?![a-z])",
        "suffix",
        ("at_most", False),
    ),
    Rule.of(r"(?:or earlier|or before)(?![a-z])", "suffix", ("at_most", False)),
    Rule.of(r"(?:or later|or after|onwards?)(?![a-z])", "suffix", ("at_least", False)),
    Rule.of(r"(?:at least|minimum)(?![a-z])", "suffix", ("at_least", False)),
    Rule.of(
        r"(?:(?:should|must|does|do|may|will) )?(?:not|never) exceed(?:ing)?(?![a-z])", "bound", ("at_most", False)
    ),
    Rule.of(r"(?:cut|reduced?|cap|capped|restrict(?:ed)?)(?: down)?(?![a-z])", "bound", ("at_most", False)),
    Rule.of(r"between(?![a-z])", "between", None),
    Rule.of(r"(?:to|-|–|—|~|through)(?![a-z])", "to", None),
    Rule.of(r"and(?![a-z])", "and", None),
    Rule.of(
        r"(?:by|before|until|till|no later than|not later than|at the latest(?: by)?|latest|"
        r"earlier than)(?![a-z])",
        "edge",
        "at_most",
    ),
    Rule.of(
        r"(?:not before|no earlier than|not earlier than|at the earliest|earliest|later than|"
        r"past)(?![a-z])",
        "edge",
        "at_least",
    ),
    Rule.of(r"(?:not after|not past)(?![a-z])", "edge", "at_most"),
    Rule.of(r"after(?![a-z])", "edge", "at_least"),
    Rule.of(r"at(?![a-z])", "at", None),
    Rule.of(r"from(?![a-z])", "from_amount", None),
    Rule.of(r"(?:not until|not till)(?![a-z])", "edge", "at_least"),
    # what of a day
    Rule.of(
        r"(?:get(?:ting)? up|be(?:ing)? up|am up|wake(?: up)?|waking(?: up)?|rise|up|out of bed|"
        r"get out of bed|be out of bed|awake|be awake)(?![a-z])",
        "verb",
        "up",
    ),
    Rule.of(
        r"(?:go(?:ing)? to bed|get(?:ting)? to bed|be in bed|in bed|to bed|bedtime|be asleep|asleep|"
        r"fall(?:ing)? asleep|go(?:ing)? to sleep|lights out)(?![a-z])",
        "verb",
        "bed",
    ),
    Rule.of(r"(?:start|starts|starting|begin|begins|beginning|first start)(?![a-z])", "verb", "start"),
    Rule.of(
        r"(?:stop|stops|stopping|finish|finished|finishing|end|ends|ending|quit|be done(?: with)?|"
        r"done(?: with)?|be finished(?: with)?|finish up|wrap up|leave|over|last end|call it a day|"
        r"log off|clock off)(?![a-z])",
        "verb",
        "end",
    ),
    Rule.of(r"(?:no|not|never|don't|do not|dont|won't|will not|without|avoid|zero|none)(?![a-z])", "not", None),
    Rule.of(
        r"(?:all (?:the )?tracked time|all tracked time|tracked time|time tracked|track|tracking|"
        r"everything|all (?:my )?time|anything|in total|overall)(?![a-z])",
        "all",
        None,
    ),
    Rule.of(r"(?:the|my) day(?![a-z])", "all", None),
    Rule.of(r"(?:the |a )?(?P<kind>category|project|tag|text)(?![a-z])", lambda m, _: ("kind", m["kind"])),
    Rule.of(r"(?:tagged(?: with| as)?|with (?:the )?tag)(?![a-z])", "kind", "tag"),
    Rule.of(
        r"(?:described as|with the text|with the words?|whose description contains|"
        r"whose text contains|containing|that contain|called|with the description|mentioning|"
        r"that mention)(?![a-z])",
        "kind",
        "text",
    ),
    *english_dates.RULES,
    Rule.of(
        r"(?:with |at |of |as )?(?:a )?(top|highest|high|normal|low|lowest) (?:priority|"
        r"importance)(?![a-z])",
        _priority,
    ),
    Rule.of(r"(?:with |at |of )?priority:? ?(?:of )?(-?\d{1,4})(?!\d)", _priority_number),
    Rule.of(
        r"(?:this is |it is |it's |which is )?(?:most important|top priority|"
        r"very important)(?:ly)?(?![a-z])",
        "priority",
        20,
    ),
    Rule.of(r"(?:this is |it is |it's |which is )?important(?:ly)?(?![a-z])", "priority", 10),
    # what is understood, but cannot be wished
    Rule.of(
        r"(?:about|around|roughly|approximately|approx\.?|circa|some|ca\.|more or less|nearly|almost|"
        r"at around)(?![a-z])",
        "unclear",
        "about",
    ),
    Rule.of(
        rf"(?:on )?(?:{NUMBER}) (?:days|nights|weeks|mornings|evenings)(?: out of \w+)?(?: (?:a|per|"
        rf"each|every|in a) (?:week|month))?",
        "unclear",
        "days_of",
    ),
    Rule.of(
        r"(?:every other|every second|every two|every three|every \d+|alternate) (?:days?|weeks?|"
        r"months?)(?![a-z])|fortnightly|fortnight|biweekly",
        "unclear",
        "every_other",
    ),
    Rule.of(
        r"(?:per|a|each|every) (?:year|quarter|decade|hour)(?![a-z])|yearly|annually|quarterly|hourly",
        "unclear",
        "period",
    ),
    Rule.of(
        r"(?:in the |every |on |at )?(?:mornings?|evenings?|afternoons?|lunchtime|nights?|"
        r"bed ?time)(?![a-z])",
        "unclear",
        "time_of_day",
    ),
    Rule.of(
        r"(?:just|only|more|less|fewer|longer|shorter|earlier|later|better|often|sometimes|regularly|"
        r"a lot|enough|much|a bit|a little|rarely|occasionally|as much as possible|"
        r"as little as possible|several times|a few times|many times|a couple of times|several|a few|"
        r"many|a couple of)(?![a-z])",
        "unclear",
        "vague",
    ),
    Rule.of(
        r"by (?:next )?(?:end of )?(?:the )?(?:year|month|week|tomorrow|today|monday|tuesday|"
        r"wednesday|thursday|friday|saturday|sunday|christmas)(?![a-z])",
        "unclear",
        "deadline",
    ),
    Rule.of(rf"by {english_dates.MONTH_DAY}", "unclear", "deadline"),
    # words that change nothing
    Rule.of(
        r"(?:all )?(?:the )?(?:entries|those|things)(?= (?:that )?(?:tagged|containing|contain|with|"
        r"described|called|mentioning|mention|whose))",
        "filler",
        None,
    ),
    Rule.of(
        r"(?:i'd like to|i would like to|i'd love to|i want to|i wish to|i plan to|i need to|"
        r"i have to|i'm going to|i am going to|i intend to|i aim to|i should|i must|i will|i'll|"
        r"let me|help me(?: to)?|please|my goal is(?: to)?|my aim is(?: to)?|my wish is(?: to)?|goal|"
        r"aim|wish|target|intent|intention|i want|i wish|want to|want|would like to|try to|aim for|"
        r"aim to|make sure(?: that)?(?: i| to)?|be sure to|remember to)(?![a-z])",
        "filler",
        None,
    ),
    Rule.of(
        r"(?:i|i'm|i am|me|my|mine|we|our|the|of|on|for|in|with|is|are|be|it|that|this|have|get|do|"
        r"does|doing|spend|spending|spent|time|need|should|must|will|to|a total of|total|go|going|"
        r"take|taking|make|use|using|put into|invest|on average|keep|keeping|altogether|each time|"
        r"as a|as|please|so|also|then|ok|okay|practi[cs]e|practi[cs]ing|do some|some time|having|"
        r"working on|devoted to|dedicated to|should be|must be|per se|amount|duration|activity|"
        r"activities|goal of|watch|watching|play|playing|hours of|there|stay|staying|reach|"
        r"hit)(?![a-z])",
        "filler",
        None,
    ),
    Rule.of(r"(?:a|an)(?![a-z])", "filler", None),
)
