"""Failures, sorted by what happens next: a person acts, time heals, or one record is set aside.

The first line of a class docstring is its default message. ``remedy`` says what to do; every
door (CLI, API, console, job log) shows message and remedy and never a traceback for these.

    LifetracerError
    ├── FixByHandError      a person must act: setting, credential, file      exit 3, HTTP 4xx, job needs_user
    │   ├── UsageError      what was asked for makes no sense                 exit 2, HTTP 422
    │   ├── CredentialError the vendor refuses the token
    │   └── BadFileError    a file cannot be read: names file and line
    └── TryAgainError       network, rate limit, vendor down: later it works   exit 1, HTTP 503, job retried
        └── QuotaError      the hourly allowance is used up: knows when        exit 3, job waiting

Anything else that rises is a bug and keeps its traceback.
"""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import ClassVar


class LifetracerError(Exception):
    """Something went wrong."""

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500
    remedy: str

    def __init__(self, message: str | None = None, *, remedy: str = "") -> None:
        first_line = inspect.getdoc(type(self)) or ""
        super().__init__(message or first_line.splitlines()[0])
        self.remedy = remedy

    @property
    def kind(self) -> str:
        """A stable name for machines, e.g. ``credential`` for :class:`CredentialError`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")

    def sentence(self) -> str:
        """Message and remedy as one text for a person."""
        return f"{self} {self.remedy}".strip()


class FixByHandError(LifetracerError):
    """Something has to be put right by hand before this can work."""

    exit_code = 3
    status = 409


class UsageError(FixByHandError):
    """That was not understood."""

    exit_code = 2
    status = 422


class CredentialError(FixByHandError):
    """The service refused the credential."""


class BadFileError(FixByHandError):
    """The file could not be read."""

    exit_code = 1
    status = 422


class NotFoundError(FixByHandError):
    """There is no such thing."""

    exit_code = 2
    status = 404


class TryAgainError(LifetracerError):
    """The service did not answer properly; trying again later is likely to help."""

    status = 503

    def __init__(self, message: str | None = None, *, remedy: str = "", after: datetime | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.after = after
        """The earliest instant at which another try makes sense, when known."""


class QuotaError(TryAgainError):
    """The request allowance is used up."""

    exit_code = 3
    status = 429
