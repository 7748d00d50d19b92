"""What was noticed, why a number is what it is and who answered for it, as sentences in each language.

Law: sentences are made here from codes and figures, for every screen, paper and terminal; nothing is reckoned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from lifetracer.charts.wording import Words, keep

Row = Mapping[str, Any]
"""A row of a mart, by the names of its columns."""

METHODS = {
    "model": keep("the model"),
    "days_7": keep("the last 7 days"),
    "days_28": keep("the last 28 days"),
    "days_56": keep("the last 56 days"),
    "weekdays_4": keep("the last 4 such weekdays"),
    "weekdays_8": keep("the last 8 such weekdays"),
}
"""Code of a method → how it is called."""

REASONS = {
    "level": keep("usual: {duration}"),
    "trend": keep("lately: {duration}"),
    "weekday": keep("day of the week: {duration}"),
    "holiday": keep("public holiday: {duration}"),
    "day_type": keep("kind of day: {duration}"),
    "plan": keep("calendar: {duration}"),
    "yesterday": keep("the days before: {duration}"),
    "lived": keep("lived already: {duration}"),
    "baseline": keep("as seen before: {duration}"),
}
"""Code of a contribution → how it is told; the first says an amount, the others what they add or take."""

CHOICES = {
    "model_better": keep("The model answers: tried on past days it was {percent} % better than {baseline}."),
    "baseline_better": keep("{baseline} answer: on past days no model did better."),
    "about_even": keep("The model answers: on past days neither it nor {baseline} was clearly better."),
    "too_early": keep("Too early to tell what works best; {days} days are known."),
    "only_zeros": keep("Nothing was lived of it so far."),
    "rare": keep("Not estimated: it was lived on too few days."),
    "asleep": keep("Not estimated: it has not been lived for three months and nothing is planned."),
    "beyond": keep("Not estimated: too many other categories take more time."),
}
"""Code of a choice → its sentence."""

ANSWERED = {
    "model": keep("by the model"),
    "days": keep("as your last {count} days"),
    "weekdays": keep("as your last {count} {weekday}s"),
}
"""Who answered for one day, week or month."""

JUDGED = {
    "few": keep("Only {count} judged so far: too few to tell."),
    "rule": keep("A simple rule answered: no model was better."),
    "better": keep("{percent} % closer than the best simple rule."),
    "even": keep("No better than the best simple rule."),
    "worse": keep("{percent} % worse than the best simple rule."),
    "band": keep("{held} of {count} ended within the band; 8 of 10 are promised."),
    "drift": keep("Lately {percent} % worse than before."),
}
"""How good estimates were."""

FEW, EVEN, WORSE = 10, 0.02, 0.2
"""So many judged estimates tell something; a gain of less is none; so much more error of late is told."""

CHANCE = {
    "hardly": keep("hardly by chance (p < 0.0001)"),
    "once": keep("by chance about once in {times} times (p = {p})"),
}
"""How believable a finding is."""

AMOUNTS = frozenset({"level", "lived", "baseline"})


def insight_sentence(insight: Row, words: Words) -> str:
    """Tell a row of ``marts.insight``."""
    return _TOLD[insight["kind"]](insight, words)


def reason_sentences(reasons: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """Tell the contributions of a row of ``marts.estimate``, the weightiest first."""
    return [words(REASONS[one["code"]], duration=_amount(one, words)) for one in reasons if one["code"] in REASONS]


def choice_sentence(choice: Row, words: Words) -> str:
    """Tell a row of ``marts.estimate_choice``: who answers for the category and why, or why nobody does."""
    code = choice["codes"][0]["code"] if choice["codes"] else "too_early"
    gain = choice["gain"]
    baseline = words(METHODS.get(choice["baseline"] or "", "")) if choice["baseline"] else ""
    if words.language == "en" and code == "baseline_better":
        baseline = baseline[:1].upper() + baseline[1:]
    percent = f"{float(gain) * 100:.0f}" if gain is not None else "0"
    return words(CHOICES[code], percent=percent, baseline=baseline, days=choice["known_days"])


def method_name(method: str, words: Words) -> str:
    """Call a method by its name; one that is unknown keeps its code."""
    return words(METHODS[method]) if method in METHODS else method


def answered_by(estimate: Row, grain: str, words: Words) -> str:
    """Say who answered for a row of ``marts.estimate``: ``as your last 8 Tuesdays``."""
    method = estimate["method"]
    kind, _, count = method.rpartition("_")
    if kind == "weekdays" and grain == "day":
        return words(ANSWERED[kind], count=count, weekday=words.weekday(estimate["period_start"], "EEEE"))
    if kind == "days":
        return words(ANSWERED[kind], count=count)
    return words(ANSWERED[method]) if method in ANSWERED else method_name(method, words)


def score_sentences(score: Row, words: Words) -> list[str]:
    """Tell a row of ``marts.estimate_score`` honestly: against the simple rule, whether the band held, and lately."""
    count = score["estimates"]
    if count < FEW:
        return [words(JUDGED["few"], count=count)]
    gain = score["gain"]
    drift = float(score["drift"] or 0)
    verdict = "rule" if gain is None or not score["model_share"] else _against_rule(float(gain))
    told = [words(JUDGED[verdict], percent=f"{abs(float(gain or 0)) * 100:.0f}")]
    told.append(words(JUDGED["band"], held=round(float(score["coverage"]) * count), count=count))
    return told + ([words(JUDGED["drift"], percent=f"{drift * 100:.0f}")] if drift >= WORSE else [])


def chance_words(p_value: Any, words: Words) -> str:
    """Say how often chance alone would show as much: ``by chance about once in 200 times``."""
    chance = float(p_value)
    if chance < 0.0001:
        return words(CHANCE["hardly"])
    times = round(1 / chance) if chance < 0.1 else round(1 / chance, 1)
    return words(CHANCE["once"], times=f"{times:,}", p=f"{chance:.2g}")


def _against_rule(gain: float) -> str:
    return "better" if gain >= EVEN else "even" if gain > -EVEN else "worse"


def _amount(reason: Mapping[str, Any], words: Words) -> str:
    seconds = int(reason["seconds"])
    sign = "+" if seconds > 0 and reason["code"] not in AMOUNTS else ""
    return sign + words.duration(seconds)


def _anomaly(insight: Row, words: Words) -> str:
    details, first, last = insight["details"], insight["begins_on"], insight["ends_on"]
    more = details["seconds"] - details["usual_seconds"]
    text = keep("{dates}: {category} took {seconds}, {difference} more than usual.")
    if more < 0:
        text = keep("{dates}: {category} took {seconds}, {difference} less than usual.")
    return words(
        text,
        dates=words.dates(first, last - timedelta(days=1)),
        category=insight["category"],
        seconds=words.duration(details["seconds"]),
        difference=words.duration(abs(more)),
    )


def _change(insight: Row, words: Words) -> str:
    details = insight["details"]
    text = keep("Since {day}, {category} takes {difference} a day more: {after} instead of {before}.")
    if insight["effect"] < 0:
        text = keep("Since {day}, {category} takes {difference} a day less: {after} instead of {before}.")
    return words(
        text,
        day=_date(insight["begins_on"], words),
        category=insight["category"],
        difference=words.duration(abs(round(insight["effect"]))),
        after=words.duration(details["after_seconds"]),
        before=words.duration(details["before_seconds"]),
    )


def _correlation(insight: Row, words: Words) -> str:
    details = insight["details"]
    more, lag = details["difference_seconds"] > 0, details["lag"]
    if lag == 0:
        text = keep("On days with much {category} there is {difference} more {other}.")
        if not more:
            text = keep("On days with much {category} there is {difference} less {other}.")
    elif lag == 1:
        text = keep("The day after much {category} there is {difference} more {other}.")
        if not more:
            text = keep("The day after much {category} there is {difference} less {other}.")
    else:
        text = keep("{lag} days after much {category} there is {difference} more {other}.")
        if not more:
            text = keep("{lag} days after much {category} there is {difference} less {other}.")
    return words(
        text,
        lag=lag,
        category=insight["category"],
        other=insight["other_category"],
        difference=words.duration(abs(details["difference_seconds"])),
    )


def _fallacy(insight: Row, words: Words) -> str:
    details, ratio = insight["details"], float(insight["effect"])
    text = keep("{category} takes {percent} % longer than planned (median of {plans} plans; {low}–{high} %).")
    low, high = details["low"] - 1, details["high"] - 1
    if ratio < 1:
        text = keep("{category} takes {percent} % less time than planned (median of {plans} plans; {low}–{high} %).")
        low, high = -high, -low
    return words(
        text,
        category=insight["category"],
        percent=f"{abs(ratio - 1) * 100:.0f}",
        plans=details["plans"],
        low=f"{low * 100:.0f}",
        high=f"{high * 100:.0f}",
    )


def _date(day: date, words: Words) -> str:
    return words.dates(day, day).partition(" – ")[0] if words.language == "ja" else f"{day.day} {day:%B %Y}"


_TOLD = {
    "anomaly": _anomaly,
    "change_point": _change,
    "correlation": _correlation,
    "planning_fallacy": _fallacy,
}
