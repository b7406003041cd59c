"""The send action as a Python call: exact inputs, exact answer."""

from pathlib import Path
from typing import Any

import pytest

from agent.actions import send_message
from agent.errors import InputError
from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from tests.test_sending import Team


@pytest.fixture
def team() -> Team:
    return Team()


def act(team: Team, *, variables: Any = None, key: str | None = None, **inputs: Any) -> Any:
    given = {"conversation_id": team.conversation, "body": "Called back.", **inputs}
    return send_message(given, variables=variables or {}, key=key, desk=team.world.desk)


def test_the_answer_has_exactly_this_shape(team: Team) -> None:
    answer = act(team)

    assert answer == {
        "data": {
            "id": team.world.notes(team.conversation)[0].id,
            "attributes": {
                "body": "Called back.",
                "direction": "note",
                "channel": None,
                "state": "arrived",
            },
        }
    }


def test_a_reply_is_delivered(team: Team) -> None:
    answer = act(team, direction="out", channel="email", body="It ships today.")

    (reply,) = team.replies("It ships today.")
    assert answer["data"]["id"] == reply.id
    assert answer["data"]["attributes"]["channel"] == "email"


def test_a_customers_message_is_recorded(team: Team) -> None:
    assert act(team, direction="in")["data"]["attributes"]["state"] == "arrived"


def test_every_input_may_hold_variables(team: Team) -> None:
    answer = act(
        team,
        conversation_id="{{c.id}}",
        direction="{{way}}",
        channel="{{ch}}",
        body="Hi {{c.name}}",
        variables={"c": {"id": team.conversation, "name": "Mara"}, "way": "out", "ch": "email"},
    )

    assert answer["data"]["attributes"] == {
        "body": "Hi Mara",
        "direction": "out",
        "channel": "email",
        "state": "arrived",
    }


def test_the_same_key_gives_the_same_answer(team: Team) -> None:
    assert act(team, key="k1") == act(team, key="k1")
    assert len(team.notes()) == 1


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"subject": "Lid"}, "unknown input subject"),
        ({"body": None}, "body is missing"),
        ({"conversation_id": None}, "conversation_id is missing"),
        ({"body": 7}, "body must be a text"),
        ({"direction": "sideways"}, "direction must be one of note, out, in"),
        ({"channel": "pigeon"}, "no channel of that name"),
        ({"conversation_id": "https://shop.example/c/1"}, "conversation's id alone"),
        ({"body": "Hi {{name}}"}, "body: the variable name is missing"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_asked(
    team: Team, inputs: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        act(team, **inputs)

    assert team.world.requests() == 0


def test_it_works_on_settings_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    conversation = sandbox.add_conversation("lid", "Where is the lid?").id
    settings = load_settings(
        {
            "KUSTOMER_BASE_URL": sandbox.url,
            "KUSTOMER_API_KEY": sandbox.key,
            "SIDENOTE_DATABASE_URL": f"sqlite:///{tmp_path / 'sidenote.sqlite'}",
        }
    )

    send_message({"conversation_id": conversation, "body": "Called back."}, settings=settings)

    assert [note.body for note in sandbox.world.notes.values()] == ["Called back."]
