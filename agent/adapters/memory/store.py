"""Our own tables as dictionaries. One lock around every method stands for its transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from agent.adapters.memory.attempts import AttemptMemory
from agent.adapters.memory.audit import AuditMemory
from agent.adapters.memory.labels import LabelMemory
from agent.adapters.memory.limits import LimitMemory
from agent.adapters.memory.slots import Lease, SlotMemory
from agent.adapters.memory.team import TeamMemory
from agent.audit_port import AuditKind, pruned_entry, receipt_entry, release_entry
from agent.core.leases import CLOCKS_APART
from agent.core.turn import Action, Turn
from agent.errors import PermanentError, StoreUnavailable
from agent.ports import (
    Delivery,
    DeliveryState,
    Disposition,
    Pause,
    Run,
    RunState,
    SeenTurn,
    Told,
)

_NOT_STARTED = (RunState.WAITING, RunState.HELD)
_ENDED = (RunState.DONE, RunState.FAILED)
_SETTLED = (DeliveryState.ARRIVED, DeliveryState.OVERTAKEN, DeliveryState.FAILED)
_SENT = (*_SETTLED, DeliveryState.SENT, DeliveryState.UNKNOWN)
_SCHEMA = 1


class MemoryStore(TeamMemory, AuditMemory, LimitMemory, AttemptMemory, SlotMemory, LabelMemory):
    """Forgets everything with its process. Threads may share it."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._closed = False
        self._watermark: datetime | None = None
        self._cursor: datetime | None = None
        self._runs: dict[str, Run] = {}
        self._receipts: dict[str, tuple[str, datetime]] = {}
        self._told: dict[str, tuple[Told, datetime]] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._claims: dict[str, Lease] = {}
        self._pause: Pause | None = None
        self._forget_words()
        self._forget_attempts()
        self._forget_slots()
        self._forget_replies()
        self._forget_labels()
        self._forget_record()

    # poller

    def watermark(self, now: datetime) -> datetime:
        """See `Store`."""
        with self._open():
            if self._watermark is None:
                self._watermark = now
            return self._watermark

    def cursor(self) -> datetime | None:
        """See `Store`."""
        with self._open():
            return self._cursor

    def save_poll(
        self, turns: Sequence[SeenTurn], *, cursor: datetime | None, now: datetime
    ) -> tuple[Run, ...]:
        """See `Store`. The runs are as stored, in the order of the turns."""
        with self._open():
            if cursor is not None:  # first: a time that cannot be compared leaves all as it was
                self._cursor = max(cursor, self._cursor or cursor)
            found = {seen.turn: _waiting(seen, now) for seen in turns}
            known = {run.turn: run for run in self._runs.values()}
            new = [run.id for turn, run in found.items() if turn not in known]
            for turn, run in found.items():
                stored = known.get(turn, run)
                if stored.state is RunState.WAITING:
                    self._runs[stored.id] = replace(stored, snapshot=run.snapshot)
            self._overtake({seen.turn.conversation_id for seen in turns}, now)
            return tuple(self._runs[run_id] for run_id in new)

    def _overtake(self, conversation_ids: set[str], now: datetime) -> None:
        newest: dict[str, tuple[datetime, str]] = {}
        for run in self._runs.values():
            held = newest.get(run.turn.conversation_id)
            newest[run.turn.conversation_id] = max(_age(run), held or _age(run))
        for run in self._runs.values():
            conversation_id = run.turn.conversation_id
            if conversation_id not in conversation_ids or run.state not in _NOT_STARTED:
                continue
            if _age(run) < newest[conversation_id] and not self._has_reply(run):
                self._runs[run.id] = replace(
                    run, state=RunState.DONE, disposition=Disposition.OVERTAKEN, updated_at=now
                )

    def _has_reply(self, run: Run) -> bool:
        """Whether it was held with a reply begun: it goes on, to withdraw or confirm that."""
        return any(
            delivery.run_id == run.id and delivery.action == Action.REPLY and delivery.attempts
            for delivery in self._deliveries.values()
        )

    # runs

    def run(self, run_id: str) -> Run | None:
        """See `Store`. An exact id wins over longer ones that begin with it."""
        with self._open():
            found = [run for run in self._runs.values() if run_id and run.id.startswith(run_id)]
            return self._runs.get(run_id) or (found[0] if len(found) == 1 else None)

    def run_of(self, turn: Turn) -> Run | None:
        """See `Store`."""
        with self._open():
            return next((run for run in self._runs.values() if run.turn == turn), None)

    def runs(
        self,
        *,
        states: Sequence[RunState] = (),
        conversation_id: str | None = None,
        updated_before: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[Run, ...]:
        """See `Store`."""
        with self._open():
            found = [
                run
                for run in self._runs.values()
                if (not states or run.state in states)
                and conversation_id in {None, run.turn.conversation_id}
                and (updated_before is None or run.updated_at < updated_before)
            ]
        found.sort(key=lambda run: (run.created_at, run.message_at, run.id), reverse=True)
        return tuple(found[:limit])

    def due_runs(self, now: datetime, *, limit: int) -> tuple[Run, ...]:
        """See `Store`."""
        waiting = [
            run
            for run in self.runs(states=_NOT_STARTED)
            if run.due_at <= now or run.updated_at > now + CLOCKS_APART
        ]
        return tuple(sorted(waiting, key=lambda run: (run.due_at, run.id))[:limit])

    def count_runs(self) -> Mapping[RunState, int]:
        """See `Store`. Every state is there, with 0 where there is none."""
        with self._open():
            states = [run.state for run in self._runs.values()]
        return {state: states.count(state) for state in RunState}

    def save_run(self, run: Run) -> None:
        """See `Store`. Raises PermanentError when the turn has a run with another id."""
        with self._open():
            known = self.run_of(run.turn)
            if known is not None and known.id != run.id:
                raise PermanentError("The turn has a run with another id.")
            self._runs[run.id] = run

    def move_run(self, run: Run, *, was: Sequence[RunState]) -> bool:
        """See `Store`."""
        with self._open():
            known = self._runs.get(run.id)
            if known is None or known.state not in was:
                return False
            self.save_run(run)
            return True

    # receipts

    def save_receipt(
        self,
        run_id: str,
        content: Mapping[str, Any],
        now: datetime,
        *,
        kind: AuditKind = AuditKind.RUN_FINISHED,
    ) -> None:
        """See `Store`. Raises TypeError when it holds something that is no JSON value."""
        with self._open():
            self.append_audit(receipt_entry(kind, run_id, content), now)
            self._receipts[run_id] = (json.dumps(dict(content)), now)

    def receipt(self, run_id: str) -> dict[str, Any] | None:
        """See `Store`."""
        with self._open():
            found = self._receipts.get(run_id)
            content: dict[str, Any] | None = json.loads(found[0]) if found else None
            return content

    # conversations

    def told(self, conversation_id: str) -> Told | None:
        """See `Store`."""
        return self.told_of([conversation_id]).get(conversation_id)

    def told_of(self, conversation_ids: Sequence[str]) -> Mapping[str, Told]:
        """See `Store`. Those that are new to this database are left out."""
        with self._open():
            return {each: self._told[each][0] for each in conversation_ids if each in self._told}

    def save_told(self, told: Told, now: datetime) -> None:
        """See `Store`."""
        with self._open():
            self._told[told.conversation_id] = (told, now)

    # deliveries

    def intend(self, delivery: Delivery) -> Delivery:
        """See `Store`."""
        with self._open():
            return self._deliveries.setdefault(delivery.marker, delivery)

    def delivery(self, marker: str) -> Delivery | None:
        """See `Store`."""
        with self._open():
            return self._deliveries.get(marker)

    def deliveries(
        self, *, run_id: str | None = None, conversation_id: str | None = None
    ) -> tuple[Delivery, ...]:
        """See `Store`."""
        with self._open():
            found = [
                delivery
                for delivery in self._deliveries.values()
                if run_id in {None, delivery.run_id}
                and conversation_id in {None, delivery.conversation_id}
            ]
        found.sort(key=lambda delivery: (delivery.created_at, delivery.marker), reverse=True)
        return tuple(found)

    def arrived_replies(self, since: datetime) -> tuple[Delivery, ...]:
        """See `Store`."""
        with self._open():
            found = [
                delivery
                for delivery in self._deliveries.values()
                if delivery.state is DeliveryState.ARRIVED
                and delivery.action == Action.REPLY
                and delivery.updated_at >= since
            ]
            return tuple(sorted(found, key=lambda d: (d.updated_at, d.marker)))

    def claim_delivery(
        self, marker: str, *, owner: str, now: datetime, ttl: timedelta
    ) -> Delivery | None:
        """See `Store`. A settled one is given as it is, unclaimed; an unknown marker gives None."""
        with self._open():
            known = self._deliveries.get(marker)
            if known is None or known.state in _SETTLED:
                return known
            claim = self._claims.get(marker)
            if claim is not None and claim.owner != owner and claim.lives(now, ttl):
                return None
            self._claims[marker] = Lease(owner, now + ttl)
            self._deliveries[marker] = replace(known, fence=known.fence + 1)
            return self._deliveries[marker]

    def start_attempt(self, marker: str, *, fence: int, now: datetime) -> int:
        """See `Store`. Raises StoreUnavailable also when it is settled or was never claimed."""
        with self._open():
            known = self._fenced(marker, fence)
            if fence == 0 or known.state in _SETTLED:
                raise StoreUnavailable("This delivery is not claimed, or it is settled.")
            self._deliveries[marker] = replace(known, attempts=known.attempts + 1, updated_at=now)
            self._begin_attempt(known, now)
            return known.attempts + 1

    def start_release(self, marker: str, *, fence: int, now: datetime) -> int:
        """See `Store`. Raises StoreUnavailable also when it is settled or was never claimed."""
        with self._open():
            known = self._fenced(marker, fence)
            if fence == 0 or known.state in _SETTLED:
                raise StoreUnavailable("This delivery is not claimed, or it is settled.")
            self._deliveries[marker] = replace(known, releases=known.releases + 1, updated_at=now)
            self._begin_attempt(known, now, is_release=True)
            entry = release_entry(marker, known.conversation_id, known.run_id, known.body)
            self.append_audit(entry, now)
            return known.releases + 1

    def settle_delivery(
        self,
        marker: str,
        *,
        fence: int,
        state: DeliveryState,
        remote_id: str | None = None,
        error: str = "",
        now: datetime,
    ) -> None:
        """See `Store`. No `remote_id` keeps the one that is known."""
        with self._open():
            known = self._fenced(marker, fence)
            self._claims.pop(marker, None)
            if known.state in _SETTLED:
                return
            remote_id = known.remote_id if remote_id is None else remote_id
            self._deliveries[marker] = replace(
                known, state=state, remote_id=remote_id, error=error, updated_at=now
            )

    def bounce_delivery(self, marker: str, *, error: str, now: datetime) -> bool:
        """See `Store`."""
        with self._open():
            known = self._deliveries.get(marker)
            if known is None or known.state is not DeliveryState.ARRIVED:
                return False
            bounced = replace(known, state=DeliveryState.FAILED, error=error, updated_at=now)
            self._deliveries[marker] = bounced
            return True

    def claim_owners(self) -> tuple[str, ...]:
        """See `Store`."""
        with self._open():
            return tuple(sorted({claim.owner for claim in self._claims.values()}))

    def free_claims(self, owners: str, *, but: str) -> int:
        """See `Store`."""
        with self._open():
            freed = [
                marker
                for marker, claim in self._claims.items()
                if claim.owner.startswith(owners) and claim.owner != but
            ]
            for marker in freed:
                del self._claims[marker]
            return len(freed)

    def _fenced(self, marker: str, fence: int) -> Delivery:
        known = self._deliveries.get(marker)
        if known is None or known.fence != fence:
            raise StoreUnavailable("This delivery is no longer ours: another worker took it.")
        return known

    # the team's controls

    def pause(self, pause: Pause) -> None:
        """See `Store`. A newer pause replaces the one that stands."""
        with self._open():
            self._pause = pause

    def resume(self) -> None:
        """See `Store`."""
        with self._open():
            self._pause = None

    def paused(self) -> Pause | None:
        """See `Store`."""
        with self._open():
            return self._pause

    # upkeep

    def schema_version(self) -> int:
        """See `Store`. There is only one."""
        with self._open():
            return _SCHEMA

    def prune(self, before: datetime, *, now: datetime | None = None) -> int:
        """See `Store`. The body of a write that may still have to be made is kept."""
        with self._open():
            gone = {
                run.id
                for run in self._runs.values()
                if run.state in _ENDED and run.updated_at < before
            }
            for run_id, (_, saved_at) in list(self._receipts.items()):
                if run_id in gone or (run_id not in self._runs and saved_at < before):
                    del self._receipts[run_id]
            for marker, delivery in self._deliveries.items():
                is_over = delivery.run_id in gone or (
                    delivery.run_id is None and delivery.state in _SENT
                )
                if is_over and delivery.updated_at < before:
                    self._deliveries[marker] = replace(delivery, body="")
            for conversation_id, (told, saved_at) in self._told.items():
                if (told.noted_at or saved_at) < before:
                    self._told[conversation_id] = (replace(told, statements=()), saved_at)
            self._runs = {run.id: run for run in self._runs.values() if run.id not in gone}
            self._drop_attempts_of(gone)
            if self._prune_contents(before) or gone:
                self.append_audit(pruned_entry(before), now or before)
            return len(gone)

    def close(self) -> None:
        """See `Store`. Later calls raise StoreUnavailable."""
        self._closed = True

    def _open(self) -> RLock:
        if self._closed:
            raise StoreUnavailable("The store was closed.")
        return self._lock


def _waiting(seen: SeenTurn, now: datetime) -> Run:
    return Run(
        id=seen.turn.run_id,
        turn=seen.turn,
        message_at=seen.message_at,
        state=RunState.WAITING,
        due_at=seen.due_at,
        created_at=now,
        updated_at=now,
        snapshot=seen.snapshot,
    )


def _age(run: Run) -> tuple[datetime, str]:
    # Messages of the same instant are told apart by id, the order Kustomer made them in.
    return run.message_at, run.turn.message_id
