"""The door to what the HTTP API keeps: tokens, and which call an idempotency key stands for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.core.tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call that was made under a key. `fingerprint` is a hash of what it asked for.

    `created` says what its first answer said: whether something new was made; None while no
    answer was given.
    """

    fingerprint: str
    created: bool | None


class TokenBook(Protocol):
    """Kept in our own database. Every method is one transaction; times come from the caller.

    Raises StoreUnavailable when it cannot.
    """

    def tokens(self) -> tuple[Token, ...]:
        """By name."""

    def token(self, digest: str) -> Token | None:
        """The token with that SHA-256, or None. Whether it expired is for the caller to say."""

    def add_token(self, token: Token) -> bool:
        """Keep it. False: there is one of that name, and nothing was changed."""

    def remove_token(self, name: str) -> bool:
        """Remove it: it opens nothing from now on. False: there was none."""

    def used(self, digest: str, now: datetime) -> None:
        """Remember that it was used."""

    def begin_call(self, key: str, fingerprint: str, now: datetime) -> Called:
        """Remember what a key stands for; gives what it stood for already, else just that."""

    def end_call(self, key: str, *, created: bool) -> None:
        """Remember the first answer. A later one changes nothing."""

    def drop_call(self, key: str) -> None:
        """Forget a key whose call did nothing. One that was answered stays."""

    def close(self) -> None:
        """Let go of every connection."""
