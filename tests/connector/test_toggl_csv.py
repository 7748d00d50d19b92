"""Exported time logs in every dress: languages, encodings, date orders, clock changes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lifetracer.connector.sources.toggl_csv import is_time_csv, pages, read_export
from lifetracer.errors import BadFileError

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
ENGLISH = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags,Amount (EUR)"
)
JAPANESE = (
    "ユーザー,メール,クライアント,プロジェクト,タスク,説明,請求可能,開始日,開始時刻,終了日,終了時刻,"
    "時間,タグ,金額 (JPY)"
)
GERMAN = (
    "Benutzer;E-Mail;Kunde;Projekt;Aufgabe;Beschreibung;Abrechenbar;"
    "Startdatum;Startzeit;Enddatum;Endzeit;Dauer;Tags;Betrag (EUR)"
)
FRENCH = (
    "Utilisateur,E-mail,Client,Projet,Tâche,Description,Facturable,Date de début,Heure de début,"
    "Date de fin,Heure de fin,Durée,Étiquettes,Montant (EUR)"
)
SPANISH = (
    "Usuario,Correo electrónico,Cliente,Proyecto,Tarea,Descripción,Facturable,Fecha de inicio,Hora de inicio,"
    "Fecha de fin,Hora de fin,Duración,Etiquetas,Importe (EUR)"
)
KLINGON = "lo'wI',QIn,malja',jInmol,Qu',De',Huch,DaHjaj,poH,wa'leS,poH2,qaStaHvIS,per,mI'"


def one(header, row, zone=TOKYO):
    export = read_export(f"{header}\n{row}\n".encode(), zone)
    assert export.bad_rows == []
    (entry,) = export.entries
    return entry


def plain(rows, zone=BERLIN):
    return read_export(("start,end,seconds,client,project,task,description,tags\n" + rows).encode(), zone)


@pytest.mark.parametrize(
    ("header", "yes"),
    [(ENGLISH, "Yes"), (JAPANESE, "はい"), (GERMAN, "Ja"), (FRENCH, "Oui"), (SPANISH, "Sí"), (KLINGON, "HIja'")],
)
def test_header_is_understood_in_every_language(header, yes):
    separator = ";" if ";" in header else ","
    row = separator.join(
        [
            "me",
            "me@x",
            "ACME",
            "Work",
            "T",
            "do it",
            yes,
            "2026-01-05",
            "09:00:00",
            "2026-01-05",
            "10:30:00",
            "01:30:00",
            "a",
            "5",
        ]
    )
    entry = one(header, row)
    assert (entry["start"], entry["stop"], entry["duration"]) == ("2026-01-05T00:00:00Z", "2026-01-05T01:30:00Z", 5400)
    assert (entry["client_name"], entry["project_name"], entry["task_name"]) == ("ACME", "Work", "T")
    assert (entry["user_name"], entry["email"], entry["tags"]) == ("me", "me@x", ["a"])
    if header != KLINGON:
        assert entry["billable"] is True
        assert entry["currency"] == ("JPY" if header == JAPANESE else "EUR")


def test_columns_may_be_missing_and_the_entry_keeps_its_id():
    full = one(ENGLISH, ",,,Work,,do it,No,2026-01-05,09:00:00,2026-01-05,10:00:00,01:00:00,,")
    bare = one(
        "Project,Description,Start date,Start time,End date,End time", "Work,do it,2026-01-05,09:00,2026-01-05,10:00"
    )
    form = plain("2026-01-05T09:00:00,2026-01-05T10:00:00,3600,,Work,,do it,\n").entries[0]
    assert full["id"] == bare["id"] == form["id"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp932", "shift_jis"])
def test_encoding_is_recognised(encoding):
    row = ",,,日本語の仕事,,カナと漢字,はい,2026/01/05,09:00:00,2026/01/05,10:00:00,01:00:00,,"
    (entry,) = read_export(f"{JAPANESE}\r\n{row}\r\n".encode(encoding), TOKYO).entries
    assert (entry["project_name"], entry["description"]) == ("日本語の仕事", "カナと漢字")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-01-05", "2026-01-25"), ("01/05/2026", "01/25/2026"), ("05/01/2026", "25/01/2026"),
        ("05.01.2026", "25.01.2026"),
        ("5.1.26", "25.1.26"), ("05-01-2026", "25-01-2026"), ("01-05-2026", "01-25-2026"), ("2026/1/5", "2026/1/25"),
        ("2026年1月5日", "2026年1月25日"), ("20260105", "20260125"),
    ],
)  # fmt: skip
def test_order_of_the_date_is_decided_from_all_rows(first, second):
    rows = "".join(f"Work,{day},09:00,{day},10:00,01:00:00\n" for day in (first, second))
    export = read_export(
        ("Project,Start date,Start time,End date,End time,Duration\n" + rows).encode(), ZoneInfo("UTC")
    )
    assert [e["start"][:10] for e in export.entries] == ["2026-01-05", "2026-01-25"]
    assert export.notes == []


def test_order_of_ambiguous_dates_follows_lengths_then_sorting_then_custom():
    header = "Project,Start date,Start time,End date,End time,Duration\n"
    night = read_export((header + "A,04/05/2026,23:00,05/05/2026,01:00,02:00:00\n").encode(), BERLIN)
    assert night.entries[0]["start"].startswith("2026-05-04")  # only so it lasts two hours
    days = "".join(f"A,{d},09:00,{d},10:00,01:00:00\n" for d in ("03/01/2026", "04/01/2026", "05/01/2026"))
    ordered = read_export((header + days).encode(), BERLIN)
    assert [e["start"][5:10] for e in ordered.entries] == ["01-03", "01-04", "01-05"]
    lone = read_export((header + "A,03/04/2026,09:00,03/04/2026,10:00,01:00:00\n").encode(), BERLIN)
    assert lone.entries[0]["start"].startswith("2026-03-04")
    assert "month before day was taken" in lone.notes[0]


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("9:05 AM", 9),
        ("09:05:00 PM", 21),
        ("12:05 am", 0),
        ("12:05 p.m.", 12),
        ("午後9:05", 21),
        ("9.05", 9),
        ("21:05", 21),
    ],
)
def test_clock_of_twelve_and_of_twenty_four_hours(clock, hour):
    entry = one("Project,Start date,Start time,Duration", f"A,2026-01-05,{clock},0:30:00", ZoneInfo("UTC"))
    assert entry["start"] == f"2026-01-05T{hour:02}:05:00Z"
    assert entry["duration"] == 1800


@pytest.mark.parametrize("length", ["01:30:00", "1:30", '"1,5"', "1.50", "90:00 min", "1.5 h", "90 min"])
def test_length_may_be_written_in_any_way(length):
    entry = one(
        "Project,Start date,Start time,End date,End time,Duration", f"A,2026-01-05,9:00,2026-01-05,10:30,{length}"
    )
    assert entry["duration"] == 5400


def test_length_that_is_not_end_minus_start_is_kept_and_noted():
    export = plain("2026-01-05T09:00:00,2026-01-05T10:00:00,3000,,A,,,\n")
    assert (export.entries[0]["duration"], export.entries[0]["stop"]) == (3000, "2026-01-05T09:00:00Z")
    assert export.notes == ["one row has a duration that is not end minus start; both were kept"]


def test_length_decides_between_two_equal_wall_times_and_a_skipped_one_moves_on():
    utc = [
        (e["start"][11:16], e["stop"][11:16])
        for e in plain(
            "2026-10-25T02:30:00,2026-10-25T03:30:00,7200,,first,,,\n"
            "2026-10-25T02:30:00,2026-10-25T03:30:00,3600,,second,,,\n"
            "2026-10-25T01:30:00,2026-10-25T02:30:00,7200,,long,,,\n"
            "2026-10-25T02:50:00,2026-10-25T02:10:00,1200,,over,,,\n"
            "2026-03-29T01:30:00,2026-03-29T03:30:00,3600,,spring,,,\n"
            "2026-03-29T02:30:00,2026-03-29T04:00:00,1800,,gap,,,\n"
        ).entries
    ]
    assert utc == [
        ("00:30", "02:30"), ("01:30", "02:30"), ("23:30", "01:30"), ("00:50", "01:10"), ("00:30", "01:30"),
        ("01:30", "02:00"),
    ]  # fmt: skip


def test_times_with_an_offset_are_instants_whatever_the_zone():
    entry = plain("2026-01-05T09:00:00+09:00,2026-01-05T01:00:00Z,3600,,A,,,\n", ZoneInfo("America/New_York")).entries[
        0
    ]
    assert datetime.fromisoformat(entry["start"]) == datetime(2026, 1, 5, tzinfo=UTC)
    assert entry["duration"] == 3600


def test_lines_are_counted_as_an_editor_counts_them():
    rows = '2026-01-05T09:00:00,2026-01-05T10:00:00,,,A,,"two\nlines",\nlater,,,,A,,,\n'
    export = plain(rows)
    assert [(bad.line, bad.what) for bad in export.bad_rows] == [(4, "the date “later” cannot be read")]


@pytest.mark.parametrize("text", ["", "   \n", "a,b,c\n1,2,3\n", "Project,Duration\nA,1:00:00\n"])
def test_file_that_tells_no_times_is_refused(text):
    with pytest.raises(BadFileError) as failure:
        read_export(text.encode(), TOKYO)
    assert failure.value.remedy


def test_running_entry_and_times_outside_the_calendar_are_left_out():
    export = plain("2026-01-05T09:00:00,,,,A,,,\n0001-01-01T00:00:00,0001-01-01T01:00:00,3600,,A,,,\n", TOKYO)
    assert [bad.what for bad in export.bad_rows] == [
        "it has neither end nor duration (an entry that was still running?)",
        "it lies outside the calendar",
    ]


def test_pages_hold_at_most_two_thousand_entries():
    rows = "".join(f"2026-01-05T09:00:00,2026-01-05T10:00:00,,,A,,{n},\n" for n in range(4001))
    assert len(list(pages(plain(rows).entries))) == 3


def test_only_what_looks_like_a_time_log_is_taken_for_one():
    assert is_time_csv(ENGLISH.encode())
    assert is_time_csv(JAPANESE.encode("cp932"))
    assert not is_time_csv(b"date,amount\n2026-01-01,5\n")
    assert not is_time_csv(b"BEGIN:VCALENDAR\n")


@pytest.mark.parametrize(
    "text",
    [
        "Project,Start Date,End Date,Duration\nP,2026-11-16T20:15:00Z,2026-11-16T21:00:00Z,0:45:00",
        "Date,From,To,Project\n2026-11-16,20:15,21:00,P",
        "Date,Start time,End time,Project\n16.11.2026,8:15 PM,9:00 PM,P",
        "start,end,project\n2026-11-16 20:15:00+00,2026-11-16 21:00:00 UTC,P",
        'start,end,project\n"11/16/2026, 8:15 PM","11/16/2026, 9:00 PM",P',
        "sep=;\nstart;end;project\n2026-11-16T20:15:00;2026-11-16T21:00:00;P",
    ],
)
def test_columns_of_other_trackers_and_spreadsheets_are_understood(text):
    assert is_time_csv(text.encode())
    (entry,) = read_export(text.encode(), UTC).entries
    assert (entry["start"], entry["duration"]) == ("2026-11-16T20:15:00Z", 2700)


def test_a_clock_alone_that_is_earlier_than_the_start_is_of_the_next_day():
    (entry,) = read_export(b"Date,From,To\n2026-11-16,23:30,07:00\n", UTC).entries
    assert entry["stop"] == "2026-11-17T07:00:00Z"


@pytest.mark.parametrize("seconds", ["inf", "nan", "1e300", "9" * 400])
def test_a_length_beyond_the_calendar_costs_its_row_only(seconds):
    export = plain(f"2026-11-16T09:00:00,,{seconds},,,,,\n2026-11-16T10:00:00,,60,,,,,\n")
    assert len(export.entries) == 1
    assert [bad.line for bad in export.bad_rows] == [2]


def test_a_quotation_mark_that_is_never_closed_is_told():
    export = read_export(b'start,end,project\n"2026-11-16T09:00:00,2026-11-16T10:00:00,P\n2026-1-1,,\n', UTC)
    assert export.bad_rows[0].what.endswith("(a quotation mark is never closed?)")
