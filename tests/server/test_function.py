"""The application as a function: it answers at its first request, and a preview never opens production's database."""

import asyncio

import httpx
import pytest

from lifetracer.errors import FixByHandError
from lifetracer.server.function import application, refuse_production
from lifetracer.settings import load

TOKEN = "a-token-of-the-installation-that-is-long"


def ask(app, path, **headers):
    async def once():
        transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="https://life.example.org") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(once())


@pytest.fixture
def surroundings(environ):
    return environ | {"LIFETRACER_ACCESS_TOKEN": TOKEN, "VERCEL_ENV": "production"}


@pytest.mark.db
def test_a_function_answers_pages_and_api(surroundings, account):
    app = application(surroundings)
    assert ask(app, "/health").json() == {"status": "ok"}
    assert ask(app, "/api/jobs").status_code == 401
    assert ask(app, "/api/jobs", authorization=f"Bearer {TOKEN}").status_code == 200
    page = ask(app, "/", authorization=f"Bearer {TOKEN}")
    assert page.status_code in {200, 303}
    assert ask(app, "/sign-in").status_code == 200


@pytest.mark.db
def test_a_preview_with_productions_database_says_no_to_everything(surroundings):
    app = application(surroundings | {"VERCEL_ENV": "preview"})
    told = ask(app, "/api/jobs", authorization=f"Bearer {TOKEN}")
    assert told.status_code == 503
    assert "preview" in told.text
    assert "password" not in told.text


@pytest.mark.db
def test_a_preview_opens_a_database_that_was_given_to_previews(surroundings, account):
    given = surroundings | {"VERCEL_ENV": "preview", "LIFETRACER_PREVIEW_DATABASE_URL": surroundings["DATABASE_URL"]}
    assert ask(application(given), "/health").status_code == 200


@pytest.mark.parametrize("place", ["preview", "development"])
def test_only_production_may_have_the_one_database(place):
    settings = load({"DATABASE_URL": "postgresql://production/"})
    refuse_production({"VERCEL_ENV": "production"}, settings)
    refuse_production({}, settings)
    with pytest.raises(FixByHandError, match="preview"):
        refuse_production({"VERCEL_ENV": place}, settings)


def test_without_a_database_it_says_what_to_set():
    told = ask(application({"VERCEL_ENV": "production"}), "/")
    assert told.status_code == 503
    assert "DATABASE_URL" in told.text
