"""One daemon on an SQLite file: stopping, starting again, a second one, a pause."""

import time

from tests.daemon.scene import ON, ONCE, Scene
from tests.processes import wait_until

GRACE = 15.0  # seconds from SIGTERM to the end


def test_asked_to_stop_it_ends_in_time_and_goes_on_after_the_next_start(scene: Scene) -> None:
    scene.add_conversations(60)
    scene.fault("timeout-after@POST */notes=0.3,seconds=30")  # some steps are stuck in a request

    with scene.sidenote(*ON) as daemon:
        daemon.until(lambda: scene.notes >= 8)
        asked_at = time.monotonic()
        daemon.terminate()
        code = daemon.ended(within=GRACE)
        took = time.monotonic() - asked_at
    stopped_at = scene.notes
    scene.fault()
    scene.runs_once()

    assert (code, took < GRACE) == (0, True)
    assert stopped_at < 60
    assert scene.notes_each == {1}


def test_asked_to_stop_while_idle_it_ends_at_once(scene: Scene) -> None:
    with scene.sidenote(*ON) as daemon:
        daemon.says("daemon.started")
        daemon.terminate()

        assert daemon.ended(within=5) == 0


def test_a_second_daemon_on_the_same_file_refuses_to_start(scene: Scene) -> None:
    with scene.sidenote(*ON) as first:
        first.says("daemon.started")
        with scene.sidenote(*ON, SIDENOTE_WORKER="worker-2") as second:
            code = second.ended()

        assert first.is_running()
    assert code == 1
    assert f"another daemon (process {first.pid}) works on this database" in second.err


def test_started_again_right_after_a_kill_it_works_at_once(scene: Scene) -> None:
    with scene.sidenote(*ON) as daemon:
        daemon.says("daemon.started")
        daemon.kill()
    scene.add_conversations(1)

    with scene.sidenote(*ONCE) as again:
        assert again.printed()["noted"] == 1


def test_a_pause_file_stops_a_working_daemon_and_its_removal_lets_it_go_on(scene: Scene) -> None:
    scene.add_conversations(150)
    pause_file = scene.folder / "sidenote.pause"

    with scene.sidenote(*ON) as daemon:
        daemon.until(lambda: scene.notes >= 5)
        pause_file.touch()
        time.sleep(2)  # the promise
        after_two_seconds = scene.notes
        time.sleep(1.5)
        later = scene.notes
        pause_file.unlink()
        daemon.until(lambda: scene.notes >= 150)

    assert after_two_seconds == later < 150
    assert scene.notes_each == {1}


def test_a_pause_by_command_holds_what_is_due_until_it_is_resumed(scene: Scene) -> None:
    with scene.sidenote("pause") as pause:
        assert pause.ended() == 0
    scene.add_conversations(3)

    with scene.sidenote(*ON) as daemon:
        daemon.says("poll.found")
        time.sleep(1)
        while_paused = scene.notes
        with scene.sidenote("resume") as resume:
            assert resume.ended() == 0
        wait_until(lambda: scene.notes == 3)

    assert while_paused == 0
    assert scene.notes_each == {1}
