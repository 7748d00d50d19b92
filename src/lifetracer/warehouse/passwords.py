"""Passwords: hashed with argon2id, compared in the same time whoever is named, at most a few at once.

Law: a password is never stored, logged or shown; what is stored costs 64 MiB and tens of milliseconds to try once.
"""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lifetracer.errors import UsageError

SHORTEST, LONGEST = 10, 200
"""Characters; NIST SP 800-63B asks for length, and for no rules about kinds of characters."""

TOO_PLAIN = frozenset({"password", "passwort", "lifetracer", "0123456789", "1234567890", "qwertyuiop", "letmein"})

_hasher = PasswordHasher()  # argon2id, RFC 9106's second recommendation
_few = threading.BoundedSemaphore(2)
"""So that many guesses at once take time, not all memory."""
_nobodys = _hasher.hash("the password of nobody")


def hash_of(password: str, *names: str) -> str:
    """Give what is stored of a new password.

    Args:
        password: as it was typed.
        names: what it must not simply repeat.

    Raises:
        UsageError: it is too short, too long or too easy to guess.
    """
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise UsageError(
            f"A password has {SHORTEST} to {LONGEST} characters.",
            remedy="Some words in a row are easy to remember and hard to guess.",
        )
    bare = plain.casefold().strip("0123456789!?.-_ ")
    if len(set(plain)) < 5 or bare in TOO_PLAIN | {name.casefold() for name in names} or plain in TOO_PLAIN:
        raise UsageError("This password is too easy to guess.", remedy="Take some words in a row that only you know.")
    with _few:
        return _hasher.hash(plain)


def fits(stored: str | None, password: str) -> bool:
    """Compare a password with what is stored of it; without a stored one it takes as long and says no."""
    plain = _normal(password[: 4 * LONGEST])
    with _few:
        try:
            return _hasher.verify(stored or _nobodys, plain) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """Spell equal-looking characters in one way, so that keyboards and input methods agree."""
    return unicodedata.normalize("NFKC", password)
