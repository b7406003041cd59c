"""What a program may do over the HTTP API, and for how long."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

BEGINNING = "sn_"  # so that a token is recognised where it should not be, as by secret scanners
LONGEST_LIFE_DAYS = 366
USUAL_LIFE_DAYS = 90
USED_EVERY = timedelta(minutes=5)  # how exactly "last used" is kept: no write for every call
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")


class Scope(StrEnum):
    """One thing that a token allows. None includes another one, but `READ` does `METRICS`."""

    READ = "read"  # runs, receipts, approvals, topics, customers
    METRICS = "metrics"  # figures only, no ids and no texts
    SUMMARIZE = "summarize"  # summaries, and their notes with ?post=true
    SEND = "send"  # the send action: notes, replies to customers, recorded messages
    CREATE = "create"  # customers and conversations
    RETRY = "retry"  # failed runs
    APPROVE = "approve"  # approve and reject drafts
    TOPICS = "topics"  # raise and lower topics
    PAUSE = "pause"  # pause and resume


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A program that may call. `digest` is the SHA-256 of the token, which nobody keeps."""

    name: str
    digest: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    by: str = ""  # who made it
    used_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether it may do that."""
        return scope in self.scopes or (scope is Scope.METRICS and Scope.READ in self.scopes)

    def is_over(self, now: datetime) -> bool:
        """Whether it has expired."""
        return now >= self.expires_at


def name_problem(name: str) -> str | None:
    """What is wrong with a token's name, or None."""
    if _NAME.fullmatch(name):
        return None
    return "takes 1 to 40 of a-z, 0-9, '.', '_' and '-', such as order-workflow"


def digest_of(token: str) -> str:
    """What is kept of a token. Plain SHA-256 will do: it is 256 random bits, no password."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
