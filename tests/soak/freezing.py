"""A daemon that is stopped for longer than its lease, as a machine that sleeps, and goes on."""

import signal
import time
from dataclasses import dataclass
from random import Random

from tests.processes import Sidenote
from tests.soak.ground import Ground

FROZEN = 90.0  # seconds; a lease runs out after 20
AWAKE = (5, 60)  # requests between two freezes
WAKES_WITHIN = 60.0  # seconds in which it asks for something again
LOOK_EVERY = 0.01


@dataclass
class FrozenDaemon:
    """One on a slot of its own, beside those that are killed."""

    ground: Ground
    random: Random
    api_key: str
    slot: str

    def live(self) -> None:
        """Start it, freeze it and let it go on until it is calm. The body of a thread."""
        while not self.ground.calm.is_set():
            with self.ground.sidenote(
                *("start", "--since", "30d", "--json"), key=self.api_key, SIDENOTE_WORKER=self.slot
            ) as daemon:
                while daemon.is_running() and not self.ground.calm.is_set():
                    self._freeze_once(daemon)
                daemon.kill()
                self.ground.heard(daemon)

    def _freeze_once(self, daemon: Sidenote) -> None:
        self._until_asked(daemon, self.random.randint(*AWAKE))
        if self.ground.calm.is_set() or not daemon.is_running():
            return
        daemon.process.send_signal(signal.SIGSTOP)
        slept = self.ground.calm.wait(FROZEN)
        daemon.process.send_signal(signal.SIGCONT)
        if not slept:
            self.ground.counted("freezes of 90 s")
            self._until_asked(daemon, 1)

    def _until_asked(self, daemon: Sidenote, requests: int) -> None:
        last = self.ground.tally.count(self.api_key) + requests
        ends_at = time.monotonic() + WAKES_WITHIN
        while self.ground.tally.count(self.api_key) < last and time.monotonic() < ends_at:
            if self.ground.calm.is_set() or not daemon.is_running():
                return
            time.sleep(LOOK_EVERY)
