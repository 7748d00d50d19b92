"""Say a wish as a sentence, in English or Japanese.

Law: the sentence means the wish to the last field: parsed again it gives the same one.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lifetracer.adjuster.sentences.wish import Language, Wish

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = "月火水木金土日"
_TIMES = {"at_least": "not before", "at_most": "by", "exactly": "exactly", "between": "between"}
_AMOUNTS = {"at_least": "at least", "at_most": "at most", "exactly": "exactly", "between": "between"}
_MOST_JA = {"at_least": "以上", "at_most": "以下"}


def echo(wish: Wish, language: Language) -> str:
    """Say a wish in words."""
    return _japanese(wish) if language == "ja" else _english(wish)


def amount(value: Decimal, measure: str, language: str) -> str:
    """Say an amount: 1 h 30 m, 3 times, 25 %, 06:00; 1時間30分, 3回, 25%."""
    ja = language == "ja"
    if measure == "share":
        share = f"{value * 100:.2f}".rstrip("0").rstrip(".")
        return share + ("%" if ja else " %")
    if measure == "count":
        return f"{int(value)}回" if ja else f"{int(value)} time{'' if value == 1 else 's'}"
    minutes = round(value / 60)
    hours, minutes = divmod(minutes, 60)
    if measure in {"start_time", "end_time"}:
        return f"{hours:02}:{minutes:02}"
    parts = [f"{hours}時間" if ja else f"{hours} h"] if hours or not minutes else []
    if minutes:
        parts.append(f"{minutes}分" if ja else f"{minutes:02} m" if hours else f"{minutes} m")
    return "".join(parts) if ja else " ".join(parts)


def quoted(name: str, language: Language) -> str:
    """Put a name into quotation marks that it does not contain."""
    pairs = ("「」", "『』", "“”", '""') if language == "ja" else ("“”", '""', "「」", "『』")
    pair = next((pair for pair in pairs if not set(pair) & set(name)), pairs[0])
    return f"{pair[0]}{name}{pair[1]}"


def _english(wish: Wish) -> str:
    amounts = [amount(value, wish.measure, "en") for value in (wish.low, wish.high) if value is not None]
    if wish.measure in {"start_time", "end_time"}:
        verb = "starts" if wish.measure == "start_time" else "ends"
        what = f" {verb} {_TIMES[wish.comparison]} "
    else:
        what = f": {_AMOUNTS[wish.comparison]} "
    said = " and ".join(amounts) if wish.comparison == "between" else amounts[0]
    tail = f" per {wish.period}"
    if wish.weekdays:
        names = [_DAYS[day - 1] for day in wish.weekdays]
        tail += " on " + (", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0])
    if wish.valid_from:
        tail += f" from {wish.valid_from}"
    if wish.valid_to:
        tail += f" until {wish.valid_to - timedelta(days=1)}"
    if wish.priority:
        tail += f", priority {wish.priority}"
    return f"{_subject(wish, 'en')}{what}{said}{tail}"


def _japanese(wish: Wish) -> str:
    amounts = [amount(value, wish.measure, "ja") for value in (wish.low, wish.high) if value is not None]
    is_clock = wish.measure in {"start_time", "end_time"}
    if wish.comparison == "between":
        said = "から".join(amounts)
    elif wish.comparison == "exactly":
        said = f"ちょうど{amounts[0]}"
    elif is_clock:
        said = amounts[0] + ("以降" if wish.comparison == "at_least" else "まで")
    else:
        said = amounts[0] + _MOST_JA[wish.comparison]
    verb = {"start_time": "の開始は", "end_time": "の終了は"}.get(wish.measure, "は")
    period = {"day": "1日に", "week": "週に", "month": "月に"}[wish.period]
    tail = ""
    if wish.weekdays:
        tail += "、" + "・".join(f"{_WEEK[day - 1]}曜" for day in wish.weekdays)
    if wish.valid_from:
        tail += f"、{wish.valid_from}から"
    if wish.valid_to:
        tail += f"、{wish.valid_to - timedelta(days=1)}まで"
    if wish.priority:
        tail += f"、優先度{wish.priority}"
    return f"{_subject(wish, 'ja')}{verb}{period}{said}{tail}"


def _subject(wish: Wish, language: Language) -> str:
    name = quoted(wish.subject_name or wish.subject_value or "", language)
    if language == "ja":
        words = {"category": "", "project": "プロジェクト", "tag": "タグ", "text": "テキスト"}
        return "全記録時間" if wish.subject == "all" else words[wish.subject] + name
    words = {"category": "", "project": "project ", "tag": "tag ", "text": "text "}
    return "all tracked time" if wish.subject == "all" else words[wish.subject] + name
