"""Failures have stable names: every one that can be answered is listed, with its status."""

import ast
from pathlib import Path

from lifetracer.server import problem

SERVER = Path(problem.__file__).parent
NAMED_ELSEWHERE = {"usage", "not_found"}
"""Kinds of `lifetracer.errors`."""


def said():
    """Find the calls of ``problem(status, kind, …)`` in the server's code."""
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problem" and len(node.args) > 1:
                status, kind = node.args[:2]
                if isinstance(status, ast.Constant) and isinstance(kind, ast.Constant):
                    yield path.name, kind.value, status.value


def test_every_kind_is_listed_with_its_status():
    found = list(said())
    assert len(found) > 10
    for where, kind, status in found:
        if kind not in NAMED_ELSEWHERE:
            assert problem.KINDS.get(kind, (None,))[0] == status, (where, kind)


def test_nothing_is_listed_that_is_never_said():
    by_http = {"bad_request", "method_not_allowed"}  # FastAPI's own refusals
    assert set(problem.KINDS) == {kind for _, kind, _ in said()} - NAMED_ELSEWHERE | by_http
