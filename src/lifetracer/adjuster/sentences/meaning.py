"""Put the tokens of a sentence together: about what, which measure, which bounds, per what, when.

Law: every token is used up by exactly one field or is named in an issue; where two readings are left, nobody chooses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from lifetracer.adjuster.sentences import amounts
from lifetracer.adjuster.sentences.activities import GENERAL
from lifetracer.adjuster.sentences.amounts import Amount
from lifetracer.adjuster.sentences.draft import Draft
from lifetracer.adjuster.sentences.echo import amount as say
from lifetracer.adjuster.sentences.names import Match, Name, Names, Nearness, fold, key
from lifetracer.adjuster.sentences.tokens import Token
from lifetracer.adjuster.sentences.wish import Language

DAY = Decimal(86400)
LENGTHS = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY}
RANK = {"day": 1, "week": 2, "month": 3}
OPPOSITE = {"at_least": "at_most", "at_most": "at_least"}


def understand(tokens: Sequence[Token], names: Names, language: Language, today: date) -> Draft:
    """Put tokens together to a draft; it is a wish when it has no issues."""
    draft = Draft(language)
    tokens = [token for token in tokens if token.kind != "filler"]
    for token in tokens:
        if token.kind == "unclear":
            draft.doubt(token.value, token.text)
    tokens = _name_subject(draft, _counted(tokens), names)
    found, tokens = amounts.find(draft, tokens, language)
    amounts.give_bounds(draft, tokens, found, language)
    amount = amounts.only_one(draft, found)
    verbs = {token.value for token in tokens if token.kind == "verb"}
    negated = sum(token.kind == "not" for token in tokens)
    _days(draft, tokens)
    _stretch(draft, tokens, today)
    if amount:
        _measure(draft, amount, verbs, negated, names)
    elif not any(code == "two_amounts" for code, _ in draft.issues):
        _without_amount(draft, tokens, verbs, negated)
    _period(draft, tokens, amount)
    if draft.subject is None and not draft.unknown and not any(code == "two_subjects" for code, _ in draft.issues):
        draft.doubt("no_subject")
    for token in tokens:
        if token.kind in {"word", "quoted", "hashtag", "kind"} or (token.kind in {"and", "at"} and not found):
            draft.unknown.append(token)
    _check(draft, today)
    return draft


def _counted(tokens: list[Token]) -> list[Token]:
    """Read a number before the plural of a name as a count: “3 meetings a day”."""
    return [
        replace(token, kind="count")
        if token.kind == "number"
        and place + 1 < len(tokens)
        and tokens[place + 1].kind == "name"
        and tokens[place + 1].text.lower().endswith("s")
        else token
        for place, token in enumerate(tokens)
    ]


# --- about what ---


def _name_subject(draft: Draft, tokens: list[Token], names: Names) -> list[Token]:
    """Find what the sentence is about; gives the tokens without those that said it."""
    tokens = _take_kinds(draft, tokens, names)
    found: list[tuple[Token, tuple[Name, ...], Nearness]] = []
    rest: list[Token] = []
    for token in tokens:
        match: Match | None = None
        if token.kind == "name":
            match = token.value
        elif token.kind in {"quoted", "hashtag"}:
            folded = fold(str(token.value))
            match = names.at(folded, 0, "tag" if token.kind == "hashtag" else None)
            if match and (match.length < len(folded) or match.nearness is not Nearness.NAME):
                match = None
        if match:
            found.append((token, match.names, match.nearness))
        elif token.kind == "all":
            found.append((token, (Name("all", "", ""),), Nearness.NAME))
        else:
            rest.append(token)
    if draft.subject:
        rest += [token for token, those, near in found if near is Nearness.NAME and those[0].subject != "all"]
        for token in rest:
            if token.kind == "name":
                draft.doubt("two_subjects", f"{draft.subject_name}, {token.text}")
        return [token for token in rest if token.kind != "name"]
    _settle(draft, found)
    return rest


def _settle(draft: Draft, found: list[tuple[Token, tuple[Name, ...], Nearness]]) -> None:
    if len(found) > 1:
        specific = [item for item in found if not (key(item[0].text) in GENERAL and item[2] is not Nearness.NAME)]
        found = specific or found[:1]
    if not found:
        return
    common = set(found[0][1])
    for _, those, _ in found[1:]:
        common &= set(those)
    if len(common) != 1:
        names = dict.fromkeys(name.name or "…" for _, those, _ in found for name in those)
        draft.doubt("two_subjects", ", ".join(names))
        return
    name = common.pop()
    draft.subject = name.subject
    if name.subject != "all":
        draft.subject_value, draft.subject_name = name.value, name.name


def _take_kinds(draft: Draft, tokens: list[Token], names: Names) -> list[Token]:
    """Take “project X”, “tag X”, “text “X””, in whatever order the language has it."""
    for place, token in enumerate(tokens):
        if token.kind != "kind":
            continue
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        before = tokens[place - 1] if place else None
        sides = [side for side in (after, before) if side and side.kind in {"name", "quoted", "word", "hashtag"}]
        quoted = [side for side in sides if side.kind == "quoted"]
        for side in quoted + [side for side in sides if side not in quoted]:
            value = str(side.value) if side.kind in {"quoted", "hashtag"} else side.text
            if token.value == "text":
                draft.subject, draft.subject_value, draft.subject_name = "text", value, value
            else:
                match = names.at(fold(value), 0, token.value)
                if match is None or match.length < len(value) or len(match.names) != 1:
                    draft.doubt("unknown_name", value)
                    return [other for other in tokens if other not in {token, side}]
                name = match.names[0]
                draft.subject, draft.subject_value, draft.subject_name = name.subject, name.value, name.name
            return [other for other in tokens if other not in {token, side}]
    return tokens


# --- how much ---


def _measure(draft: Draft, amount: Amount, verbs: set[str], negated: int, names: Names) -> None:
    if amount.kind == "number" and (verbs or negated) and amount.bounds and amount.low == int(amount.low) <= 24:
        amount = replace(amount, kind="clock", low=amount.low * 3600, is_sure=amount.low > 12)
    if amount.kind == "number":
        draft.doubt("no_unit", amount.text)
        return
    if len({direction for direction, _ in amount.bounds}) > 1:
        draft.doubt("two_bounds", amount.text)
        return
    direction, strict = amount.bounds[0] if amount.bounds else (None, False)
    if amount.high is not None and direction in OPPOSITE:
        draft.doubt("two_bounds", amount.text)
        return
    if amount.kind == "clock":
        _measure_time(draft, amount, direction, verbs, negated, names)
        return
    draft.measure = amount.kind
    if verbs - {"bed"} or ("bed" in verbs and draft.subject):
        draft.doubt("start_or_end", amount.text)
    elif "bed" in verbs:
        _name_sleep(draft, names)
    if negated:
        if negated > 1 or direction not in OPPOSITE or amount.high is not None:
            draft.doubt("negation")
            return
        direction, strict = OPPOSITE[direction], not strict
    if direction is None and amount.high is None and amount.kind == "share":
        draft.doubt("no_bound", amount.text)
    low = amount.low
    if strict and amount.kind == "count":
        low += 1 if direction == "at_least" else -1
        if low < 0:
            draft.doubt("no_amount")
    _bound(draft, direction or "at_least", low, amount.high)


def _measure_time(
    draft: Draft, amount: Amount, direction: str | None, verbs: set[str], negated: int, names: Names
) -> None:
    if negated > 1 or (negated and direction not in OPPOSITE):
        draft.doubt("negation")
        return
    if len(verbs) > 1 or (not verbs and not negated):
        draft.doubt("start_or_end", amount.text)
        return
    verb = next(iter(verbs), None)
    if verb is None:
        draft.measure = "end_time" if direction == "at_least" else "start_time"
    elif verb == "bed":
        if draft.subject is None:
            _name_sleep(draft, names)
        draft.measure = "start_time" if draft.subject not in {None, "all"} else "end_time"
    else:
        draft.measure = "end_time" if verb == "end" else "start_time"
    if verb == "up" and draft.subject is None:
        draft.subject = "all"
    if verb == "bed" and draft.subject is None and not draft.issues:
        draft.subject = "all"
    if negated and direction:
        direction = OPPOSITE[direction]
    if direction is None and amount.high is None:
        draft.doubt("at_clock", amount.text)
        direction = "at_most"
    hour = (amount.high or amount.low) / 3600
    is_morning = draft.measure == "start_time" and verb != "bed" and amount.low / 3600 >= 4 and hour <= 12
    if not amount.is_sure and not is_morning:
        draft.doubt("half_of_day", amount.text)
    _bound(draft, direction or "at_least", amount.low, amount.high)


def _name_sleep(draft: Draft, names: Names) -> None:
    match = names.at("sleep", 0)
    if match and len(match.names) == 1:
        name = match.names[0]
        draft.subject, draft.subject_value, draft.subject_name = name.subject, name.value, name.name
    elif match:
        draft.doubt("two_subjects", ", ".join(name.name for name in match.names))


def _bound(draft: Draft, direction: str, low: Decimal, high: Decimal | None) -> None:
    if draft.measure == "duration":
        low, high = Decimal(round(low / 60) * 60), None if high is None else Decimal(round(high / 60) * 60)
    if draft.measure == "count" and (low != int(low) or (high is not None and high != int(high))):
        draft.doubt("no_unit", str(low))
    if high is not None:
        draft.comparison = "exactly" if low == high else "between"
        draft.low, draft.high = low, high
        return
    draft.comparison = direction
    draft.low = None if direction == "at_most" else low
    draft.high = None if direction == "at_least" else low


def _without_amount(draft: Draft, tokens: Sequence[Token], verbs: set[str], negated: int) -> None:
    """Read “every day” as once a day, and “no meetings on Fridays” as none at all."""
    recurs = any(token.kind in {"every", "days"} for token in tokens)
    if any(token.kind in {"bound", "suffix", "edge"} for token in tokens) or verbs - {"bed"} or draft.unknown:
        draft.doubt("no_amount")
    elif negated == 1:
        draft.measure = "duration"
        _bound(draft, "at_most", Decimal(0), None)
    elif recurs and not negated:
        draft.measure = "count"
        _bound(draft, "at_least", Decimal(1), None)
    else:
        draft.doubt("no_amount")


# --- when ---


def _period(draft: Draft, tokens: Sequence[Token], amount: Amount | None) -> None:
    said = {token.value: token.text for token in tokens if token.kind == "per"}
    every = {token.value: token.text for token in tokens if token.kind == "every"}
    if len(said) > 1 or (not said and len(every) > 1):
        draft.doubt("two_periods", ", ".join((*said.values(), *every.values())))
        return
    if said:
        draft.period = next(iter(said))
        if any(RANK[other] < RANK[draft.period] for other in every):
            draft.doubt("two_periods", ", ".join((*said.values(), *every.values())))
    elif every:
        draft.period = next(iter(every))
    if draft.weekdays and not said and draft.period in {None, "week"}:
        draft.period = "day"
    if draft.period is None and draft.measure in {"start_time", "end_time"}:
        draft.period = "day"
    if draft.period is None:
        draft.period = next((token.value[2] for token in tokens if token.kind == "during" and token.value[2]), None)
    if draft.period is None and draft.measure == "share":
        draft.period = "week"
    if draft.period is None and draft.high == 0 and draft.comparison == "at_most":
        draft.period = "day"
    if draft.period is None and (amount is None or amount.kind != "number"):
        draft.doubt("no_period")


def _days(draft: Draft, tokens: Sequence[Token]) -> None:
    lists = {token.value for token in tokens if token.kind == "days"}
    if len(lists) > 1:
        draft.doubt("two_days")
    elif lists:
        days = lists.pop()
        draft.weekdays = None if len(days) == 7 else days
        if not days:
            draft.doubt("two_days")


def _stretch(draft: Draft, tokens: Sequence[Token], today: date) -> None:
    begins: list[Any] = [token.value for token in tokens if token.kind == "from"]
    ends: list[Any] = [token.value for token in tokens if token.kind == "until"]
    for token in tokens:
        if token.kind == "during":
            first, last, _ = token.value
            begins.append(first)
            ends.append(last)
    if len(begins) > 1 or len(ends) > 1:
        draft.doubt("two_dates")
        return
    draft.valid_from = begins[0] if begins else None
    draft.valid_to = ends[0] if ends else None
    if draft.valid_to and any(token.kind == "always" for token in tokens):
        draft.doubt("two_dates")
    if draft.valid_to and draft.valid_to <= today:
        draft.doubt("date_past")
    elif draft.valid_to and draft.valid_from and draft.valid_to <= draft.valid_from:
        draft.doubt("dates_order")


def _check(draft: Draft, _today: date) -> None:
    """Refuse what no period can hold; take the priority."""
    greatest = max((value for value in (draft.low, draft.high) if value is not None), default=Decimal(0))
    if draft.measure == "share" and greatest > 1:
        draft.doubt("too_much", say(greatest, "share", draft.language))
    if draft.measure == "duration" and draft.period and greatest > LENGTHS[draft.period]:
        draft.doubt("too_much", say(greatest, "duration", draft.language))
    if draft.measure == "count" and greatest > 100_000:
        draft.doubt("too_much", str(greatest))
