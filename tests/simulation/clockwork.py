"""Virtual time. One task runs at a time and hands over at every port call; a heap says to whom.

Tasks are greenlets, so production code that knows nothing of this is interleaved as threads on
several machines would be, but in an order that the seed alone decides.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped] # it has no stubs

T = TypeVar("T")
Act = Callable[[], None]

START = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)


class Killed(BaseException):
    """What kill -9 looks like from inside: nothing after it has any effect."""


class Process:
    """One worker's process: its tasks die together and are stopped together (SIGSTOP)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.stopped_until = 0.0
        self.crash: Exception | None = None

    def kill(self) -> None:
        """Nothing it does from now on has any effect."""
        self.alive = False


class Scheduler:
    """The heap of what happens when, in seconds since START."""

    def __init__(self) -> None:
        self.now = 0.0
        self.over = False
        self.task = 0  # the number of the task that runs
        self.lines: list[str] = []
        self._heap: list[tuple[float, int, Process | None, greenlet | Act]] = []
        self._numbers = count()
        self._hub = getcurrent()

    def trace(self, line: str) -> None:
        """One line of what happened, with its time."""
        self.lines.append(f"{self.now:.3f} {line}")

    def fingerprint(self) -> str:
        """A hash of everything that happened."""
        return sha256("\n".join(self.lines).encode()).hexdigest()

    def after(self, seconds: float, act: Act, process: Process | None = None) -> None:
        """Do something later; not at all if `process` is dead by then."""
        heappush(self._heap, (self.now + seconds, next(self._numbers), process, act))

    def spawn(self, body: Act, process: Process | None = None, seconds: float = 0.0) -> None:
        """Start a task later."""
        number = next(self._numbers)

        def task() -> None:
            self.task = number
            try:
                if not self.over and (process is None or process.alive):
                    body()
            except Killed:
                return
            except Exception as error:
                if process is None or not process.alive:
                    raise
                process.crash = error
                process.kill()

        heappush(
            self._heap,
            (self.now + seconds, number, process, greenlet(task, parent=self._hub)),
        )

    def wait(self, seconds: float, process: Process | None = None) -> None:
        """Let others go on; back after that long, or later when the process is stopped.

        Raises:
            Killed: the process was killed meanwhile, or the schedule is over.
        """
        self._must_live(process)
        heappush(self._heap, (self.now + seconds, next(self._numbers), process, getcurrent()))
        mine = self.task
        self._hub.switch()
        self.task = mine
        self._must_live(process)

    def _must_live(self, process: Process | None) -> None:
        if self.over or (process is not None and not process.alive):
            raise Killed

    def run(self, until: float) -> None:
        """Let everything happen that is due before `until`."""
        while self._heap and self._heap[0][0] < until:
            at, _, process, what = heappop(self._heap)
            if process is not None and process.alive and process.stopped_until > at:
                heappush(self._heap, (process.stopped_until, next(self._numbers), process, what))
                continue
            self.now = max(self.now, at)
            if isinstance(what, greenlet):
                what.switch()
            elif process is None or process.alive:
                what()
        self.now = max(self.now, until)

    def end(self) -> None:
        """Unwind every task that is left."""
        self.over = True
        while self._heap:
            _, _, _, what = heappop(self._heap)
            if isinstance(what, greenlet):
                what.switch()


class SkewedClock:
    """The clock of one machine: `skew` seconds off. Sleeping lets others go on."""

    def __init__(self, scheduler: Scheduler, process: Process, skew: float) -> None:
        self._scheduler = scheduler
        self._process = process
        self._skew = timedelta(seconds=skew)
        self.interrupted: Callable[[], Exception | None] = lambda: None

    def now(self) -> datetime:
        """Aware UTC, as this machine has it."""
        return moment(self._scheduler.now) + self._skew

    def monotonic(self) -> float:
        """Seconds that never jump; they go on while the process is stopped."""
        return self._scheduler.now

    def sleep(self, seconds: float) -> None:
        """Wait; ends as the real one does when the program is stopping."""
        left = max(seconds, 0.0)
        while True:
            if (error := self.interrupted()) is not None:
                raise error
            self._scheduler.wait(min(left, 5.0), self._process)
            left -= 5.0
            if left <= 0:
                return


def moment(seconds: float) -> datetime:
    """The true time at so many seconds of the schedule, in whole milliseconds."""
    return START + timedelta(milliseconds=round(seconds * 1000))


def owned(value: Any) -> Any:
    """JSON values as a database gives them back: no part shared with what was stored."""
    if isinstance(value, dict):
        return {key: owned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [owned(part) for part in value]
    return value
