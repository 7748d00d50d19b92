"""The question in the browser, against the sandbox's consent page: allowed, declined, half allowed, forged."""

from collections.abc import Iterator

import httpx
import pytest

from lifetracer.errors import CredentialError, FixByHandError, TryAgainError
from lifetracer.outside.google_consent import Client, Consent
from lifetracer.outside.google_oauth import READ_SCOPES, WRITE_SCOPES
from sandbox_process import SandboxHandle, start_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxHandle]:
    with start_sandbox(start="2026-11-20") as handle:
        yield handle


@pytest.fixture
def sandbox(running: SandboxHandle) -> SandboxHandle:
    running.admin("/faults", method="DELETE")
    running.admin("/google/consent", {"decision": "approve", "scopes": None})
    return running


@pytest.fixture
def client(sandbox: SandboxHandle) -> Client:
    person = sandbox.person
    return Client(
        person["googleClientId"],
        person["googleClientSecret"],
        f"{sandbox.url}/o/oauth2/v2/auth",
        f"{sandbox.url}/token",
    )


def browse(url: str) -> httpx.Response:
    """Do what a browser does: follow Google's answer to the loopback address."""
    return httpx.get(url, follow_redirects=True, trust_env=False)


def come_back(consent: Consent) -> httpx.Response:
    """Browse, and wait for the answer: the closing page is sent before it is taken."""
    answer = browse(consent.url)
    assert consent.wait(30)
    return answer


def test_an_allowed_consent_becomes_a_credential(client: Client) -> None:
    with Consent(client) as consent:
        assert "close this window" in come_back(consent).text
        granted = consent.trade()
    assert granted.shows_list
    assert granted.credential["refresh_token"].startswith("1//")
    assert granted.credential.keys() == {"client_id", "client_secret", "refresh_token"}


def test_the_address_may_be_pasted_instead(client: Client) -> None:
    with Consent(client) as consent:
        address = httpx.get(consent.url, trust_env=False).headers["location"]
        assert consent.take(address)
        assert consent.trade().credential["refresh_token"]


def test_a_declined_consent_is_explained(client: Client, sandbox: SandboxHandle) -> None:
    sandbox.fault("oauth_denied")
    with Consent(client) as consent:
        come_back(consent)
        with pytest.raises(CredentialError, match="declined") as raised:
            consent.trade()
    assert "Testing" in raised.value.remedy


def test_unticked_events_are_refused_and_an_unticked_list_is_told(client: Client, sandbox: SandboxHandle) -> None:
    for scopes, enough in ((READ_SCOPES[1:], False), (READ_SCOPES[:1], True)):
        sandbox.admin("/google/consent", {"scopes": list(scopes)})
        with Consent(client) as consent:
            come_back(consent)
            if enough:
                assert not consent.trade().shows_list
            else:
                with pytest.raises(CredentialError, match="unticked"):
                    consent.trade()


def test_an_answer_with_another_state_is_not_taken(client: Client) -> None:
    with Consent(client) as consent:
        assert browse(f"{consent.redirect_uri}/?code=stolen&state=guessed").status_code == 404
        assert browse(f"{consent.redirect_uri}/favicon.ico").status_code == 404
        assert not consent.take("http://127.0.0.1/?code=x&state=\u00e9")
        assert not consent.wait(0.05)
        with pytest.raises(TryAgainError, match="Nobody answered"):
            consent.trade()


def test_a_code_is_worth_nothing_without_the_verifier(client: Client) -> None:
    with Consent(client) as consent, Consent(client) as thief:
        address = httpx.get(consent.url, trust_env=False).headers["location"]
        consent.take(address)
        thief._answer = consent._answer
        with pytest.raises((CredentialError, FixByHandError)):
            thief.trade()


def test_a_wrong_client_secret_is_a_matter_of_configuration(client: Client) -> None:
    wrong = Client(client.client_id, "wrong", client.auth_url, client.token_url)
    with Consent(wrong) as consent:
        come_back(consent)
        with pytest.raises(FixByHandError, match="OAuth client"):
            consent.trade()


def test_a_taken_port_is_named(client: Client) -> None:
    with Consent(client) as consent, pytest.raises(FixByHandError, match=f"Port {consent.port}"):
        Consent(client, consent.port)


def test_a_consent_to_plan_asks_for_one_scope_more_and_says_what_was_granted(
    client: Client, sandbox: SandboxHandle
) -> None:
    with Consent(client, scopes=WRITE_SCOPES) as consent:
        assert "calendar.app.created" in consent.url
        come_back(consent)
        assert consent.trade().may_plan
    sandbox.admin("/google/consent", {"scopes": list(READ_SCOPES)})
    with Consent(client, scopes=WRITE_SCOPES) as consent:
        come_back(consent)
        granted = consent.trade()
    assert (granted.shows_list, granted.may_plan) == (True, False)
