"""Tokens of the HTTP API and the keys of its calls: `agent.token_port.TokenBook`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Row,
    Table,
    Text,
    delete,
    select,
    update,
)

from agent.adapters.store.columns import Json, Moment
from agent.adapters.store.connect import connect
from agent.adapters.store.database import Database
from agent.adapters.store.migrate import migrate
from agent.adapters.store.tables import metadata
from agent.core.tokens import Scope, Token
from agent.token_port import Called, TokenBook

KEYS_KEPT = timedelta(days=90)  # longer than any workflow tool tries again
_tokens = Table(
    "sidenote_tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("used_at", Moment),
)
_calls = Table(
    "sidenote_calls",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("created", Integer),
    Column("at", Moment, nullable=False),
)


def open_tokens(url: str) -> TokenBook:
    """The book in the database of that URL, which is brought to the newest schema first.

    Raises:
        ConfigError: the URL cannot work, or the database was made by a newer program.
        StoreUnavailable: it does not answer, is full, read-only or damaged.
    """
    database = connect(url)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return SqlTokens(database)


class SqlTokens:
    """A `TokenBook` on SQLite or PostgreSQL, with the same statements for both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tokens(self) -> tuple[Token, ...]:
        """See `TokenBook`."""
        query = select(_tokens).order_by(_tokens.c.name)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_token(row) for row in rows)

    def token(self, digest: str) -> Token | None:
        """See `TokenBook`."""
        query = select(_tokens).where(_tokens.c.digest == digest)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return _token(row) if row else None

    def add_token(self, token: Token) -> bool:
        """See `TokenBook`."""
        values = {
            "name": token.name,
            "digest": token.digest,
            "scopes": sorted(token.scopes),
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "made_by": token.by,
            "used_at": token.used_at,
        }
        insert = self._database.insert(_tokens).values(values).on_conflict_do_nothing()
        statement = insert.returning(_tokens.c.name)  # psycopg counts no rows of such an insert
        return self._database.write(lambda c: c.execute(statement).one_or_none()) is not None

    def remove_token(self, name: str) -> bool:
        """See `TokenBook`."""
        statement = delete(_tokens).where(_tokens.c.name == name)
        return self._database.write(lambda c: c.execute(statement).rowcount > 0)

    def used(self, digest: str, now: datetime) -> None:
        """See `TokenBook`."""
        statement = update(_tokens).where(_tokens.c.digest == digest).values(used_at=now)
        self._database.write(lambda connection: connection.execute(statement))

    def begin_call(self, key: str, fingerprint: str, now: datetime) -> Called:
        """See `TokenBook`. Keys that nobody asks for any more are swept on the way."""
        first = self._database.insert(_calls).values(key=key, fingerprint=fingerprint, at=now)
        query = select(_calls).where(_calls.c.key == key)

        def work(connection: Connection) -> Called:
            connection.execute(delete(_calls).where(_calls.c.at < now - KEYS_KEPT))
            connection.execute(first.on_conflict_do_nothing())
            row = connection.execute(query).one()
            created = None if row.created is None else bool(row.created)
            return Called(fingerprint=row.fingerprint, created=created)

        return self._database.write(work)

    def end_call(self, key: str, *, created: bool) -> None:
        """See `TokenBook`."""
        is_first = (_calls.c.key == key) & _calls.c.created.is_(None)
        statement = update(_calls).where(is_first).values(created=int(created))
        self._database.write(lambda connection: connection.execute(statement))

    def drop_call(self, key: str) -> None:
        """See `TokenBook`."""
        statement = delete(_calls).where(_calls.c.key == key, _calls.c.created.is_(None))
        self._database.write(lambda connection: connection.execute(statement))

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()


def _token(row: Row[Any]) -> Token:
    return Token(
        name=row.name,
        digest=row.digest,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        by=row.made_by,
        used_at=row.used_at,
    )
