"""Failures say what happened and what to do; every door reads its number from the class."""

from datetime import UTC, datetime

import pytest

from lifetracer import errors
from lifetracer.errors import BadFileError, CredentialError, FixByHandError, LifetracerError, QuotaError, TryAgainError

EVERY_ERROR = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Exception)]


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: error.__name__)
def test_the_first_line_of_the_docstring_is_the_default_message(error):
    assert str(error()) == error.__doc__.splitlines()[0]
    assert str(error()).endswith(".")


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: error.__name__)
def test_exit_codes_and_statuses_are_those_promised(error):
    assert error.exit_code in {1, 2, 3}
    assert 400 <= error.status <= 599


def test_a_sentence_is_message_and_remedy():
    assert (
        FixByHandError("The disk is full.", remedy="Free some space.").sentence()
        == "The disk is full. Free some space."
    )
    assert FixByHandError("The disk is full.").sentence() == "The disk is full."


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (CredentialError, "credential"),
        (BadFileError, "bad_file"),
        (QuotaError, "quota"),
        (LifetracerError, "lifetracer"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_machines_read_a_stable_kind(error, kind):
    assert error().kind == kind


def test_what_a_person_must_mend_is_never_tried_again():
    assert not any(issubclass(error, FixByHandError) and issubclass(error, TryAgainError) for error in EVERY_ERROR)


def test_a_quota_knows_when_to_go_on():
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert QuotaError(after=at).after == at
