"""The daemon: poll, start what is due, keep the lease, until told to stop.

The loop is `tick`; everything it does is safe to do again, so a kill at any point loses nothing.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.core.leases import is_time
from agent.dispatcher import Dispatcher
from agent.doorbell import Heard
from agent.engine import Engine
from agent.errors import PermanentError, StoreUnavailable, TransientError
from agent.gates import Gates
from agent.lease import Lease
from agent.log import logger
from agent.poller import Poller
from agent.ports import Clock, Disposition, Run, RunState, Store
from agent.runner import Runner

GRACE = 11.0  # seconds for steps under way at a stop; design allows 15 in all
UPKEEP_EVERY = timedelta(hours=1)
LOST_EVERY = timedelta(seconds=5)  # a dead worker's runs are gone on with soon after its lease
WATCH_EVERY = timedelta(minutes=1)
INDEX_LAG = timedelta(seconds=3)  # --once looks once more after it: searches show changes late
UNFINISHED = (RunState.WAITING, RunState.RUNNING, RunState.HELD)


@dataclass(slots=True, kw_only=True)
class Daemon:
    """One worker. `lease` keeps its slot (PostgreSQL); None where a file lock does.

    Whoever has the slot knows that its earlier daemons are dead: what they were writing when they
    were killed is looked at again at once, not when their claims run out.
    """

    poller: Poller
    dispatcher: Dispatcher
    runner: Runner
    engine: Engine
    gates: Gates
    store: Store
    clock: Clock
    poll: timedelta
    keep: timedelta
    tick_seconds: float = 0.5
    lease: Lease | None = None
    slot: str = "worker-1"
    free_claims: Callable[[str], object] = lambda _: None  # of a slot's earlier daemons
    identify: Callable[[], object] = lambda: None  # asks who we are, until Kustomer has said so
    on_tick: Callable[[], None] = lambda: None
    heard: Heard | None = None  # the doorbell; None where nobody can ring
    _rung_again: frozenset[str] = frozenset()  # rang when our own database was busy
    _next_poll: datetime | None = None
    watch: Callable[[], None] = lambda: None  # looks after drafts and replies
    _next_lost: datetime | None = None
    _next_watch: datetime | None = None
    _next_upkeep: datetime | None = None
    _polled_at: datetime | None = None  # when the last poll that succeeded began

    def start(self) -> None:
        """Take the slot, then take up what was left unfinished."""
        if self.lease is not None:
            self.lease.take()
        self.free_claims(self.slot)
        self.engine.start(self.runner.carry_out, self.runner.around)
        self.dispatcher.find_lost(older_than=timedelta(0))
        logger().info("daemon.started")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            self.tick()
            # At a stop the caller ends us without waiting for this thread.
            wait = stop.wait if self.heard is None else self.heard.wait
            wait(self.tick_seconds)

    def run_once(self, stop: threading.Event) -> None:
        """Work until no run is queued, running or waiting for quiet, or everything is held up.

        It looks a second time before it ends, for what was written right before it began.
        """
        last_look = self.clock.now() + INDEX_LAG
        while not stop.is_set():
            self.tick()
            has_looked = self._polled_at is not None and self._polled_at >= last_look
            # A key that may not search closes the gate before the first poll ever succeeds.
            if (has_looked or self.gates.closed() is not None) and self._is_finished():
                return
            if self._polled_at is not None and not has_looked:
                self._next_poll = last_look
            stop.wait(self.tick_seconds)

    def tick(self) -> None:
        """One round. A database that is busy or gone is tried again in the next."""
        try:
            self._answer_the_door()
            self._poll_when_due()
            self.dispatcher.dispatch()
            self._look_after()
            self._watch_when_due()
        except StoreUnavailable as error:
            logger().error("store.unavailable", why=str(error))
        self.on_tick()

    def stop(self) -> None:
        """Write nothing more, let steps under way end or park them, let go of the slot."""
        self.gates.stopping.set()
        self.engine.stop(GRACE)
        if self.lease is not None:
            self.lease.leave()
        with suppress(StoreUnavailable):
            self.tell_head()
        logger().info("daemon.stopped")

    def _answer_the_door(self) -> None:
        """Look at the conversations that were rung for. A look that fails is left to the poll.

        Not so where our own database was busy: then the next round looks, once more only, for a
        database that stays away must not make us ask Kustomer in every round.
        """
        if self.heard is None:
            return
        rung = self.heard.take()
        if not rung or (self.gates.closed() is not None and not self.gates.may_start()):
            return
        try:
            self.identify()
            self.poller.look(rung)
        except StoreUnavailable:
            again = frozenset(rung) - self._rung_again
            for conversation_id in again:
                self.heard.own.ring(conversation_id)
            self._rung_again = again
            raise
        except (TransientError, PermanentError) as error:
            logger().warning("doorbell.look-failed", error=type(error).__name__)

    def _poll_when_due(self) -> None:
        now = self.clock.now()
        if not is_time(self._next_poll, now, every=max(self.poll, INDEX_LAG)):
            return
        if self.gates.closed() is not None and not self.gates.may_start():
            return
        self._next_poll = now + self.poll
        try:
            self.identify()
            self.poller.poll()
        except StoreUnavailable:
            raise
        except TransientError as error:
            self.gates.trouble(error)
            logger().warning("poll.failed", error=type(error).__name__)
        except PermanentError as error:
            if self._polled_at is None:
                raise  # it never worked here: somebody at the start of it wants to know why
            # No run is lost by it: the cursor stands, and the next poll looks there again.
            logger().error("poll.failed", error=type(error).__name__, why=str(error))
        else:
            self.gates.success()
            self._polled_at = now

    def _look_after(self) -> None:
        now = self.clock.now()
        if is_time(self._next_lost, now, every=LOST_EVERY):
            self._next_lost = now + LOST_EVERY
            self.dispatcher.find_lost()
            if self.lease is not None:
                for worker in self.lease.dead():
                    self.free_claims(worker)
                    if taken := self.engine.take_over(worker):
                        logger().warning("worker.taken-over", worker=worker, runs=taken)
        if is_time(self._next_upkeep, now, every=UPKEEP_EVERY):
            self._next_upkeep = now + UPKEEP_EVERY
            self.prune(now)
            self.tell_head()

    def _watch_when_due(self) -> None:
        now = self.clock.now()
        if not is_time(self._next_watch, now, every=WATCH_EVERY):
            return
        self._next_watch = now + WATCH_EVERY
        if not self.gates.may_start():
            return
        try:
            self.watch()
        except StoreUnavailable:
            raise
        except (TransientError, PermanentError) as error:
            logger().warning("watch.failed", error=type(error).__name__)

    def prune(self, now: datetime) -> None:
        """Remove the content of old runs, ours and the engine's."""
        old = [
            run.turn
            for run in self.store.runs(states=(RunState.DONE, RunState.FAILED))
            if run.updated_at < now - self.keep
        ]
        self.engine.forget(old)
        pruned = self.store.prune(now - self.keep, now=now)
        if pruned:
            logger().info("runs.pruned", runs=pruned)

    def tell_head(self) -> None:
        """Log the head of the record: `audit verify --head` finds by it what went from its end."""
        head = self.store.audit_head()
        if head is not None:
            logger().info("audit.head", row=head.sequence, head=head.hash)

    def _is_finished(self) -> bool:
        if not self.gates.may_start():
            return self.engine.active() == 0
        return not self.store.runs(states=UNFINISHED, limit=1)


def summary(runs: Sequence[Run]) -> dict[str, int]:
    """Counts by furthest result; `due` is the sum of the others."""
    names = {
        Disposition.NOTED: "noted",
        Disposition.DRAFTED: "drafted",
        Disposition.REPLIED: "sent",
        Disposition.LEFT: "left",
        Disposition.OVERTAKEN: "overtaken",
    }
    counts = dict.fromkeys(("noted", "drafted", "sent", "left", "overtaken", "failed"), 0)
    for run in runs:
        disposition = run.disposition or Disposition.FAILED
        counts[names.get(disposition, "failed")] += 1
    return {"due": sum(counts.values()), **counts}
