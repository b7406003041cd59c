"""Signing in and out: by a one-time link, a password, or a trusted proxy's word."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network

from agent.access_port import AccessBook
from agent.console.passwords import matches
from agent.core.access import (
    KEY_LIVES,
    THIS_MACHINE,
    Role,
    Session,
    is_over,
)
from agent.ports import Clock

LONGEST_NAME = 200  # characters of a name that are kept of a try
OWN_NETWORK = 64  # bits; of IPv6 one customer of a provider has so many addresses behind them
TOUCH_EVERY = timedelta(minutes=5)  # how exactly "last seen" is kept: no write for every page


class Locked(Exception):
    """Too many failed tries; no password is looked at for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The door-keeper. `by_link` says whether one-time links open the door while there are no
    accounts: only for a console that listens on this machine alone.
    """

    book: AccessBook
    clock: Clock
    by_link: bool

    def new_key(self) -> str:
        """A fresh one-time key for a link. It lives for 15 minutes."""
        key = secrets.token_urlsafe(24)
        self.book.save_key(_digest(key), self.clock.now() + KEY_LIVES)
        return key

    def with_key(self, key: str) -> str | None:
        """The cookie's value for whoever brings a fresh key, None for a used or old one."""
        if not self.by_link or self.book.accounts():
            return None
        if not self.book.use_key(_digest(key), self.clock.now()):
            return None
        return self._begin(THIS_MACHINE, Role.ADMIN)

    def with_password(self, name: str, password: str, address: str) -> str | None:
        """The cookie's value, or None when name or password is wrong.

        Raises:
            Locked: too many tries for that name or from that address within the hour.
        """
        now = self.clock.now()
        tried, origin = name[:LONGEST_NAME], origin_of(address)
        if not self.book.take_try(tried, origin, now):
            raise Locked
        account = self.book.account(name)
        if not matches(password, account.password if account else "") or account is None:
            return None
        self.book.forgive(tried, origin, now)
        return self._begin(account.name, account.role)

    def who(self, cookie: str | None) -> Session | None:
        """Who holds this cookie; None when nobody does any more. Keeps the session alive."""
        session = self.book.session(_digest(cookie)) if cookie else None
        now = self.clock.now()
        if session is None or is_over(session, now):
            return None
        current = self._as_of_now(session)
        if current is not None and now - current.seen_at > TOUCH_EVERY:
            self.book.save_session(replace(current, seen_at=now))
        return current

    def of_proxy(self, name: str) -> Session | None:
        """Who a trusted proxy says it is; None for a name without an account."""
        account = self.book.account(name)
        if account is None:
            return None
        now = self.clock.now()
        return Session(id="", name=account.name, role=account.role, created_at=now, seen_at=now)

    def leave(self, cookie: str) -> None:
        """End the session."""
        self.book.end_session(_digest(cookie))

    def _as_of_now(self, session: Session) -> Session | None:
        """The session with the role that its account has by now."""
        if session.name == THIS_MACHINE:
            # Once there are accounts, the link's session is nobody's any more.
            return None if self.book.accounts() else session
        account = self.book.account(session.name)
        return replace(session, role=account.role) if account else None

    def _begin(self, name: str, role: Role) -> str:
        cookie, now = secrets.token_urlsafe(32), self.clock.now()
        self.book.save_session(
            Session(id=_digest(cookie), name=name, role=role, created_at=now, seen_at=now)
        )
        return cookie


def origin_of(address: str) -> str:
    """Whose tries count together: an IPv4 address, an IPv6 network."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:LONGEST_NAME]
    if known.version == 4:
        return str(known)
    return str(ip_network((known, OWN_NETWORK), strict=False))


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
