"""What Japanese words mean in a sentence about a wish: 量・範囲・時刻・優先度, and words that say nothing.

Law: as in english.py: only words that cannot change a wish are fillers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lifetracer.adjuster.sentences import japanese_dates
from lifetracer.adjuster.sentences.numbers import JAPANESE as NUMBER
from lifetracer.adjuster.sentences.numbers import WHOLE
from lifetracer.adjuster.sentences.numbers import japanese as number
from lifetracer.adjuster.sentences.tokens import Meaning, Rule

Match = re.Match[str]

_CLOCK_WORDS = r"(?P<part>午前|午後|朝の?|早朝の?|夜の?|夜中の?|深夜の?|夕方の?|晩の?|昼の?|お昼の?)?"


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


RULES: tuple[Rule, ...] = (
    # amounts
    Rule.of(rf"(?P<hours>{NUMBER}) ?(?:時間|h)(?![a-z])(?:(?P<half>半)|と?(?P<minutes>{WHOLE}) ?分)?間?", _duration),
    Rule.of(rf"({NUMBER}) ?(?:分|min|m)(?![a-z])間?", lambda m, _: ("duration", number(m[1]) * 60)),
    Rule.of(r"半時間", "duration", Decimal(1800)),
    Rule.of(rf"({WHOLE}) ?(?:回|度|セッション|件|エントリー?)(?!目)", lambda m, _: ("count", number(m[1]))),
    Rule.of(rf"({NUMBER}) ?(%|パーセント|ぱーせんと|割)", _share),
    Rule.of(rf"({WHOLE})分の({WHOLE})", _fraction),
    Rule.of(r"(?:半分)", "share", Decimal("0.5")),
    Rule.of(
        rf"{_CLOCK_WORDS}(?P<hour>{WHOLE})時(?!間)(?:(?P<half>半)|(?P<minute>{WHOLE})分)?(?:頃|ごろ)?",
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
    *japanese_dates.RULES,
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
        rf"(?:(?:1|一)?週(?:間)?(?:に|のうち)?|月に)?(?:{WHOLE})日(?:間|以上|は)?(?!から|まで|に)",
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
        rf"(?:{japanese_dates.DATE}|"
        rf"{japanese_dates.MONTH.replace('<year>', '<y3>').replace('<next>', '<n3>').replace('<month>', '<m3>')}末?|"
        rf"年末|月末|週末|{japanese_dates.NEAR_WORDS}(?:中)?|{japanese_dates.DAY_NAME})までに",
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
