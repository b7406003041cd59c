"""Every crash point and every fault of one run, each once; then with each other; then pairs.

`python -m tests.sweep` runs all of it and prints how many cases there were; `tests/test_sweep.py`
runs as much as a test run can spare.
"""

import logging
import random as global_random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import structlog

from agent.core.team_policy import Level
from agent.ports import RunState
from tests.simulation.checker import Broken, Ending, Evidence, check
from tests.simulation.clockwork import Scheduler, moment
from tests.simulation.fate import Fault, Scripted, kinds
from tests.simulation.journal import Journal
from tests.simulation.people import FURTHER, OPENING, ROUTINE, People
from tests.simulation.records import Switches
from tests.simulation.server import Truth, customer
from tests.simulation.worker import Ground, Worker, approved_texts, policy

UNFINISHED = (RunState.WAITING, RunState.RUNNING, RunState.HELD)
ASKED_AT = 20.0  # seconds: once the worker has polled
QUIET_AFTER = 120.0  # seconds without a change in which a poll has seen everything
LONGEST = 3600.0
# A person looks after these; the run fails with its reason.
FOR_A_PERSON = frozenset({Fault.UNREADABLE, Fault.MODEL_UNUSABLE, Fault.CONFLICT})

Point = tuple[str, int]  # "call side" and which passing of it
Meeting = tuple[tuple[str, int], Fault]  # a call, which one of that name, and what it meets


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the one customer's question leads to: a note, or a reply and a note."""

    name: str
    level: Level = Level.NOTE
    switches: Switches = field(default_factory=Switches)


SCENES = (
    Scene(name="note"),
    Scene(name="note, ids ignored", switches=Switches(ids="ignored")),
    Scene(name="reply", level=Level.SEND),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One life of the scene."""

    scene: Scene
    kills: tuple[Point, ...] = ()
    faults: tuple[Meeting, ...] = ()

    def __str__(self) -> str:
        """As a test would name it."""
        kills = [f"killed {point} ({nth})" for point, nth in self.kills]
        faults = [f"{fault} at {call} ({nth})" for (call, nth), fault in self.faults]
        return f"{self.scene.name}: {', '.join(kills + faults) or 'clean'}"


@dataclass(frozen=True, slots=True)
class Life:
    """What came of a case. `wrong` is empty when it converged."""

    wrong: tuple[Broken, ...]
    fate: Scripted


def live(case: Case) -> Life:
    """One worker, one customer, one question."""
    global_random.seed(0)
    scheduler = Scheduler()
    fate = Scripted(faults=dict(case.faults), kills=list(case.kills))
    truth = Truth(scheduler, Random(1), case.scene.switches)
    moves = Random(2)
    journal = Journal(scheduler, moves)
    ground = Ground(scheduler, moves, truth, fate, journal, policy=policy(case.scene.level))
    ground.store.watermark(moment(0))  # so that a late start makes no backlog of the question
    people = People(ground, Random(3))
    worker = Worker(ground, "worker-1", threads=1)
    worker.start()

    def look_after() -> None:
        worker.look_after()
        scheduler.after(2, look_after)

    def ask() -> None:
        id_ = truth.open(customer(1))
        for text in (OPENING, *FURTHER):
            truth.receive(id_, text.format(code="40-100"))
        people.ask(id_, ROUTINE, sender=truth.customers[customer(1).id].emails[0].value)

    scheduler.after(2, look_after)
    scheduler.after(ASKED_AT, ask)
    while scheduler.now < LONGEST and not _is_over(scheduler, truth, ground):
        scheduler.run(scheduler.now + 20)
    wrong = (*check(_evidence(ground, people, worker)), *_not_one(case, ground))
    scheduler.end()
    return Life(wrong, fate)


def _is_over(scheduler: Scheduler, truth: Truth, ground: Ground) -> bool:
    settled = max(truth.changed_at, truth.late_until) + QUIET_AFTER
    return scheduler.now > settled and not ground.store.runs(states=UNFINISHED)


def _evidence(ground: Ground, people: People, worker: Worker) -> Evidence:
    endings = [
        Ending(
            conversation_id=run.turn.conversation_id,
            message_id=run.turn.message_id,
            state=run.state,
            disposition=run.disposition or "",
            why=run.error.kind if run.error else ", ".join(run.because),
        )
        for run in ground.store.runs()
    ]
    return Evidence(
        truth=ground.truth,
        asked=people.asked,
        pauses=(),
        endings=endings,
        approved=approved_texts(ground.policy),
        crashes=[type(error).__name__ for error in worker.crashes],
    )


def _not_one(case: Case, ground: Ground) -> Iterator[Broken]:
    """One note, and one message where the topic may send, unless a person has to look."""
    (versions,) = ground.truth.versions.values()
    notes = sum(bool(note.marker) for note in versions[-1].notes)
    sent = sum(message.direction == "out" for message in versions[-1].messages)
    for_a_person = any(fault in FOR_A_PERSON for _, fault in case.faults)
    if for_a_person and any(run.state is RunState.FAILED for run in ground.store.runs()):
        return
    if notes != 1:
        yield Broken("not-one", f"{notes} notes")
    # A list of drafts from before ours was staged reads as if a teammate had deleted it: then
    # nothing is sent, and the note says so.
    gives_way = any(call == "drafts" and fault is Fault.STALE for (call, _), fault in case.faults)
    if case.scene.level is Level.SEND and sent != 1 and not (gives_way and sent == 0):
        yield Broken("not-one", f"{sent} messages")


# --- the cases ----------------------------------------------------------------------------------


# What a worker asks round by round, whether there is work or not.
IDLE = frozenset(
    "paused due_runs runs dead_slots take_slot engine.active changed_conversations cursor "
    "watermark told_of save_poll conversations".split()
)
ALWAYS = 1_000_000


def singles(scene: Scene, *, idle: int = ALWAYS) -> Iterator[Case]:
    """A kill at every point each time it is passed; every fault at every call.

    `idle` is how many times of what is asked round by round.
    """
    clean = live(Case(scene=scene)).fate
    for point, times in clean.passed.items():
        for nth in range(1, _times(point.split()[0], times, idle) + 1):
            yield Case(scene=scene, kills=((point, nth),))
    for call, times in clean.calls.items():
        for nth in range(1, _times(call, times, idle) + 1):
            for fault in kinds(call):
                yield Case(scene=scene, faults=(((call, nth), fault),))


def _times(call: str, times: int, idle: int) -> int:
    return min(times, idle) if call in IDLE else times


def crossed(scene: Scene) -> Iterator[Case]:
    """A kill at every point, the first time, with every fault at every kind of call."""
    clean = live(Case(scene=scene)).fate
    for point in clean.passed:
        for call in clean.calls:
            for fault in kinds(call):
                yield Case(scene=scene, kills=((point, 1),), faults=(((call, 1), fault),))


def pairs(scene: Scene) -> Iterator[Case]:
    """A kill at every point, and after the next start at every point."""
    points = list(live(Case(scene=scene)).fate.passed)
    for first in points:
        for second in points:
            yield Case(scene=scene, kills=((first, 1), (second, 1)))


def main() -> int:
    """All of it; 1 if anything did not converge."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, failed = time.monotonic(), 0
    for scene in SCENES:
        for name, cases in (("single", singles), ("crossed", crossed), ("pairs", pairs)):
            count = 0
            for case in cases(scene):
                count += 1
                wrong = live(case).wrong
                if wrong:
                    failed += 1
                    print(f"{case}  {wrong}", flush=True)
            print(f"{scene.name}: {count} {name} cases, {time.monotonic() - began:.0f} s so far")
    print(f"{failed} did not converge")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
