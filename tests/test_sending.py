"""The send action: effectively once, to the right person, while nothing has changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.answering import MAIL_HEADERS
from agent.core.conversation import (
    Address,
    Customer,
    Direction,
    Draft,
    Message,
    OutboundAccount,
)
from agent.core.recipient import NoRecipient
from agent.errors import (
    Held,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    InputError,
    OutcomeUnknown,
    PermanentError,
)
from agent.notes import CLAIM
from agent.ports import DeliveryState, NewDraft, Pause
from agent.sending import Sent, send
from agent.wanted import SendDirection, Wanted
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

    def out(self, body: str = TEXT, **wanted: Any) -> Sent:
        return self.send(body, direction=SendDirection.OUT, **wanted)

    def record(self, body: str = "It came, thank you.", **wanted: Any) -> Sent:
        return self.send(body, direction=SendDirection.IN, **wanted)

    def notes(self) -> list[str]:
        return [note.body for note in self.world.notes(self.conversation)]

    def drafts(self) -> tuple[Draft, ...]:
        return self.world.helpdesk.drafts(self.customer)

    def messages(self, direction: Direction, body: str) -> list[Message]:
        """What stands on the conversation with that very text."""
        held = self.world.helpdesk._messages[self.conversation]
        return [m for m in held if m.direction is direction and m.text == body]

    def replies(self, body: str = TEXT) -> list[Message]:
        return self.messages(Direction.OUT, body)

    def meanwhile(self, method: str, happens: Callable[[], object]) -> None:
        """Right before the next call of `method`, something happens in Kustomer."""
        real = getattr(self.world.helpdesk, method)

        def first(*args: Any, **kwargs: Any) -> Any:
            setattr(self.world.helpdesk, method, real)
            happens()
            return real(*args, **kwargs)

        setattr(self.world.helpdesk, method, first)

    def killed_at(self, method: str, *, applied: bool = True) -> None:
        """The process dies at that request; what it had claimed runs out."""
        self.world.helpdesk.fail(Killed(), on=method, applied=applied)

    def next_process(self) -> None:
        self.world.clock.advance(CLAIM + timedelta(seconds=1))
        self.world.restart()


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
        team.out(TEXT, key="k1")


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
        team.out()

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


# replies


def test_a_reply_is_sent_to_the_customer_and_read_back(team: Team) -> None:
    sent = team.out()

    (reply,) = team.replies()
    assert (sent.id, sent.state) == (reply.id, DeliveryState.ARRIVED)
    assert (sent.to, sent.channel, team.drafts()) == (MARA, "email", ())


def test_an_email_says_that_it_is_automatic(team: Team) -> None:
    staged: list[NewDraft] = []
    stage = team.world.helpdesk.stage_draft

    def kept(draft: NewDraft) -> Draft:
        staged.append(draft)
        return stage(draft)

    team.world.helpdesk.stage_draft = kept  # type: ignore[method-assign]
    team.out()

    (draft,) = staged
    assert (draft.headers, draft.to, draft.sender) == (MAIL_HEADERS, MARA, HELP)


def test_a_key_sends_once_and_gives_the_same_answer_again(team: Team) -> None:
    first = team.out(key="k1")
    team.world.clock.advance(timedelta(days=30))
    second = team.out(key="k1")

    assert len(team.replies()) == 1
    assert second.as_json() == first.as_json()
    assert second.was_there


def test_the_same_reply_within_ten_minutes_is_refused(team: Team) -> None:
    team.out()

    with pytest.raises(InputError, match="--again"):
        team.out()

    assert len(team.replies()) == 1


def test_a_key_keeps_its_channel(team: Team) -> None:
    team.out(key="k1")

    with pytest.raises(InputError, match="channel"):
        team.out(key="k1", channel="sms")


def test_of_two_processes_that_use_one_key_at_the_same_moment_one_is_told(team: Team) -> None:
    team.meanwhile("conversation", lambda: team.send("Another text.", key="k1"))

    with pytest.raises(InputError, match="another text"):
        team.out(key="k1")

    assert (team.replies(), team.drafts(), team.notes()) == ([], (), ["Another text."])


def customer_writes(team: Team) -> None:
    team.world.helpdesk.receive(team.conversation, "Never mind, it came.", channel="email")


def teammate_answers(team: Team) -> None:
    team.world.helpdesk.answer(team.conversation, "It came back to us.", channel="email")


def spam(team: Team) -> None:
    team.world.helpdesk.change(team.conversation, spam=True)


@pytest.mark.parametrize("happens", [customer_writes, teammate_answers, spam])
def test_what_happens_in_between_withdraws_it(team: Team, happens: Callable[[Team], None]) -> None:
    team.meanwhile("stage_draft", lambda: happens(team))

    sent = team.out()

    assert (sent.state, sent.is_good) == (DeliveryState.OVERTAKEN, True)
    assert sent.why
    assert (team.replies(), team.drafts()) == ([], ())


def test_an_overtaken_key_is_not_sent_later(team: Team) -> None:
    team.meanwhile("stage_draft", lambda: customer_writes(team))
    team.out(key="k1")

    assert team.out(key="k1").state is DeliveryState.OVERTAKEN
    assert team.replies() == []


def test_an_overtaken_text_may_be_sent_again_at_once(team: Team) -> None:
    team.meanwhile("stage_draft", lambda: customer_writes(team))
    team.out()

    assert team.out().state is DeliveryState.ARRIVED
    assert len(team.replies()) == 1


def test_a_delivery_failure_is_told_with_its_reason(team: Team) -> None:
    deliver = team.world.helpdesk.deliver

    def bounce() -> None:
        deliver()
        held = team.world.helpdesk._messages[team.conversation]
        held[-1] = replace(held[-1], status="error", error="invalid-recipient")

    team.world.helpdesk.deliver = bounce  # type: ignore[method-assign]

    sent = team.out()

    assert (sent.state, sent.id, sent.is_good) == (
        DeliveryState.FAILED,
        team.replies()[0].id,
        False,
    )
    assert "invalid-recipient" in sent.why


def test_released_but_never_seen_is_unknown_and_never_sent_again(team: Team) -> None:
    team.world.helpdesk.holds_deliveries = True

    assert (team.out(key="k1").state, team.out(key="k1").state) == (
        DeliveryState.UNKNOWN,
        DeliveryState.UNKNOWN,
    )
    assert team.world.requests("release_draft") == 1


def test_the_text_of_an_unknown_reply_is_refused_within_ten_minutes(team: Team) -> None:
    team.world.helpdesk.holds_deliveries = True
    team.out()

    with pytest.raises(InputError, match="may have"):
        team.out()


REQUESTS = (
    "conversation messages outbound_accounts customer drafts stage_draft release_draft".split()
)


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("method", REQUESTS)
def test_a_call_that_was_killed_is_gone_on_with_and_sends_once(
    team: Team, method: str, applied: bool
) -> None:
    team.killed_at(method, applied=applied)
    with pytest.raises(Killed):
        team.out()
    team.next_process()

    assert team.out().state is DeliveryState.ARRIVED
    assert len(team.replies()) == 1


def test_after_a_kill_an_older_reply_of_the_same_text_is_not_taken_for_this_one(
    team: Team,
) -> None:
    older = team.out(key="k1")
    team.killed_at("release_draft", applied=False)
    with pytest.raises(Killed):
        team.out(key="k2")
    team.next_process()

    sent = team.out(key="k2")

    assert sent.id != older.id
    assert len(team.replies()) == 2


def test_a_draft_that_a_teammate_sent_after_a_kill_is_not_sent_again(team: Team) -> None:
    team.killed_at("stage_draft")
    with pytest.raises(Killed):
        team.out()
    team.next_process()
    (draft,) = team.drafts()
    team.world.helpdesk.release_draft(draft.id, "email", at=team.world.clock.now())

    sent = team.out()

    assert (sent.state, sent.id) == (DeliveryState.OVERTAKEN, team.replies()[0].id)
    assert (len(team.replies()), team.drafts()) == (1, ())


def test_paused_before_the_release_it_lies_unsent_and_goes_on_afterwards(team: Team) -> None:
    team.meanwhile("stage_draft", lambda: team.world.store.pause(Pause(by="Ben", at=NOON)))
    with pytest.raises(Held, match="paused by Ben"):
        team.out()
    assert team.replies() == []

    team.world.store.resume()
    assert team.out().state is DeliveryState.ARRIVED
    assert len(team.replies()) == 1


def test_a_sender_who_is_not_the_customer_gets_no_reply(team: Team) -> None:
    team.world.helpdesk.receive(
        team.conversation, "Send it to me.", channel="email", sender="someone@else.example"
    )

    with pytest.raises(NoRecipient):
        team.out()

    assert (team.drafts(), team.replies()) == ((), [])


def test_a_text_too_long_for_the_customers_channel_is_refused_not_cut(team: Team) -> None:
    team.world.helpdesk.receive(team.conversation, "hello?", channel="chat")

    with pytest.raises(InputError, match="channel chat"):
        team.out("x" * 1_025)

    assert team.drafts() == ()


def test_a_text_as_long_as_its_channel_allows_goes_whole(team: Team) -> None:
    team.world.helpdesk.receive(team.conversation, "hello?", channel="chat")

    team.out("x" * 1_024)

    assert len(team.replies("x" * 1_024)) == 1


def test_a_text_too_long_for_a_named_channel_is_refused_before_anything_is_asked(
    team: Team,
) -> None:
    with pytest.raises(InputError, match="channel sms"):
        team.out("x" * 1_601, channel="sms")

    assert team.world.requests() == 0


def test_a_channel_that_nobody_knows_is_refused(team: Team) -> None:
    with pytest.raises(InputError, match="no channel of that name"):
        team.out(channel="pigeon")


def test_a_key_is_not_used_up_by_a_text_that_could_not_be_sent(team: Team) -> None:
    team.world.helpdesk.receive(team.conversation, "hello?", channel="chat")
    with pytest.raises(InputError):
        team.out("x" * 1_025, key="k1")

    assert team.out("It ships today.", key="k1").state is DeliveryState.ARRIVED


def test_a_refused_draft_is_told_and_not_tried_again(team: Team) -> None:
    team.world.helpdesk.fail(HelpdeskRefused("400 badparam to"), on="stage_draft")

    with pytest.raises(HelpdeskRefused, match="badparam"):
        team.out()

    assert team.world.requests("stage_draft") == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deleted": True}, "deleted"),
        ({"spam": True}, "spam"),
        ({"locked": True}, "locked"),
        ({"merged_into": "c2"}, "merged"),
    ],
)
def test_a_conversation_that_is_over_gets_no_reply(
    team: Team, change: dict[str, Any], words: str
) -> None:
    team.world.helpdesk.change(team.conversation, **change)

    with pytest.raises(PermanentError, match=words):
        team.out()

    assert (team.drafts(), team.replies()) == ((), [])


# recorded messages


def recorded(team: Team) -> list[Message]:
    return team.messages(Direction.IN, "It came, thank you.")


def test_a_customers_message_is_recorded_and_delivered_to_nobody(team: Team) -> None:
    sent = team.record()

    (message,) = recorded(team)
    assert (sent.id, sent.state, sent.channel) == (message.id, DeliveryState.ARRIVED, "email")
    assert team.drafts() == ()


def test_it_is_recorded_under_the_channel_that_was_named(team: Team) -> None:
    team.record(channel="voice")

    assert recorded(team)[0].channel == "voice"


def test_a_key_records_once(team: Team) -> None:
    first, second = team.record(key="k1"), team.record(key="k1")

    assert second.as_json() == first.as_json()
    assert len(recorded(team)) == 1


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
@pytest.mark.parametrize(
    "error", [OutcomeUnknown("timeout"), HelpdeskBusy("429"), HelpdeskUnavailable("503")]
)
def test_without_a_good_answer_it_looks_and_records_once(
    team: Team, error: Exception, applied: bool
) -> None:
    team.world.helpdesk.fail(error, on="record_message", applied=applied)

    assert team.record().state is DeliveryState.ARRIVED
    assert len(recorded(team)) == 1


class Forgetful(set[str]):
    """What a Kustomer that takes the same externalId twice knows of those it has."""

    def __contains__(self, marker: object) -> bool:
        return False


def test_without_an_answer_it_looks_even_where_duplicates_are_accepted(team: Team) -> None:
    team.world.helpdesk._recorded = Forgetful()
    team.world.helpdesk.fail(OutcomeUnknown("timeout"), on="record_message", applied=True)

    team.record()

    assert len(recorded(team)) == 1


def test_paused_while_it_looks_nothing_is_recorded(team: Team) -> None:
    def pause_at_the_next_look() -> None:
        team.meanwhile("messages", lambda: team.world.store.pause(Pause(by="Ben", at=NOON)))

    team.meanwhile("messages", pause_at_the_next_look)

    with pytest.raises(Held, match="paused by Ben"):
        team.record()

    assert recorded(team) == []


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
def test_killed_while_recording_it_is_recorded_once(team: Team, applied: bool) -> None:
    team.world.helpdesk._recorded = Forgetful()
    team.killed_at("record_message", applied=applied)
    with pytest.raises(Killed):
        team.record()
    team.next_process()

    assert team.record().state is DeliveryState.ARRIVED
    assert len(recorded(team)) == 1


def test_a_lost_database_finds_the_recorded_message_of_a_key(team: Team) -> None:
    before = team.record(key="k1")
    other = Team()
    other.world.helpdesk = team.world.helpdesk
    other.world.restart()

    assert other.record(key="k1").id == before.id
    assert len(recorded(team)) == 1


def test_a_message_that_exists_but_is_not_shown_is_unknown(team: Team) -> None:
    team.world.helpdesk.fail(HelpdeskConflict("409"), on="record_message")

    assert (team.record(key="k1").state, team.record(key="k1").state) == (
        DeliveryState.UNKNOWN,
        DeliveryState.UNKNOWN,
    )
    assert team.world.requests("record_message") == 1


def test_a_refused_message_is_told_and_not_tried_again(team: Team) -> None:
    team.world.helpdesk.fail(HelpdeskRefused("400 badparam"), on="record_message")

    with pytest.raises(HelpdeskRefused, match="badparam"):
        team.record()

    assert team.world.requests("record_message") == 1


def test_a_conversation_that_is_gone_meanwhile_records_nothing(team: Team) -> None:
    team.world.helpdesk.fail(HelpdeskMissing("404"), on="record_message")

    with pytest.raises(HelpdeskMissing, match="no conversation"):
        team.record()
