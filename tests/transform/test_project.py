"""The dbt project's own tests pass; what every model must say of itself is asked in ``tests/whole/test_models.py``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform import project
from lifetracer.transform.project import dbt
from lifetracer.transform.run import transform

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def results(server: Server) -> Iterator[list[Any]]:
    """Outcomes of the project's unit and data tests in an empty warehouse."""
    with tempfile.TemporaryDirectory() as folder, server.warehouse(Path(folder)) as house:
        settings = Settings(home=Path(folder), database_url=house.dsn, secret_key=SECRET_KEY)
        transform(house, settings)
        yield dbt(house, settings, ["test"])


def test_unit_and_data_tests_pass(results: list[Any]) -> None:
    failed = {result.node.name: result.message for result in results if result.status != "pass"}
    assert not failed, "\n".join(f"{name}: {message}" for name, message in failed.items())
    assert sum(result.node.resource_type == "unit_test" for result in results) >= 9


@pytest.mark.parametrize("words", [[], ["run"]], ids=["reading", "running"])
def test_ctrl_c_ends_the_command_and_is_no_failure_of_dbt(
    home: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """Dbt catches everything, whatever it is doing when the signal comes."""
    from dbt.cli.main import dbtRunner, dbtRunnerResult

    def interrupted(_: dbtRunner, __: list[str]) -> dbtRunnerResult:
        return dbtRunnerResult(success=False, exception=KeyboardInterrupt())

    monkeypatch.setattr(dbtRunner, "invoke", interrupted)
    monkeypatch.setattr(project, "_warm", None if not words else object())
    monkeypatch.setattr(project, "_lies_in", lambda manifest, _: manifest)
    settings = Settings(home=home)
    with pytest.raises(KeyboardInterrupt):
        project._invoke(words, home, settings, {})
