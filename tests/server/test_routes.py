"""What the API reads and changes, subject by subject; each through the room's own door."""

from datetime import date, timedelta

import pytest

from lifetracer.connector.registry import raw_streams
from lifetracer.periods import start_of
from lifetracer.reporter import Rounding, Wish, shelf
from lifetracer.settings import Settings
from lifetracer.warehouse.migrate import migrate
from marts import connect
from sandbox_process import start_sandbox

from .test_api import is_problem

pytestmark = pytest.mark.db


def test_schedules(client):
    before = client.get("/api/schedules").json()["schedules"]
    assert {(one["stage"], one["localTime"]) for one in before} >= {("sync", "01:00"), ("transform", "02:00")}
    made = client.put("/api/schedules", json={"stage": "sync", "subject": "ical", "localTime": "04:15"}).json()
    assert (made["subject"], made["localTime"], made["enabled"]) == ("ical", "04:15", True)
    off = {"stage": "sync", "subject": "toggl", "localTime": "01:30", "enabled": False}
    assert client.put("/api/schedules", json=off).json()["enabled"] is False
    same = [one for one in client.get("/api/schedules").json()["schedules"] if one["subject"] == "toggl_track"]
    assert [(one["localTime"], one["enabled"]) for one in same] == [("01:30", False)]
    assert client.delete(f"/api/schedules/{made['scheduleId']}").status_code == 204
    is_problem(client.delete(f"/api/schedules/{made['scheduleId']}"), 404, "not_found")
    is_problem(client.put("/api/schedules", json={"stage": "dream", "localTime": "04:15"}), 422, "usage")
    is_problem(client.put("/api/schedules", json={"stage": "transform", "localTime": "25:00"}), 422, "usage")


def test_categories(client):
    made = client.post("/api/categories", json={"name": "Deep / Work", "color": "#3366CC", "kind": "work"})
    assert made.status_code == 201
    child = client.post("/api/categories", json={"name": "Writing", "parent": "Deep / Work"}).json()
    assert child["parentId"] == made.json()["categoryId"]
    assert client.get("/api/categories/Deep%20%2F%20Work").json() == made.json()
    changed = client.patch(f"/api/categories/{child['categoryId']}", json={"isArchived": True, "parent": ""}).json()
    assert (changed["isArchived"], changed["parentId"]) == (True, None)
    assert [one["name"] for one in client.get("/api/categories").json()["categories"]] == ["Deep / Work"]
    assert len(client.get("/api/categories?archived=true").json()["categories"]) == 2
    assert client.delete("/api/categories/Writing").status_code == 200
    is_problem(client.delete("/api/categories/Writing"), 404, "not_found")
    is_problem(client.post("/api/categories", json={"name": "Deep / Work"}), 422, "usage")
    is_problem(client.post("/api/categories", json={"name": "x", "color": "red"}), 422, "usage")
    is_problem(client.post("/api/categories", json={"name": "a\0b"}), 422, "usage")


def test_rules(client):
    client.post("/api/categories", json={"name": "Meetings"}).raise_for_status()
    rule = {"field": "title", "operator": "contains", "pattern": "stand-up", "category": "Meetings"}
    first = client.post("/api/rules", json=rule).json()
    second = client.post("/api/rules", json=rule | {"pattern": "daily", "position": 1}).json()
    assert [one["ruleId"] for one in client.get("/api/rules").json()["rules"]] == [second["ruleId"], first["ruleId"]]
    moved = client.patch(f"/api/rules/{first['ruleId']}", json={"position": 1, "operator": "is"}).json()
    assert (moved["position"], moved["operator"], moved["pattern"]) == (1, "is", "stand-up")
    assert client.delete("/api/rules/2").json()["pattern"] == "daily"
    long_ago = client.get("/api/rules", params={"at": "2020-01-01T00:00:00Z"}).json()
    assert long_ago == {"rules": []}
    is_problem(client.post("/api/rules", json=rule | {"field": "mood"}), 422, "usage")
    is_problem(client.post("/api/rules", json=rule | {"operator": "matches", "pattern": "("}), 422, "usage")
    is_problem(client.patch("/api/rules/9", json={}), 404, "not_found")


def test_looking_ahead_needs_a_history_and_a_whole_rule(client):
    client.post("/api/categories", json={"name": "Meetings"}).raise_for_status()
    rule = {"field": "title", "operator": "contains", "pattern": "stand-up", "category": "Meetings"}
    assert "transform" in is_problem(client.post("/api/rules/preview", json=rule), 422, "usage")["remedy"]
    is_problem(client.post("/api/rules/preview", json={"field": "title"}), 422, "usage")
    is_problem(client.get("/api/rules/suggestions"), 422, "usage")


def test_targets(client):
    wanted = {"name": "Learn", "comparison": "at_least", "low": 36000}
    made = client.post("/api/targets", json=wanted | {"validFrom": "2026-01-05"}).json()
    assert (made["subject"], made["measure"], made["period"], made["low"]) == ("all", "duration", "week", 36000)
    changed = client.patch("/api/targets/Learn", json={"comparison": "between", "low": 1, "high": 2}).json()
    assert (changed["comparison"], changed["low"], changed["high"]) == ("between", 1, 2)
    assert changed["validFrom"] >= start_of(date.today() - timedelta(days=1), "week").isoformat()
    assert len(client.get("/api/targets?all=true").json()["targets"]) == 2
    assert [one["comparison"] for one in client.get("/api/targets").json()["targets"]] == ["between"]
    assert client.delete(f"/api/targets/{made['targetId']}?on=2027-01-01").status_code == 200
    for wrong in (
        wanted,
        wanted | {"name": "x", "low": None},
        wanted | {"name": "x", "high": 5},
        wanted | {"name": "x", "subject": "tag"},
        wanted | {"name": "x", "weekdays": [0]},
        wanted | {"name": "x", "comparison": "between", "low": 5, "high": 2},
    ):
        is_problem(client.post("/api/targets", json=wrong), 422, "usage")


def test_rates(client):
    made = client.post("/api/rates", json={"hourlyAmount": 95.5, "currency": "eur", "client": "Acme"}).json()
    assert (made["hourlyAmount"], made["currency"], made["client"]) == (95.5, "EUR", "Acme")
    assert client.get("/api/rates").json() == {"rates": [made]}
    assert client.delete(f"/api/rates/{made['rateId']}").json() == made
    is_problem(client.post("/api/rates", json={"hourlyAmount": -1, "currency": "EUR"}), 422, "usage")
    is_problem(client.post("/api/rates", json={"hourlyAmount": 1, "currency": "money"}), 422, "usage")


def test_kinds_of_day(client):
    assert client.put("/api/day-types/2026-11-20", json={"dayType": "travel"}).json()["dayType"] == "travel"
    (day,) = client.get("/api/day-types?from=2026-11-20&to=2026-11-20").json()["days"]
    assert (day["dayType"], day["isCorrected"]) == ("travel", True)
    assert client.delete("/api/day-types/2026-11-20").status_code == 204
    is_problem(client.delete("/api/day-types/2026-11-20"), 404, "not_found")
    is_problem(client.put("/api/day-types/2026-11-20", json={"dayType": "party"}), 422, "usage")
    is_problem(client.get("/api/day-types?from=1971-01-01&to=2100-01-01"), 422, "usage")


def test_the_own_account_is_shown_and_changed(visit, account, new_account):
    new_account("Taken")
    mine = visit(account=str(account.account_id))
    assert mine.get("/api/account").json()["timeZone"] == "Asia/Tokyo"
    changed = mine.patch("/api/account", json={"name": "Hana", "timeZone": "Europe/Berlin", "country": "de"}).json()
    assert (changed["name"], changed["timeZone"], changed["country"]) == ("Hana", "Europe/Berlin", "DE")
    assert changed["language"] == "ja"
    assert mine.patch("/api/account", json={"country": "auto"}).json()["country"] is None
    for wrong in ({"timeZone": "Mars/Olympus"}, {"language": "fr"}, {"name": "Taken"}, {"name": " "}, {"id": 1}):
        is_problem(mine.patch("/api/account", json=wrong), 422, "usage")


def test_connections(client, warehouse, account):
    migrate(warehouse, raw_streams())
    connection_id = connect(warehouse, account.account_id, "toggl_track")
    with warehouse.transaction() as con:
        warehouse.vault.store(con, account.account_id, connection_id, {"token": "secret-of-theirs"})
        con.execute(
            "insert into ops.quota (account_id, connection_id, bucket, total, remaining, observed_at)"
            " values (%s, %s, 'user', 30, 12, now())",
            [account.account_id, connection_id],
        )
    answer = client.get("/api/connections")
    (shown,) = answer.json()["connections"]
    assert (shown["status"], shown["quotas"][0]["remaining"]) == ("active", 12)
    assert "secret-of-theirs" not in answer.text
    path = f"/api/connections/{connection_id}"
    assert client.patch(path, json={"status": "paused"}).json()["status"] == "paused"
    assert client.patch(path, json={"status": "active"}).json()["status"] == "active"
    with warehouse.transaction() as con:
        con.execute("update app.connection set status = 'needs_user'")
    is_problem(client.patch(path, json={"status": "active"}), 409, "fix_by_hand")
    assert client.delete(path).status_code == 204
    assert client.get("/api/connections").json()["connections"][0]["status"] == "disconnected"
    is_problem(client.patch(path, json={"status": "active"}), 409, "fix_by_hand")
    assert client.delete(path, params={"deleteData": True}).status_code == 204
    assert client.get("/api/connections").json() == {"connections": []}
    is_problem(client.delete(path), 404, "not_found")


def test_a_service_is_connected_by_its_token(visit):
    with start_sandbox(start="2026-11-01") as sandbox:
        server = visit(toggl_url=sandbox.url, toggl_pause_seconds=0)
        made = server.post("/api/connections", json={"source": "toggl", "token": sandbox.person["togglToken"]})
        assert made.status_code == 201, made.text
        assert (made.json()["source"], made.json()["status"]) == ("toggl_track", "active")
        refused = server.post("/api/connections", json={"source": "toggl", "token": "f" * 32})
        assert is_problem(refused, 409, "credential")["remedy"]
    is_problem(server.post("/api/connections", json={"source": "nowhere", "token": "x"}), 404, "not_found")
    is_problem(server.post("/api/connections", json={"source": "gcal", "token": "x"}), 422, "usage")


def test_reports(visit, account, home, warehouse):
    server, elsewhere = visit(home=home), visit(home=home / "another machine")
    assert server.get("/api/reports").json() == {"reports": []}
    wish = Wish("week", date(2026, 11, 9), "ja")
    shelf.put(warehouse, Settings(home=home), account.account_id, wish, b"%PDF-1.7")
    (home / "reports" / str(account.account_id) / "notes.txt").write_text("private")
    (shown,) = server.get("/api/reports").json()["reports"]
    assert (shown["kind"], shown["period"], shown["language"], shown["bytes"]) == ("week", "2026-W46", "ja", 8)
    assert (shown["from"], shown["to"], shown["paper"]) == ("2026-11-09", "2026-11-15", "a4")
    answer = server.get("/api/reports/week-2026-W46-ja.pdf")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    again = server.get("/api/reports/week-2026-W46-ja.pdf", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    for name in ("notes.txt", "week-2026-W47-ja.pdf", "..%2f..%2fsecret-1-ja.pdf", "a%00b"):
        assert server.get(f"/api/reports/{name}").status_code in {400, 404}
    assert elsewhere.get("/api/reports").json() == {"reports": [shown]}, "every server lists the same"
    lost = is_problem(elsewhere.get("/api/reports/week-2026-W46-ja.pdf"), 404, "not_found")
    assert str(home / "reports") in lost["detail"]
    assert "LIFETRACER_REPORTS_URL" in lost["remedy"]
    assert server.delete("/api/reports/week-2026-W46-ja.pdf").json() == shown
    assert server.get("/api/reports").json() == {"reports": []}
    assert [path.name for path in (home / "reports" / str(account.account_id)).iterdir()] == ["notes.txt"]
    is_problem(server.delete("/api/reports/week-2026-W46-ja.pdf"), 404, "not_found")


def test_reports_at_an_address_are_there_for_every_server(visit, account, home, warehouse):
    url = f"memory://{account.account_id}"
    one, other = visit(home=home, reports_url=url), visit(home=home / "another machine", reports_url=url)
    wish = Wish("client", date(2026, 11, 1), "en", "letter", "Nord", Rounding("up", 6, "day"))
    place = shelf.put(warehouse, Settings(reports_url=url), account.account_id, wish, b"%PDF-1.7")
    assert place.startswith("memory://")
    (shown,) = other.get("/api/reports").json()["reports"]
    assert shown["parameters"] == {"client": "Nord", "rounding": "up", "minutes": 6, "per": "day"}
    assert other.get(f"/api/reports/{shown['name']}").content == b"%PDF-1.7"
    assert one.delete(f"/api/reports/{shown['name']}").status_code == 200
    is_problem(other.get(f"/api/reports/{shown['name']}"), 404, "not_found")


def test_what_has_not_changed_is_not_sent_again(client):
    job = client.post("/api/transform").headers["location"]
    for path in ("/api/jobs", job, "/api/schedules", "/api/account"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    tag = client.get(job).headers["etag"]
    client.delete(job).raise_for_status()
    assert client.get(job, headers={"If-None-Match": tag}).json()["status"] == "cancelled"


def test_what_no_text_can_hold_is_refused(client):
    is_problem(client.get("/api/jobs?stage=%00"), 422, "usage")
    is_problem(client.delete("/api/rates/%F0%9F%98%80"), 404, "not_found")
    odd = {"Content-Type": "application/json"}
    assert client.post("/api/rates", content=b'{"\\ud800": 1}', headers=odd).status_code == 422
    assert client.post("/api/rates", content=b'{"currency": "\\ud800"}', headers=odd).status_code == 422
    assert client.post("/api/rates", content=b"\xff", headers=odd).status_code in {400, 422}
    assert client.post("/api/rates", content=b"[" * 100_000, headers=odd).status_code in {400, 422}
