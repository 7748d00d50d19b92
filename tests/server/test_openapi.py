"""The description of the API is true: made-up requests by the thousand, and examples that fit their schemas.

``make drill-api`` tries six times as many as the usual run.
"""

import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as known

from conftest import SECRET_KEY
from lifetracer.server import openapi
from lifetracer.server.app import built
from lifetracer.server.doors import OPEN, is_open
from lifetracer.settings import Settings
from lifetracer.transform.run import transform
from modelled import modelled
from visualizer import seed as lives

from .conftest import TOKEN, asked

pytestmark = pytest.mark.db

CASES = int(os.environ.get("CASES", "8"))
"""Made-up requests for each operation and mode."""
FOR_ANYBODY_KNOWN = {"/ready", "/api/openapi.json", "/api/docs", "/api/docs/style.css", "/api/vitals"}
"""What tells nothing of anybody's life, but is not for strangers."""
BEARER = {"Authorization": f"Bearer {TOKEN}"}
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]


def no_server_error(ctx, response, case):
    """What cannot be asked now (503) is said on purpose; anything else is a bug."""
    assert response.status_code < 500 or response.status_code == 503, response.text
    if response.status_code >= 500 and case.path != "/ready":
        assert response.headers["content-type"] == ["application/problem+json"]


CHECKS = [
    no_server_error,
    known.status_code_conformance,
    known.content_type_conformance,
    known.response_headers_conformance,
    known.response_schema_conformance,
]


@pytest.fixture(scope="module")
def api(server):
    """A person's transformed weeks behind a server that asks for a token; no service is within reach."""
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder), modelled) as house:
        own = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        anna = lives.anna(house)
        transform(house, own, anna.account_id, as_of=lives.NOW)
        wishes = Settings(
            home=Path(folder),
            account=str(anna.account_id),
            host="0.0.0.0",
            access_token=SecretStr(TOKEN),
            rate_limit=0,
            rate_limit_wrong=0,
            retry_attempts=1,
            toggl_url="http://127.0.0.1:9",
            google_url="http://127.0.0.1:9",
        )
        with built(house, wishes) as app, asked(app) as client:
            inner = app
            while not isinstance(inner, FastAPI):
                inner = inner.app
            yield inner, client, client.get("/api/openapi.json", headers=BEARER).json()


def operations(document):
    schema = schemathesis.openapi.from_dict(document)
    return [found.ok() for found in schema.get_all_operations()]


def test_no_request_breaks_the_server_or_the_description(api):
    _, client, document = api
    statuses = Counter()
    broken = []
    for operation in operations(document):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
            except schemathesis.errors.SchemathesisError:  # nothing of this operation can be made wrong
                continue
            _try(operation, strategy, client, statuses, broken)
    told = f"{sum(statuses.values())} requests to {len(operations(document))} operations"
    sys.stdout.write(f"\n{told}: {dict(sorted(statuses.items()))}\n")
    assert not broken, "\n\n".join(broken)
    assert sum(statuses.values()) >= 2000 or CASES < 40
    assert sum(count for status, count in statuses.items() if status < 300) > 20, "some of them made sense"


def _try(operation, strategy, client, statuses, broken):
    @seed(2026)
    @settings(max_examples=CASES, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=QUIET)
    @given(case=strategy)
    def one(case):
        answer = case.call(base_url=str(client.base_url), headers=BEARER, timeout=30)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS, headers=BEARER)

    try:
        one()
    except BaseException as failure:
        if isinstance(failure, KeyboardInterrupt):
            raise
        if "Unsatisfiable" not in type(failure).__name__:
            broken.append(f"{operation.label}: {_reasons(failure)}")


def _reasons(failure):
    inner = getattr(failure, "exceptions", None)
    return "\n".join(_reasons(one) for one in inner) if inner else f"{type(failure).__name__}: {failure}"[:1500]


def test_without_the_right_token_nothing_is_told(api):
    _, client, document = api
    for path, methods in document["paths"].items():
        for method in methods:
            if path in OPEN:
                continue
            target = re.sub(r"{[^}]+}", "day", path)
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer lt_" + "x" * 43}):
                answer = client.request(method, target, headers=headers)
                assert answer.status_code == 401, (method, path)
                assert set(answer.json()) == {"type", "title", "status", "detail", "remedy"}


def test_every_route_names_its_scope_or_is_listed_as_open(api):
    app, _, _ = api
    walked = list(openapi.scopes_by_route(app))
    assert len(walked) > 50
    for method, path, scopes in walked:
        if scopes is None:
            assert is_open(path), f"{method} {path} is neither scoped nor among doors.OPEN"
        elif not scopes:
            assert path in {"/ready", "/api/openapi.json", "/api/docs", "/api/docs/style.css", "/api/vitals"}, (
                method,
                path,
            )
    for door, guard in OPEN.items():
        assert len(guard) > 20, f"what guards {door}?"
    paths = {path for _, path, _ in walked}
    assert all(any(path == door or path.startswith(door) for path in paths) for door in OPEN), "a door that is none"


def test_every_operation_has_words_examples_and_a_named_failure(api):
    _, _, document = api
    assert document["openapi"].startswith("3.1")
    jsonschema.Draft202012Validator.check_schema(document["components"]["schemas"]["Job"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                assert openapi.example(content["schema"], document) is not None, (where, media)
            good = {status: answer for status, answer in operation["responses"].items() if status < "300"}
            assert good, where
            for status, answer in good.items():
                for content in answer.get("content", {}).values():
                    assert "example" in content or openapi.example(content["schema"], document) is not None, where
                assert status == "204" or answer.get("content"), where


def test_examples_fit_their_schemas(api):
    _, _, document = api
    for name, schema in document["components"]["schemas"].items():
        whole = {**schema, "components": document["components"]}
        for example in schema.get("examples", ()):
            wrong = [error.message for error in jsonschema.Draft202012Validator(whole).iter_errors(example)]
            assert not wrong, (name, wrong)


def test_the_page_for_people_needs_nothing_from_elsewhere(api):
    _, client, document = api
    page = client.get("/api/docs", headers=BEARER)
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    for path in document["paths"]:
        assert f"<code>{path}</code>" in page.text
    style = client.get("/api/docs/style.css", headers=BEARER)
    assert style.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in style.text
    assert "url(" not in style.text
