"""What the demo person calls things, in English and in Japanese; a list has the same length in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Topic:
    """A Toggl project of the person."""

    key: str
    key_number: int
    name: str
    color: str
    client: str | None = None
    billable: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A calendar in the person's list, beside the primary one."""

    key: str
    id: str
    summary: str
    zone: ZoneInfo
    role: str
    color: tuple[str, str]
    description: str | None = None
    summary_override: str | None = None


LANGUAGES = {"en": 0, "ja": 1}

TOPICS: tuple[tuple[str, str, str, str], ...] = (
    ("deep", "Deep work", "集中作業", "#0b83d9"),
    ("meetings", "Meetings", "会議", "#06a893"),
    ("client", "Nordlicht portal", "北光ポータル", "#465bb3"),
    ("admin", "Admin", "事務", "#c7af14"),
    ("learning", "Learning", "学習", "#9e5bd9"),
    ("exercise", "Exercise", "運動", "#2da608"),
    ("family", "Family", "家族", "#c9806b"),
    ("household", "Household", "家事", "#bf7000"),
    ("commute", "Commute", "移動", "#566614"),
    ("sleep", "Sleep", "睡眠", "#525266"),
    ("reading", "Reading", "読書", "#d94182"),
    ("relaunch", "Website relaunch", "サイト刷新", "#e36a00"),
    ("garden", "Allotment garden", "家庭菜園", "#2d8c3c"),
)
"""Key, English name, Japanese name, colour."""

CLIENT = ("Nordlicht GmbH", "北光商事")
EMPLOYER = ("Studio Kranich", "鶴見デザイン")

THINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "deep": (
        ("Search index", "検索機能"),
        ("Import pipeline", "取り込み処理"),
        ("Pricing model", "料金モデル"),
        ("Data model", "データ設計"),
        ("Release 4.2", "リリース4.2"),
        ("Performance", "性能改善"),
    ),
    "relaunch": (("Landing page", "トップページ"), ("Content migration", "コンテンツ移行")),
    "client": (("Checkout flow", "決済フロー"), ("Order report", "注文レポート"), ("API review", "API確認")),
    "admin": (
        ("E-mail", "メール"),
        ("Invoices", "請求書"),
        ("Expenses", "経費精算"),
        ("Planning the week", "週の計画"),
    ),
    "learning": (("Statistics course", "統計講座"), ("Spanish", "英語"), ("Rust book", "Rust入門")),
    "exercise": (("Running", "ランニング"), ("Swimming", "水泳"), ("Strength", "筋トレ")),
    "family": (
        ("Dinner", "夕食"),
        ("Playground", "公園"),
        ("Call with parents", "実家に電話"),
        ("Movie night", "映画"),
        ("Visit to the grandparents", "祖父母の家"),
    ),
    "household": (
        ("Breakfast", "朝食・支度"),
        ("Groceries", "買い物"),
        ("Cleaning", "掃除"),
        ("Laundry", "洗濯"),
        ("Lunch", "昼食"),
    ),
    "commute": (("To the office", "出社"), ("Home", "帰宅")),
    "reading": (("Novel", "小説"), ("News", "ニュース"), ("Articles", "記事")),
    "meetings": (
        ("Call with Jonas", "電話 田中さん"),
        ("Interview", "面接"),
        ("Hallway chat", "立ち話"),
        ("Customer question", "顧客対応"),
    ),
    "garden": (("Planting", "植え付け"), ("Weeding", "草取り"), ("Watering", "水やり")),
    "sleep": (("", ""),),
}

TAGS = (
    ("focus", "集中"),
    ("home office", "在宅"),
    ("on the way", "外出"),
    ("with the team", "チーム"),
    ("important", "重要"),
)

SERIES_TITLES: dict[str, tuple[str, str]] = {
    "standup": ("Standup", "朝会"),
    "team": ("Team meeting", "チーム定例"),
    "one": ("1:1 with Mira", "1on1 三浦さん"),
    "review": ("Design review", "設計レビュー"),
    "abroad": ("Customer sync", "海外定例"),
    "leads": ("Leads round", "リーダー会議"),
    "retro": ("Retrospective", "ふりかえり"),
    "exercise": ("Exercise", "運動"),
    "learning": ("Learning", "学習"),
    "course": ("Statistics course", "統計講座"),
    "family": ("Family", "家族"),
    "sleep": ("Sleep", "睡眠"),
    "books": ("Book club", "読書会"),
    "birthday": ("Happy birthday!", "お誕生日おめでとう！"),
    "home": ("Home office", "在宅勤務"),
    "rent": ("Pay the rent", "家賃の支払い"),
}

ONE_OFFS: tuple[tuple[str, str], ...] = (
    ("Dentist", "歯医者"),
    ("Parent-teacher evening", "保護者会"),
    ("Onboarding Lea", "新人研修"),
    ("Quarterly planning", "四半期計画"),
    ("Lunch with Jonas", "田中さんとランチ"),
)

WORDS: dict[str, tuple[str, str]] = {
    "vacation": ("Vacation", "休暇"),
    "away": ("Out of office", "不在"),
    "flight": ("Flight to {place}", "{place}行きの便"),
    "hotel": ("Stay in {place}", "{place}に宿泊"),
    "trip": ("Trip to {place}", "{place}旅行"),
    "study": ("Study", "勉強"),
    "study_text": ("Courses, books, exercises", "講座・本・演習"),
    "mira": ("Mira Berg", "三浦 美羅"),
    "holidays": ("Holidays in Germany", "日本の祝日"),
    "office": ("Office", "オフィス"),
    "moved": ("{title} (moved)", "{title}（変更）"),
    "after": ("{text}, continued", "{text}（続き）"),
    "sick": ("Ill in bed", "体調不良"),
}

PLACES = (("Lisbon", "沖縄"), ("South Tyrol", "京都"), ("the Baltic Sea", "北海道"), ("Vienna", "台北"))


class Tongue:
    """Chooses words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._n = LANGUAGES[language]

    def __call__(self, pair: tuple[str, str]) -> str:
        """Return the word of this language."""
        return pair[self._n]

    def word(self, key: str, **values: str) -> str:
        """Return a word of :data:`WORDS`, filled in."""
        return self(WORDS[key]).format(**values)

    def topics(self) -> tuple[Topic, ...]:
        """Return the person's Toggl projects."""
        clients = {
            "client": self(CLIENT),
            "deep": self(EMPLOYER),
            "meetings": self(EMPLOYER),
            "relaunch": self(EMPLOYER),
        }
        return tuple(
            Topic(key, number, (en, ja)[self._n], color, clients.get(key), key == "client")
            for number, (key, en, ja, color) in enumerate(TOPICS, 1)
        )
