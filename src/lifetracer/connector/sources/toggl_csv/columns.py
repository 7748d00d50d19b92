"""Which column of a CSV file means what, whatever language its header is in.

Law: a header that names the start and the end (or the length) is understood by its words; one in an unknown language
is understood by its shape, when it is that of Toggl's detailed report.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Sequence

from lifetracer.connector.sources.toggl_csv.values import looks_like_date, looks_like_duration, looks_like_time

_WORDS = {
    "user": (
        "user | member | user name | username | ユーザー | ユーザー名 | メンバー | benutzer | nutzer | "
        "mitglied | utilisateur | membre | usuario | miembro | usuário | utente | gebruiker | "
        "użytkownik | пользователь | 用户 | 사용자"
    ),
    "email": (
        "email | e-mail | mail | user email | メール | メールアドレス | eメール | e-mail-adresse | "
        "adresse e-mail | courriel | correo | correo electrónico | e-mailadres | эл. почта | 邮箱 | "
        "电子邮件 | 이메일"
    ),
    "client": "client | クライアント | 顧客 | kunde | klient | cliente | klant | клиент | 客户 | 클라이언트",
    "project": (
        "project | project name | プロジェクト | projekt | projet | proyecto | projeto | progetto | "
        "проект | 项目 | 프로젝트"
    ),
    "task": ("task | タスク | aufgabe | tâche | tarea | tarefa | attività | taak | zadanie | задача | 任务 | 작업"),
    "description": (
        "description | time entry | title | 説明 | 内容 | メモ | beschreibung | descripción | "
        "descrição | descrizione | beschrijving | omschrijving | opis | описание | 描述 | 설명"
    ),
    "billable": (
        "billable | 請求可能 | 請求対象 | 請求 | 課金対象 | abrechenbar | verrechenbar | facturable | "
        "faturável | fatturabile | factureerbaar | płatne | оплачиваемый | оплачивается | 可计费 | "
        "청구 가능"
    ),
    "start_date": (
        "start date | 開始日 | 開始日付 | startdatum | anfangsdatum | date de début | date de debut | "
        "fecha de inicio | fecha inicio | data de início | data inizio | data di inizio | begindatum | "
        "data rozpoczęcia | дата начала | 开始日期 | 시작 날짜 | 시작일"
    ),
    "start_time": (
        "start time | 開始時刻 | 開始時間 | startzeit | anfangszeit | heure de début | heure de debut | "
        "hora de inicio | hora inicio | hora de início | ora inizio | ora di inizio | begintijd | "
        "starttijd | czas rozpoczęcia | godzina rozpoczęcia | время начала | 开始时间 | 시작 시간"
    ),
    "end_date": (
        "end date | stop date | 終了日 | 終了日付 | enddatum | date de fin | fecha de fin | "
        "fecha de finalización | fecha fin | data de término | data de fim | data fine | data di fine | "
        "einddatum | data zakończenia | дата окончания | дата завершения | 结束日期 | 종료 날짜 | "
        "종료일"
    ),
    "end_time": (
        "end time | stop time | 終了時刻 | 終了時間 | endzeit | heure de fin | hora de fin | "
        "hora de finalización | hora fin | hora de término | hora de fim | ora fine | ora di fine | "
        "eindtijd | czas zakończenia | godzina zakończenia | время окончания | время завершения | "
        "结束时间 | 종료 시간"
    ),
    "duration": (
        "duration | duration (h) | duration (decimal) | time (h) | 時間 | 期間 | 所要時間 | 継続時間 | "
        "dauer | durée | duree | duración | duração | durata | duur | czas trwania | длительность | "
        "продолжительность | 时长 | 持续时间 | 기간"
    ),
    "tags": (
        "tags | tag | タグ | schlagwörter | étiquettes | etiquetas | etichette | labels | tagi | теги | "
        "метки | 标签 | 태그"
    ),
    "amount": (
        "amount | 金額 | betrag | montant | importe | cantidad | valor | importo | bedrag | kwota | сумма | 金额 | 금액"
    ),
    "date": "date | day | 日付 | 日 | datum | fecha | data | дата | 日期 | 날짜",
    "start": "start | started at | begin | from | 開始",
    "end": "end | stop | ended at | to | 終了",
    "seconds": "seconds | duration seconds | duration (seconds) | 秒",
}
"""What the columns are called by Toggl in its languages, by other programs, and in the plain form."""

_MEANING = {word: column for column, words in _WORDS.items() for word in words.split(" | ")}
_DETAILED = (
    "user", "email", "client", "project", "task", "description", "billable",
    "start_date", "start_time", "end_date", "end_time", "duration", "tags", "amount",
)  # fmt: skip
"""Toggl's detailed report, in its order; the first two and the last may be missing."""


def delimiter_of(text: str) -> str:
    """Tell what separates the columns: the sign with which the header makes most sense."""
    head = text.lstrip("\r\n").partition("\n")[0].rstrip("\r")

    def worth(sign: str) -> tuple[int, int]:
        cells = next(csv.reader([head], delimiter=sign), [])
        return len(columns_by_words(cells)), len(cells)

    return max((",", ";", "\t", "|"), key=worth)


def columns_by_words(header: Sequence[str]) -> dict[str, int]:
    """Map what is known (``project``, ``start_date`` …) to the place of its column, by the words of the header."""
    places: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = _plain(cell)
        column = _MEANING.get(name) or _MEANING.get(re.sub(r"\s*\([^)]*\)?\s*$", "", name))
        if column:
            places.setdefault(column, place)
    if "date" in places and "start_time" in places:  # the day of both
        places.setdefault("start_date", places["date"])
    if not {"start_time", "end_time", "start", "end"} & places.keys():  # each moment in one cell
        places |= {side: places[f"{side}_date"] for side in ("start", "end") if f"{side}_date" in places}
    return places


def columns_by_shape(header: Sequence[str], row: Sequence[str]) -> dict[str, int] | None:
    """Map the columns of a detailed report whose header is in an unknown language; ``None`` when it is not one."""
    for names in (_DETAILED, _DETAILED[:-1], _DETAILED[2:], _DETAILED[2:-1], _DETAILED[1:], _DETAILED[1:-1]):
        if len(header) != len(names) or len(row) != len(names):
            continue
        cells = dict(zip(names, row, strict=True))
        dates = looks_like_date(cells["start_date"]) and looks_like_date(cells["end_date"])
        times = looks_like_time(cells["start_time"]) and looks_like_time(cells["end_time"])
        if dates and times and looks_like_duration(cells["duration"]):
            return {name: place for place, name in enumerate(names)}
    return None


def tells_time(places: dict[str, int]) -> bool:
    """Whether the columns say when an entry began and when it ended."""
    start = "start" in places or {"start_date", "start_time"} <= places.keys()
    end = "end" in places or "end_time" in places or "duration" in places or "seconds" in places
    return start and end


def currency_of(header: Sequence[str], places: dict[str, int]) -> str | None:
    """Give the currency in ``Amount (USD)``."""
    match = re.search(r"\(\s*([A-Za-z]{3})\s*\)", header[places["amount"]]) if "amount" in places else None
    return match[1].upper() if match else None


def _plain(cell: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", cell).replace("_", " ").strip().lower())
