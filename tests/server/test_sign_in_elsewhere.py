"""Signing in by an OpenID Connect issuer and by Supabase Auth, against the sandbox over real HTTP."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from pydantic import SecretStr

from lifetracer.errors import CredentialError
from lifetracer.outside import oidc, supabase_auth
from lifetracer.settings import Settings
from lifetracer.warehouse import accounts, invitations, people
from sandbox_process import SandboxHandle, start_sandbox

from .conftest import token_in
from .test_sign_in import PASSWORD, _quick, again, form, owner, sign_in  # noqa: F401 - fixtures

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxHandle]:
    with start_sandbox(start="2026-11-10", people=2, quota=False) as handle:
        yield handle


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    modes = {"supabase_signs": "ES256", "supabase_banned": [], "supabase_seconds": 3600, "oidc_claims": {}}
    running.admin("/modes", modes)
    supabase_auth._known.clear()
    oidc._known.clear()
    return running


@pytest.fixture
def elsewhere(sandbox: SandboxHandle) -> dict[str, object]:
    """Settings by which people can sign in at the sandbox."""
    person = sandbox.person
    return {
        "oidc_issuer": person["oidcIssuer"],
        "oidc_client_id": person["oidcClientId"],
        "oidc_client_secret": SecretStr(person["oidcClientSecret"]),
        "supabase_url": sandbox.url,
        "supabase_anon_key": SecretStr(person["supabaseAnonKey"]),
    }


@pytest.fixture
def client(visit, elsewhere, owner) -> httpx.Client:  # noqa: F811
    return visit(**elsewhere, rate_limit_wrong=0)


def at_issuer(client: httpx.Client, address: str, person: int | str = 0) -> httpx.Response:
    """Go to the issuer, choose a person, and come back."""
    away = client.get(address)
    assert away.status_code == 303, away.text
    page = away.headers["location"]
    back = httpx.get(f"{page}&person={person}", trust_env=False).headers["location"]
    return client.get(back)


def joined(client: httpx.Client, person: int = 0) -> None:
    """Let an identity of the issuer open Hanako's account."""
    sign_in(client)
    assert at_issuer(client, "/sign-in/oidc?purpose=join&next=/security", person).headers["location"] == "/security"


def test_nobody_comes_in_by_an_address_alone(client, warehouse, sandbox, owner):  # noqa: F811
    """The owner even signs in by the very e-mail address that the issuer and Supabase name."""
    with warehouse.transaction() as con:
        con.execute("update app.person set sign_in_name = %s", [sandbox.person["email"]])
    assert at_issuer(client, "/sign-in/oidc").status_code == 409
    sent = {"by": "supabase", "name": sandbox.person["email"], "password": sandbox.person["password"]}
    assert form(client, "/sign-in", "/sign-in", **sent).status_code == 403
    assert client.get("/api/jobs").status_code == 401


def test_an_identity_that_was_joined_while_signed_in_opens_the_account(client, again, owner):  # noqa: F811
    joined(client)
    assert "anna.weber@example.com" in client.get("/security").text
    phone = again()
    assert at_issuer(phone, "/sign-in/oidc?next=/data").headers["location"] == "/data"
    assert phone.get("/api/account").json()["name"] == "Hanako"
    assert at_issuer(again(), "/sign-in/oidc", 1).status_code == 409, "another person of the issuer"


def test_who_declines_comes_not_in(client, owner):  # noqa: F811
    answer = at_issuer(client, "/sign-in/oidc", "nobody")
    assert answer.status_code == 409
    assert "サインインは断られました" in answer.text


def test_a_way_back_works_once_and_in_the_browser_that_began(client, again, owner):  # noqa: F811
    joined(client)
    victim, thief = again(), again()
    page = thief.get("/sign-in/oidc").headers["location"]
    back = httpx.get(f"{page}&person=0", trust_env=False).headers["location"]
    assert victim.get(back).status_code == 403, "login CSRF: a stranger's answer"
    mine = again()
    page = mine.get("/sign-in/oidc").headers["location"]
    back = httpx.get(f"{page}&person=0", trust_env=False).headers["location"]
    assert mine.get(back).status_code == 303
    assert mine.get(back).status_code == 403
    assert mine.get("/sign-in/oidc/back?state=x&code=y").status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        {"aud": ["another-client"]},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(client, again, sandbox, owner, claims):  # noqa: F811
    joined(client)
    sandbox.admin("/modes", {"oidc_claims": claims})
    assert at_issuer(again(), "/sign-in/oidc").status_code == 409


def test_an_invitation_can_be_taken_by_an_issuer(client, again, warehouse, owner):  # noqa: F811
    with warehouse.transaction(account_id=owner.account_id) as con:
        token = invitations.invite(con, owner.account_id, "Anna")
    guest = again()
    assert "/sign-in/oidc?invitation=" in guest.get(f"/invitation/{token}").text
    assert at_issuer(guest, f"/sign-in/oidc?invitation={token}").headers["location"] == "/connections/add"
    assert guest.get("/api/account").json()["name"] == "Anna"
    assert at_issuer(again(), "/sign-in/oidc").status_code == 303


def test_supabase_lets_in_whom_it_vouches_for(client, again, warehouse, sandbox, owner):  # noqa: F811
    with warehouse.transaction(account_id=owner.account_id) as con:
        token = invitations.invite(con, owner.account_id, "Anna")
    person, guest = sandbox.person, again()
    sent = {"by": "supabase", "name": "Anna", "sign_in_name": person["email"], "password": person["password"]}
    done = form(guest, f"/invitation/{token}", f"/invitation/{token}", **sent)
    assert done.headers["location"] == "/connections/add"
    with warehouse.transaction() as con:
        anna = next(one for one in accounts.every(con) if one.name == "Anna")
    assert str(anna.account_id) == person["subject"], "so that Supabase's own policies see the same rows"
    later = again()
    sent = {"by": "supabase", "name": person["email"], "password": person["password"], "next": "/data"}
    assert form(later, "/sign-in", "/sign-in", **sent).headers["location"] == "/data"
    assert form(again(), "/sign-in", "/sign-in", **sent | {"password": "wrong"}).status_code == 403


@pytest.fixture
def anna(warehouse, sandbox, owner):  # noqa: F811
    """Anna, for whom Supabase vouches."""
    with warehouse.transaction() as con:
        made = accounts.create(con, "Anna", "UTC", "en")
        people.add(con, made.account_id, "anna", None)
        people.join(con, made.account_id, f"{sandbox.url}/auth/v1", sandbox.person["subject"], "anna")
    return made


def by_supabase(client: httpx.Client, sandbox: SandboxHandle) -> httpx.Response:
    sent = {"by": "supabase", "name": sandbox.person["email"], "password": sandbox.person["password"]}
    return form(client, "/sign-in", "/sign-in", **sent)


def renew_now(warehouse) -> None:
    with warehouse.transaction() as con:
        con.execute("update app.session set upstream_until = now() - interval '1 second'")


def test_a_session_renews_itself_by_tokens_that_work_once(client, warehouse, sandbox, anna):
    by_supabase(client, sandbox)
    for _ in range(3):
        renew_now(warehouse)
        assert client.get("/api/account").json()["name"] == "Anna"
    counts = sandbox.requests()
    assert counts["POST /auth/v1/token"] >= 4
    with warehouse.transaction() as con:
        (kept,) = con.execute("select upstream from app.session").fetchone()
        assert kept.startswith("gAAAA"), "encrypted"


def test_who_is_banned_there_is_out_here_at_the_next_renewal(client, warehouse, sandbox, anna):
    by_supabase(client, sandbox)
    sandbox.admin("/modes", {"supabase_banned": [0]})
    assert client.get("/api/account").status_code == 200
    renew_now(warehouse)
    assert client.get("/api/account").status_code == 401


def test_while_supabase_is_away_nobody_is_thrown_out(client, warehouse, sandbox, anna):
    by_supabase(client, sandbox)
    renew_now(warehouse)
    sandbox.fault("status_500", route="POST /auth/v1/token", count=5)
    assert client.get("/api/account").status_code == 200
    sandbox.admin("/faults", method="DELETE")


def access_token(sandbox: SandboxHandle, person: int = 0) -> str:
    credentials = sandbox.people[person]
    answer = httpx.post(
        f"{sandbox.url}/auth/v1/token?grant_type=password",
        json={"email": credentials["email"], "password": credentials["password"]},
        headers={"apikey": credentials["supabaseAnonKey"]},
        trust_env=False,
    )
    return str(answer.json()["access_token"])


def forged(sandbox: SandboxHandle, key: object, algorithm: str, **changes: object) -> str:
    now = int(time.time())
    claims = {
        "iss": f"{sandbox.url}/auth/v1",
        "aud": "authenticated",
        "sub": sandbox.person["subject"],
        "exp": now + 600,
        "iat": now,
        "session_id": "x",
    }
    return jwt.encode(claims | changes, key, algorithm, headers={"kid": "project-1"})  # type: ignore[arg-type]


@pytest.mark.parametrize("signs", ["ES256", "HS256"])
@pytest.mark.parametrize("secret", [True, False], ids=["with the secret", "without"])
def test_programs_show_supabases_own_token(visit, elsewhere, sandbox, anna, signs, secret):
    sandbox.admin("/modes", {"supabase_signs": signs})
    known = {"supabase_jwt_secret": SecretStr(sandbox.person["supabaseJwtSecret"])} if secret else {}
    client = visit(**elsewhere, **known)
    bearer = {"Authorization": f"Bearer {access_token(sandbox)}"}
    assert client.get("/api/account", headers=bearer).json()["name"] == "Anna"
    stranger = {"Authorization": f"Bearer {access_token(sandbox, 1)}"}
    assert client.get("/api/account", headers=stranger).status_code == 401


def test_a_token_that_was_made_by_others_is_refused(elsewhere, sandbox):
    settings = Settings(**elsewhere, supabase_jwt_secret=SecretStr(sandbox.person["supabaseJwtSecret"]))
    secret = sandbox.person["supabaseJwtSecret"]
    assert supabase_auth.verify(settings, forged(sandbox, secret, "HS256"))["sub"] == sandbox.person["subject"]
    wrong = [
        forged(sandbox, "another secret that is long enough to be one", "HS256"),
        forged(sandbox, secret, "HS256", exp=int(time.time()) - 120),
        forged(sandbox, secret, "HS256", aud="anon"),
        forged(sandbox, secret, "HS256", iss="https://evil.example/auth/v1"),
        forged(sandbox, secret, "HS256", is_anonymous=True),
        forged(sandbox, None, "none"),
        "a.b.c",
    ]
    for token in wrong:
        with pytest.raises(CredentialError):
            supabase_auth.verify(settings, token)


def test_an_unknown_key_is_looked_for_once_a_minute_only(elsewhere, sandbox):
    from cryptography.hazmat.primitives.asymmetric import ec

    settings = Settings(**elsewhere)
    sandbox.forget_requests()
    for _ in range(5):
        with pytest.raises(CredentialError):
            supabase_auth.verify(settings, jwt.encode({"sub": "x"}, ec.generate_private_key(ec.SECP256R1()), "ES256"))
    assert sandbox.requests()["GET /auth/v1/.well-known/jwks.json"] == 1


def test_a_used_refresh_token_ends_its_family(elsewhere, sandbox):
    settings = Settings(**elsewhere)
    first = supabase_auth.sign_in(settings, sandbox.person["email"], sandbox.person["password"])
    assert first.renew_at > datetime.now(UTC) + timedelta(minutes=50)
    second = supabase_auth.renew(settings, first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert supabase_auth.renew(settings, first.refresh_token).refresh_token == second.refresh_token, "a lost answer"
    with pytest.raises(supabase_auth.RefusedError) as refused:
        supabase_auth.sign_in(settings, sandbox.person["email"], "wrong")
    assert refused.value.code == "invalid_credentials"


def test_a_password_and_an_issuer_may_both_be_there_and_the_last_one_stays(client, warehouse, owner):  # noqa: F811
    joined(client)
    with warehouse.transaction() as con:
        con.execute("update app.person set password_hash = null, password_changed_at = null")
        issuer, subject = con.execute("select issuer, subject from app.identity").fetchone()
    kept = form(client, "/security/identity/part", "/security", issuer=issuer, subject=subject)
    assert kept.status_code == 409
    form(client, "/security/password", "/security", password=PASSWORD)
    gone = form(client, "/security/identity/part", "/security", issuer=issuer, subject=subject)
    assert gone.status_code == 303
    assert token_in(client.get("/security").text)
