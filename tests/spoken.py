"""The command line inside the test process: a child would load every module anew, which most tests are not about.

Law: what a person sees is the same; `cli.test_command_line` and `server.test_up` start real processes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Protocol

import pytest
from typer.testing import CliRunner

from lifetracer import cli


class Says(Protocol):
    """Runs a command that ends with this code; gives what it wrote, of a refusal what it wrote to the error stream."""

    def __call__(self, *words: str, code: int = 0) -> str: ...


def speaker(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Says:
    """Speak with these environment variables until the test ends."""
    for name, value in environ.items():
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
