"""The webhook's token, and rings that wait for the daemon: `agent.doorbell.DoorbellBook`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, Text, delete, func, select

from agent.adapters.store.columns import Moment
from agent.adapters.store.connect import connect
from agent.adapters.store.database import Database
from agent.adapters.store.migrate import migrate
from agent.adapters.store.tables import metadata
from agent.doorbell_port import MOST_RINGS, DoorbellBook, Installed

_ONLY = 1  # the one row of the webhook

_webhook = Table(
    "sidenote_webhook",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("webhook_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)
_rings = Table(
    "sidenote_rings",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("rung_at", Moment, nullable=False),
)


def open_doorbell(url: str) -> DoorbellBook:
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
    return SqlDoorbell(database)


class SqlDoorbell:
    """A `DoorbellBook` on SQLite or PostgreSQL, with the same statements for both."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def installed(self) -> Installed | None:
        """See `DoorbellBook`."""
        row = self._database.read(lambda c: c.execute(select(_webhook)).one_or_none())
        if row is None:
            return None
        return Installed(
            webhook_id=row.webhook_id, url=row.url, token=row.token, made_at=row.made_at
        )

    def save_installed(self, installed: Installed | None) -> None:
        """See `DoorbellBook`."""
        upsert = self._database.upsert(_webhook)

        def work(connection: Connection) -> None:
            if installed is None:
                connection.execute(delete(_webhook))
                return
            values = {
                "id": _ONLY,
                "webhook_id": installed.webhook_id,
                "url": installed.url,
                "token": installed.token,
                "made_at": installed.made_at,
            }
            connection.execute(upsert, values)

        self._database.write(work)

    def ring(self, conversation_id: str, now: datetime) -> None:
        """See `DoorbellBook`. When very many wait, the next poll is soon enough."""
        insert = self._database.insert(_rings).on_conflict_do_nothing()
        values = {"conversation_id": conversation_id, "rung_at": now}

        def work(connection: Connection) -> None:
            if (
                connection.execute(select(func.count()).select_from(_rings)).scalar_one()
                < MOST_RINGS
            ):
                connection.execute(insert, values)

        self._database.write(work)

    def take_rings(self, limit: int) -> tuple[str, ...]:
        """See `DoorbellBook`. Nothing is written while nobody rang."""
        oldest = select(_rings.c.conversation_id).order_by(_rings.c.rung_at).limit(limit)
        found = self._database.read(lambda c: c.execute(oldest).scalars().all())
        return self._taken(found) if found else ()

    def _taken(self, found: Sequence[str]) -> tuple[str, ...]:
        """Those of them that no other worker took meanwhile."""
        take = (
            delete(_rings)
            .where(_rings.c.conversation_id.in_(found))
            .returning(_rings.c.conversation_id)
        )
        taken = set(self._database.write(lambda c: c.execute(take).scalars().all()))
        return tuple(each for each in found if each in taken)

    def close(self) -> None:
        """Let go of every connection."""
        self._database.close()
