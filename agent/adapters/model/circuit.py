"""Leaves a model alone for a while after it failed, so that runs do not queue up behind it."""

from datetime import timedelta
from threading import Lock

from agent.errors import ModelUnavailable
from agent.ports import Clock

STRIKES = 2  # failed proposals in a row that open the circuit
LONGEST_REST = timedelta(minutes=30)
TRIAL = 60.0  # seconds; the longest a proposal takes


class Circuit:
    """Closed: everybody may call. Open: nobody, until the rest is over; then one, as a trial.

    A trial that fails doubles the rest. Safe to share between threads; each process has its own.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._strikes = 0
        self._openings = 0  # in a row
        self._on_trial = False
        self._closed_again_at: float | None = None  # monotonic seconds; None: closed
        self._because = ""

    def enter(self) -> None:
        """Ask to call the model.

        Raises:
            ModelUnavailable: it is left alone; `retry_at` says until when.
        """
        with self._lock:
            if self._closed_again_at is None:
                return
            left = self._closed_again_at - self._clock.monotonic()
            if left <= 0:  # the others wait for the outcome of this one
                self._closed_again_at += TRIAL - left
                self._on_trial = True
                return
        retry_at = self._clock.now() + timedelta(seconds=left)
        raise ModelUnavailable(f"{self._because}; it is left alone for now", retry_at=retry_at)

    def answered(self) -> None:
        """The server is well, whatever it said."""
        with self._lock:
            self._strikes = self._openings = 0
            self._closed_again_at = None
            self._on_trial = False

    def failed(self, because: str, *, strikes: int, rest: timedelta) -> bool:
        """Count a failure; with enough of them, or in a trial, open for `rest` or longer.

        True: it was closed before, so this is news.
        """
        with self._lock:
            if self._closed_again_at is not None and not self._on_trial:
                return False  # a call that began before it opened: the same outage
            was_closed = self._closed_again_at is None
            self._on_trial = False
            self._strikes += strikes
            if self._strikes < STRIKES:
                return False
            rest = min(rest * 2**self._openings, max(rest, LONGEST_REST))
            self._openings += 1
            self._because = because
            self._closed_again_at = self._clock.monotonic() + rest.total_seconds()
            return was_closed
