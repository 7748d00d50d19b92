"""Calendars from files and addresses: what programs really write, and the oracle's opinion about it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lifetracer.connector import connecting
from lifetracer.connector.occurrences import Window, expand
from lifetracer.connector.registry import raw_streams
from lifetracer.connector.sources.ical import feed_id, plain_id, read_calendars, source
from lifetracer.connector.sources.ical.zones import zone_by_name
from lifetracer.connector.sync import sync
from lifetracer.errors import BadFileError, CredentialError, FixByHandError, TryAgainError
from lifetracer.settings import Settings
from lifetracer.warehouse.migrate import migrate

ICS = Path(__file__).parents[2].parent / "shared/data/ics"
ORACLE = ICS / "truth/expected_occurrences.json"

EXPLAINED = {
    # file: (ours, the oracle's, why ours is right); -1 = as many, other times
    "broken/node-ical__badRRULE.ics": (556, 858, "a rule with rubbish in it is not guessed at; the event is kept once"),
    "hard/ical.js__google_birthday.ics": (6, 3, "RDATE:20131210Z is read as a date, so the series has its three days"),
    "hard/ical4j__blalor.ics": (14, 12, "an exception stays although old iCal also wrote EXDATE for its day"),
    "hard/khal__cal_lots_of_timezones.ics": (12, 12, "the same instants; the oracle writes RDATEs in their own zones"),
    "hard/khal__part1.ics": (11, 11, "the same instants; the oracle writes RDATEs in their own zones"),
    "hard/node-ical__biweekly-exdate-until.ics": (75, 75, "the same instants; the oracle writes UTC times in Kyiv's"),
    "hard/node-ical__daily-count-exdate-recurrence-id.ics": (8, 8, "DTEND before DTSTART: the oracle swaps them"),
    "hard/node-ical__windows-quoted-tz-rrule.ics": (10, 8, "EXDATE noon in Los Angeles is no noon in New York"),
    "hard/node-ical__ms_timezones.ics": (348, 137, "a weekday event whose TZID lacks its closing quote is read, too"),
    "hard/recurring-ical-events__issue_75_range_parameter.ics": (194, 193, "UNTIL as a date includes that day"),
    "hard/vobject__UntilRespectsTimezoneTest.ics": (9, 8, "UNTIL without Z is local time, so the last evening counts"),
    "hard/vobject__radicale-0827.ics": (26, 28, "cancelled occurrences do not take place"),
    "real/ical4j__google_aus_holidays.ics": (121, 121, "the same days; the oracle writes them as midnights"),
}


def vcalendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""]).encode()


def vevent(*lines: str) -> bytes:
    return vcalendar("BEGIN:VEVENT", "UID:u", *lines, "END:VEVENT")


def only(data: bytes) -> dict:
    (calendar,), problems = read_calendars(data)
    assert [p for p in problems if p.lost] == []
    (event,) = calendar.events
    return event


def local_starts(name: str, oracle: dict) -> list[str]:
    """Our occurrences of a file in the oracle's window and spelling."""
    first, last = (datetime.combine(date.fromisoformat(day), time.min) for day in oracle["window"])
    calendars, _ = read_calendars((ICS / name).read_bytes())
    starts = []
    for calendar in calendars:
        zone = ZoneInfo(calendar.time_zone or "UTC")
        for found in expand(calendar.events, Window(last.replace(tzinfo=UTC) + timedelta(days=2)), zone):
            own = ZoneInfo(found.time_zone or "UTC")
            begin, end = (
                at.astimezone(own).replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time.min)
                for at in (found.starts_at or found.starts_on, found.ends_at or found.ends_on)
            )
            if begin < last and (end > first or first <= begin == end):
                starts.append(str(begin) if found.starts_at else str(begin.date()))
    return sorted(starts)


@pytest.mark.skipif(not ORACLE.exists(), reason="the oracle ../shared/data/ics/truth is not here")
def test_occurrences_are_the_oracles_except_where_we_know_better():
    differing = {}
    for name, oracle in json.loads(ORACLE.read_text())["files"].items():
        if "first" not in oracle or not (ICS / name).exists():
            continue
        ours, theirs = local_starts(name, oracle), sorted(start[:19] for start in oracle["first"])
        if (len(ours), ours[: len(theirs)]) != (oracle["occurrences"], theirs):
            differing[name] = (len(ours), oracle["occurrences"])
    assert differing == {name: (ours, theirs) for name, (ours, theirs, _) in EXPLAINED.items()}


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("/softwarestudio.org/Olson_20011030_5/America/Chicago", "America/Chicago"),
        ("/freeassociation.sourceforge.net/Asia/Tokyo", "Asia/Tokyo"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("W. Europe Standard Time:20200609T090000", "Europe/Berlin"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("Amsterdam, Belgrade, Berlin, Brussels, Budapest", "Europe/Amsterdam"),
        ("America_New_York", "America/New_York"),
        ("IndianReunion", "Indian/Reunion"),
        ("Germany/Berlin", "Europe/Berlin"),
        ("UTC+01", "Etc/GMT-1"),
        ("GMT-3", "Etc/GMT+3"),
        ("LOLOLOL", None),
        ("Customized Time Zone", None),
        ("", None),
    ],
)
def test_zone_is_known_by_whatever_name(name, zone):
    assert zone_by_name(name) == zone


def test_zone_that_is_only_described_becomes_the_one_that_fits():
    rules = [
        "BEGIN:VTIMEZONE", "TZID:Our own",
        "BEGIN:STANDARD", "DTSTART:16011028T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZOFFSETFROM:+0300", "TZOFFSETTO:+0200", "END:STANDARD",
        "BEGIN:DAYLIGHT", "DTSTART:16010325T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZOFFSETFROM:+0200", "TZOFFSETTO:+0300", "END:DAYLIGHT", "END:VTIMEZONE",
    ]  # fmt: skip
    event = ["BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Our own:20260705T090000", "END:VEVENT"]
    (calendar,), (note,) = read_calendars(vcalendar(*rules, *event))
    assert calendar.events[0]["start"]["dateTime"] == "2026-07-05T09:00:00+03:00"
    assert (note.line, note.lost) == (19, False)


def test_event_carries_what_the_person_wrote():
    event = only(
        vevent(
            "DTSTART;TZID=Europe/Berlin:20260105T090000",
            "DURATION:PT90M",
            "SUMMARY:Plan\\, talk\\; and",
            "  more",
            "DESCRIPTION:one\\ntwo",
            "LOCATION:Room 😀",
            "STATUS:TENTATIVE",
            "TRANSP:TRANSPARENT",
            "CLASS:PRIVATE",
            "SEQUENCE:3",
            "LAST-MODIFIED:20260101T000000Z",
            "CATEGORIES:Work,Deep",
            'ORGANIZER;CN="A: B":mailto:a@example.com',
            "ATTENDEE;PARTSTAT=DECLINED:MAILTO:b@example.com",
            "RRULE:freq=weekly;count=2;",
            'EXDATE;TZID="Tokyo Standard Time":20260112T170000',
        )
    )
    assert event["start"] == {"dateTime": "2026-01-05T09:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert event["end"]["dateTime"] == "2026-01-05T10:30:00+01:00"
    assert (event["summary"], event["description"]) == ("Plan, talk; and more", "one\ntwo")
    assert (event["status"], event["transparency"], event["visibility"]) == ("tentative", "transparent", "private")
    assert (event["sequence"], event["updated"], event["categories"]) == (3, "2026-01-01T00:00:00Z", ["Work", "Deep"])
    assert event["organizer"] == {"email": "a@example.com", "displayName": "A: B"}
    assert event["attendees"] == [{"email": "b@example.com", "responseStatus": "declined"}]
    assert event["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;TZID=Asia/Tokyo:20260112T170000"]


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (["DTSTART;VALUE=DATE:20260105"], {"date": "2026-01-05"}, {"date": "2026-01-06"}),
        (["DTSTART:20260105", "DTEND:20260105"], {"date": "2026-01-05"}, {"date": "2026-01-06"}),
        (["DTSTART:20260105", "DURATION:P2D"], {"date": "2026-01-05"}, {"date": "2026-01-07"}),
        (["DTSTART:20260105T090000"], {"dateTime": "2026-01-05T09:00:00"}, {"dateTime": "2026-01-05T09:00:00"}),
        (
            [
                "DTSTART;TZID=Asia/Tokyo:20260105T000000",
                "DTEND;TZID=Asia/Tokyo:20260106T000000",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ],
            {"date": "2026-01-05"},
            {"date": "2026-01-06"},
        ),
    ],
)  # fmt: skip
def test_length_of_an_event_that_says_little(lines, start, end):
    event = only(vevent(*lines))
    assert (event["start"], event["end"]) == (start, end)


def test_newest_version_counts_and_exceptions_have_googles_ids():
    data = vcalendar(
        *("BEGIN:VEVENT", "UID:a/b", "SEQUENCE:2", "DTSTART:20260105T090000Z", "SUMMARY:new", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:a/b", "SEQUENCE:1", "DTSTART:20260105T090000Z", "SUMMARY:old", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:a/b", "RECURRENCE-ID:20260112T090000Z", "DTSTART:20260112T100000Z", "END:VEVENT"),
    )
    (calendar,), _ = read_calendars(data)
    assert [(e["id"], e.get("summary")) for e in calendar.events] == [("a/b", "new"), ("a/b_20260112T090000Z", None)]
    assert calendar.events[1]["recurringEventId"] == "a/b"


def test_several_calendars_cancelling_method_and_endless_ids():
    cancel = vcalendar("METHOD:CANCEL", "BEGIN:VEVENT", "UID:" + "x" * 5000, "DTSTART:20260105", "END:VEVENT")
    calendars, _ = read_calendars(
        cancel + vcalendar("X-WR-CALNAME:B", "BEGIN:VEVENT", "DTSTART:20260105", "END:VEVENT")
    )
    assert [c.name for c in calendars] == ["", "B"]
    (first,), (second,) = (c.events for c in calendars)
    assert first["status"] == "cancelled"
    assert len(first["id"]) < 100
    assert second["id"].startswith("without-uid-")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932", "cp1252"])
def test_old_encodings_are_recognised(encoding):
    text = "Zürich" if encoding == "cp1252" else "カレンダー会議"
    assert only(vevent("DTSTART:20260105T090000Z", f"SUMMARY:{text}").decode().encode(encoding))["summary"] == text


def test_fold_may_cut_a_letter_in_two():
    data = vevent("DTSTART:20260105T090000Z", "SUMMARY:日本語").replace("本".encode(), b"\xe6\x9c\r\n \xac")
    assert only(data)["summary"] == "日本語"


def test_bad_event_leaves_the_others_and_is_told_with_its_line():
    data = vcalendar(
        *("BEGIN:VEVENT", "UID:1", "DTSTART:20260230T090000Z", "SUMMARY:Never", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:2", "DTSTART:20260105T090000Z", "RRULE:FREQ=SOMETIMES", "END:VEVENT"),
        *("BEGIN:VEVENT", "UID:3", "DTSTART:20260105T090000Z", "RDATE:20260106T090000Z,never", "END:VEVENT"),
    )
    (calendar,), problems = read_calendars(data)
    assert [e["id"] for e in calendar.events] == ["2", "3"]
    assert [(p.line, p.what) for p in problems] == [
        (4, "the event “Never” begins at “20260230T090000Z”, which is no time; it was left out"),
        (10, "RRULE:FREQ=SOMETIMES is not a rule (FREQ=SOMETIMES is not a frequency); an event is kept without it"),
        (15, "RDATE has “never”, which is no date; it was passed over"),
    ]


def test_feed_id_tells_nothing_of_the_secret():
    secret = "https://calendar.google.com/calendar/ical/me%40example.com/private-0123456789abcdef/basic.ics"
    (calendar,), _ = read_calendars(vcalendar())
    assert feed_id(secret, calendar) == "me@example.com"
    assert "private" not in feed_id(secret.replace("/calendar/ical", "/x"), calendar)
    assert plain_id("a/b c\n") == "a-b-c"


# ---- over the wire --------------------------------------------------------------------------------------------


class Feed:
    """A published calendar: what it answers, and what it was asked."""

    body = vcalendar("X-WR-CALNAME:Plan", "BEGIN:VEVENT", "UID:1", "DTSTART:20260105T090000Z", "END:VEVENT")
    status = 200
    headers: dict[str, str] = {}  # noqa: RUF012
    etag = '"one"'

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []


@contextmanager
def published(feed: Feed) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            feed.asked.append({k.lower(): v for k, v in self.headers.items()} | {"path": self.path})
            known = feed.status == 200 and self.headers.get("If-None-Match") == feed.etag
            body = b"" if known else feed.body
            self.send_response(304 if known else feed.status)
            for name, value in {"ETag": feed.etag, "Content-Length": str(len(body)), **feed.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/private-s3cret/basic.ics"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def feed():
    return Feed()


@pytest.fixture
def impatient():
    return Settings(retry_attempts=1)


@pytest.mark.db
def test_feed_is_mirrored_asked_for_conditionally_and_swept(feed, warehouse, account, impatient):
    migrate(warehouse, raw_streams())

    def living():
        with warehouse.transaction() as connection:
            rows = connection.execute("select source_id from raw.ical__events where deleted_at is null order by 1")
            return [source_id.partition("/")[2] for (source_id,) in rows.fetchall()]

    def go(*names, **more):
        (result,) = sync(warehouse, impatient, account.account_id, names, **more).connections
        assert result.error is None
        return result

    with published(feed) as address:
        credential = {"url": address}
        checked = connecting.check(source, credential, impatient)
        assert checked.findings == ("The calendar “Plan” has 1 events.",)
        connecting.keep(warehouse, account.account_id, source, credential, checked)
        assert (go().inserted, living()) == (2, ["1"])
        again = go()
        assert (again.changed, feed.asked[-1]["if-none-match"]) == (0, '"one"')
        feed.etag = '"two"'
        feed.body = feed.body.replace(b"UID:1", b"UID:2")
        moved = go()
        assert (moved.inserted, moved.deleted, living()) == (1, 1, ["2"])
        assert moved.occurrences == 2
        feed.body = feed.body[: feed.body.index(b"END:VCALENDAR")]
        feed.etag = '"three"'
        (cut,) = sync(warehouse, impatient, account.account_id).connections
        assert isinstance(cut.error, TryAgainError)
        assert living() == ["2"]
    with warehouse.transaction() as connection:
        kept = connection.execute("select row_to_json(c)::text from app.credential c union all select row_to_json(c)::text from app.connection c union all select row_to_json(r)::text from ops.sync_run r").fetchall()  # fmt: skip  # noqa: E501
    assert not any("s3cret" in text for (text,) in kept)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"", CredentialError),
        (403, b"", CredentialError),
        (500, b"", TryAgainError),
        (400, b"", FixByHandError),
        (200, b"<html>Sign in</html>", BadFileError),
        (200, vcalendar()[:-15], TryAgainError),
    ],
)
def test_feed_that_fails_ends_in_a_sentence_without_the_address(feed, impatient, status, body, kind):
    feed.status, feed.body = status, body
    with published(feed) as address, pytest.raises(kind) as failure:
        connecting.check(source, {"url": address}, impatient)
    assert "s3cret" not in failure.value.sentence()
    assert failure.value.remedy


def test_redirects_are_followed_a_few_times_and_never_to_plain_http(feed, impatient):
    feed.status, feed.headers = 302, {"Location": "/private-s3cret/again.ics"}
    with published(feed) as address:
        with pytest.raises(FixByHandError, match="redirects more than 5"):
            connecting.check(source, {"url": address}, impatient)
        feed.headers = {"Location": "http://example.com/x.ics"}
        with pytest.raises(FixByHandError, match="begins with http"):
            connecting.check(source, {"url": address}, impatient)


def test_feed_larger_than_the_limit_is_left_off(feed, impatient, monkeypatch):
    monkeypatch.setattr("lifetracer.outside.feed.MOST_BYTES", 100_000)
    feed.body = b"x" * 200_000
    with published(feed) as address, pytest.raises(FixByHandError, match="more than"):
        connecting.check(source, {"url": address}, impatient)


@pytest.mark.parametrize(
    "address", ["", "calendar", "ftp://example.com/a.ics", "http://example.com/a.ics", "file:///etc/passwd"]
)
def test_only_https_addresses_are_taken(address, impatient):
    with pytest.raises(FixByHandError) as failure:
        connecting.check(source, {"url": address}, impatient)
    assert failure.value.remedy


def test_nobody_answers(impatient):
    with published(Feed()) as address:
        pass
    with pytest.raises(TryAgainError) as failure:
        connecting.check(source, {"url": address}, impatient)
    assert "s3cret" not in failure.value.sentence()


@pytest.mark.parametrize(
    "line",
    [
        "DTSTART:20261116t090000z",
        "DTSTART:2026-11-16T09:00:00Z",
        "DTSTART;TZID=tzone://Microsoft/Utc:20261116T090000",
        "DTSTART;TZID=JST:20261116T180000",
    ],
)
def test_times_that_careless_programs_write_are_read(line):
    event = only(vevent(line, "DTEND:", "DURATION:", "RRULE:"))
    assert datetime.fromisoformat(event["start"]["dateTime"]) == datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.mark.parametrize("start", ["-30000101T090000Z", "00010101T000000", "99991231T235959", "99991231"])
def test_years_at_the_borders_of_the_calendar_cost_their_event_only(start):
    lines = ["BEGIN:VEVENT", "UID:a", f"DTSTART;TZID=America/New_York:{start}", "END:VEVENT"]
    lines += ["BEGIN:VEVENT", "UID:b", "DTSTART:99981231T120000Z", "DURATION:P900D", "END:VEVENT"]
    (calendar,), problems = read_calendars(vcalendar(*lines))
    assert [event["id"] for event in calendar.events] == ["b"]
    assert [p.line for p in problems] == [4, 9]


def test_an_all_day_event_ends_with_the_day_of_its_end():
    event = only(vevent("DTSTART;VALUE=DATE:20261116", "DTEND:20261116T120000Z"))
    assert event["end"] == {"date": "2026-11-17"}


def test_components_within_components_without_end_are_read():
    (calendar,), problems = read_calendars(b"BEGIN:X\n" * 5000)
    assert (calendar.events, problems[0].line) == ([], 1)
