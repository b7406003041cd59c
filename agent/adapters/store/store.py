"""The store on SQLite or PostgreSQL, with the same statements for both."""

from agent.adapters.store.attempts import AttemptTables
from agent.adapters.store.audit import AuditTables
from agent.adapters.store.certificates import CertificateTables
from agent.adapters.store.connect import connect
from agent.adapters.store.controls import ControlTables, ConversationTables, Upkeep
from agent.adapters.store.database import Database
from agent.adapters.store.deliveries import DeliveryTables
from agent.adapters.store.erasing import Erasing
from agent.adapters.store.labels import LabelTables
from agent.adapters.store.limits import LimitTables
from agent.adapters.store.migrate import migrate
from agent.adapters.store.polling import PollerTables
from agent.adapters.store.runs import RunTables
from agent.adapters.store.team import TeamTables
from agent.ports import Store


class SqlStore(
    PollerTables,
    RunTables,
    ConversationTables,
    DeliveryTables,
    AttemptTables,
    ControlTables,
    TeamTables,
    LimitTables,
    LabelTables,
    CertificateTables,
    AuditTables,
    Erasing,
    Upkeep,
):
    """Our own tables, as `agent.ports.Store` describes them. Up to ten threads may share one."""

    def __init__(self, database: Database) -> None:
        self._database = database


def open_store(url: str) -> Store:
    """Open the database and bring it to the newest schema; an SQLite file is made when missing.

    `url` is `sqlite:///PATH` or `postgresql://…`. Safe while other processes open or use it.

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
    return SqlStore(database)
