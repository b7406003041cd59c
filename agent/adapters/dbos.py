"""The engine on DBOS Transact: durable steps in the same SQLite file or PostgreSQL database.

Facts that shape this file (dbos 3.4, measured): a workflow is found again only under the same
`application_version`; a process recovers only its own `executor_id`; exceptions must survive a
round trip through JSON; WAL is not set by DBOS; a queue is registered after launch.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID
from dbos._error import DBOSException
from dbos._serialization import DBOSPortableJSONSerializer
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from agent.core.turn import Turn, turn_of
from agent.engine import STEPS, Around, CarryOut, nothing_around
from agent.errors import StoreUnavailable

# Runs of another version are never taken up, so this changes only together with STEPS' order.
APPLICATION_VERSION = "1"
QUEUE = "runs"
ACTIVE = ("ENQUEUED", "PENDING", "DELAYED")
TAKEN_UP = ("PENDING",)

_around: Around = nothing_around
_carry_out: CarryOut | None = None  # DBOS finds workflows by name in the module, not in an object
_under_way: set[str] = set()  # keys of the workflows whose code runs in this process right now


@DBOS.workflow(name="run")
def _run(key: str) -> None:
    """The steps in order. No side effects here: each step does and records its own."""
    _under_way.add(key)
    try:
        turn = turn_of(key)
        given: list[dict[str, Any]] = []
        with _around(turn):
            for name in STEPS:
                given.append(DBOS.run_step({"name": name}, _step, name, turn.key, given))
    finally:
        _under_way.discard(key)


def _step(name: str, key: str, given: list[dict[str, Any]]) -> dict[str, Any]:
    if _carry_out is None:
        raise RuntimeError("a step ran before the engine was started")
    return _carry_out(name, turn_of(key), tuple(given))


class DbosEngine:
    """One worker slot's engine. One per process: DBOS is a process-wide singleton."""

    def __init__(
        self, database_url: str, *, worker: str, threads: int = 8, poll_seconds: float = 1.0
    ) -> None:
        self._url = database_url
        self._worker = worker
        self._threads = threads
        self._poll_seconds = poll_seconds

    def start(self, carry_out: CarryOut, around: Around = nothing_around) -> None:
        """See `Engine.start`.

        Raises:
            StoreUnavailable: the database went away meanwhile. Start the process again.
        """
        global _carry_out, _around
        _carry_out, _around = carry_out, around
        if self._url.startswith("sqlite:///"):
            _set_wal(self._url.removeprefix("sqlite:///"))
        config: DBOSConfig = {
            "name": "sidenote",
            "system_database_url": self._url.replace("postgresql://", "postgresql+psycopg://"),
            "application_version": APPLICATION_VERSION,
            "executor_id": self._worker,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "CRITICAL",  # a step that stopped is told by our own log, once
            # We wait for no notifications, so a round costs nothing; a stop waits one out.
            "notification_listener_polling_interval_sec": 0.5,
            "sys_db_pool_size": self._threads + 4,
            # A worker frozen in the middle of a transaction must not hold up the others.
            "sys_db_idle_transaction_timeout_sec": 10,
        }
        DBOS(config=config)
        with _database("started"):
            DBOS.launch()
            DBOS.register_queue(
                QUEUE,
                worker_concurrency=self._threads,
                polling_interval_sec=self._poll_seconds,
                on_conflict="always_update",
            )

    def ensure(self, turn: Turn) -> None:
        """See `Engine.ensure`. Raises StoreUnavailable while the database is away."""
        with _database("handed over a run"):
            self._ensure(turn)

    def _ensure(self, turn: Turn) -> None:
        status = DBOS.get_workflow_status(turn.key)
        if status is None:
            with SetWorkflowID(turn.key):
                DBOS.enqueue_workflow(QUEUE, _run, turn.key)
        elif status.status not in ACTIVE:
            try:
                DBOS.rewind_workflow(turn.key, start_step=_first_to_do(turn.key), queue_name=QUEUE)
            except DBOSException:
                # Somebody was first: it is active again, which is all we want.
                if not self._is_active(turn.key):
                    raise

    def free(self, turn: Turn) -> None:
        """See `Engine.free`."""
        with _database("freed a run"):
            status = DBOS.get_workflow_status(turn.key)
            if status is None or turn.key in _under_way:
                return
            if status.status in TAKEN_UP and status.executor_id == self._worker:
                DBOS.cancel_workflows([turn.key])
                DBOS.resume_workflows([turn.key], queue_name=QUEUE)

    def _is_active(self, key: str) -> bool:
        status = DBOS.get_workflow_status(key)
        return status is not None and status.status in ACTIVE

    def active(self) -> int:
        """See `Engine.active`."""
        with _database("counted its runs"):
            status = list(ACTIVE)
            return len(DBOS.list_workflows(status=status, load_input=False, load_output=False))

    def take_over(self, worker: str) -> int:
        """See `Engine.take_over`."""
        with _database("took over runs"):
            left = DBOS.list_workflows(
                status=list(TAKEN_UP), executor_id=worker, load_input=False, load_output=False
            )
            keys = [workflow.workflow_id for workflow in left]
            if keys:
                # Only a cancelled workflow can be handed to another executor, by public calls.
                DBOS.cancel_workflows(keys)
                DBOS.resume_workflows(keys, queue_name=QUEUE)
            return len(keys)

    def forget(self, turns: Sequence[Turn]) -> None:
        """See `Engine.forget`."""
        if turns:
            with _database("forgot runs"):
                DBOS.delete_workflows([turn.key for turn in turns])

    def stop(self, seconds: float) -> None:
        """See `Engine.stop`."""
        DBOS.destroy(workflow_completion_timeout_sec=int(seconds))


@contextmanager
def _database(doing: str) -> Iterator[None]:
    """Some of DBOS's calls do not wait for a database that is away, and would end the daemon."""
    try:
        yield
    except SQLAlchemyError as error:
        # Not chained: its text holds the statement's values, and the server's user and host.
        raise StoreUnavailable(
            f"the database went away while the engine {doing} ({type(error).__name__}); "
            "it is tried again, or start again when it is back"
        ) from None


def _has_tables(url: str) -> bool:
    """Whether a daemon ever worked on this database."""
    engine = create_engine(url)
    try:
        schema = "dbos" if engine.dialect.name == "postgresql" else None
        return bool(inspect(engine).has_table("workflow_status", schema=schema))
    finally:
        engine.dispose()


def _first_to_do(key: str) -> int:
    """Number of the first step without a result, from 1; of the last one if all have theirs."""
    steps = DBOS.list_workflow_steps(key)  # without outputs it would tell of no error either
    done = {step["function_id"] for step in steps if step["error"] is None}
    return next((n for n in range(1, len(STEPS)) if n not in done), len(STEPS))


def _set_wal(path: str) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute("pragma journal_mode=wal")
    finally:
        connection.close()


def forget_conversations(database_url: str, conversations: Sequence[str]) -> int:
    """Remove the steps of all runs of these conversations; gives how many runs there were.

    Works beside a running daemon: it starts no executor of its own. Safe to call again.
    """
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    if not _has_tables(url):
        return 0
    client = DBOSClient(
        system_database_url=url,
        serializer=DBOSPortableJSONSerializer(),
        retry_connection_errors=False,
    )
    try:
        keys = [
            workflow.workflow_id
            for conversation_id in conversations
            for workflow in client.list_workflows(
                workflow_id_prefix=f"{conversation_id}:", load_input=False, load_output=False
            )
        ]
        if keys:
            client.delete_workflows(keys)
        return len(keys)
    finally:
        client.destroy()
