"""Why a target is proposed: codes with their numbers, and the one place where they become words.

Law: a reason is kept as a code, so that every door says it in the reader's language; each has both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lifetracer.adjuster.sentences.echo import amount

Reason = dict[str, Any]
"""{code, …numbers in the unit of the measure}."""

WORDS: Mapping[str, tuple[str, str]] = {
    "wish_is_likely": (
        "Your wish is likely: as things go you reach it in {percent} of 100 such periods.",
        "希望どおりで無理がありません。今の調子なら100回中{percent}回達成できます。",
    ),
    "made_likely": (
        "Your wish ({wished}) is reached in {percent} of 100 such periods; this is what {chosen} of 100 reach.",
        "希望({wished})を達成できるのは100回中{percent}回です。これは100回中{chosen}回達成できる量です。",
    ),
    "usual": ("Half of such periods end above {usual}, half below.", "半分の期間は{usual}を上回り、半分は下回ります。"),
    "grows": (
        "Whoever reaches it makes the next one greater: what is likely follows what you do.",
        "達成していくと次の提案は大きくなります。見込みは実績に従います。",
    ),
    "widened": (
        "Nobody hits {wished} exactly; this is the range around it that is likely enough.",
        "ちょうど{wished}になることはまずないので、十分に起こりうる範囲にしました。",
    ),
    "crowded": (
        "The days have room for {most} only, next to events, sleep and what else is agreed or wished.",
        "予定、睡眠、ほかの目標や希望を除くと、{most}分の余裕しかありません。",
    ),
    "pace": (
        "{lived} are lived; what is missing is {each} on each of the {days} days left.",
        "すでに{lived}。残り{days}日で1日あたり{each}です。",
    ),
    "done": ("It is reached already: {lived}.", "すでに達成しています({lived})。"),
    "vacation": (
        "{days} days away do not count; the wish is taken down to {wished}.",
        "休暇の{days}日は数えません。その分、希望を{wished}にしました。",
    ),
    "carried_over": (
        "{amount} that the last period fell short of are added to the wish.",
        "前の期間に足りなかった{amount}を希望に加えました。",
    ),
    "out_of_reach": (
        "At these odds nothing is left of it: most such periods hold nothing or miss it. "
        "Wish for it per week, on fewer days, or choose bolder odds.",
        "この確率では提案できる量がありません。週ごとにする、曜日を減らす、または確率を下げてみてください。",
    ),
    "own_target": (
        "Your own target “{name}” is about the same; both are measured.",
        "同じ内容の目標「{name}」があります。どちらも測ります。",
    ),
    "from_estimate": ("By the analyzer's estimate ({method}).", "分析による見込み({method})から。"),
    "from_history": ("By {periods} former periods.", "過去{periods}期間の実績から。"),
}
"""Code → words in English and Japanese."""

_AMOUNTS = ("wished", "usual", "most", "lived", "each", "amount")
_TIMES = {"start_time", "end_time"}


def say(reasons: Sequence[Reason], measure: str, language: str) -> list[str]:
    """Say reasons in words; a code of a later version is passed over."""
    said = []
    for reason in reasons:
        if reason["code"] not in WORDS:
            continue
        values = {
            name: _amount(value, measure, language) if name in _AMOUNTS else value for name, value in reason.items()
        }
        said.append(WORDS[reason["code"]][language == "ja"].format(**values))
    return said


def bounds(comparison: str, low: float | None, high: float | None, measure: str, language: str) -> str:
    """Say bounds: at least 8 h; 8時間以上."""
    amounts = [_amount(each, measure, language) for each in (low, high) if each is not None]
    if comparison in {"between", "exactly"}:
        amounts = list(dict.fromkeys(amounts))
    if language == "ja":
        if len(amounts) == 2:
            return f"{amounts[0]}から{amounts[1]}"
        least, most = ("以降", "まで") if measure in _TIMES else ("以上", "以下")
        return amounts[0] + {"at_least": least, "at_most": most}.get(comparison, "")
    if len(amounts) == 2:
        return f"between {amounts[0]} and {amounts[1]}"
    least, most = ("not before", "by") if measure in _TIMES else ("at least", "at most")
    return f"{ {'at_least': least, 'at_most': most}.get(comparison, 'exactly') } {amounts[0]}"


def _amount(value: float, measure: str, language: str) -> str:
    if measure == "count" and value != int(value):
        return f"{value:.1f}回" if language == "ja" else f"{value:.1f} times"
    return amount(Decimal(str(round(value, 4))), measure, language)
