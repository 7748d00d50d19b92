"""The second factor: time-based codes (RFC 6238) from a phone, and recovery codes for when it is lost.

Law: a code works once: the half minute whose code was used is remembered, and no earlier one counts again either.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from uuid import UUID

import pyotp

from lifetracer.warehouse import queries
from lifetracer.warehouse.connect import Connection
from lifetracer.warehouse.invitations import LETTERS, plain_code
from lifetracer.warehouse.vault import Vault

_SQL = queries.beside(__file__)

PERIOD = 30
"""Seconds for which a code is shown."""
RECOVERY_CODES = 10


def new_secret() -> str:
    """Make a secret (160 random bits in base 32)."""
    return pyotp.random_base32()


def address(secret: str, sign_in_name: str) -> str:
    """Give what the phone reads off the picture (``otpauth://…``)."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in_name, issuer_name="lifetracer")


def step_of(secret: str, code: str, after: int, now: float | None = None) -> int | None:
    """Give the half minute whose code this is: this one or a neighbour, but later than ``after``."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdecimal() and len(typed) == 6):
        return None
    present = int(now if now is not None else time.time()) // PERIOD
    for step in (present, present - 1, present + 1):
        if step > after and secrets.compare_digest(pyotp.TOTP(secret).generate_otp(step), typed):
            return step
    return None


def start(connection: Connection, vault: Vault, account_id: UUID, secret: str, code: str) -> list[str] | None:
    """Switch the second factor on, if the phone shows the right code; gives the recovery codes, this once."""
    step = step_of(secret, code, 0)
    if step is None:
        return None
    connection.execute(_SQL["start"], {"account": account_id, "secret": vault.seal(secret), "step": step})
    return new_recovery_codes(connection, account_id)


def new_recovery_codes(connection: Connection, account_id: UUID) -> list[str]:
    """Make recovery codes in place of the former ones; shown once, kept as hashes."""
    made = ["".join(secrets.choice(LETTERS) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    connection.execute(_SQL["forget_codes"], {"account": account_id})
    for code in made:
        connection.execute(_SQL["keep_code"], {"account": account_id, "hash": _hash_of(code)})
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in made]


def check(connection: Connection, vault: Vault, account_id: UUID, code: str) -> bool:
    """Tell whether a code of the phone or a recovery code is right, and use it up (owner's transaction)."""
    row = connection.execute(_SQL["secret"], {"account": account_id}).fetchone()
    if row is None:
        return False
    step = step_of(vault.unseal(row[0]), code, row[1])
    if step is not None:
        return connection.execute(_SQL["step"], {"account": account_id, "step": step}).rowcount == 1
    used = connection.execute(_SQL["use_code"], {"account": account_id, "hash": _hash_of(plain_code(code))})
    return used.rowcount == 1


def stop(connection: Connection, account_id: UUID) -> None:
    """Switch the second factor off."""
    connection.execute(_SQL["stop"], {"account": account_id})
    connection.execute(_SQL["forget_codes"], {"account": account_id})


def codes_left(connection: Connection) -> int:
    """Count the account's recovery codes that were not used (the account's transaction)."""
    row = connection.execute(_SQL["codes_left"]).fetchone()
    return int(row[0]) if row else 0


def _hash_of(code: str) -> bytes:
    """Give what is stored of a recovery code (59 random bits, tried slowly and counted)."""
    return hashlib.sha256(b"recovery " + code.encode()).digest()
