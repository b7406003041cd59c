"""Who may see and do what in the console, and for how long: roles, sessions, sign-in limits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

THIS_MACHINE = "this machine"  # who signs in with the link printed at start; no account's name
SESSION_IDLE = timedelta(hours=12)
SESSION_WHOLE = timedelta(days=7)
KEY_LIVES = timedelta(minutes=15)  # a one-time link that nobody opened
TRIES_EVERY = timedelta(hours=1)
TRIES_OF_ACCOUNT = 10  # failed sign-ins for one name in TRIES_EVERY
TRIES_OF_ADDRESS = 20  # … and from one address


class Role(IntEnum):
    """What a person may do. Each includes the ones below it."""

    VIEWER = 1  # look
    TEAMMATE = 2  # approve, reject, retry, pause, say that something was wrong
    LEAD = 3  # raise and lower topics
    ADMIN = 4  # accounts and tokens

    @property
    def word(self) -> str:
        """As commands and pages write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in. `password` is an Argon2 hash; "" for single sign-on only."""

    name: str
    role: Role
    created_at: datetime
    password: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in. `id` is the SHA-256 of what the cookie holds, so a stolen database
    opens no door.
    """

    id: str
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime


def is_over(session: Session, now: datetime) -> bool:
    """Whether it has run out: idle too long, or old."""
    return now - session.seen_at > SESSION_IDLE or now - session.created_at > SESSION_WHOLE


def may_try(failures_of_account: int, failures_of_address: int) -> bool:
    """Whether another password is looked at, given failed tries within TRIES_EVERY."""
    return failures_of_account < TRIES_OF_ACCOUNT and failures_of_address < TRIES_OF_ADDRESS
