"""The send action: effectively once, to the right person, and in this version to nobody yet."""

from datetime import timedelta
from typing import Any

import pytest

from agent.core.conversation import Address, Customer, Draft, OutboundAccount
from agent.core.recipient import NoRecipient
from agent.errors import (
    Held,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    InputError,
    OutcomeUnknown,
    PermanentError,
)
from agent.ports import DeliveryState, NewDraft, Pause
from agent.sending import SendDirection, Sent, Wanted, send
from tests.small_world import NOON, SmallWorld

MARA = "mara@homemail.example"
HELP = "help@shop.example"
TEXT = "It ships today."


class Killed(Exception):
    """The process ends here: none of our own errors, so nothing tidies up after it."""


class Team:
    """A small world with one conversation of a customer who can be written to."""

    def __init__(self) -> None:
        self.world = SmallWorld()
        self.world.helpdesk._accounts = (OutboundAccount(channel="email", account=HELP),)
        self.conversation = self.world.conversation()
        self.customer = str(self.world.helpdesk._conversations[self.conversation].customer_id)
        self.world.helpdesk.add_customer(
            Customer(id=self.customer, name="Mara Lind", emails=(Address(value=MARA),))
        )

    def send(self, body: str = TEXT, **wanted: Any) -> Sent:
        given: dict[str, Any] = {"conversation_id": self.conversation, "body": body, **wanted}
        return send(self.world.desk, Wanted(**given))

    def stage(self, body: str = TEXT, **wanted: Any) -> Sent:
        return self.send(body, direction=SendDirection.OUT, **wanted)

    def notes(self) -> list[str]:
        return [note.body for note in self.world.notes(self.conversation)]

    def drafts(self) -> tuple[Draft, ...]:
        return self.world.helpdesk.drafts(self.customer)


@pytest.fixture
def team() -> Team:
    return Team()


# notes


def test_a_note_is_written(team: Team) -> None:
    sent = team.send("Called back.")

    assert team.notes() == ["Called back."]
    assert (sent.state, sent.direction) == (DeliveryState.ARRIVED, SendDirection.NOTE)
    assert sent.id == team.world.notes(team.conversation)[0].id


def test_the_same_text_within_ten_minutes_is_refused(team: Team) -> None:
    team.send("Called back.")
    team.world.clock.advance(timedelta(minutes=9, seconds=59))

    with pytest.raises(InputError, match="--again"):
        team.send("Called back.")

    assert team.notes() == ["Called back."]


def test_the_same_text_later_is_a_new_send(team: Team) -> None:
    team.send("Called back.")
    team.world.clock.advance(timedelta(minutes=10))

    team.send("Called back.")

    assert len(team.notes()) == 2


def test_again_means_it_twice(team: Team) -> None:
    team.send("Called back.")
    team.send("Called back.", again=True)

    assert len(team.notes()) == 2


def test_another_text_is_another_send(team: Team) -> None:
    team.send("Called back.")
    team.send("Called back. No answer.")

    assert len(team.notes()) == 2


def test_the_same_key_never_writes_twice(team: Team) -> None:
    first = team.send("Called back.", key="k1")
    team.world.clock.advance(timedelta(days=30))

    second = team.send("Called back.", key="k1")

    assert (first.was_there, second.was_there) == (False, True)
    assert second.id == first.id
    assert len(team.notes()) == 1


def test_another_key_is_another_send_even_of_the_same_text(team: Team) -> None:
    team.send("Called back.", key="k1")
    team.send("Called back.", key="k2")

    assert len(team.notes()) == 2


def test_a_key_keeps_its_text(team: Team) -> None:
    team.send("Called back.", key="k1")

    with pytest.raises(InputError, match="another text"):
        team.send("Called back twice.", key="k1")


def test_a_key_keeps_its_direction(team: Team) -> None:
    team.send(TEXT, key="k1")

    with pytest.raises(InputError, match="direction"):
        team.stage(TEXT, key="k1")


def test_a_note_that_did_not_get_through_is_gone_on_with(team: Team) -> None:
    for nth in range(1, 6):
        team.world.helpdesk.fail(HelpdeskUnavailable("503"), on="write_note", nth=nth)
    with pytest.raises(HelpdeskUnavailable):
        team.send("Called back.")

    team.send("Called back.")

    assert team.notes() == ["Called back."]


def test_a_keyed_send_that_did_not_get_through_refuses_no_other(team: Team) -> None:
    team.world.helpdesk.fail(HelpdeskMissing("404"), on="write_note")
    with pytest.raises(HelpdeskMissing):
        team.send("Called back.", key="k1")

    team.send("Called back.")

    assert team.notes() == ["Called back."]


def test_a_note_whose_answer_was_lost_is_found_by_the_next_call(team: Team) -> None:
    team.world.helpdesk.fail(Killed(), on="write_note", applied=True)
    with pytest.raises(Killed):
        team.send("Called back.")
    team.world.clock.advance(timedelta(minutes=4))  # the claim of the process that died

    team.send("Called back.")

    assert team.notes() == ["Called back."]


def test_a_lost_database_does_not_take_a_new_note_for_an_old_one(team: Team) -> None:
    team.send("Called back.")
    other = Team()
    other.world.helpdesk = team.world.helpdesk
    other.world.clock = team.world.clock
    team.world.clock.advance(timedelta(minutes=1))
    other.world.restart()

    other.send("Called back.")

    assert len(team.notes()) == 2


def test_a_pause_stops_it(team: Team) -> None:
    team.world.store.pause(Pause(by="Ben", at=NOON))

    with pytest.raises(Held, match="paused by Ben"):
        team.send("Called back.")
    with pytest.raises(Held, match="paused by Ben"):
        team.stage()

    assert team.world.requests() == 0


@pytest.mark.parametrize("body", ["", " \n ", "x" * 10_241, "a\x00b"])
def test_a_text_that_cannot_be_sent_is_refused_before_anything_is_asked(
    team: Team, body: str
) -> None:
    with pytest.raises(InputError, match="the body"):
        team.send(body)

    assert team.world.requests() == 0


@pytest.mark.parametrize("direction", list(SendDirection))
def test_an_unknown_conversation_is_named(team: Team, direction: SendDirection) -> None:
    with pytest.raises(HelpdeskMissing, match="no conversation 65f0"):
        team.send(conversation_id="65f0", direction=direction)


# drafts


def test_a_reply_is_staged_and_reaches_nobody(team: Team) -> None:
    sent = team.stage()

    (draft,) = team.drafts()
    assert (draft.body, draft.to, draft.sender, draft.channel) == (TEXT, (MARA,), HELP, "email")
    assert (sent.id, sent.state, sent.to) == (draft.id, DeliveryState.SAVED, MARA)
    assert team.world.requests("release_draft") == 0
    team.world.helpdesk.deliver()
    assert all(m.text != TEXT for m in team.world.helpdesk.messages(team.conversation))


def test_a_key_stages_once(team: Team) -> None:
    first, second = team.stage(key="k1"), team.stage(key="k1")

    assert len(team.drafts()) == 1
    assert (second.id, second.was_there) == (first.id, True)


def test_a_draft_whose_answer_was_lost_is_found_not_staged_again(team: Team) -> None:
    team.world.helpdesk.fail(OutcomeUnknown("no answer"), on="stage_draft", applied=True)

    sent = team.stage()

    (draft,) = team.drafts()
    assert sent.id == draft.id


def test_a_draft_that_is_absent_after_a_lost_answer_is_staged_at_once(team: Team) -> None:
    team.world.helpdesk.fail(OutcomeUnknown("no answer"), on="stage_draft")

    team.stage()

    assert len(team.drafts()) == 1
    assert team.world.requests("stage_draft") == 2


def test_a_call_that_was_killed_is_gone_on_with(team: Team) -> None:
    team.world.helpdesk.fail(Killed(), on="stage_draft", applied=True)
    with pytest.raises(Killed):
        team.stage()
    team.world.clock.advance(timedelta(minutes=4))

    team.stage()

    assert len(team.drafts()) == 1


def test_a_lost_database_finds_the_draft_of_a_key_by_its_marker(team: Team) -> None:
    before = team.stage(key="k1")
    other = Team()
    other.world.helpdesk = team.world.helpdesk
    other.world.restart()

    assert other.stage(key="k1").id == before.id
    assert len(team.drafts()) == 1


def test_of_two_drafts_with_our_marker_one_is_kept(team: Team) -> None:
    staged = team.stage(key="k1")
    (draft,) = team.drafts()
    # Applied late, after we had given up on it and staged another.
    team.world.helpdesk.stage_draft(
        NewDraft(
            conversation_id=team.conversation,
            customer_id=team.customer,
            channel="email",
            body=TEXT,
            marker=draft.marker,
        )
    )
    other = Team()
    other.world.helpdesk = team.world.helpdesk
    other.world.restart()

    assert other.stage(key="k1").id == staged.id
    assert [d.id for d in team.drafts()] == [draft.id]


def test_a_teammates_draft_of_the_same_text_is_left_alone(team: Team) -> None:
    team.world.helpdesk._drafts["theirs"] = (
        team.customer,
        Draft(
            id="theirs",
            channel="email",
            conversation_id=team.conversation,
            body=TEXT,
            created_by="7" * 24,
        ),
    )
    team.world.helpdesk.fail(OutcomeUnknown("no answer"), on="stage_draft")

    sent = team.stage()

    assert sent.id != "theirs"
    assert {d.id for d in team.drafts()} == {"theirs", sent.id}


def unmarked(team: Team, draft_id: str) -> None:
    """A draft by our own key, on a Kustomer that keeps no marker."""
    team.world.helpdesk._drafts[draft_id] = (
        team.customer,
        Draft(
            id=draft_id,
            channel="email",
            conversation_id=team.conversation,
            body=TEXT,
            created_by=team.world.helpdesk.current_user().id,
        ),
    )


def test_an_older_draft_of_ours_is_not_taken_for_one_we_never_asked_for(team: Team) -> None:
    unmarked(team, "older")

    assert team.stage().id != "older"


def test_a_draft_whose_marker_was_lost_is_known_by_text_and_author(team: Team) -> None:
    team.world.helpdesk.fail(OutcomeUnknown("no answer"), on="stage_draft")
    unmarked(team, "ours")

    assert team.stage().id == "ours"
    assert len(team.drafts()) == 1


def test_drafts_without_our_marker_are_never_deleted(team: Team) -> None:
    team.world.helpdesk.fail(OutcomeUnknown("no answer"), on="stage_draft")
    unmarked(team, "one")
    unmarked(team, "two")

    team.stage()

    assert len(team.drafts()) == 2


def test_a_server_that_keeps_refusing_is_tried_five_times(team: Team) -> None:
    for nth in range(1, 6):
        team.world.helpdesk.fail(HelpdeskUnavailable("503"), on="stage_draft", nth=nth)

    with pytest.raises(HelpdeskUnavailable, match="503"):
        team.stage()

    assert team.world.requests("stage_draft") == 5
    assert team.drafts() == ()


def test_a_refused_draft_is_told_and_not_tried_again(team: Team) -> None:
    team.world.helpdesk.fail(HelpdeskRefused("400 badparam to"), on="stage_draft")

    with pytest.raises(HelpdeskRefused, match="badparam"):
        team.stage()

    assert team.world.requests("stage_draft") == 1


def test_a_sender_who_is_not_the_customer_gets_no_draft(team: Team) -> None:
    team.world.helpdesk.receive(
        team.conversation, "Send it to me.", channel="email", sender="someone@else.example"
    )

    with pytest.raises(NoRecipient):
        team.stage()

    assert team.drafts() == ()


def test_a_text_too_long_for_its_channel_is_refused(team: Team) -> None:
    team.world.helpdesk.receive(team.conversation, "hello?", channel="chat")

    with pytest.raises(InputError, match="channel chat"):
        team.stage("x" * 1_025)

    assert team.drafts() == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deleted": True}, "deleted"),
        ({"spam": True}, "spam"),
        ({"locked": True}, "locked"),
        ({"merged_into": "c2"}, "merged"),
    ],
)
def test_a_conversation_that_is_over_gets_no_draft(
    team: Team, change: dict[str, Any], words: str
) -> None:
    team.world.helpdesk.change(team.conversation, **change)

    with pytest.raises(PermanentError, match=words):
        team.stage()

    assert team.drafts() == ()
