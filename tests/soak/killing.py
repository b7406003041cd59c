"""Daemons and sends in real processes, killed at any moment and started again at once."""

import json
import time
from dataclasses import dataclass
from itertools import count
from random import Random

from tests.processes import Sidenote
from tests.soak.ground import Ground, Sending

LOOK_EVERY = 0.005  # seconds; a send makes about ten requests in a few hundred milliseconds
DAEMON_LIVES = (0.5, 9.0)  # seconds at most; it may die earlier, upon a request
DAEMON_REQUESTS = 100
SEND_REQUESTS = 12
A_SEND_TAKES = 100.0  # seconds: five tries with pauses of 1, 4, 16 and 60 s
FINISHED_WITHIN = 400.0  # the claim of a killed one runs out, and it settles
AT_ONCE = 40
NEW_ONES = 0.5  # share of the calls
BETWEEN = 2.0  # seconds between two rounds over what is still to finish
BEYOND_RETRY = ("unknown", "arrived", "overtaken", "failed")


@dataclass
class KilledDaemon:
    """One after the other on the same slot or the next ones; the last one is left alive."""

    ground: Ground
    random: Random
    api_key: str
    slots: int = 1  # a dead one's lease has to run out; on SQLite it is free at once

    def live(self) -> None:
        """Start and kill until it is calm. The body of a thread."""
        for number in count():
            if self.ground.calm.is_set():
                return
            with self.started(number) as daemon:
                self._one_life(daemon)

    def started(self, number: int) -> Sidenote:
        """A daemon."""
        return self.ground.sidenote(
            *("start", "--since", "30d", "--json"),
            key=self.api_key,
            SIDENOTE_WORKER=f"worker-{number % self.slots + 1}",
        )

    def _one_life(self, daemon: Sidenote) -> None:
        self.ground.counted("daemon starts")
        ends_at = time.monotonic() + self.random.uniform(*DAEMON_LIVES)
        first = self.ground.tally.count(self.api_key)
        last = first + self.random.randint(1, DAEMON_REQUESTS)
        while time.monotonic() < ends_at and self.ground.tally.count(self.api_key) < last:
            if not daemon.is_running():
                self.ground.counted("daemons that ended by themselves")
                break
            time.sleep(LOOK_EVERY)
        if daemon.is_running():
            daemon.kill()
            if self.ground.tally.count(self.api_key) > first:
                self.ground.killed()
        self.ground.heard(daemon)


@dataclass
class KilledSends:
    """Replies by `sidenote send`, one after the other, each until something became of it."""

    ground: Ground
    random: Random
    api_key: str
    name: str
    killed: float  # share of the calls
    claimed: float = 0.0  # seconds that the claim of a killed one stands

    def live(self) -> None:
        """Send until it is calm, then finish what was begun. The body of a thread.

        A send that was killed can be gone on with when its claim has run out, so others are made
        meanwhile.
        """
        going: list[Sending] = []
        number = count()
        while not self.ground.calm.is_set():
            free = [sending for sending in going if self._is_free(sending)]
            if not free or (len(going) < AT_ONCE and self.random.random() < NEW_ONES):
                free = [self._new(next(number))]
                going += free
            self._call(self.random.choice(free), may_kill=self.random.random() < self.killed)
            going = [sending for sending in going if not sending.state]
        ends_at = time.monotonic() + FINISHED_WITHIN
        while going and time.monotonic() < ends_at:
            for sending in filter(self._is_free, going):
                self._call(sending, may_kill=False)
            going = [sending for sending in going if not sending.state]
            time.sleep(BETWEEN if going else 0)

    def _is_free(self, sending: Sending) -> bool:
        return time.monotonic() - sending.killed_at >= self.claimed

    def _new(self, number: int) -> Sending:
        sending = Sending(
            key=f"{self.name}-{number}",
            conversation_id=self.ground.any_conversation(self.random),
            body=f"We sent it again today, see reference {self.name}-{number}.",
            api_key=self.api_key,
        )
        self.ground.sendings.append(sending)
        return sending

    def _call(self, sending: Sending, *, may_kill: bool) -> None:
        sending.calls.append(self.ground.now())
        with self._called(sending) as process:
            if may_kill and self._kill(process):
                sending.killed_at = time.monotonic()
            self._hear(process, sending)

    def _called(self, sending: Sending) -> Sidenote:
        return self.ground.sidenote(
            *("send", "--direction", "out", "--conversation-id", sending.conversation_id),
            *("--body", sending.body, "--key", sending.key, "--json"),
            key=self.api_key,
        )

    def _kill(self, process: Sidenote) -> bool:
        """At its n-th request, or a moment after it; False if it had ended before, or all is calm.

        One killed later could be gone on with only when the round is over.
        """
        last = self.ground.tally.count(self.api_key) + self.random.randint(1, SEND_REQUESTS)
        ends_at = time.monotonic() + A_SEND_TAKES
        while time.monotonic() < ends_at and self.ground.tally.count(self.api_key) < last:
            if not process.is_running() or self.ground.calm.is_set():
                return False
            time.sleep(LOOK_EVERY)
        time.sleep(self.random.uniform(0, 0.05))
        if not process.is_running():
            return False
        process.kill()
        self.ground.killed()
        return True

    def _hear(self, process: Sidenote, sending: Sending) -> None:
        process.ended(within=A_SEND_TAKES + 60)
        self.ground.heard(process)
        try:
            said = json.loads(process.out)
        except ValueError:
            if "so nothing is sent" in process.err:
                sending.state = "refused"
            return
        state = said["data"]["attributes"]["state"]
        if state in BEYOND_RETRY:
            sending.state = state
