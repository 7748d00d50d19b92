"""What is asked back when a sentence is not understood: every reason with its words in English and Japanese.

Law: an answer names what was understood and what was not, and asks one thing.
"""

from __future__ import annotations

from lifetracer.adjuster.sentences.wish import Language

QUESTIONS: dict[str, tuple[str, str]] = {
    "empty": ("Say what you wish for.", "何を望むか書いてください。"),
    "unknown_name": ("I do not know “{what}”.", "「{what}」が分かりません。"),
    "unknown_words": ("I do not understand “{what}”.", "「{what}」の意味が分かりません。"),
    "no_subject": (
        "What is it about? Name a category, project or tag, or say “all tracked time”.",
        "何についてですか。カテゴリー、プロジェクト、タグの名前か「全記録時間」を書いてください。",
    ),
    "two_subjects": (
        "Which one is it about: {what}? One wish is about one thing.",
        "どちらについてですか:{what}。一つの文には一つの対象だけ書いてください。",
    ),
    "no_amount": ("How much, or how often?", "どのくらい、または何回ですか。"),
    "two_amounts": (
        "These are several wishes at once ({what}). Say one at a time.",
        "一度に複数の希望が書かれています({what})。一つずつ書いてください。",
    ),
    "no_unit": ("{what} of what: hours, minutes, times?", "{what}の単位は何ですか(時間、分、回)。"),
    "no_period": ("Per day, per week or per month?", "1日、1週、1か月のどれについてですか。"),
    "two_periods": ("Which period counts: {what}?", "どの周期ですか:{what}。"),
    "no_bound": ("At least or at most {what}?", "{what}以上ですか、以下ですか。"),
    "two_bounds": (
        "At least or at most? Both are said of {what}.",
        "{what}は以上ですか、以下ですか。両方書かれています。",
    ),
    "at_clock": (
        "By {what}, not before {what}, or exactly {what}?",
        "{what}までですか、{what}以降ですか、ちょうど{what}ですか。",
    ),
    "start_or_end": ("Is {what} about when it starts or when it ends?", "{what}は開始と終了のどちらの時刻ですか。"),
    "half_of_day": ("In the morning or in the evening: {what}?", "{what}は午前ですか、午後ですか。"),
    "range_order": ("A range begins with the smaller amount.", "範囲は小さい方から書いてください。"),
    "too_much": ("{what} is more than there is in the period.", "{what}は周期の長さを超えています。"),
    "dates_order": ("It would be over before it begins.", "終わりが始まりより前になっています。"),
    "date_past": ("That is over already.", "その期間はもう過ぎています。"),
    "two_dates": (
        "From when until when? Several dates are said.",
        "期間はいつからいつまでですか。日付が複数あります。",
    ),
    "two_days": ("Which days count? Several lists are said.", "どの曜日ですか。複数の指定があります。"),
    "two_priorities": ("Which priority?", "優先度はどれですか。"),
    "negation": (
        "What is not to be? Say “at most …”, or “no … after 20:00”.",
        "何をしないのですか。「…以下」や「20時以降は…しない」のように書いてください。",
    ),
    "date": ("Which day is that? Write it like 2027-03-31.", "日付が分かりません。2027-03-31のように書いてください。"),
    "days": ("Which days are these?", "どの曜日ですか。"),
    "until_month": (
        "Until the month begins, or until its end? Say “until the end of …”.",
        "月の初めまでですか、終わりまでですか。「…月末まで」と書いてください。",
    ),
    "about": (
        "“{what}” can be met or missed by anything. Say at least, at most, or between … and ….",
        "「{what}」では達成したか判断できません。以上、以下、または「…から…」と書いてください。",
    ),
    "days_of": (
        "A number of days cannot be measured. Say how many times, or name the weekdays.",
        "日数では測れません。回数か、曜日を書いてください。",
    ),
    "every_other": (
        "Periods are days, weeks and months. Say how often a week.",
        "周期は日・週・月です。週に何回か書いてください。",
    ),
    "period": (
        "Periods are days, weeks and months; “{what}” is none.",
        "周期は日・週・月です。「{what}」は使えません。",
    ),
    "time_of_day": (
        "“{what}” is no measure. Say by when it starts or ends.",
        "「{what}」では測れません。何時までに始めるか、終えるかを書いてください。",
    ),
    "vague": ("“{what}” is no amount. Say how much.", "「{what}」では量が分かりません。数で書いてください。"),
    "deadline": (
        "A wish counts per day, week or month, not up to a date. Say how much each, and until when.",
        "希望は日・週・月ごとに数えます。毎回どのくらいか、いつまで続けるかを書いてください。",
    ),
}
"""Code → what is asked, in English and Japanese."""


def ask(
    code: str, what: str, language: Language, understood: str, suggestions: tuple[str, ...], names: tuple[str, ...]
) -> str:
    """Word a question: what was understood, what is doubtful, which names may have been meant, else which there are."""
    ja = language == "ja"
    said = QUESTIONS[code][ja].format(what=what)
    listed = ("、" if ja else ", ").join(suggestions or names)
    if suggestions:
        said += f"{listed}のことですか。" if ja else f" Did you mean {listed}?"
    elif names and code in {"unknown_name", "no_subject"}:
        said += f"分かる名前:{listed}。" if ja else f" Known are: {listed}."
    if not understood:
        return said
    return f"「{understood}」は分かりました。{said}" if ja else f"I understood “{understood}”. {said}"
