"""Accounts, sessions, one-time keys and failed sign-ins: `agent.access_port.AccessBook`."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from agent.access_port import AccessBook
from agent.adapters.store.columns import Moment
from agent.adapters.store.connect import connect
from agent.adapters.store.database import Database
from agent.adapters.store.migrate import migrate
from agent.adapters.store.tables import metadata
from agent.core.access import SESSION_WHOLE, TRIES_EVERY, Account, Role, Session, may_try

_accounts = Table(
    "sidenote_accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", BigInteger, nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
_sessions = Table(
    "sidenote_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
_keys = Table(
    "sidenote_keys",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("until_at", Moment, nullable=False),
)
_failed = Table(
    "sidenote_failed_tries",
    metadata,
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


def open_access(url: str) -> AccessBook:
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
    return SqlAccess(database)


class SqlAccess:
    """An `AccessBook` on SQLite or PostgreSQL, with the same statements for both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> tuple[Account, ...]:
        """See `AccessBook`."""
        query = select(_accounts).order_by(_accounts.c.name)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_account(row) for row in rows)

    def account(self, name: str) -> Account | None:
        """See `AccessBook`."""
        query = select(_accounts).where(_accounts.c.name == name)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        return _account(row) if row else None

    def save_account(self, account: Account) -> None:
        """See `AccessBook`."""
        values = {
            "name": account.name,
            "role": int(account.role),
            "password": account.password,
            "created_at": account.created_at,
        }
        statement = self._database.upsert(_accounts)
        self._database.write(lambda connection: connection.execute(statement, values))

    def remove_account(self, name: str) -> bool:
        """See `AccessBook`."""

        def work(connection: Connection) -> bool:
            connection.execute(delete(_sessions).where(_sessions.c.name == name))
            gone = connection.execute(delete(_accounts).where(_accounts.c.name == name))
            return gone.rowcount > 0

        return self._database.write(work)

    def save_session(self, session: Session) -> None:
        """See `AccessBook`. Sessions that ran out are swept on the way."""
        values = {
            "id": session.id,
            "name": session.name,
            "role": int(session.role),
            "created_at": session.created_at,
            "seen_at": session.seen_at,
        }
        statement = self._database.upsert(_sessions)
        old = delete(_sessions).where(_sessions.c.created_at < session.seen_at - SESSION_WHOLE)

        def work(connection: Connection) -> None:
            connection.execute(old)
            connection.execute(statement, values)

        self._database.write(work)

    def session(self, session_id: str) -> Session | None:
        """See `AccessBook`."""
        query = select(_sessions).where(_sessions.c.id == session_id)
        row = self._database.read(lambda connection: connection.execute(query).one_or_none())
        if row is None:
            return None
        return Session(
            id=row.id,
            name=row.name,
            role=Role(row.role),
            created_at=row.created_at,
            seen_at=row.seen_at,
        )

    def end_session(self, session_id: str) -> None:
        """See `AccessBook`."""
        statement = delete(_sessions).where(_sessions.c.id == session_id)
        self._database.write(lambda connection: connection.execute(statement))

    def save_key(self, digest: str, until: datetime) -> None:
        """See `AccessBook`."""
        statement = insert(_keys).values(digest=digest, until_at=until)
        self._database.write(lambda connection: connection.execute(statement))

    def use_key(self, digest: str, now: datetime) -> bool:
        """See `AccessBook`. Keys that ran out are swept on the way."""

        def work(connection: Connection) -> bool:
            connection.execute(delete(_keys).where(_keys.c.until_at <= now))
            return connection.execute(delete(_keys).where(_keys.c.digest == digest)).rowcount > 0

        return self._database.write(work)

    def take_try(self, name: str, address: str, now: datetime) -> bool:
        """See `AccessBook`. Tries that count no more are swept on the way."""
        since = now - TRIES_EVERY

        def has_any(connection: Connection) -> bool:
            recent = select(func.count()).where(_failed.c.at >= since)
            of_name = connection.execute(recent.where(_failed.c.name == name)).scalar_one()
            of_address = connection.execute(recent.where(_failed.c.address == address)).scalar_one()
            return may_try(of_name, of_address)

        def work(connection: Connection) -> bool:
            self._database.one_at_a_time(connection)
            connection.execute(delete(_failed).where(_failed.c.at < since))
            if not has_any(connection):
                return False
            connection.execute(insert(_failed).values(name=name, address=address, at=now))
            return True

        # Looked at first, so that somebody who is locked out makes the database write nothing.
        return self._database.read(has_any) and self._database.write(work)

    def forgive(self, name: str, address: str, at: datetime) -> None:
        """See `AccessBook`."""
        taken = (_failed.c.name == name) & (_failed.c.address == address) & (_failed.c.at == at)
        self._database.write(lambda connection: connection.execute(delete(_failed).where(taken)))

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(
        name=row.name,
        role=Role(row.role),
        password=row.password,
        created_at=row.created_at,
    )
