"""A worker that slept longer than its lease wakes up, and leaves alone what the other one did."""

import signal

from tests.daemon.scene import Scene
from tests.daemon.test_workers import A_MINUTE, key_of, notes_by_key, worker

TAKES_ALL = {"note-id": "ignored", "duplicate-external-id": "accepted"}
THREADS = 8  # of one worker; each may have been about to write
AWAKE = 8  # requests; by then it has polled several times, and gone on with what it had begun


def requests_by(scene: Scene, number: int) -> int:
    key = key_of(scene.sandbox, number)
    return sum(request.key == key for request in tuple(scene.sandbox.world.requests))


def test_frozen_past_its_lease_it_doubles_nothing_when_it_goes_on(shared_scene: Scene) -> None:
    # Frozen in the middle of a transaction it held a lock, and nobody wrote as long as it slept.
    scene = shared_scene
    scene.sandbox.switches.set_all(TAKES_ALL)
    with worker(scene, 1) as first, worker(scene, 2) as second:
        first.says("daemon.started")
        second.says("daemon.started")
        scene.add_conversations(100)
        first.until(lambda: notes_by_key(scene.sandbox)[key_of(scene.sandbox, 1)] >= 3)
        first.process.send_signal(signal.SIGSTOP)
        second.says("worker.taken-over", within=A_MINUTE)
        second.until(lambda: scene.notes == 100, within=A_MINUTE)
        asked = requests_by(scene, 1)
        first.process.send_signal(signal.SIGCONT)
        first.until(lambda: requests_by(scene, 1) >= asked + AWAKE, within=A_MINUTE)
        first.terminate()
        first.ended(within=A_MINUTE)
        # What it was about to send when it froze may go out now; a poll finds and deletes it.
        second.until(lambda: scene.notes_each == {1})

    assert scene.notes_ever <= 100 + THREADS
