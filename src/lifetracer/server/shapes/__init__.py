"""What the API takes and gives, with an example of each; the OpenAPI document is made of these.

Law: nothing may be said or answered that is not named here: both sides refuse unknown words.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Body(BaseModel):
    """What a request may say; unknown words are refused, so that a typing error is not obeyed as nothing."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Shape(BaseModel):
    """What an answer says."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


def like(**example: Any) -> ConfigDict:
    """Give a body or an answer its example."""
    return ConfigDict(json_schema_extra={"examples": [example]})


def shows(model: type[Shape], text: str = "As asked for.", status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Say what a route answers when all is well."""
    return {status: {"model": model, "description": text}}


def plain(text: str) -> str:
    """Refuse what no text of the warehouse can hold."""
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


Text = Annotated[str, Field(max_length=1000), AfterValidator(plain)]
"""Words that the warehouse can keep."""
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain)]

JOB_ID = "0197a3c2-5b1e-7c44-9d0a-3f5e8a1b2c3d"
AT = "2026-11-21T01:00:03.120000+00:00"


class Problem(Shape):
    """What is wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:lifetracer:problem:not_found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no job 0197a3c2-5b1e-7c44-9d0a-3f5e8a1b2c3d.",
                    "remedy": "",
                }
            ]
        },
    )
    type: str = Field(description="Stable name, `urn:lifetracer:problem:{kind}`; see docs/reference/problems.md.")
    title: str
    status: int
    detail: str = Field(description="What is wrong, for a person.")
    remedy: str = Field(description="What to do about it, for a person; may be empty.")


class Health(Shape):
    """The process is alive."""

    model_config = like(status="ok")
    status: Literal["ok"]


class Readiness(Shape):
    """Whether requests can be served, and what stands in the way."""

    model_config = like(status="ready", checks={"database": "ok", "migrations": "ok"})
    status: Literal["ready", "not_ready"]
    checks: dict[str, str]
