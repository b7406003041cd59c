"""Several workers on one PostgreSQL database: they share runs, and take over each other's."""

import time
from collections import Counter

from agent.sandbox.server import Sandbox
from tests.daemon.scene import ON, Scene
from tests.processes import Sidenote, wait_until

LEASE = 20.0  # seconds
A_MINUTE = 60.0


def worker(scene: Scene, number: int) -> Sidenote:
    """A daemon on a slot of its own, with a key of its own to tell its requests by."""
    return scene.sidenote(
        *ON, SIDENOTE_WORKER=f"worker-{number}", KUSTOMER_API_KEY=key_of(scene.sandbox, number)
    )


def key_of(sandbox: Sandbox, number: int) -> str:
    while len(sandbox.world.keys) < number:
        sandbox.world.make_key()
    return list(sandbox.world.keys)[number - 1]


def notes_by_key(sandbox: Sandbox) -> Counter[str]:
    requests = tuple(sandbox.world.requests)
    return Counter(r.key for r in requests if r.method == "POST" and r.path.endswith("/notes"))


def test_two_workers_share_the_work_and_double_nothing(shared_scene: Scene) -> None:
    scene = shared_scene
    with worker(scene, 1) as first, worker(scene, 2) as second:
        first.says("daemon.started")
        second.says("daemon.started")
        scene.add_conversations(60)
        wait_until(lambda: scene.notes >= 60)

    written = notes_by_key(scene.sandbox)
    assert written.total() == 60
    assert all(written[key_of(scene.sandbox, number)] >= 5 for number in (1, 2))
    assert scene.notes_each == {1}


def test_a_killed_workers_runs_are_taken_over_within_a_minute(shared_scene: Scene) -> None:
    scene = shared_scene
    scene.fault("timeout-after@POST */notes=0.2,seconds=10")
    with worker(scene, 1) as first, worker(scene, 2) as second:
        first.says("daemon.started")
        second.says("daemon.started")
        scene.add_conversations(60)
        first.until(lambda: notes_by_key(scene.sandbox)[key_of(scene.sandbox, 1)] >= 5)
        first.kill()
        killed_at = time.monotonic()
        scene.fault()
        second.says("worker.taken-over", within=A_MINUTE)
        second.until(lambda: scene.notes == 60 and no_run_is_open(scene), within=A_MINUTE)
        took = time.monotonic() - killed_at

    assert took < A_MINUTE
    assert scene.notes_each == {1}


def no_run_is_open(scene: Scene) -> bool:
    with scene.sidenote("runs", "--state", "running", "--json") as runs:
        return not runs.printed()


def test_a_second_daemon_on_a_living_slot_refuses_to_start(shared_scene: Scene) -> None:
    with worker(shared_scene, 1) as first:
        first.says("daemon.started")
        with worker(shared_scene, 1) as second:
            code = second.ended()

        assert first.is_running()
    assert code == 1
    assert "another daemon runs as worker-1" in second.err


def test_started_again_on_the_slot_of_a_killed_one_it_waits_for_the_lease_to_run_out(
    shared_scene: Scene,
) -> None:
    with worker(shared_scene, 1) as first:
        first.says("daemon.started")
        first.kill()
    killed_at = time.monotonic()
    shared_scene.add_conversations(1)

    with worker(shared_scene, 1) as again:
        again.until(lambda: shared_scene.notes == 1)

    assert LEASE / 2 < time.monotonic() - killed_at < A_MINUTE


def test_after_a_graceful_stop_the_same_slot_can_be_taken_at_once(shared_scene: Scene) -> None:
    with worker(shared_scene, 1) as first:
        first.says("daemon.started")
        first.terminate()
        first.ended()
    shared_scene.add_conversations(1)
    stopped_at = time.monotonic()

    with worker(shared_scene, 1) as again:
        again.until(lambda: shared_scene.notes == 1)

    assert time.monotonic() - stopped_at < LEASE


def test_after_a_graceful_stop_the_other_worker_goes_on_with_its_runs(shared_scene: Scene) -> None:
    scene = shared_scene
    with worker(scene, 1) as first, worker(scene, 2) as second:
        first.says("daemon.started")
        second.says("daemon.started")
        scene.add_conversations(60)
        first.until(lambda: notes_by_key(scene.sandbox)[key_of(scene.sandbox, 1)] >= 5)
        first.terminate()
        code = first.ended(within=15)
        second.until(lambda: scene.notes == 60, within=LEASE)

    assert code == 0
    assert scene.notes_each == {1}
