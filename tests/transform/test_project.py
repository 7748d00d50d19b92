"""The dbt project itself: its unit tests pass, and nothing in it lacks a description, a grain, a key or a contract."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import SECRET_KEY, Server
from lifetracer.settings import Settings
from lifetracer.transform.run import PROJECT, dbt, transform, warm

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


@pytest.fixture(scope="module")
def manifest() -> Iterator[Any]:
    with tempfile.TemporaryDirectory() as folder:
        yield warm(Settings(home=Path(folder)))


def test_every_model_tells_its_grain_and_checks_its_key(manifest: Any) -> None:
    models = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    tested = {
        test.attached_node
        for test in manifest.nodes.values()
        if test.resource_type == "test" and test.name.startswith("primary_key")
    }
    assert len(models) > 25
    for model in models:
        assert "one row per" in model.description.lower(), model.name
        assert model.unique_id in tested, f"{model.name} has no key test"
        assert model.columns, model.name
        assert all(column.description for column in model.columns.values()), model.name
        assert (PROJECT / model.original_file_path).with_suffix(".yml").is_file(), model.name


def test_every_mart_has_a_contract_and_no_core_table_is_ever_rebuilt(manifest: Any) -> None:
    for model in manifest.nodes.values():
        if model.resource_type == "model":
            layer = Path(model.original_file_path).parts[1]
            assert model.config.contract.enforced == (layer == "marts"), model.name
            assert model.config.materialized == ("incremental" if layer == "core" else "view"), model.name
            assert model.schema == layer
