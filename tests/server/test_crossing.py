"""Pages of other sites: closed by default, open to named origins with a token, never with a cookie."""

import pytest
from pydantic import SecretStr

from lifetracer.errors import FixByHandError
from lifetracer.server.crossing import read_origins
from lifetracer.settings import Settings

from .conftest import TOKEN, token_in

APP = "https://app.example.org"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ASK = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def named(visit):
    return visit(host="0.0.0.0", access_token=SecretStr(TOKEN), cors_origins=APP)


@pytest.mark.db
def test_by_default_no_page_of_another_site_reads_anything(guarded):
    for answer in (
        guarded.get("/api/jobs", headers=BEARER | {"Origin": APP}),
        guarded.options("/api/jobs", headers={"Origin": APP, **ASK}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.db
def test_a_named_origin_may_ask_with_a_token(named):
    asked = named.options("/api/transform", headers={"Origin": APP, **ASK})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == APP
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    answer = named.post("/api/transform", headers=BEARER | {"Origin": APP, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == APP
    assert "Origin" in answer.headers["vary"]
    assert "ETag" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    refused = named.post("/api/transform", headers={"Origin": APP, "Authorization": "Bearer lt_no"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, APP)


@pytest.mark.db
def test_others_may_not(named):
    for origin in ("https://evil.example", "http://app.example.org", "null", f"{APP}.evil.example"):
        asked = named.options("/api/transform", headers={"Origin": origin, **ASK})
        assert asked.status_code == 401
        assert "access-control-allow-origin" not in asked.headers


@pytest.mark.db
def test_a_cookie_never_counts_for_another_site(named, account):
    form = token_in(named.get("/sign-in").text)
    named.post("/sign-in", data=form | {"by": "token", "token": TOKEN})
    assert named.post("/api/transform", headers={"Origin": str(named.base_url).rstrip("/")}).status_code == 202
    assert named.post("/api/transform", headers={"Origin": APP}).status_code == 403


@pytest.mark.parametrize("origin", ["*", "app.example.org", "https://app.example.org/", "ftp://x", "https://"])
def test_what_is_no_origin_is_a_sentence(origin):
    with pytest.raises(FixByHandError, match="CORS_ORIGINS"):
        read_origins(Settings(cors_origins=origin))
