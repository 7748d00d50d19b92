"""The command line inside the test process: a child would load every module anew, which is not what these tests are
about (`test_command_line` starts real ones)."""

import sys
from typing import Protocol

import pytest
from typer.testing import CliRunner

from lifetracer import cli
from lifetracer.warehouse.accounts import Account


class Says(Protocol):
    """Runs a command that ends with this code; gives what it wrote, of a refusal what it wrote to the error stream."""

    def __call__(self, *words: str, code: int = 0) -> str: ...


@pytest.fixture
def says(environ: dict[str, str], account: Account, monkeypatch: pytest.MonkeyPatch) -> Says:
    """Speak as the account's owner."""
    for name, value in (environ | {"LIFETRACER_ACCOUNT": account.name}).items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()

    def say(*words: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["lifetracer", *words])
        told = runner.invoke(cli.app, list(words))
        if told.exception is not None and not isinstance(told.exception, SystemExit):
            raise told.exception
        assert told.exit_code == code, told.output
        return told.stdout if code == 0 else told.stderr + told.stdout

    return say
