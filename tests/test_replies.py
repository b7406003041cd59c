"""A reply reaches the customer once at the most, and only while nothing has changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from agent.adapters.memory.helpdesk import Request
from agent.core.basis import Basis
from agent.core.conversation import (
    Address,
    Conversation,
    Customer,
    Direction,
    Draft,
    Message,
    Status,
)
from agent.core.turn import Action, Turn, marker_of
from agent.drafts import stage
from agent.errors import (
    AgentError,
    Held,
    HelpdeskBusy,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
)
from agent.notes import CLAIM
from agent.ports import Delivery, DeliveryState, NewDraft, Pause
from agent.replies import Reply, deliver_reply
from tests.small_world import NOON, SmallWorld

TEXT = "You can follow your order with the link in our shipping e-mail."


@pytest.fixture
def world() -> SmallWorld:
    return SmallWorld()


@pytest.fixture
def reply(world: SmallWorld) -> Reply:
    """A reply decided upon, not yet staged."""
    conversation_id = world.conversation("Where is my order?")
    conversation = world.helpdesk.conversation(conversation_id)
    messages = world.helpdesk.messages(conversation_id)
    assert conversation.customer_id is not None
    world.helpdesk.add_customer(
        Customer(id=conversation.customer_id, emails=(Address(value="mara@mail.example"),))
    )
    marker = marker_of(Turn(conversation_id, messages[-1].id), Action.REPLY)
    intent = Delivery(
        marker=marker,
        conversation_id=conversation_id,
        action=Action.REPLY,
        body=TEXT,
        created_at=NOON,
        updated_at=NOON,
    )
    draft = NewDraft(
        conversation_id=conversation_id,
        customer_id=conversation.customer_id,
        channel="email",
        body=TEXT,
        marker=marker,
        to="mara@mail.example",
        sender="help@shop.example",
    )
    return Reply(intent=intent, draft=draft, basis=Basis.of(conversation, messages))


def sent(world: SmallWorld, reply: Reply) -> list[Message]:
    messages = world.helpdesk._messages[reply.basis.conversation_id]
    return [m for m in messages if m.direction is Direction.OUT and m.text == TEXT]


def drafts(world: SmallWorld) -> int:
    return len(world.helpdesk._drafts)


def test_it_is_sent_once_and_read_back(world: SmallWorld, reply: Reply) -> None:
    delivery = deliver_reply(world.desk, reply)

    assert (delivery.state, delivery.releases) == (DeliveryState.ARRIVED, 1)
    assert [m.id for m in sent(world, reply)] == [delivery.remote_id]
    assert drafts(world) == 0


def test_called_again_it_says_what_became_of_it(world: SmallWorld, reply: Reply) -> None:
    first = deliver_reply(world.desk, reply)

    assert deliver_reply(world.desk, reply).remote_id == first.remote_id
    assert len(sent(world, reply)) == 1


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
@pytest.mark.parametrize("method", ["stage_draft", "release_draft"])
def test_without_an_answer_it_looks_and_sends_once(
    world: SmallWorld, reply: Reply, method: str, applied: bool
) -> None:
    world.helpdesk.fail(OutcomeUnknown("timeout"), on=method, applied=applied)

    delivery = deliver_reply(world.desk, reply)

    assert delivery.state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


@pytest.mark.parametrize("error", [HelpdeskUnavailable("refused"), HelpdeskBusy("429")])
@pytest.mark.parametrize("method", ["stage_draft", "release_draft"])
def test_what_was_not_taken_is_tried_again(
    world: SmallWorld, reply: Reply, method: str, error: AgentError
) -> None:
    world.helpdesk.fail(error, on=method)

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


def customer_writes(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.receive(conversation_id, "Never mind, it came.")


def teammate_answers(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.answer(conversation_id, "It arrives tomorrow.")


def closed(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.change(conversation_id, status=Status.DONE)


def assigned(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.change(conversation_id, assigned_users=("7" * 24,))


def merged(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.change(conversation_id, merged_into="f" * 24)


def spam(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.change(conversation_id, spam=True)


def deleted(world: SmallWorld, conversation_id: str) -> None:
    world.helpdesk.change(conversation_id, deleted=True)


@pytest.mark.parametrize(
    "happens",
    [customer_writes, teammate_answers, closed, assigned, merged, spam, deleted],
    ids=lambda act: act.__name__,
)
def test_anything_that_happened_since_withdraws_it(
    world: SmallWorld, reply: Reply, happens: Callable[[SmallWorld, str], None]
) -> None:
    happens(world, reply.basis.conversation_id)

    delivery = deliver_reply(world.desk, reply)

    assert delivery.state is DeliveryState.OVERTAKEN
    assert delivery.error
    assert (sent(world, reply), drafts(world)) == ([], 0)


def test_our_own_note_withdraws_nothing(world: SmallWorld, reply: Reply) -> None:
    world.helpdesk.write_note(reply.basis.conversation_id, "noted", marker="m", note_id=None)

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED


def test_a_teammate_who_is_writing_goes_first(world: SmallWorld, reply: Reply) -> None:
    theirs = replace(reply.draft, marker="", body="Dear Mara,")
    world.helpdesk.stage_draft(theirs)

    delivery = deliver_reply(world.desk, reply)

    assert (delivery.state, sent(world, reply)) == (DeliveryState.OVERTAKEN, [])
    assert [d.body for _, d in world.helpdesk._drafts.values()] == ["Dear Mara,"]


def test_a_draft_that_a_teammate_edited_is_theirs(world: SmallWorld, reply: Reply) -> None:
    staged = stage(world.desk, reply.intent, reply.draft)
    assert staged.remote_id is not None
    customer, draft = world.helpdesk._drafts[staged.remote_id]
    world.helpdesk._drafts[staged.remote_id] = (customer, replace(draft, body="Dear Mara, …"))

    delivery = deliver_reply(world.desk, reply)

    assert delivery.state is DeliveryState.OVERTAKEN
    assert (sent(world, reply), drafts(world)) == ([], 1)


def test_a_draft_that_a_teammate_deleted_is_not_made_again(world: SmallWorld, reply: Reply) -> None:
    stage(world.desk, reply.intent, reply.draft)
    world.helpdesk._drafts.clear()

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert (sent(world, reply), drafts(world)) == ([], 0)


def without_our_draft(found: tuple[Draft, ...]) -> tuple[Draft, ...]:
    return ()


def with_half_a_character(found: tuple[Draft, ...]) -> tuple[Draft, ...]:
    return tuple(replace(d, body=d.body + "\ud83d") for d in found)


def in_a_status_unheard_of(found: Conversation) -> Conversation:
    return replace(found, status=Status.UNKNOWN)


def spoil(world: SmallWorld, method: str, change: Callable[..., object], reads: range) -> None:
    """Change the answers to these reads of a method, counted from 0."""
    real, number = getattr(world.helpdesk, method), count()

    def spoilt(about: str) -> object:
        found = real(about)
        return change(found) if next(number) in reads else found

    setattr(world.helpdesk, method, spoilt)


# Staged, the first read of the drafts is that of the look.
ONE_BAD_ANSWER = [
    pytest.param("drafts", without_our_draft, id="no draft"),
    pytest.param("drafts", with_half_a_character, id="another text"),
    pytest.param("conversation", in_a_status_unheard_of, id="another status"),
]


@pytest.mark.parametrize(("method", "change"), ONE_BAD_ANSWER)
def test_one_bad_answer_stops_no_reply(
    world: SmallWorld, reply: Reply, method: str, change: Callable[..., object]
) -> None:
    # A line of a batch was overtaken by nobody, its draft left behind; no other go sent it.
    stage(world.desk, reply.intent, reply.draft)
    spoil(world, method, change, range(1))

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert (len(sent(world, reply)), drafts(world)) == (1, 0)


@pytest.mark.parametrize(("method", "change"), ONE_BAD_ANSWER[1:])
def test_one_bad_answer_after_an_unanswered_release_is_not_the_end_of_it(
    world: SmallWorld, reply: Reply, method: str, change: Callable[..., object]
) -> None:
    stage(world.desk, reply.intent, reply.draft)
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft")
    # The look, the check of the draft, the second look; the conversation is not checked.
    second_look = 2 if method == "drafts" else 1
    spoil(world, method, change, range(second_look, second_look + 1))

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


def test_a_list_of_drafts_that_lags_ten_seconds_stops_no_reply(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(world.desk, reply.intent, reply.draft)
    shows_at, real = world.clock.now() + timedelta(seconds=10), world.helpdesk.drafts

    def lagging(customer_id: str) -> tuple[Draft, ...]:
        return real(customer_id) if world.clock.now() >= shows_at else ()

    monkeypatch.setattr(world.helpdesk, "drafts", lagging)

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert (len(sent(world, reply)), drafts(world)) == (1, 0)


def test_two_bad_answers_apart_from_each_other_stop_no_reply(
    world: SmallWorld, reply: Reply
) -> None:
    stage(world.desk, reply.intent, reply.draft)
    world.helpdesk.fail(HelpdeskBusy("429"), on="release_draft")
    spoil(world, "conversation", in_a_status_unheard_of, range(0, 4, 2))

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED


def test_a_message_needs_no_second_look(world: SmallWorld, reply: Reply) -> None:
    stage(world.desk, reply.intent, reply.draft)
    customer_writes(world, reply.basis.conversation_id)

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert world.requests("messages") == 1 + 1  # the fixture's, and the look's


def test_a_draft_that_a_teammate_sent_with_other_words_needs_no_second_look(
    world: SmallWorld, reply: Reply
) -> None:
    stage(world.desk, reply.intent, reply.draft)
    world.helpdesk._drafts.clear()
    teammate_answers(world, reply.basis.conversation_id)

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert world.requests("messages") == 1 + 1


def test_a_draft_that_is_listed_after_all_was_not_sent_and_the_next_call_sends_it(
    world: SmallWorld, reply: Reply
) -> None:
    # The release was not taken, one list of drafts was old: it said "unknown", and never sent it.
    stage(world.desk, reply.intent, reply.draft)
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft")
    spoil(world, "drafts", without_our_draft, range(1, 2))

    with pytest.raises(HelpdeskUnavailable, match="not sent the draft yet"):
        deliver_reply(world.desk, reply)
    assert sent(world, reply) == []

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


def test_paused_it_lies_unsent_and_goes_on_afterwards(world: SmallWorld, reply: Reply) -> None:
    stage(world.desk, reply.intent, reply.draft)
    world.store.pause(Pause(by="Ada", at=NOON))
    with pytest.raises(Held):
        deliver_reply(world.desk, reply)
    assert sent(world, reply) == []

    world.store.resume()
    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


def test_a_look_that_grew_old_over_a_slow_database_is_taken_again(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stopped or slow between look and release, it was sent a minute after the customer wrote.
    conversation_id, real = reply.basis.conversation_id, world.store.start_release

    def slow(marker: str, *, fence: int, now: datetime) -> int:
        monkeypatch.setattr(world.store, "start_release", real, raising=False)
        world.clock.advance(timedelta(minutes=1))
        world.helpdesk.receive(conversation_id, "Never mind, it came.")
        return real(marker, fence=fence, now=now)

    monkeypatch.setattr(world.store, "start_release", slow, raising=False)

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert (sent(world, reply), drafts(world)) == ([], 0)


def test_looking_that_always_takes_too_long_gives_up_and_sends_nothing(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.helpdesk.messages

    def slow(conversation_id: str) -> tuple[Message, ...]:
        world.clock.advance(timedelta(seconds=3))
        return real(conversation_id)

    monkeypatch.setattr(world.helpdesk, "messages", slow)

    with pytest.raises(HelpdeskUnavailable, match="too long"):
        deliver_reply(world.desk, reply)
    assert sent(world, reply) == []


def test_a_look_is_as_old_as_the_first_thing_it_read(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The drafts were slow to come, a teammate closed the conversation: it went all the same.
    conversation_id, real = reply.basis.conversation_id, world.helpdesk.messages

    def slow(asked: str) -> tuple[Message, ...]:
        monkeypatch.setattr(world.helpdesk, "messages", real)
        closed(world, conversation_id)
        world.clock.advance(timedelta(seconds=2))
        return real(asked)

    monkeypatch.setattr(world.helpdesk, "messages", slow)

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert sent(world, reply) == []


def test_a_clock_set_back_makes_no_old_look_young(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id, real = reply.basis.conversation_id, world.store.start_release

    def slow(marker: str, *, fence: int, now: datetime) -> int:
        monkeypatch.setattr(world.store, "start_release", real, raising=False)
        world.clock.advance(timedelta(minutes=1))
        world.clock._start -= timedelta(minutes=1)
        world.helpdesk.receive(conversation_id, "Never mind, it came.")
        return real(marker, fence=fence, now=now)

    monkeypatch.setattr(world.store, "start_release", slow, raising=False)

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert sent(world, reply) == []


@pytest.mark.parametrize("error", [OutcomeUnknown("timeout"), HelpdeskBusy("429")], ids=repr)
def test_each_further_release_is_looked_before_anew(
    world: SmallWorld, reply: Reply, error: AgentError
) -> None:
    conversation_id = reply.basis.conversation_id
    noticed = world.helpdesk.noticed

    def writes_then(request: Request) -> object:
        if request.method == "release_draft":
            customer_writes(world, conversation_id)
        return noticed(request)

    world.helpdesk.noticed = writes_then  # type: ignore[method-assign, assignment]
    world.helpdesk.fail(error, on="release_draft")

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert (sent(world, reply), drafts(world)) == ([], 0)


def test_the_release_is_told_how_long_the_look_still_holds(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, release = world.helpdesk.messages, world.helpdesk.release_draft
    told: list[timedelta | None] = []

    def slow(conversation_id: str) -> tuple[Message, ...]:
        world.clock.advance(timedelta(seconds=0.5))
        return read(conversation_id)

    def releasing(
        draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        told.append(within)
        release(draft_id, channel, at=at, within=within)

    monkeypatch.setattr(world.helpdesk, "messages", slow)
    monkeypatch.setattr(world.helpdesk, "release_draft", releasing)
    deliver_reply(world.desk, reply)

    assert told == [timedelta(seconds=1.5)]


def edits_before_the_second_look(world: SmallWorld) -> None:
    """A teammate takes our draft as theirs once its release was asked for."""
    noticed = world.helpdesk.noticed

    def editing(request: Request) -> object:
        if request.method == "release_draft":
            for draft_id, (customer, draft) in world.helpdesk._drafts.items():
                world.helpdesk._drafts[draft_id] = (customer, replace(draft, body="Dear Mara, …"))
        return noticed(request)

    world.helpdesk.noticed = editing  # type: ignore[method-assign, assignment]


def test_sent_by_an_unanswered_release_while_the_drafts_lag_it_has_arrived(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The list still showed the draft, the messages our reply: "a teammate sent it", it said.
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft", applied=True)
    real, seen = world.helpdesk.drafts, []

    def lagging(customer_id: str) -> tuple[Draft, ...]:
        found = real(customer_id)
        seen.append(found)
        is_first_since = world.requests("release_draft") == 1 and not found
        if is_first_since:
            monkeypatch.setattr(world.helpdesk, "drafts", real)
        return seen[-2] if is_first_since else found

    monkeypatch.setattr(world.helpdesk, "drafts", lagging)

    delivery = deliver_reply(world.desk, reply)

    assert (delivery.state, len(sent(world, reply))) == (DeliveryState.ARRIVED, 1)
    assert delivery.remote_id == sent(world, reply)[0].id


def test_frozen_before_it_claimed_a_reply_that_another_worker_sent_it_stages_no_second(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It woke up to a draft that was listed no more and a message not there yet, and sent it again.
    world.helpdesk.holds_deliveries = True
    real = world.store.intend

    def frozen(intent: Delivery) -> Delivery:
        monkeypatch.setattr(world.store, "intend", real, raising=False)
        stored = real(intent)
        world.helpdesk.fail(HelpdeskBusy("429"), on="messages", nth=2)
        with pytest.raises(HelpdeskBusy):
            deliver_reply(world.desk, reply)
        return stored

    monkeypatch.setattr(world.store, "intend", frozen, raising=False)

    delivery = deliver_reply(world.desk, reply)
    world.helpdesk.deliver()

    assert (world.requests("stage_draft"), len(sent(world, reply))) == (1, 1)
    assert delivery.state is DeliveryState.UNKNOWN


def test_edited_while_its_release_is_unanswered_nobody_can_tell(
    world: SmallWorld, reply: Reply
) -> None:
    # It said "overtaken", and then the release was applied after all, with the teammate's text.
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft")
    edits_before_the_second_look(world)

    delivery = deliver_reply(world.desk, reply)

    assert delivery.state is DeliveryState.UNKNOWN
    assert "edited" in delivery.error
    assert "under way" in delivery.error


def test_edited_after_a_release_that_was_not_taken_it_is_the_teammates(
    world: SmallWorld, reply: Reply
) -> None:
    world.helpdesk.fail(HelpdeskBusy("429"), on="release_draft")
    edits_before_the_second_look(world)

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN


def test_an_unanswered_release_whose_draft_cannot_be_withdrawn_is_unknown(
    world: SmallWorld, reply: Reply
) -> None:
    conversation_id, noticed = reply.basis.conversation_id, world.helpdesk.noticed

    def writes_then(request: Request) -> object:
        if request.method == "release_draft":
            customer_writes(world, conversation_id)
        return noticed(request)

    world.helpdesk.noticed = writes_then  # type: ignore[method-assign, assignment]
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft")
    world.helpdesk.fail(HelpdeskRefused("422"), on="delete_draft")

    assert deliver_reply(world.desk, reply).state is DeliveryState.UNKNOWN


def test_a_pause_that_comes_while_looking_again_holds_the_release(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.helpdesk.messages

    def pausing(conversation_id: str) -> tuple[Message, ...]:
        world.store.pause(Pause(by="Ada", at=NOON))
        return real(conversation_id)

    monkeypatch.setattr(world.helpdesk, "messages", pausing)

    with pytest.raises(Held):
        deliver_reply(world.desk, reply)
    assert sent(world, reply) == []


def test_what_kustomer_could_not_deliver_is_a_failure_with_its_reason(
    world: SmallWorld, reply: Reply
) -> None:
    world.helpdesk.holds_deliveries = True
    bounce_on_arrival(world, reply)

    delivery = deliver_reply(world.desk, reply)

    assert delivery.state is DeliveryState.FAILED
    assert "invalid-recipient" in delivery.error


def test_released_but_never_seen_is_unknown_and_never_sent_again(
    world: SmallWorld, reply: Reply
) -> None:
    world.helpdesk.holds_deliveries = True

    delivery = deliver_reply(world.desk, reply)

    assert delivery.state is DeliveryState.UNKNOWN
    assert deliver_reply(world.desk, reply).state is DeliveryState.UNKNOWN
    assert world.requests("release_draft") == 1


class Killed(BaseException):
    """What kill -9 looks like from inside."""


PORT_CALLS = ("drafts", "stage_draft", "conversation", "messages", "release_draft")


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("method", PORT_CALLS)
def test_killed_at_any_request_it_is_sent_once(
    world: SmallWorld, reply: Reply, method: str, applied: bool
) -> None:
    world.helpdesk.fail(Killed(), on=method, applied=applied)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        deliver_reply(world.desk, reply)
    world.clock.advance(CLAIM + timedelta(seconds=1))
    world.restart()

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


STORE_CALLS = ("intend", "claim_delivery", "start_attempt", "start_release", "settle_delivery")


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("method", STORE_CALLS)
def test_killed_around_any_commit_it_is_sent_once(
    world: SmallWorld, reply: Reply, monkeypatch: pytest.MonkeyPatch, method: str, before: bool
) -> None:
    real: Callable[..., object] = getattr(world.store, method)

    def killing(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(world.store, method, real, raising=False)
        if not before:
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(world.store, method, killing, raising=False)
    with pytest.raises(Killed):
        deliver_reply(world.desk, reply)
    world.clock.advance(CLAIM + timedelta(seconds=1))
    world.restart()

    assert deliver_reply(world.desk, reply).state is DeliveryState.ARRIVED
    assert len(sent(world, reply)) == 1


def test_a_conversation_that_is_gone_is_overtaken(world: SmallWorld, reply: Reply) -> None:
    world.helpdesk.fail(HelpdeskMissing("404"), on="conversation")

    assert deliver_reply(world.desk, reply).state is DeliveryState.OVERTAKEN
    assert sent(world, reply) == []


def bounce_on_arrival(world: SmallWorld, reply: Reply) -> None:
    """The message appears with a delivery failure some seconds after the release."""
    sleep = world.clock.sleep

    def sleep_and_deliver(seconds: float) -> None:
        sleep(seconds)
        world.helpdesk.deliver()
        messages = world.helpdesk._messages[reply.basis.conversation_id]
        messages[:] = [
            replace(m, status="error", error="invalid-recipient") if m.text == TEXT else m
            for m in messages
        ]

    world.clock.sleep = sleep_and_deliver  # type: ignore[method-assign]
