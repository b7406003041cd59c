"""One round: a time of trouble, a quiet time in which all must be made good, and the verdict."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from agent.sandbox.faults import parse_fault
from agent.sandbox.server import Sandbox
from tests.processes import Starter
from tests.soak.freezing import FrozenDaemon
from tests.soak.ground import Ground, running
from tests.soak.killing import KilledDaemon, KilledSends
from tests.soak.people import Pauser, People
from tests.soak.verdict import Verdict, judge, losses

QUIET = 240.0  # seconds: a dead lease, and a run that stands before its last try
SETTLED = 6.0  # seconds in which what is applied late, and a double of it, is seen
LATEST = 6.0  # seconds after which a request held by a fault has been applied
RETRY_EVERY = 10.0
FAULTS = (
    ("any=0.03,seconds=1",),
    ("any=0.12,seconds=1",),
    ("any=0.2,seconds=1",),
    ("500-after=0.1", "reset-after=0.1", "late-apply@POST *=0.05,seconds=1,late=2"),
    ("timeout-after@PUT */drafts/*=0.3,seconds=2", "any=0.05,seconds=1"),
)
NOTE_IDS = ("honoured", "ignored", "refused")
DOUBLES = ("409", "400", "accepted")
SENDERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a round is like. `trouble` in seconds; `disturb` is one more trouble, on and on."""

    name: str
    seed: int
    trouble: float
    slots: int = 1
    conversations: int = 10
    killed_sends: float = 0.9  # share of the calls; others go on with what one began
    claimed: float = 0.0  # seconds that a killed send keeps its claim
    faults: Sequence[str] | None = None
    start: Starter | None = None
    enough: threading.Event = field(default_factory=threading.Event)  # ends the trouble early
    on_kill: Callable[[], None] = lambda: None
    disturb: Callable[[threading.Event, Random], int] | None = None


@dataclass
class Played:
    """What a round came to."""

    plan: Plan
    verdict: Verdict
    counts: dict[str, int] = field(default_factory=dict)
    tracebacks: tuple[str, ...] = ()


def play(plan: Plan, folder: Path, database_url: str) -> Played:
    """Live through it."""
    random = Random(plan.seed)
    switches = {
        "index-lag": random.choice(("0", "1", "3")),
        "search-limit": "9999",
        "object-limit": "9999",
        "note-id": random.choice(NOTE_IDS),
        "duplicate-external-id": random.choice(DOUBLES),
        "draft-payload": random.choice(("kept", "lost")),
        "settle-seconds": random.choice(("0.2", "1", "4")),
    }
    with Sandbox(seed=plan.seed, plan="unlimited", switches=switches) as sandbox:
        ground = Ground(
            sandbox, folder, database_url, random, start=plan.start, on_kill=plan.on_kill
        )
        ground.add_conversations(plan.conversations)
        faults = plan.faults if plan.faults is not None else random.choice(FAULTS)
        sandbox.faults.set(*map(parse_fault, faults))
        daemon = KilledDaemon(ground, Random(plan.seed + 1), sandbox.key, slots=plan.slots)
        with running(*_threads(plan, ground, daemon)):
            plan.enough.wait(plan.trouble)
            sandbox.faults.set()
            ground.calm.set()
        _make_good(ground, daemon)
        return Played(plan, judge(ground), _figures(ground), tuple(ground.tracebacks))


def _threads(plan: Plan, ground: Ground, daemon: KilledDaemon) -> list[threading.Thread]:
    seed = plan.seed
    people, pauser = People(ground, Random(seed + 2)), Pauser(ground, Random(seed + 3))
    lives: list[Callable[[], None]] = [daemon.live, people.live, pauser.live]
    for number in range(SENDERS):
        key, name = ground.sandbox.world.make_key(), f"S{seed}-{number}"
        draw = Random(seed + 4 + number)
        sends = KilledSends(ground, draw, key, name, plan.killed_sends, plan.claimed)
        lives.append(sends.live)
    if plan.slots > 1:
        key, slot = ground.sandbox.world.make_key(), f"worker-{plan.slots + 1}"
        lives.append(FrozenDaemon(ground, Random(seed + 50), key, slot).live)
    disturb = plan.disturb
    if disturb is not None:
        when = Random(seed + 99)
        lives.append(lambda: ground.counted("restarts", disturb(ground.calm, when)))
    return [threading.Thread(target=_kept(ground, live), daemon=True) for live in lives]


def _kept(ground: Ground, live: Callable[[], None]) -> Callable[[], None]:
    """A thread that breaks off must not look like one that had nothing to do."""

    def body() -> None:
        try:
            live()
        except BaseException:
            ground.counted("broken threads")
            raise

    return body


def _make_good(ground: Ground, daemon: KilledDaemon) -> None:
    """One daemon that nobody kills, and a person who presses retry for what failed."""
    ends_at = time.monotonic() + QUIET
    with daemon.started(0) as last:
        time.sleep(LATEST)
        retry_at = time.monotonic() + RETRY_EVERY
        while losses(ground.sandbox.world) and time.monotonic() < ends_at:
            if time.monotonic() > retry_at:
                _retry(ground)
                retry_at = time.monotonic() + RETRY_EVERY
            time.sleep(0.2)
        time.sleep(SETTLED)
        ground.counted("turns", len(_runs(ground)))
        last.terminate()
        last.ended()


def _retry(ground: Ground) -> None:
    failed = len(_runs(ground, "--state", "failed"))
    if failed:
        ground.counted("failed runs that were retried", failed)
        with ground.sidenote("retry", "--all-failed", "--json") as process:
            process.ended(within=QUIET)


def _runs(ground: Ground, *asked: str) -> list[object]:
    with ground.sidenote("runs", "--json", *asked) as process:
        process.ended()
        found: list[object] = json.loads(process.out or "[]")
        return found


def _figures(ground: Ground) -> dict[str, int]:
    world = ground.sandbox.world
    states = [f"sends {sending.state or 'unfinished'}" for sending in ground.sendings]
    for state in states:
        ground.counted(state)
    ground.counted("sends", len(states))
    ground.counted("replies that reached a customer", len(world.deliveries))
    ground.counted("notes that stand", sum(bool(n.external_id) for n in world.notes.values()))
    ground.counted("faults", sum(bool(request.fault) for request in world.requests))
    ground.counted("requests", len(world.requests))
    return dict(ground.counts)
