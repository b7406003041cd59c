"""Puts the parts together. The only module that names adapters, and that asks the clock."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import httpx

from agent.adapters.kustomer import (
    Budget,
    Kustomer,
    KustomerDirectory,
    Patience,
    Unlimited,
    kustomer_client,
    open_budget,
)
from agent.adapters.kustomer.webhooks import KustomerWebhooks
from agent.adapters.memory import MemoryModelBook, MemoryStore
from agent.adapters.model.answerer import OPENAI, asked_name
from agent.adapters.model.offline import OfflineEngine
from agent.adapters.store import DaemonLock, open_model_book, open_store
from agent.adapters.store.doorbell import open_doorbell
from agent.adapters.store.search import open_search
from agent.core.conversation import Customer
from agent.core.team_policy import TeamPolicy
from agent.doorbell import OwnBell
from agent.doorbell_port import DoorbellBook
from agent.errors import (
    AgentError,
    ConfigError,
    Held,
    HelpdeskLocked,
    StoreUnavailable,
    TransientError,
)
from agent.gates import Gates, PauseSwitch
from agent.lease import LEASE
from agent.log import logger
from agent.model_port import ModelBook
from agent.model_wiring import model_of
from agent.notes import NoteDesk
from agent.owners import is_dead
from agent.pipeline import Pipeline
from agent.policy_file import load_policy
from agent.policy_file.edited import PolicyWatch
from agent.ports import Model, Store
from agent.retries import NO_RETRIES, RETRIES, Retries
from agent.run_search import RunSearch
from agent.settings import Settings
from agent.trace_port import Traces
from agent.traces_wiring import traces_of

SQLITE, POSTGRESQL = "sqlite:///", "postgresql://"
# An SQLite file has one daemon, so its runs are the next one's, whatever SIDENOTE_WORKER says.
ONLY_SLOT = "worker-1"


class SystemClock:
    """The real time. `sleep` ends with Held as soon as `stopping` is set."""

    def __init__(self, stopping: threading.Event | None = None) -> None:
        self._stopping = stopping or threading.Event()

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - here and nowhere else

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            Held: the program is stopping.
        """
        if self._stopping.wait(max(seconds, 0)):
            raise Held("stopping; the run goes on after the next start")


@dataclass
class App:
    """The parts of one process, each made when it is first asked for.

    A command that needs no Kustomer never reads its key; one that needs no database opens none.
    With `needs_database` False a state folder that cannot be written is no error either.
    """

    settings: Settings
    needs_database: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)
    is_daemon: bool = False  # set before anything is asked for
    is_hasty: bool = False  # somebody waits at the terminal: one try, then say what is wrong
    _identified: bool = False

    @cached_property
    def clock(self) -> SystemClock:
        """The real clock."""
        return SystemClock(self.stopping)

    @cached_property
    def policy(self) -> TeamPolicy:
        """The team's policy, or the starter one."""
        _ = self.policy_watch  # looks first: an edit while it is read is noticed, too
        return load_policy(self.settings.policy)

    @cached_property
    def policy_watch(self) -> PolicyWatch:
        """Whether the policy's files are still what `policy` was read from."""
        return PolicyWatch(self.settings.policy)

    @cached_property
    def store(self) -> Store:
        """Our tables, migrated."""
        return open_store(self.settings.database_url)

    @cached_property
    def search(self) -> RunSearch:
        """Finds runs among very many. The store is opened first: it makes the tables."""
        _ = self.store
        return open_search(self.settings.database_url)

    @property
    def slot(self) -> str:
        """The worker slot that a daemon of these settings takes."""
        return ONLY_SLOT if self.settings.database_url.startswith(SQLITE) else self.settings.worker

    @cached_property
    def owner(self) -> str:
        """The name of this very process, among all workers on all machines."""
        this = f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:8]}"
        if not self.is_daemon:
            return f"command/{this}"
        return f"{daemons_of(self.slot)}{this}"

    @cached_property
    def kustomer(self) -> Kustomer:
        """The helpdesk. Asks who we are, to tell our own messages from teammates'.

        Raises:
            HelpdeskLocked: the key is refused.
        """
        patience = Patience(retries=self.retries)
        client = Kustomer(self.http, clock=self.clock, budget=self.budget, patience=patience)
        self._identify(client)
        return client

    @property
    def retries(self) -> Retries:
        """How often the team wants Kustomer to be asked again; not at all in a hurry."""
        return NO_RETRIES if self.is_hasty else RETRIES[self.policy.retries]

    def identify(self) -> None:
        """Ask again who we are, if Kustomer did not say at the start. Cheap to call again."""
        client = self.kustomer
        if not self._identified:
            self._identify(client)

    def _identify(self, client: Kustomer) -> None:
        # One try: a daemon must start, and say so, while Kustomer is down.
        patience = Patience(retries=NO_RETRIES)
        hasty = Kustomer(self.http, clock=self.clock, budget=self.budget, patience=patience)
        try:
            client.identify(hasty.current_user())
            self._identified = True
        except HelpdeskLocked:
            raise
        except TransientError as error:
            # Our own messages count as a teammate's until then, which only limits more.
            logger().warning("kustomer.no-answer", why=str(error))
        except AgentError:
            self._identified = True  # it will not say, so it is not asked again

    @cached_property
    def directory(self) -> KustomerDirectory:
        """Who the customers are."""
        patience = Patience(retries=self.retries)
        return KustomerDirectory(self.http, clock=self.clock, budget=self.budget, patience=patience)

    @cached_property
    def webhooks(self) -> KustomerWebhooks:
        """The webhooks that are registered at Kustomer."""
        patience = Patience(retries=self.retries)
        return KustomerWebhooks(self.http, clock=self.clock, budget=self.budget, patience=patience)

    @cached_property
    def bell(self) -> OwnBell:
        """What wakes the daemon of this process."""
        return OwnBell()

    @cached_property
    def doorbell_book(self) -> DoorbellBook:
        """The webhook's token, and rings from other processes."""
        return open_doorbell(self.settings.database_url)

    @cached_property
    def http(self) -> httpx.Client:
        """The connections to Kustomer."""
        url, key = self.settings.kustomer
        return kustomer_client(url, key.value, traces=self.traces)

    @cached_property
    def traces(self) -> Traces:
        """Where spans go: nowhere, unless the environment asks for them."""
        return traces_of(os.environ)

    @cached_property
    def budget(self) -> Budget:
        """Our share of the organization's requests, with all processes on this database."""
        try:
            return open_budget(
                self.budget_url(),
                clock=self.clock,
                requests_per_minute=self.settings.requests_per_minute,
            )
        except (OSError, StoreUnavailable) as error:
            if not self.needs_database:
                return Unlimited()  # a handful of requests, and nowhere to count them
            raise StoreUnavailable(f"the request budget cannot be kept: {error}") from error

    def budget_url(self) -> str:
        """The database in which requests are counted; on SQLite a file of its own."""
        url = self.settings.database_url
        if url.startswith(SQLITE):
            path = Path(url.removeprefix(SQLITE))
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return f"{SQLITE}{path}-budget"
        return url.replace(POSTGRESQL, "postgresql+psycopg://")

    @cached_property
    def model(self) -> Model:
        """The configured model with the offline engine behind it, or the offline engine."""
        return self.model_that_asks(self._customer)

    def model_that_asks(self, customer: Callable[[str], Customer]) -> Model:
        """The same, with records of customers from elsewhere; what to mask stands in them."""
        return model_of(
            self.settings,
            clock=self.clock,
            book=lambda: self.model_book,
            owner=self.owner,
            customer=customer,
            traces=self.traces,
        )

    @cached_property
    def model_book(self) -> ModelBook:
        """What all workers know of the model, counted beside the requests to Kustomer."""
        try:
            return open_model_book(self.budget_url())
        except (OSError, ConfigError, StoreUnavailable) as error:
            if not self.needs_database:
                return MemoryModelBook()  # a call or two, and nowhere to count them
            raise StoreUnavailable(f"what the model costs cannot be kept: {error}") from error

    @property
    def model_asked(self) -> str:
        """How the book names the configured model."""
        return asked_name(self.settings.openai_url or OPENAI, self.settings.model or "")

    def _customer(self, customer_id: str) -> Customer:
        """Kustomer is opened only when somebody asks: measuring a model needs none."""
        return self.kustomer.customer(customer_id)

    @cached_property
    def pause(self) -> PauseSwitch:
        """All ways to pause."""
        return PauseSwitch(
            store=self.store,
            file=self.settings.pause_file,
            from_environment=self.settings.paused,
            clock=self.clock,
        )

    @cached_property
    def gates(self) -> Gates:
        """What may hold everything up."""
        return Gates(
            pause=self.pause,
            clock=self.clock,
            probe=self._probe,
            stopping=self.stopping,
        )

    def _probe(self) -> None:
        self.kustomer.current_user()

    @cached_property
    def desk(self) -> NoteDesk:
        """Delivers notes."""
        self._free_claims_of_the_dead()
        return NoteDesk(
            reader=self.kustomer,
            writer=self.kustomer,
            store=self.store,
            clock=self.clock,
            owner=self.owner,
            guard=self.gates.guard,
            retries=self.retries,
        )

    def _free_claims_of_the_dead(self) -> None:
        """What a killed process of this machine had claimed is free; an SQLite file has no other.

        On PostgreSQL, where another machine may go by the same name, a claim runs out instead.
        """
        if self.settings.database_url.startswith(SQLITE):
            for owner in self.store.claim_owners():
                if is_dead(owner, here=socket.gethostname()):
                    self.store.free_claims(owner, but=self.owner)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The steps of a run."""
        return Pipeline(
            desk=self.desk,
            model=self.model,
            policy=self.policy,
            quiet=self.settings.quiet,
            paused=self.pause.paused,
            version=version("sidenote"),
            is_outdated=self.policy_watch.is_outdated,
            traces=self.traces,
        )

    @cached_property
    def reading_pipeline(self) -> Pipeline:
        """The same steps for a look: a store in memory, no database, and nothing is written."""
        store = MemoryStore()
        store.watermark(datetime.min.replace(tzinfo=UTC))  # so that no message counts as backlog
        desk = NoteDesk(
            reader=self.kustomer,
            writer=self.kustomer,
            store=store,
            clock=self.clock,
            owner=self.owner,
            guard=lambda: None,  # a pause stops writing, not reading
        )
        return Pipeline(
            desk=desk,
            model=self.model,
            policy=self.policy,
            quiet=self.settings.quiet,
            paused=lambda: None,
            version=version("sidenote"),
        )

    def close(self) -> None:
        """Let go of what was opened."""
        self.stopping.set()
        for part in ("http", "budget", "model_book", "store", "doorbell_book", "search", "traces"):
            opened = self.__dict__.get(part)
            if opened is not None and not isinstance(opened, Unlimited):
                opened.close()

    @cached_property
    def file_lock(self) -> DaemonLock | None:
        """What keeps a second daemon off an SQLite file; None on PostgreSQL."""
        url = self.settings.database_url
        if not url.startswith(SQLITE):
            return None
        path = Path(url.removeprefix(SQLITE))
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return DaemonLock(path)

    @contextmanager
    def batch_desk(self, name: str) -> Iterator[NoteDesk]:
        """A desk for the batch of that name, which no other process has on an SQLite file.

        So what a killed process had claimed of it is free again. On PostgreSQL, where another
        machine may be at it, such claims run out within three minutes.

        Raises:
            Held: another process sends this batch.
        """
        which = f"batch/{sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}/"
        desk = replace(self.desk, owner=f"{which}{self.owner}")
        url = self.settings.database_url
        if not url.startswith(SQLITE):
            yield desk
            return
        path = Path(url.removeprefix(SQLITE))
        lock = DaemonLock(path.with_name(f"{path.name}-{which.strip('/').replace('/', '-')}"))
        if not lock.acquire():
            raise Held(f"process {lock.holder()} sends this batch; wait for it, or stop it")
        try:
            self.store.free_claims(which, but=desk.owner)
            yield desk
        finally:
            lock.release()

    def daemon_lives(self) -> bool:
        """Whether a daemon works on this database right now."""
        lock = self.file_lock
        if lock is None:
            return bool(self.store.live_slots(self.clock.now(), ttl=LEASE))
        if lock.acquire():
            lock.release()
            return False
        return True


def daemons_of(slot: str) -> str:
    """How the names of all daemons begin that ever had this worker slot."""
    return f"daemon/{slot}/"


def offline_engine() -> Model:
    """The engine that needs no model and no key."""
    return OfflineEngine()


def lock_file(app: App) -> None:
    """Take the SQLite file for this process.

    Raises:
        StoreUnavailable: another daemon has it.
    """
    lock = app.file_lock
    if lock is not None and not lock.acquire():
        raise StoreUnavailable(
            f"another daemon (process {lock.holder()}) works on this database. Stop it first, or "
            "set SIDENOTE_DATABASE_URL to another one. Several workers need PostgreSQL."
        )
