"""Coming in and staying out: passwords, sessions, second factors, invitations, and everybody who tries without."""

import re
import time
from datetime import timedelta

import argon2
import httpx
import pyotp
import pytest

from lifetracer.server import callers
from lifetracer.settings import Settings
from lifetracer.warehouse import accounts, invitations, lockout, passwords, people, second_factor, sessions

from .conftest import token_in

pytestmark = pytest.mark.db
PASSWORD = "four words in a row"
OTHER = "another four words"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Hash with less memory and time, as the tests sign in hundreds of times."""
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_nobodys", hasher.hash("the password of nobody"))


def form(client: httpx.Client, address: str, page: str, **fields: str) -> httpx.Response:
    """Send a form as a browser does that has just looked at a page."""
    return client.post(address, data=token_in(client.get(page).text) | fields)


def sign_in(client: httpx.Client, name: str = "hanako", password: str = PASSWORD, **more: str) -> httpx.Response:
    return form(client, "/sign-in", "/sign-in", name=name, password=password, **more)


@pytest.fixture
def owner(warehouse, account):
    """Hanako, who can sign in and is the operator."""
    with warehouse.transaction() as con:
        people.add(con, account.account_id, "hanako", PASSWORD, is_operator=True)
    return account


@pytest.fixture
def other(warehouse, owner):
    """Jiro, who can sign in, too."""
    with warehouse.transaction() as con:
        made = accounts.create(con, "Jiro", "Asia/Tokyo", "ja")
        people.add(con, made.account_id, "jiro", OTHER)
    return made


@pytest.fixture
def again(client):
    """Further browsers at the same server."""
    made = []

    def browser() -> httpx.Client:
        made.append(httpx.Client(base_url=client.base_url, trust_env=False, timeout=60))
        return made[-1]

    yield browser
    for one in made:
        one.close()


# Sessions


def test_a_password_closes_the_local_door(client, account):
    assert client.get("/api/jobs").status_code == 200
    done = form(client, "/welcome", "/welcome", name="Hanako", sign_in_name="hanako", password=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/connections/add")
    assert client.get("/api/jobs").status_code == 200
    client.cookies.clear()
    assert client.get("/api/jobs").status_code == 401
    assert sign_in(client, "HANAKO ").headers["location"] == "/"
    assert client.get("/api/jobs").status_code == 200


def test_who_signed_in_sees_their_own_account_only(client, again, owner, other):
    one, two = client, again()
    sign_in(one)
    sign_in(two, "jiro", OTHER)
    assert one.get("/api/account").json()["name"] == "Hanako"
    assert two.get("/api/account").json()["name"] == "Jiro"
    made = one.post("/api/tokens", json={"name": "phone", "scopes": ["data:read"]}).json()
    assert [token["name"] for token in one.get("/api/tokens").json()["tokens"]] == ["phone"]
    assert two.get("/api/tokens").json()["tokens"] == []
    assert two.delete(f"/api/tokens/{made['tokenId']}").status_code == 404


def test_a_stolen_cookie_is_worth_nothing_after_sign_out(client, again, owner):
    sign_in(client)
    thief = again()
    thief.cookies.update(client.cookies)
    assert thief.get("/api/jobs").status_code == 200
    gone = form(client, "/sign-out", "/security")
    assert (gone.status_code, gone.headers["location"]) == (303, "/sign-in")
    assert thief.get("/api/jobs").status_code == 401


def test_signing_out_everywhere_ends_every_browser(client, again, owner):
    others = [again() for _ in range(2)]
    for one in (client, *others):
        sign_in(one)
    form(client, "/sign-out", "/security", everywhere="yes")
    assert [one.get("/api/jobs").status_code for one in (client, *others)] == [401, 401, 401]


def test_one_browser_can_be_ended_from_another(client, again, owner):
    phone = again()
    phone.headers["User-Agent"] = "A lost phone"
    sign_in(phone)
    sign_in(client)
    page = client.get("/security").text
    assert "A lost phone" in page
    session = re.search(r'name="session" value="([0-9a-f-]{36})"', page)[1]
    form(client, "/security/session/end", "/security", session=session)
    assert phone.get("/api/jobs").status_code == 401
    assert client.get("/api/jobs").status_code == 200


def test_a_cookie_that_was_planted_before_is_not_taken_over(client, again, owner):
    """Session fixation: whatever the browser brought, signing in makes a new session."""
    planted = "x" * 43
    client.cookies.set("lifetracer_session", planted)
    token = token_in(client.get("/sign-in").text)
    client.post("/sign-in", data=token | {"name": "hanako", "password": PASSWORD})
    thief = again()
    thief.cookies.set("lifetracer_session", planted)
    assert thief.get("/api/jobs").status_code == 401
    assert client.get("/api/jobs").status_code == 200


def test_signing_in_again_ends_the_former_session(client, again, owner):
    sign_in(client)
    former = again()
    former.cookies.update(client.cookies)
    token = token_in(client.get("/security").text)
    client.post("/sign-in", data=token | {"name": "hanako", "password": PASSWORD})
    assert former.get("/api/jobs").status_code == 401


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(warehouse, owner):
    month, week = timedelta(days=30), timedelta(days=7)
    with warehouse.transaction() as con:
        plain = sessions.begin(con, owner.account_id, "password", life=month)
        assert sessions.find(con, plain, week)
        con.execute("update app.session set last_seen_at = now() - interval '7 days'")
        assert sessions.find(con, plain, week) is None
        con.execute("update app.session set last_seen_at = now(), expires_at = now()")
        assert sessions.find(con, plain, week) is None
        sessions.forget_ended(con, week)
        assert con.execute("select count(*) from app.session").fetchone() == (0,)


def test_nothing_of_a_cookie_or_a_password_is_in_the_database(client, warehouse, owner):
    sign_in(client)
    cookie = client.cookies["lifetracer_session"]
    with warehouse.transaction() as con:
        rows = str(con.execute("select s::text, p::text from app.session as s, app.person as p").fetchall())
    assert cookie not in rows
    assert PASSWORD not in rows
    assert "$argon2id$" in rows


def test_a_changed_password_ends_the_other_browsers_and_gives_this_one_a_new_cookie(client, again, owner):
    phone = again()
    sign_in(phone)
    sign_in(client)
    before = client.cookies["lifetracer_session"]
    form(client, "/security/password", "/security", password="quite another one")
    assert phone.get("/api/jobs").status_code == 401
    assert client.get("/api/jobs").status_code == 200
    assert client.cookies["lifetracer_session"] != before
    assert sign_in(again(), password=PASSWORD).status_code == 403


def test_a_change_of_security_asks_again_who_one_is(client, warehouse, owner):
    sign_in(client)
    with warehouse.transaction() as con:
        con.execute("update app.session set confirmed_at = now() - interval '11 minutes'")
    for action in ("password", "factor/stop", "factor/codes"):
        asked = form(client, f"/security/{action}", "/security", password="quite another one")
        assert asked.headers["location"].startswith("/security/confirm"), action
    assert client.get("/security/factor").headers["location"] == "/security/confirm?next=/security/factor"
    assert form(client, "/security/confirm", "/security/confirm", password="wrong").status_code == 403
    before = client.cookies["lifetracer_session"]
    done = form(client, "/security/confirm", "/security/confirm", password=PASSWORD, next="//evil.example")
    assert done.headers["location"] == "/"
    assert client.cookies["lifetracer_session"] != before
    assert client.get("/security/factor").status_code == 200


# Forms and where they lead


def test_a_form_without_its_token_does_nothing(client, again, owner):
    sign_in(client)
    for sent in (
        {},
        {"form_token": ""},
        {"form_token": "0" * 64},
        {"form_token": "é"},
        {"form_token": token_in(again().get("/sign-in").text)["form_token"]},
    ):
        assert client.post("/sign-out", data=sent).status_code == 403
    assert client.post("/sign-out", content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 403
    assert client.get("/api/jobs").status_code == 200
    assert again().post("/sign-in", data={"name": "hanako", "password": PASSWORD}).status_code == 403


def test_a_token_changes_nothing_through_a_page_whatever_its_scopes(client, again, owner):
    sign_in(client)
    made = client.post("/api/tokens", json={"name": "phone", "scopes": ["data:read", "jobs:read"]}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    program = again()
    assert program.get("/jobs", headers=bearer).status_code == 200
    token = token_in(program.get("/security", headers=bearer).text)
    for page in ("/security/password", "/people/invite", "/connections/add/demo", "/security/factor/stop"):
        sent = token | {"password": "taken over by a token", "name": "x"}
        assert program.post(page, data=sent, headers=bearer).status_code == 403, page
    assert program.post("/connections/file", files={"file": b""}, data=token, headers=bearer).status_code != 303
    assert sign_in(again()).status_code == 303


def test_an_honest_form_that_is_too_old_is_shown_anew(client, owner):
    client.get("/sign-in")
    referred = client.post(
        "/sign-in", data={"form_token": "0" * 64}, headers={"Referer": f"{client.base_url}/sign-in?next=/data"}
    )
    assert (referred.status_code, referred.headers["location"]) == (303, "/sign-in?next=/data")
    assert client.post("/sign-in", headers={"Referer": "https://evil.example/sign-in"}).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_another_sites_form_does_nothing_even_with_the_token(client, owner, headers):
    sign_in(client)
    token = token_in(client.get("/security").text)
    assert client.post("/sign-out", data=token, headers=headers).status_code == 403
    assert client.get("/api/jobs").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
)
def test_signing_in_leads_to_no_stranger(client, owner, wanted):
    assert sign_in(client, next=wanted).headers["location"] == "/"


# Guessing


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(client, again, owner):
    wrong, nobody = sign_in(again(), password="wrong"), sign_in(again(), "nobody", "wrong")
    assert (wrong.status_code, nobody.status_code) == (403, 403)
    words = [re.search(r'role="alert">(.*?)<', answer.text)[1] for answer in (wrong, nobody)]
    assert words[0] == words[1]
    took = {"hanako": [], "nobody": []}
    for _ in range(3):
        for name, times in took.items():
            begun = time.perf_counter()
            sign_in(again(), name, "wrong")
            times.append(time.perf_counter() - begun)
    assert min(took["nobody"]) > 0.5 * min(took["hanako"])


def test_guesses_wait_ever_longer_whether_or_not_there_is_such_a_person(visit, warehouse, owner):
    client = visit(rate_limit_wrong=0)
    for name in ("hanako", "nobody"):
        statuses = [sign_in(client, name, "wrong").status_code for _ in range(7)]
        assert statuses[:6] == [403] * 5 + [429], name
    with warehouse.transaction() as con:
        con.execute("update ops.sign_in_failure set locked_until = now() + interval '1 minute'")
    assert sign_in(client).status_code == 429, "the right password does not tell either"


def test_strangers_cannot_keep_a_person_out_of_a_browser_that_was_in_before(visit, again, warehouse, owner):
    client = visit(rate_limit_wrong=0)
    sign_in(client)
    form(client, "/sign-out", "/security")
    with warehouse.transaction() as con:
        for number in range(60):
            lockout.attempt(con, lockout.from_anywhere("hanako"))
            lockout.attempt(con, lockout.from_address("hanako", f"203.0.113.{number}"))
    stranger = httpx.Client(base_url=client.base_url, trust_env=False)
    assert sign_in(stranger).status_code == 429
    assert sign_in(client).headers["location"] == "/"
    stranger.close()


def test_the_wait_doubles_has_an_end_and_heals(warehouse):
    bucket = lockout.from_address("hanako", "203.0.113.7")

    def wait() -> float:
        with warehouse.transaction() as con:
            lockout.attempt(con, bucket)
            row = con.execute(
                "select extract(epoch from locked_until - now()) from ops.sign_in_failure where bucket = %s",
                [bucket.key],
            ).fetchone()
            con.execute("update ops.sign_in_failure set locked_until = now()")
        return float(row[0] or 0)

    waits = [wait() for _ in range(18)]
    assert waits[:8] == [0, 0, 0, 0, 2, 4, 8, 16]
    assert waits[-1] == 900
    with warehouse.transaction() as con:
        con.execute("update ops.sign_in_failure set last_at = now() - interval '25 hours'")
    assert wait() == 0


def test_a_thousand_guesses_at_once_are_not_a_thousand_free_ones(warehouse):
    from concurrent.futures import ThreadPoolExecutor

    bucket = lockout.from_address("hanako", "203.0.113.8")

    def guess(_: int) -> bool:
        with warehouse.transaction() as con:
            return lockout.attempt(con, bucket) is None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(80))) == 5


# Second factor


@pytest.fixture
def secret(warehouse, owner):
    """Hanako's second factor, in use for a while."""
    made = second_factor.new_secret()
    with warehouse.transaction() as con:
        assert second_factor.start(con, warehouse.vault, owner.account_id, made, pyotp.TOTP(made).now())
        con.execute("update app.person set totp_step = 0")
    return made


def test_the_second_factor_is_asked_for_and_a_code_works_once(client, again, owner, secret):
    asked = sign_in(client, next="/data")
    assert asked.headers["location"] == "/sign-in/second?next=/data"
    assert client.get("/api/jobs").status_code == 401, "half a sign-in opens nothing"
    page = asked.headers["location"]
    assert form(client, "/sign-in/second", page, code="000000").status_code == 403
    code = pyotp.TOTP(secret).now()
    assert form(client, "/sign-in/second", page, code=code, next="/data").headers["location"] == "/data"
    assert client.get("/api/jobs").status_code == 200
    thief = again()
    sign_in(thief)
    assert form(thief, "/sign-in/second", page, code=code).status_code == 403, "it was used"


def test_codes_can_be_guessed_a_few_times_only(visit, owner, secret):
    client = visit(rate_limit_wrong=0)
    sign_in(client)
    statuses = [form(client, "/sign-in/second", "/sign-in/second", code=f"{n:06}").status_code for n in range(7)]
    assert statuses[:6] == [403] * 5 + [429]


def test_the_second_step_needs_the_first(client, owner, secret):
    token = token_in(client.get("/sign-in").text)
    skipped = client.post("/sign-in/second", data=token | {"code": pyotp.TOTP(secret).now()})
    assert skipped.headers["location"].startswith("/sign-in?")
    client.cookies.set("lifetracer_half", "forged")
    assert client.get("/sign-in/second").headers["location"].startswith("/sign-in?")


def test_a_recovery_code_stands_in_once(client, again, owner):
    sign_in(client)
    page = client.get("/security/factor").text
    plain = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    sealed = re.search(r'name="secret" value="([^"]+)"', page)[1]
    assert plain not in sealed
    assert 'src="data:image/svg+xml;base64,' in page
    started = client.post("/security/factor", data=token_in(page) | {"secret": sealed, "code": pyotp.TOTP(plain).now()})
    codes = re.findall(r"<code>([A-Z2-9-]{14})</code>", started.text)
    assert len(codes) == 10
    for status in (303, 403):
        phone = again()
        sign_in(phone)
        answer = form(phone, "/sign-in/second", "/sign-in/second", code=codes[3].lower().replace("-", " "))
        assert answer.status_code == status
    assert "9 recovery codes" in client.get("/security?lang=en").text


@pytest.mark.parametrize(("shift", "right"), [(0, True), (-30, True), (30, True), (-90, False), (90, False)])
def test_a_code_counts_in_its_half_minute_and_the_neighbours(shift, right):
    secret, now = second_factor.new_secret(), 1_790_000_015
    code = pyotp.TOTP(secret).at(now + shift)
    assert (second_factor.step_of(secret, code, 0, now) is not None) == right
    assert second_factor.step_of(secret, code, (now + 60) // 30, now) is None


# Coming in for the first time


def test_from_elsewhere_the_owner_shows_the_set_up_code(visit, warehouse, account):
    client = visit(host="0.0.0.0", rate_limit_wrong=0)
    with warehouse.transaction() as con:
        code = invitations.set_up_code(con, account.account_id)
    fields = {"name": "Hanako", "sign_in_name": "hanako", "password": PASSWORD}
    assert form(client, "/welcome", "/welcome", code="AAAA-BBBB-CCCC-DDDD", **fields).status_code == 403
    assert form(client, "/welcome", "/welcome", code=code, **fields | {"password": ""}).status_code == 422
    done = form(client, "/welcome", "/welcome", code=code.lower().replace("-", " "), **fields)
    assert done.headers["location"] == "/connections/add"
    assert client.get("/api/jobs").status_code == 200
    stranger = httpx.Client(base_url=client.base_url, trust_env=False)
    assert stranger.get("/welcome").headers["location"] == "/sign-in"
    stranger.close()


def test_the_owner_chooses_name_language_and_zone(client, warehouse, account):
    sent = {"name": "花子", "language": "ja", "time_zone": "Asia/Tokyo"}
    assert form(client, "/welcome", "/welcome", **sent).headers["location"] == "/connections/add?lang=ja"
    with warehouse.transaction() as con:
        (known,) = accounts.every(con)
    assert (known.account_id, known.name, known.language) == (account.account_id, "花子", "ja")
    assert form(client, "/welcome", "/welcome", **sent | {"time_zone": "Mars/Base"}).status_code == 422


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaa", "password123", "hanako2026", "0123456789"])
def test_weak_passwords_are_refused(client, account, weak):
    sent = {"name": "Hanako", "sign_in_name": "hanako", "password": weak}
    assert form(client, "/welcome", "/welcome", **sent).status_code == 422
    assert client.get("/api/jobs").status_code == 200


def invitation(client: httpx.Client, name: str = "Jiro") -> str:
    made = form(client, "/people/invite", "/people", name=name)
    return re.search(r'id="invitation-link">[^<]*(/invitation/[\w-]+)<', made.text)[1]


def test_an_invited_person_gets_an_account_of_their_own(client, again, warehouse, owner):
    sign_in(client)
    address = invitation(client)
    guest = again()
    fields = {"name": "Jiro", "sign_in_name": "jiro", "password": OTHER, "time_zone": "Europe/Berlin", "language": "en"}
    assert form(guest, address, address, **fields | {"sign_in_name": "Hanako"}).status_code == 422, "taken"
    assert form(guest, address, address, **fields).headers["location"] == "/connections/add"
    shown = guest.get("/api/account").json()
    assert (shown["name"], shown["timeZone"]) == ("Jiro", "Europe/Berlin")
    assert guest.get("/people").status_code == 404
    assert again().get(address).status_code == 404, "used up"
    assert "jiro" in client.get("/people").text


def test_an_operator_removes_people_and_never_reads_their_time(client, again, warehouse, other, monkeypatch):
    assert callers.CACHE_SECONDS <= 5, "for so long a server may remember a token"
    monkeypatch.setattr(callers, "CACHE_SECONDS", 0.2)
    sign_in(client)
    jiro = again()
    sign_in(jiro, "jiro", OTHER)
    token = jiro.post("/api/tokens", json={"name": "phone", "scopes": ["data:read"]}).json()["token"]
    assert form(client, "/people/remove", "/people", person=str(other.account_id)).status_code == 303
    assert jiro.get("/api/jobs").status_code == 401
    assert sign_in(again(), "jiro", OTHER).status_code == 403
    time.sleep(0.3)
    assert again().get("/api/account", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with warehouse.transaction() as con:
        assert {one.name for one in accounts.every(con)} == {"Hanako", "Jiro"}, "the data stays"


def test_the_database_itself_shows_an_operator_nothing_but_who_is_there(warehouse, owner, other):
    with warehouse.transaction(account_id=owner.account_id) as con:
        assert [one.sign_in_name for one in people.every(con)] == ["hanako", "jiro"]
        for table in ("app.account", "app.session", "app.person", "app.connection", "ops.job", "ops.audit"):
            found = con.execute(f"select count(*) from {table} where account_id = %s", [other.account_id]).fetchone()
            assert found == (0,), table
    for statement in ("select * from app.people()", "select app.dismiss_person(gen_random_uuid())"):
        with (
            pytest.raises(Exception, match="only an operator"),
            warehouse.transaction(account_id=other.account_id) as con,
        ):
            con.execute(statement)
    for statement in (
        "update app.person set is_operator = true",
        "select password_hash from app.person",
        "select session_hash from app.session",
        "insert into app.session (account_id, session_hash, how, expires_at)"
        " values (app.current_account_id(), '', 'password', now())",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            warehouse.transaction(account_id=other.account_id) as con,
        ):
            con.execute(statement)
    with pytest.raises(Exception, match="Only an operator"), warehouse.transaction(account_id=other.account_id) as con:
        invitations.invite(con, other.account_id, "a friend")


def test_a_link_leads_back_whoever_lost_their_password(client, again, warehouse, owner, secret):
    with warehouse.transaction() as con:
        token = invitations.lead_back(con, owner.account_id, "hanako")
    phone = again()
    done = form(phone, f"/invitation/{token}", f"/invitation/{token}", password=OTHER)
    assert done.status_code == 303
    assert phone.get("/api/account").json()["name"] == "Hanako"
    assert sign_in(client, password=PASSWORD).status_code == 403
    assert sign_in(client, password=OTHER).headers["location"] == "/"


# What is shown


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_names_are_text_wherever_they_are_shown(client, again, warehouse, owner):
    sign_in(client)
    address = invitation(client, HOSTILE)
    guest = again()
    shown = guest.get(address)
    assert "<script>alert" not in shown.text
    fields = {"name": HOSTILE, "sign_in_name": HOSTILE, "password": OTHER}
    form(guest, address, address, **fields)
    guest.cookies.clear()
    guest.headers["User-Agent"] = HOSTILE
    sign_in(guest, HOSTILE, OTHER)
    with warehouse.transaction() as con:
        jiro = next(one for one in accounts.every(con) if one.name == HOSTILE)
        con.execute(
            "insert into app.connection (account_id, source, name, external_user, problem, status)"
            " values (%s, 'toggl_track', %s, %s,"
            " jsonb_build_object('message', %s::text, 'remedy', %s::text), 'needs_user')",
            [jiro.account_id, *[HOSTILE] * 4],
        )
    link = re.search(r"/connections/[0-9a-f-]{36}", guest.get("/connections").text)[0]
    for browser, page in ((client, "/people"), (guest, "/security"), (guest, "/connections"), (guest, link)):
        text = browser.get(page).text
        assert "&lt;script&gt;alert(1)" in text, page
        assert "<script>alert" not in text, page
        assert "<img src=x" not in text, page


def test_no_page_runs_or_styles_anything_inline(client, account):
    pages = ["/welcome", "/connections", "/connections/add", "/security"]
    pages += [f"/connections/add/{way}" for way in ("demo", "file", "calendar", "toggl", "google")]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r'<style|<script(?! src=)|\sstyle="|\son\w+="', answer.text), page
        assert answer.headers["cache-control"] == "private, no-store"


def test_sessions_do_not_outlive_the_settings(visit, owner):
    assert Settings(session_days=1).session_days == 1
    client = visit(session_days=1)
    cookie = sign_in(client).headers["set-cookie"]
    assert "Max-Age=86400" in cookie
