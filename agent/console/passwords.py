"""Passwords as Argon2id hashes, with the library's recommended cost."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12  # characters; length beats rules about digits. Source: NIST SP 800-63B, rev. 4
LONGEST = 1_024

_HASHER = PasswordHasher()


def hash_of(password: str) -> str:
    """The hash to keep; another one each time."""
    return _HASHER.hash(password)


def matches(password: str, stored: str) -> bool:
    """Whether the password is the stored one. Takes as long for an account that does not exist."""
    try:
        _HASHER.verify(stored or _nobody(), password[:LONGEST])
    except (Argon2Error, InvalidHashError):
        return False
    return bool(stored)


@cache
def _nobody() -> str:
    """Somebody who guesses names must not learn from the time it takes which of them exist."""
    return hash_of("a password that nobody has")
