"""The door to what the console keeps of people: accounts, sessions, one-time keys, failed tries."""

from datetime import datetime
from typing import Protocol

from agent.core.access import Account, Session


class AccessBook(Protocol):
    """Kept in our own database. Every method is one transaction; times come from the caller.

    Raises StoreUnavailable when it cannot.
    """

    def accounts(self) -> tuple[Account, ...]:
        """By name."""

    def account(self, name: str) -> Account | None:
        """That account, or None."""

    def save_account(self, account: Account) -> None:
        """Insert, or replace by name."""

    def remove_account(self, name: str) -> bool:
        """Remove it and end its sessions. False: there was none."""

    def save_session(self, session: Session) -> None:
        """Insert, or replace by id."""

    def session(self, session_id: str) -> Session | None:
        """That session, or None. Whether it is over is for the caller to say."""

    def end_session(self, session_id: str) -> None:
        """Remove it. Gone already is fine."""

    def save_key(self, digest: str, until: datetime) -> None:
        """A one-time key, by its SHA-256."""

    def use_key(self, digest: str, now: datetime) -> bool:
        """Take the key; True for the first taker before its end, False for all others."""

    def take_try(self, name: str, address: str, now: datetime) -> bool:
        """Count a sign-in as failed before its password is looked at; False: no more are left.

        Counted first, so that a thousand at the same moment are not a thousand looks.
        """

    def forgive(self, name: str, address: str, at: datetime) -> None:
        """It was the right password: the try taken at that moment does not count."""

    def close(self) -> None:
        """Let go of every connection."""
