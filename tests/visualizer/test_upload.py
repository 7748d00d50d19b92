"""Carrying the dashboards to a Grafana: once or often, and what is said when it does not take them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from lifetracer.errors import CredentialError, FixByHandError, TryAgainError, UsageError
from lifetracer.settings import Settings
from lifetracer.visualizer.dashboards import documents
from lifetracer.visualizer.upload import Login, login_from, upload

from .grafana import Grafana, serve

DSN = "postgresql://grafana.abc:s3cret%2F@aws-0.pooler.supabase.com:5432/postgres?sslmode=require"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
BOARDS = {name: json.loads(text) for name, text in documents("en").items()}


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with serve() as running:
        yield running


@pytest.fixture
def settings(home) -> Settings:
    return Settings(home=home, retry_attempts=2, retry_seconds=0)


def test_the_first_upload_makes_everything(grafana, settings):
    login = login_from(DSN, certificate=PEM, grafana="https://anna.grafana.net")
    made = upload(settings, grafana.url + "/", "admin-token", BOARDS, login)
    assert made.folder == f"{grafana.url}/dashboards/f/lifetracer/lifetracer"
    assert made.source == "created"
    assert made.dashboards[0] == f"{grafana.url}/d/lifetracer-overview-en/x"
    assert {known["folder"] for known in grafana.dashboards.values()} == {"lifetracer"}
    assert [known["document"] for known in grafana.dashboards.values()] == list(BOARDS.values())
    source = grafana.sources["lifetracer"]
    assert (source["type"], source["access"]) == ("grafana-postgresql-datasource", "proxy")
    assert (source["url"], source["user"]) == ("aws-0.pooler.supabase.com:5432", "grafana.abc")
    assert source["jsonData"]["database"] == "postgres"
    assert source["jsonData"]["sslmode"] == "verify-full"  # whatever weaker the address says
    assert source["secureJsonData"] == {"password": "s3cret/", "tlsCACert": PEM}
    assert "s3cret" not in repr(login)


def test_a_second_upload_renews_and_doubles_nothing(grafana, settings):
    login = login_from(DSN)
    upload(settings, grafana.url, "admin-token", BOARDS, login)
    grafana.sources["lifetracer"]["isDefault"] = True
    again = upload(settings, grafana.url, "admin-token", BOARDS, login)
    assert again.source == "updated"
    assert (len(grafana.folders), len(grafana.sources), len(grafana.dashboards)) == (1, 1, 6)
    assert grafana.sources["lifetracer"]["isDefault"] is True
    assert {known["version"] for known in grafana.dashboards.values()} == {2}


def test_without_a_login_the_data_source_stays_as_it_is(grafana, settings):
    with pytest.raises(FixByHandError, match=r"no data source .* yet"):
        upload(settings, grafana.url, "editor-token", BOARDS)
    upload(settings, grafana.url, "admin-token", BOARDS, login_from(DSN))
    before = json.dumps(grafana.sources)
    assert upload(settings, grafana.url, "editor-token", BOARDS).source == "kept"
    assert json.dumps(grafana.sources) == before


@pytest.mark.parametrize(
    ("token", "failure", "sentence"),
    [
        ("wrong", CredentialError, "refuses the token"),
        ("viewer-token", CredentialError, "may not use /api/folders: .*folders:create"),
        ("editor-token", CredentialError, "may not use /api/datasources: .*role Admin"),
    ],
)
def test_a_token_that_may_not_is_told(grafana, settings, token, failure, sentence):
    with pytest.raises(failure) as told:
        upload(settings, grafana.url, token, BOARDS, login_from(DSN))
    assert re.search(sentence, told.value.sentence())
    assert grafana.dashboards == {}


def test_what_stands_in_the_way_is_told(grafana, settings):
    grafana.provisioned.add("lifetracer-overview-en")
    with pytest.raises(FixByHandError, match="does not take the dashboard: Cannot save provisioned dashboard"):
        upload(settings, grafana.url, "admin-token", BOARDS, login_from(DSN))
    grafana.provisioned.clear()
    grafana.sources.clear()
    grafana.sources["other"] = {"name": "lifetracer"}
    with pytest.raises(FixByHandError, match=r"has one of that name already .*same name already exists"):
        upload(settings, grafana.url, "admin-token", BOARDS, login_from(DSN))
    grafana.sources.clear()
    upload(settings, grafana.url, "admin-token", BOARDS, login_from(DSN))
    changed = {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
    grafana.faults = [(200, grafana.folders["lifetracer"]), (200, grafana.sources["lifetracer"]), (412, changed)]
    with pytest.raises(FixByHandError, match="changed by someone else"):
        upload(settings, grafana.url, "admin-token", BOARDS)


def test_a_database_out_of_reach_is_told_in_grafanas_words(grafana, settings):
    grafana.health = (400, {"status": "ERROR", "message": "x509: certificate signed by unknown authority"})
    with pytest.raises(FixByHandError, match="does not reach the database: x509: certificate signed") as told:
        upload(settings, grafana.url, "admin-token", BOARDS, login_from(DSN))
    assert "see-it-in-grafana" in told.value.remedy
    assert len(grafana.dashboards) == 6


def test_a_passing_fault_is_tried_again_and_a_lasting_one_told(grafana, settings):
    grafana.faults = [(503, {"message": "starting"})]
    upload(settings, grafana.url, "admin-token", BOARDS, login_from(DSN))
    assert len(grafana.dashboards) == 6
    grafana.faults = [(503, {"message": "database is locked"})] * 2
    with pytest.raises(TryAgainError, match="not well: database is locked"):
        upload(settings, grafana.url, "admin-token", BOARDS)
    grafana.faults = [(200, b"<html>another site</html>")] * 2
    with pytest.raises(TryAgainError, match="not complete JSON"):
        upload(settings, grafana.url, "admin-token", BOARDS)
    with pytest.raises(UsageError, match="not the address of a Grafana"):
        upload(settings, "anna.grafana.net", "admin-token", BOARDS)


@pytest.mark.parametrize(
    ("dsn", "grafana_url", "login"),
    [
        ("host=/home/anna/run user=g password=p dbname=life", "", Login("/home/anna/run", "life", "g", "p", "disable")),
        ("postgresql://g:p@db.example:6000/life", "https://g.example", Login("db.example:6000", "life", "g", "p")),
        ("postgresql://g:p@localhost/", "http://localhost:3001", Login("localhost:5432", "postgres", "g", "p")),
    ],
)
def test_an_address_becomes_a_login(dsn, grafana_url, login):
    assert login_from(dsn, grafana=grafana_url) == login


def test_an_address_that_grafana_cannot_use_is_told():
    with pytest.raises(UsageError, match="host, user or password is missing"):
        login_from("postgresql://db.example/life")
    with pytest.raises(UsageError, match="host, user or password is missing") as told:
        login_from("postgresql://g:s3cret@[db.example/life")
    assert "s3cret" not in str(told.value)
    assert told.value.__cause__ is None
    with pytest.raises(UsageError, match="no TLS mode prefer"):
        login_from(DSN, tls="prefer")
    with pytest.raises(
        FixByHandError, match=r"anna\.grafana\.net cannot reach a database that listens on this machine"
    ):
        login_from("host=/home/anna/run user=g password=p", grafana="https://anna.grafana.net")


def run(environ, *words):
    command = [sys.executable, "-m", "lifetracer", "grafana", *words]
    return subprocess.run(command, check=False, env=environ, capture_output=True, text=True, timeout=60)


def test_the_command_uploads_with_what_the_environment_says(environ, account, grafana, tmp_path):
    environ |= {"LIFETRACER_GRAFANA_URL": grafana.url, "LIFETRACER_GRAFANA_TOKEN": "admin-token"}
    (tmp_path / "dsn").write_text(DSN)
    environ |= {"LIFETRACER_GRAFANA_READER_DSN_FILE": str(tmp_path / "dsn")}
    answer = run(environ, "upload", "--json", "--console", "https://life.example")
    assert answer.returncode == 0, answer.stderr
    said = json.loads(answer.stdout)
    assert said["dataSource"] == "created"
    assert len(said["dashboards"]) == 6
    shown = grafana.dashboards["lifetracer-overview-ja"]["document"]  # the account speaks Japanese
    assert shown["title"] == "概要"
    assert shown["templating"]["list"][-1]["query"] == "https://life.example"
    wrong = run(environ, "upload", "--token", "wrong")
    assert wrong.returncode == 3
    assert "Grafana refuses the token." in wrong.stderr
    (tmp_path / "ca").write_text("hello")
    assert "is no certificate" in run(environ, "upload", "--ca", str(tmp_path / "ca")).stderr
    nowhere = run({name: value for name, value in environ.items() if "GRAFANA" not in name}, "upload")
    assert nowhere.returncode == 2
    assert "address or the token is missing" in nowhere.stderr


def test_the_command_writes_a_folder(environ, account, tmp_path):
    answer = run(environ, "write", str(tmp_path / "out"), "--language", "ja", "--json")
    assert answer.returncode == 0, answer.stderr
    assert len(json.loads(answer.stdout)["written"]) == 8
    assert "is current" in run(environ, "write", str(tmp_path / "out"), "--language", "ja").stdout
    assert run({"PATH": "", "LIFETRACER_HOME": "/nowhere"}, "write", str(tmp_path / "plain"), "--plain").returncode == 0
