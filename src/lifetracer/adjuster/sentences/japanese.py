"""What Japanese words mean in a sentence about a wish: 量・範囲・周期・曜日・期間・優先度, and words that say nothing.

Law: as in english.py: only words that cannot change a wish are fillers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from lifetracer.adjuster.sentences import calendar
from lifetracer.adjuster.sentences.tokens import Meaning, Rule

Match = re.Match[str]

_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_KANJI = "[〇零一二三四五六七八九十百]+"
NUMBER = rf"(?:\d+(?:[.,]\d{{1,2}})?(?!\d)|{_KANJI})"
_WHOLE = rf"(?:\d+|{_KANJI})"
_WEEK = "月火水木金土日"
_DAY_NAME = rf"[{_WEEK}](?:曜日?)"
_JOIN = r"(?:と|、|,|・|や|および| )"
_DATE = (
    rf"(?:(?:(?P<year>20\d\d|21\d\d)年|来年の?)?(?P<month>{_WHOLE})月の?(?P<day>{_WHOLE})日"
    r"|(?:(?P<year2>20\d\d|21\d\d)/)?(?P<slash>\d{1,2}/\d{1,2})(?!\d)|(?P<iso>\d{4}-\d\d-\d\d))"
)
_MONTH = rf"(?:(?P<year>20\d\d|21\d\d)年|(?P<next>来年)の?)?(?P<month>{_WHOLE})月"
_CLOCK_WORDS = r"(?P<part>午前|午後|朝の?|早朝の?|夜の?|夜中の?|深夜の?|夕方の?|晩の?|昼の?|お昼の?)?"


def number(text: str) -> Decimal:
    """Read a number in digits or 漢数字."""
    if text[0].isdigit():
        return Decimal(text.replace(",", "."))
    if not re.search("[十百]", text):
        return Decimal("".join(str(_DIGITS[sign]) for sign in text))
    total, current = 0, 0
    for sign in text:
        if sign in "十百":
            total += (current or 1) * (10 if sign == "十" else 100)
            current = 0
        else:
            current = _DIGITS[sign]
    return Decimal(total + current)


def _duration(match: Match, _today: date) -> Meaning:
    seconds = number(match["hours"]) * 3600
    if match["half"]:
        seconds += 1800
    if match["minutes"]:
        seconds += number(match["minutes"]) * 60
    return "duration", seconds


def _clock(match: Match, _today: date) -> Meaning | None:
    hour = int(number(match["hour"]))
    minute = 30 if match["half"] else int(number(match["minute"])) if match["minute"] else 0
    part = (match["part"] or "").rstrip("の")
    if hour > 29 or minute > 59:
        return None
    if part in {"午後", "夕方", "晩", "夜"} and hour <= 12:
        hour = 24 if hour == 12 and part in {"夜", "晩"} else hour % 12 + 12
    elif part in {"昼", "お昼"} and hour < 6:
        hour += 12
    if hour * 60 + minute > 24 * 60:
        return None
    is_sure = bool(part or match["minute"] or match["half"] or hour > 12 or hour == 0)
    return "clock", (Decimal(hour * 3600 + minute * 60), is_sure)


def _digital(match: Match, today: date) -> Meaning | None:
    return _clock(match, today)


def _share(match: Match, _today: date) -> Meaning:
    return "share", number(match[1]) / (10 if match[2] == "割" else 100)


def _fraction(match: Match, _today: date) -> Meaning | None:
    whole, part = number(match[1]), number(match[2])
    return ("share", round(part / whole, 4)) if whole >= part > 0 else None


def _day(match: Match, today: date) -> date | None:
    found = match.groupdict()
    if found["iso"]:
        try:
            return date.fromisoformat(found["iso"])
        except ValueError:
            return None
    if found["slash"]:
        month, day = (int(part) for part in found["slash"].split("/"))
        return calendar.day(today, int(found["year2"]) if found["year2"] else None, month, day)
    year = int(found["year"]) if found["year"] else today.year + 1 if "来年" in match[0] else None
    return calendar.day(today, year, int(number(found["month"])), int(number(found["day"])))


def _until_day(match: Match, today: date) -> Meaning:
    found = _day(match, today)
    return ("until", found + timedelta(days=1)) if found else ("unclear", "date")


def _from_day(match: Match, today: date) -> Meaning:
    found = _day(match, today)
    return ("from", found) if found else ("unclear", "date")


def _on_day(match: Match, today: date) -> Meaning:
    found = _day(match, today)
    return ("during", (found, found + timedelta(days=1), "day")) if found else ("unclear", "date")


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
_NEAR_WORDS = "(?P<near>" + "|".join(sorted(_NEAR, key=len, reverse=True)) + ")"


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
        days = {(first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1)}
        text = text.replace(between[0], "")
    days |= {_WEEK.index(sign) + 1 for sign in text if sign in _WEEK}
    return "days", tuple(sorted(days))


def _days_but(match: Match, today: date) -> Meaning:
    if "days" in match.groupdict() and match["days"]:
        kind, days = _days(match, today)
        return kind, tuple(sorted(set(range(1, 8)) - set(days)))
    return "days", (1, 2, 3, 4, 5)


def _priority(match: Match, _today: date) -> Sequence[Meaning] | Meaning | None:
    if match["value"]:
        value = int(number(match["value"])) * (-1 if match["minus"] else 1)
        return ("priority", value) if abs(value) <= 1000 else None
    words = {
        "高": 10,
        "高い": 10,
        "高め": 10,
        "低": -10,
        "低い": -10,
        "低め": -10,
        "普通": 0,
        "中": 0,
        "最高": 20,
        "最低": -20,
    }
    return "priority", words[match["word"]]


_SEVERAL_DAYS = (
    rf"(?:{_DAY_NAME}(?:{_JOIN}?{_DAY_NAME})*|[{_WEEK}](?:{_JOIN}?[{_WEEK}])+(?:曜日?)?"
    rf"|{_DAY_NAME}(?:から|~|-|ー|–)[{_WEEK}](?:曜日?)?(?:まで)?|[{_WEEK}](?:から|~|-|–)[{_WEEK}](?:曜日?)?(?:まで)?)"
)
_DAYS = rf"(?P<days>{_SEVERAL_DAYS}(?:{_JOIN}{_SEVERAL_DAYS})*)"
_TO_DAYS = r"(?:だけ|のみ|限定で|に限り)?(?:には|に|は|の|も|で)?"

RULES: tuple[Rule, ...] = (
    # amounts
    Rule.of(rf"(?P<hours>{NUMBER}) ?(?:時間|h)(?![a-z])(?:(?P<half>半)|と?(?P<minutes>{_WHOLE}) ?分)?間?", _duration),
    Rule.of(rf"({NUMBER}) ?(?:分|min|m)(?![a-z])間?", lambda m, _: ("duration", number(m[1]) * 60)),
    Rule.of(r"半時間", "duration", Decimal(1800)),
    Rule.of(rf"({_WHOLE}) ?(?:回|度|セッション|件|エントリー?)(?!目)", lambda m, _: ("count", number(m[1]))),
    Rule.of(rf"({NUMBER}) ?(%|パーセント|ぱーせんと|割)", _share),
    Rule.of(rf"({_WHOLE})分の({_WHOLE})", _fraction),
    Rule.of(r"(?:半分)", "share", Decimal("0.5")),
    Rule.of(
        rf"{_CLOCK_WORDS}(?P<hour>{_WHOLE})時(?!間)(?:(?P<half>半)|(?P<minute>{_WHOLE})分)?(?:頃|ごろ)?",
        lambda m, t: ("unclear", "about") if m[0].endswith(("頃", "ごろ")) else _clock(m, t),
    ),
    Rule.of(rf"{_CLOCK_WORDS}(?P<hour>\d{{1,2}}):(?P<minute>[0-5]\d)(?P<half>)", _digital),
    Rule.of(r"正午", "clock", (Decimal(43200), True)),
    Rule.of(r"(?:真夜中|日付が変わる|0時\(24時\))", "clock", (Decimal(86400), True)),
    Rule.of(rf"({NUMBER})", lambda m, _: ("number", number(m[1]))),
    # bounds, which follow or lead
    Rule.of(r"(?:以上(?:は|を)?|は最低でも|より下がらない)", "suffix", ("at_least", False)),
    Rule.of(r"(?:を?超(?:え(?:る|て)?)?|より(?:も)?(?:多く|多い|長く|長い)|より上)", "suffix", ("at_least", True)),
    Rule.of(
        r"(?:(?:以下|以内)(?:(?:に|で|を)?(?:抑える|抑えたい|おさえる|収める|収めたい|とどめる))?(?:に|で|を)?|まで(?:に(?:抑える|する|おさめる|収める)|しか|で)?|を上限(?:に|と)?|が上限|を超えない(?:ように)?|"
        r"を?越えない(?:ように)?|を超えて(?:は)?(?:いけない|ならない)|に(?:抑える|おさえる|収める|おさめる|とどめる|留める|制限(?:する)?))",
        "suffix",
        ("at_most", False),
    ),
    Rule.of(r"(?:未満(?:に|で|を)?|より(?:も)?(?:少なく|少ない|短く|短い)|足らず)", "suffix", ("at_most", True)),
    Rule.of(r"(?:少なくとも|最低でも|最低限|最低|最小|せめて|すくなくとも|下限)", "bound", ("at_least", False)),
    Rule.of(
        r"(?:多くても|最大でも|最大|最長でも|最長|長くても|せいぜい|上限|最高でも|最多でも?|マックス)",
        "bound",
        ("at_most", False),
    ),
    Rule.of(r"(?:ちょうど|丁度|きっかり|ぴったり|正確に|ジャスト)", "bound", ("exactly", False)),
    Rule.of(r"(?:≥|>=)", "bound", ("at_least", False)),
    Rule.of(r"(?:≤|<=)", "bound", ("at_most", False)),
    Rule.of(r"(?:から|~|-|ー|―|–|—)", "to", None),
    Rule.of(r"(?:の間(?:に|で)?|のあいだ(?:に)?)", "filler", None),
    Rule.of(
        r"(?:までに(?:は)?|以前(?:に)?|より(?:も)?(?:前|早く|まえ)(?:に)?|前(?:に|までに)|まえに)", "edge", "at_most"
    ),
    Rule.of(
        r"(?:以降(?:に|は)?|以後(?:に|は)?|より(?:も)?(?:後|あと|遅く)(?:に|は)?|過ぎ(?:に|は)?|すぎ(?:に|は)?|"
        r"を過ぎて(?:から)?(?:は)?|を過ぎたら)",
        "edge",
        "at_least",
    ),
    # what of a day
    Rule.of(
        r"(?:に)?(?:起きる|起床(?:する)?|目覚める|目を覚ます|起き(?:たい|よう|ます|て(?:いる|いたい))|起床(?:したい|します|しよう)?|早起き(?:する|"
        r"したい)?)",
        "verb",
        "up",
    ),
    Rule.of(
        r"(?:寝る|眠る|就寝(?:する|したい|します|しよう)?|床に(?:つく|就く)|布団に入る|ベッドに入る|寝(?:たい|よう|ます)|眠り(?:たい|ます))",
        "verb",
        "bed",
    ),
    Rule.of(
        r"(?:を|に|が)?(?:始め(?:る|たい|よう|ます|て)|はじめ(?:る|たい|よう|ます)|開始(?:する|したい|します|しよう)?|取り掛かる|取りかかる|"
        r"スタート(?:する|したい)?|始業)",
        "verb",
        "start",
    ),
    Rule.of(
        r"(?:を|に|が)?(?:終え(?:る|たい|よう|ます)|終わ(?:る|りたい|ろう|ります|らせる|らせたい|らせます)|おわる|やめ(?:る|たい|よう|ます)|"
        r"切り上げ(?:る|たい|ます)|終了(?:する|したい|します)?|退勤(?:する|したい|します)?|終業|済ませ(?:る|たい|ます)|上がる)",
        "verb",
        "end",
    ),
    Rule.of(
        r"(?:を|は|に)?(?:始め|はじめ)ない(?:ように(?:する|したい)?)?", lambda *_: [("verb", "start"), ("not", None)]
    ),
    Rule.of(
        r"(?:を|は|に)?(?:し|やら|見|観|使わ|飲ま|入れ|行わ|つけ|遊ば|触ら)?ない(?:ように(?:する|したい|します|しよう)?|で(?:いる|おく)?|こと)?|"
        r"(?:を|は)?しません|(?:は|を)?(?:禁止|なし|ゼロ|無し|避ける|控える)(?:に(?:する|したい))?",
        "not",
        None,
    ),
    Rule.of(
        r"(?:記録(?:した)?(?:全)?時間(?:全体)?|全(?:ての|部の)?(?:記録|時間)(?:全体)?|すべての(?:時間|記録)|総(?:記録)?時間|合計(?:時間)?|"
        r"計測時間|記録(?:を|する)?|トラッキング)",
        "all",
        None,
    ),
    Rule.of(r"(?:自分の|私の)?時間の(?=\d|[〇一二三四五六七八九十]|半分|少な|最|多)", "filler", None),
    Rule.of(r"(?:全体|記録(?:した)?時間|時間全体|総時間)の", "filler", None),
    Rule.of(r"(?:カテゴリー?|分類)の?", "kind", "category"),
    Rule.of(r"プロジェクトの?", "kind", "project"),
    Rule.of(r"タグの?", "kind", "tag"),
    Rule.of(r"(?:テキスト|文字列|説明文?に?|説明が)の?", "kind", "text"),
    Rule.of(
        r"(?:を含む|が含まれる|と書いた|という説明|と書かれた|を含んだ)(?:記録|もの|エントリー?)?(?:を|は|の)?",
        "kind",
        "text",
    ),
    Rule.of(
        r"(?:の|という)?タグ(?:が付いた|のついた|の付いた|付き)(?:記録|もの|エントリー?)?(?:を|は|の)?", "kind", "tag"
    ),
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
    Rule.of(rf"{_DATE}まで(?:は|の間)?(?!に)", _until_day),
    Rule.of(rf"{_DATE}から(?:は)?", _from_day),
    Rule.of(rf"{_DATE}(?:以降)(?:は)?", _from_day),
    Rule.of(rf"{_DATE}(?:に|は|の)?", _on_day),
    Rule.of(rf"{_MONTH}(?:中(?:に|は)?|の間(?:は)?|に|は|の)?(?![〇一二三四五六七八九十\d]*日)", _in_month),
    Rule.of(rf"{_MONTH}(?:から|以降)(?:は)?", _from_month),
    Rule.of(rf"{_MONTH}(?:の?(?:末|終わり|おわり|いっぱい|月末))(?:日)?(?:まで)?(?:は)?", _until_month),
    Rule.of(rf"{_MONTH}まで(?:は)?", _until_month),
    Rule.of(rf"{_NEAR_WORDS}(?:中(?:に|は)?|の間(?:は)?|いっぱい|に|は|の|だけ)?", _near),
    Rule.of(rf"{_NEAR_WORDS}から(?:は)?(?:ずっと)?", _from_near),
    Rule.of(rf"{_NEAR_WORDS}の?(?:末|終わり)?まで(?:は)?", _until_near),
    Rule.of(r"(?P<year>今年|来年|20\d\d年)(?:中(?:に|は)?|いっぱい|は|に|の?(?:末|終わり)?まで)?", _this_year),
    Rule.of(r"(?:年末まで|今年いっぱい)(?P<year>)", lambda _m, t: ("until", date(t.year + 1, 1, 1))),
    Rule.of(r"月末まで(?:は)?", lambda _m, t: ("until", calendar.this(t, "month")[1])),
    Rule.of(r"週末まで(?:は)?", lambda _m, t: ("until", calendar.this(t, "week")[1])),
    Rule.of(rf"(?P<next>来週の?)?(?P<name>{_DAY_NAME})から(?:は)?(?!(?:[{_WEEK}](?:曜|$|に|は|の)))", _from_weekday),
    Rule.of(rf"(?P<next>来週の?)?(?P<name>{_DAY_NAME})まで(?:は)?", _until_weekday),
    Rule.of(
        rf"(?:これから|今後|向こう|この先)の?(?P<count>{_WHOLE})(?P<unit>日間?|週間?|[かカヶケ箇]月間?)(?:は|に|で)?",
        _for_a_while,
    ),
    Rule.of(
        r"(?P<count>[2-9]|\d{2,}|[二三四五六七八九]|十)(?P<unit>週間|[かカヶケ箇]月間)(?:は|続けて|にわたって)?(?!に)",
        _for_a_while,
    ),
    Rule.of(r"(?:これから|今後|今から)(?:は)?(?:ずっと)?", "always", None),
    Rule.of(r"(?:ずっと|常に|いつも|永久に|継続して|無期限(?:に|で)?)", "always", None),
    Rule.of(
        r"優先(?:度|順位)(?:は|が|を|の)?(?:(?P<minus>-|マイナス)?(?P<value>\d+|[一二三四五六七八九十]+)|(?P<word>最高|最低|高い|"
        r"高め|低い|低め|高|低|普通|中))(?:で|に)?(?:す?る)?",
        _priority,
    ),
    Rule.of(r"(?:最優先(?:で|に|の|する)?|最重要)", "priority", 20),
    Rule.of(r"(?:優先(?:的に|して|で|する)?|重要(?:な|に|で)?|大事(?:な|に)?)(?!度|順)", "priority", 10),
    # what is understood, but cannot be wished
    Rule.of(r"(?:だいたい|大体|約|およそ|おおよそ|ほぼ)", "unclear", "about"),
    Rule.of(r"(?:くらい|ぐらい|程度|ほど|前後)", "unclear", "about"),
    Rule.of(
        rf"(?:(?:1|一)?週(?:間)?(?:に|のうち)?|月に)?(?:{_WHOLE})日(?:間|以上|は)?(?!から|まで|に)",
        "unclear",
        "days_of",
    ),
    Rule.of(r"(?:隔日|一日おき|1日おき|隔週|一週おき|2週に1回|二週に一回)(?:に|で)?", "unclear", "every_other"),
    Rule.of(r"(?:毎年|年に|年間|1年に|一年に|年(?=\d)|毎時|1時間ごとに|四半期)", "unclear", "period"),
    Rule.of(
        r"(?:朝(?:に|は|の)?|夜(?:に|は|の)?|晩(?:に|は)?|夕方(?:に|は)?|昼(?:に|は)?|午前中?(?:に|は)?|午後(?:に|は)?)",
        "unclear",
        "time_of_day",
    ),
    Rule.of(
        r"(?:もっと|たくさん|多め|少なめ|できるだけ|なるべく|少し|ちょっと|時々|ときどき|たまに|いっぱい|よく|十分(?:に|な)|早く|遅く|数回|何回か|数時間|減らす|"
        r"減らしたい|増やす|増やしたい)",
        "unclear",
        "vague",
    ),
    Rule.of(
        rf"(?:{_DATE}|"
        rf"{_MONTH.replace('<year>', '<y3>').replace('<next>', '<n3>').replace('<month>', '<m3>')}末?|"
        rf"年末|月末|週末|{_NEAR_WORDS}(?:中)?|{_DAY_NAME})までに",
        "unclear",
        "deadline",
    ),
    # words that change nothing
    Rule.of(
        r"(?:したいです|したいと思います|したい(?:と思う)?|しようと思う|しよう|します|しましょう|すること|することにする|することを目標にする|する(?:こと)?|したく|"
        r"して(?:いく|いきたい|ほしい|ください)?|やりたい(?:です)?|やります|やる(?:こと)?|やろう|行う|行いたい|行います|行ないます|取りたい(?:です)?|取る|とる|"
        r"とりたい|取ります|確保(?:する|したい|します)?|使う|使いたい|使います|費やす|費やしたい|過ごす|過ごしたい|にする|にしたい|にします|としたい|とする|頑張る|"
        r"がんばる|がんばりたい|頑張りたい|続ける|続けたい|ください|お願いします|おねがいします|目指す|目指したい|目指します|こなす|なるように|になる|になるように|ようにする|"
        r"ようにしたい|ようにします|を目標に|が目標(?:です|だ)?|目標(?:は|として|:)?|希望(?:は|として)?|が?(?:できる|できれば)|充てる|充てたい|充てます|"
        r"あてる|当てる|入れる|である|だ|です|ます|でありたい)",
        "filler",
        None,
    ),
    Rule.of(
        r"(?:私は|わたしは|僕は|俺は|ぼくは|自分は|私の|自分の|を|は|に|で|が|の|も|と|へ|ね|よ|ように|こと|時間を|時間は|時間|分を|ぶん|合計で?|合わせて|"
        r"トータルで?|平均(?:して|で)?|ほどは|として|について|に関して|のために|ため|には|では|とも)",
        "filler",
        None,
    ),
    Rule.of(r"[(){}\[\]【】!！?？…‥~]", "filler", None),
)
