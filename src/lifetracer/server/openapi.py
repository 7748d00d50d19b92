"""The OpenAPI document: what FastAPI knows of the routes, and what all of them have in common.

Law: an answer that the doors or the error handlers can give to a route stands in its description.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from lifetracer.server.callers import Needs
from lifetracer.server.doors import is_open
from lifetracer.server.problem import MEDIA_TYPE
from lifetracer.server.shapes import Body, Problem, Shape
from lifetracer.transform.marts import all_marts
from lifetracer.warehouse.tokens import SCOPES

ALWAYS = {
    400: "The address or the body is not written as it should be.",
    403: "The address or the token's scopes do not suffice.",
    404: "There is no such thing.",
    414: "The address is too long.",
    422: "What was asked for makes no sense.",
    429: "Too often; try again after Retry-After.",
    503: "Not now; try again after Retry-After.",
}
WITH_TOKEN = {401: "No token, or one that is unknown, expired or revoked."}
WRITING = {409: "It does not fit with what is there, or is being done already.", 413: "More than a mebibyte."}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of your own, such as a UUID. Sent again within a day, the request gets the answer that it"
    " got at first (with `Idempotency-Replayed: true`), and nothing is done twice.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "example": "c0a7f3de-7a8b-4a4c-9d2f-1d1a5f0e6b11",
}
ABOUT = """A personal time warehouse that its user owns.

Send a token as `Authorization: Bearer lt_…` (`lifetracer token add`). JSON is camelCase; instants have a zone,
durations are seconds. Every failure is `application/problem+json` with a stable `type`. Lists give `next`, the
`cursor` of their next page. A GET answers with an `ETag`; sent back as `If-None-Match` it gets 304 while nothing has
changed."""


def describe(app: FastAPI) -> None:
    """Let the application describe itself, once it is asked."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def scopes_by_route(app: FastAPI) -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """Walk all routes: method, path, and the scopes they need; ``None`` for one that says nothing."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        dependant = getattr(context, "dependant", None) or getattr(route, "dependant", None)
        found = [one.call for one in dependant.dependencies if isinstance(one.call, Needs)] if dependant else []
        scopes = tuple(scope for need in found for scope in need.scopes) if found else None
        for method in sorted((context.methods or set()) - {"HEAD"}):
            yield method, str(context.path), scopes


def example(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """Give a schema's example: its own, or that of what it refers to; ``None`` when it has none."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return example(document["components"]["schemas"][name], document)
    if schema.get("examples"):
        return schema["examples"][0]
    return next((found for part in schema.get("anyOf", ()) if (found := example(part, document)) is not None), None)


def pretty(value: Any) -> str:
    """Write an example for people."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def coded(text: str) -> str:
    """Write words for people as HTML, with what stands between backquotes as code."""
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text))


def kind_of(schema: Mapping[str, Any]) -> str:
    """Say in a word what a parameter takes."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(kind_of(part) for part in schema["anyOf"] if part.get("type") != "null")
    return str(schema.get("format") or schema.get("type") or "any")


def by_subject(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Sort the operations by what they are about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for tag in operation.get("tags", ["other"]):
                found.setdefault(tag, []).append({**operation, "path": path, "method": method.upper()})
    return found


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, openapi_version="3.1.0", description=ABOUT, routes=app.routes
    )
    schemas = document["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema(by_alias=True, mode="serialization")
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in _models(Body, Shape):
        if model.__name__ in schemas and isinstance(extra := model.model_config.get("json_schema_extra"), dict):
            schemas[model.__name__] |= extra  # FastAPI leaves null out of examples
    words = "".join(f"\n- `{scope}`: {text}" for scope, text in SCOPES.items())
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": f"A token and its scopes:{words}"}
    }
    needed = {(method.lower(), path): scopes for method, path, scopes in scopes_by_route(app)}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            scopes = next((found for (verb, at), found in needed.items() if verb == method and _is(at, path)), None)
            _complete(path, method, operation, scopes)
            if path.startswith("/api/marts/"):
                (name,) = (one for one in operation["parameters"] if one["in"] == "path")
                name["schema"] |= {"enum": list(all_marts())}
    return document


def _models(*of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in of:
        yield model
        yield from _models(*model.__subclasses__())


def _is(route: str, path: str) -> bool:
    return route.replace(":path}", "}") == path


def _complete(path: str, method: str, operation: dict[str, Any], scopes: tuple[str, ...] | None) -> None:
    """Add what doors and error handlers can answer, what the route needs, and the headers it heeds."""
    common = ALWAYS | ({} if is_open(path) else WITH_TOKEN) | (WRITING if method != "get" else {409: WRITING[409]})
    operation["summary"] = re.split(r"[.;:]\s|\.$", operation["description"].replace("``", ""), maxsplit=1)[0]
    answers = operation["responses"]
    for code, text in common.items():
        if code != 503 or "503" not in answers:
            answers[str(code)] = {"description": text, "content": _problem()}
    content = answers.get("200", {}).get("content", {})
    if method == "get" and "application/json" in content and path.startswith("/api/"):
        answers["304"] = {"description": "The same as the client has."}
    if scopes is None:
        operation["security"] = []
        return
    operation["security"] = [{"token": list(scopes)}]
    if scopes:
        operation["description"] = (
            f"{operation.get('description', '')}\n\nScope: {', '.join(f'`{s}`' for s in scopes)}."
        )
    if method == "post" and not path.endswith("/preview"):
        operation.setdefault("parameters", []).append(KEY)


def _problem() -> dict[str, Any]:
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
