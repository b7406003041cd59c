"""Makes and removes tokens of the HTTP API: by a person, written into the record."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from agent.audit_port import AuditEntry, AuditKind, AuditLog
from agent.core.tokens import (
    BEGINNING,
    LONGEST_LIFE_DAYS,
    USUAL_LIFE_DAYS,
    Scope,
    Token,
    digest_of,
    name_problem,
)
from agent.errors import InputError
from agent.ports import Clock
from agent.token_port import TokenBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of one database; `by` is who changes them."""

    book: TokenBook
    record: AuditLog
    clock: Clock
    by: str

    def add(
        self, name: str, scopes: Collection[Scope], *, days: int = USUAL_LIFE_DAYS
    ) -> tuple[Token, str]:
        """A new token and its secret, which is kept nowhere and cannot be shown again.

        Raises:
            InputError: no such name, no scope, too long a life, or there is one of that name.
        """
        problem = name_problem(name)
        if problem is not None:
            raise InputError(f"a token's name {problem}")
        if not scopes:
            raise InputError(f"a token needs a --scope; there are {', '.join(Scope)}")
        if not 0 < days <= LONGEST_LIFE_DAYS:
            raise InputError(f"--days must be 1 to {LONGEST_LIFE_DAYS}")
        now, secret = self.clock.now(), f"{BEGINNING}{secrets.token_urlsafe(32)}"
        token = Token(
            name=name,
            digest=digest_of(secret),
            scopes=frozenset(scopes),
            created_at=now,
            expires_at=now + timedelta(days=days),
            by=self.by,
        )
        if not self.book.add_token(token):
            raise InputError(
                f"there is a token {name} already; 'sidenote tokens remove {name}' ends it, or "
                "take another name"
            )
        self._write_down("added", token.name, sorted(token.scopes))
        return token, secret

    def remove(self, name: str) -> None:
        """End a token at once.

        Raises:
            InputError: there is none of that name.
        """
        if not self.book.remove_token(name):
            known = ", ".join(token.name for token in self.book.tokens()) or "none"
            raise InputError(f"there is no token of that name; there are: {known}")
        self._write_down("removed", name, [])

    def _write_down(self, change: str, name: str, scopes: list[Scope]) -> None:
        content = {"change": change, "token": name, "scopes": scopes, "by": self.by}
        self.record.append_audit(
            AuditEntry(kind=AuditKind.TOKEN_CHANGED, content=content), self.clock.now()
        )
