"""Whatever the model server does, every conversation gets a note, and the receipt says why."""

import sys
import time
from contextlib import closing

import pytest

from agent.adapters.store import open_store
from tests.adapters.model.server import MODEL, ModelServer
from tests.daemon.scene import ONCE, Scene
from tests.processes import Sidenote, environment_of

# A server that says nothing is given up after a minute; three seconds show the same.
IMPATIENT = (
    sys.executable,
    "-c",
    """
from datetime import timedelta
from agent.adapters.model import openai
patience = openai.Patience
openai.Patience = lambda: patience(total=timedelta(seconds=3))
from agent.cli import main
main()
""",
)


def settings_for(server: ModelServer) -> dict[str, str]:
    return {"OPENAI_API_KEY": "key", "OPENAI_BASE_URL": server.url, "SIDENOTE_MODEL": MODEL}


def proposal_of(scene: Scene, run: dict[str, str]) -> dict[str, str]:
    """What the run's receipt says was proposed."""
    with closing(open_store(scene.database_url)) as store:
        receipt = store.receipt(run["id"])
    assert receipt is not None
    proposed: dict[str, str] = receipt["proposed"]
    return proposed


def test_a_model_that_answers_well_is_what_the_note_names(scene: Scene) -> None:
    scene.add_conversations(2)

    with ModelServer("good") as server:
        printed = scene.runs_once(**settings_for(server))

    assert scene.notes_each == {1}
    assert proposal_of(scene, printed["runs"][0])["engine"] == MODEL
    assert all(MODEL in note.body for note in scene.sandbox.world.notes.values())


@pytest.mark.parametrize(
    ("profile", "because"),
    [
        ("garbage", "not in the form"),
        ("half", "not in the form"),
        ("refusal", "declined"),
        ("html", "does not speak like a model's server"),
        ("rate-limit", "429"),
        ("error-500", "500"),
        ("silent", "3 s"),
        ("closed", "connection"),
    ],
)
def test_one_that_does_not_is_stood_in_for(scene: Scene, profile: str, because: str) -> None:
    scene.add_conversations(2)

    with ModelServer(profile) as server:
        environment = environment_of(scene.sandbox, scene.database_url, **settings_for(server))
        folder = scene.folder / "processes"
        with Sidenote(*ONCE, folder=folder, environment=environment, command=IMPATIENT) as daemon:
            printed = daemon.printed()

    assert scene.notes_each == {1}
    assert printed["noted"] == 2
    assert all("offline engine" in note.body for note in scene.sandbox.world.notes.values())
    proposal = proposal_of(scene, printed["runs"][0])
    assert proposal["engine"] == "offline"
    assert because in proposal["stood_in"]


@pytest.mark.parametrize("profile", ["closed", "error-500"])
def test_with_a_server_that_fails_at_once_five_conversations_are_noted_soon(
    scene: Scene, profile: str
) -> None:
    scene.add_conversations(5)

    with ModelServer(profile) as server:
        started_at = time.monotonic()
        scene.runs_once(**settings_for(server))
        took = time.monotonic() - started_at

    assert scene.notes_each == {1}
    assert took < 60  # 20 are promised, on a machine that does nothing else
