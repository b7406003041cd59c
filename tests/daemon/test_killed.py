"""A daemon that is killed at any moment and started again writes one note on each conversation."""

import pytest

from tests.daemon.scene import ON, ONCE, Scene

SPOILT = "any=0.2,seconds=1"  # a fifth of all requests
# Where Kustomer takes the same note twice, only looking first keeps us from writing it twice.
TAKES_ALL = {"note-id": "ignored", "duplicate-external-id": "accepted"}
APPLIED_UNHEARD = ("500-after=0.1", "reset-after=0.1")


@pytest.mark.parametrize(
    ("faults", "switches"),
    [
        pytest.param((SPOILT,), {}, id="any fault"),
        pytest.param(APPLIED_UNHEARD, TAKES_ALL, id="Kustomer takes doubles"),
    ],
)
def test_killed_and_started_again_it_writes_each_note_once(
    scene: Scene, faults: tuple[str, ...], switches: dict[str, str]
) -> None:
    scene.add_conversations(30)
    scene.sandbox.switches.set_all(switches)
    scene.fault(*faults)

    for notes in (3, 15):
        with scene.sidenote(*ONCE) as daemon:
            daemon.until(lambda n=notes: scene.notes >= n)  # type: ignore[misc] # bound now
            daemon.kill()
    last = scene.runs_once()

    assert scene.notes_each == {1}
    assert scene.notes_ever == 30 or not switches  # else doubles were written, and deleted
    assert last["failed"] == 0


def test_on_postgresql_too(shared_scene: Scene) -> None:
    shared_scene.add_conversations(30)
    shared_scene.fault(SPOILT)

    with shared_scene.sidenote(*ONCE) as daemon:
        daemon.until(lambda: shared_scene.notes >= 10)
        daemon.kill()
    last = shared_scene.runs_once()

    assert shared_scene.notes_each == {1}
    assert last["failed"] == 0


def test_killed_before_it_heard_of_its_note_it_looks_before_it_writes(scene: Scene) -> None:
    scene.add_conversations(2)
    scene.sandbox.switches.set_all(TAKES_ALL)
    scene.fault("timeout-after@POST */notes=1*2,seconds=20")  # the notes exist, nobody says so

    with scene.sidenote(*ONCE) as daemon:
        daemon.until(lambda: scene.notes == 2)
        daemon.kill()
    scene.fault()
    scene.runs_once()

    assert scene.notes_each == {1}
    assert scene.notes_ever == 2


def test_a_database_that_was_lost_costs_no_second_note(scene: Scene) -> None:
    scene.add_conversations(10)
    scene.sandbox.switch("index-lag", "30")  # the search does not count our notes yet
    scene.runs_once()
    for file in scene.folder.glob("sidenote.sqlite*"):
        file.unlink()

    again = scene.runs_once()

    assert scene.notes_each == {1}
    assert [run["because"] for run in again["runs"]] == [["already-noted"]] * 10


def test_a_second_run_writes_nothing(scene: Scene) -> None:
    scene.add_conversations(5)
    scene.runs_once()

    again = scene.runs_once()

    assert scene.notes_each == {1}
    assert again["due"] == 0


def test_one_new_customer_message_is_one_more_run(scene: Scene) -> None:
    scene.add_conversations(5)
    scene.runs_once()
    scene.sandbox.customer_says("made-up-2", "The handle of the teapot broke too: please send one.")

    again = scene.runs_once()

    conversation = scene.sandbox.world.conversation("made-up-2")
    assert [run["conversation_id"] for run in again["runs"]] == [conversation.id]
    assert (scene.notes, again["due"], again["noted"]) == (6, 1, 1)


def test_a_lost_answer_in_the_middle_of_a_poll_loses_no_conversation(scene: Scene) -> None:
    scene.add_conversations(20)
    scene.fault("reset-mid-body@POST */search=0.5,seconds=1")

    with scene.sidenote(*ON) as daemon:
        daemon.until(lambda: scene.notes == 20)

    assert scene.notes_each == {1}
