"""What a person sees of a reply that is to be judged, and which replies those are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.adapters.memory import MemoryStore
from agent.auditing import Case, case_of, waiting
from agent.core.conversation import Author, AuthorKind, Direction, Message
from agent.core.team_policy import TeamPolicy, Topic
from agent.errors import ConfigError, HelpdeskMissing, HelpdeskUnavailable
from tests.labelled import NOON, NOT_SAMPLED, SAMPLED, a_compared, a_label, a_proposal

TOPIC = Topic(name="order-status", description="Where it is", answers={"en": "It left {{day}}."})
POLICY = TeamPolicy(topics=(TOPIC,))
ROW = a_compared(SAMPLED[0])
MINUTE = timedelta(minutes=1)


def message(number: int, text: str, *, out: bool = False, **changes: object) -> Message:
    at = NOON + number * MINUTE
    plain = Message(
        id=f"m{number}",
        direction=Direction.OUT if out else Direction.IN,
        text=text,
        sent_at=at,
        created_at=at,
        channel="email",
        author=Author(kind=AuthorKind.TEAMMATE if out else AuthorKind.CUSTOMER),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


ASKED = message(1, "Where is it?\n\nOn Thu, 5 Nov 2026 at 12:00, Ben wrote:\n> Hello")
ANSWERED = message(2, "It left on Monday.", out=True)


def case(*messages: Message, receipt: dict[str, object] | None = None) -> Case:
    store = MemoryStore()
    if receipt is not None:
        store.save_receipt(ROW.run_id, receipt, NOON)
    return case_of(store, POLICY, ROW, lambda conversation_id: messages)


def test_the_texts_come_from_kustomer_and_the_receipt() -> None:
    found = case(ASKED, ANSWERED, receipt={"decided": {"suggested": "It left us Monday."}})

    assert found == Case(
        row=ROW, question="Where is it?", reply="It left us Monday.", sent="It left on Monday."
    )


def test_all_that_the_customer_asked_at_once_is_shown() -> None:
    before = message(0, "Hello! I ordered a lid.")

    assert case(before, ASKED, ANSWERED).question == "Hello! I ordered a lid.\nWhere is it?"


def test_of_a_past_conversation_the_answer_is_shown_with_its_gaps() -> None:
    assert case(ASKED, ANSWERED).reply == "It left {{day}}."


def test_what_came_after_the_customer_wrote_again_is_not_shown() -> None:
    again = message(3, "Thanks! And the lid?")
    later = message(4, "The lid is here.", out=True)

    assert case(message(0, "Hello", out=True), ASKED, ANSWERED, again, later).sent == (
        "It left on Monday."
    )


def test_an_automatic_reply_is_nobodys_answer() -> None:
    assert case(ASKED, replace(ANSWERED, auto=True)).sent == ""


@pytest.mark.parametrize(
    "error", [HelpdeskMissing("gone"), HelpdeskUnavailable("503"), ConfigError("no key")]
)
def test_without_kustomer_what_is_kept_must_do(error: Exception) -> None:
    store = MemoryStore()
    read = {"messages": [{"message_id": "m1", "text": "Where is it?"}]}
    store.save_receipt(ROW.run_id, {"read": read, "decided": {"suggested": "Left."}}, NOON)

    def fails(conversation_id: str) -> Sequence[Message]:
        raise error

    found = case_of(store, POLICY, ROW, fails)

    assert found == Case(row=ROW, question="Where is it?", reply="Left.", sent="")


def test_where_nothing_is_left_nothing_is_made_up() -> None:
    gone = replace(ROW, topic="returns")

    assert case_of(MemoryStore(), POLICY, gone, lambda conversation_id: ()) == Case(
        row=gone, question="", reply="", sent=""
    )


def test_only_sampled_labels_of_the_matcher_wait() -> None:
    store = MemoryStore()
    rows = (
        a_compared(SAMPLED[0]),
        a_compared(SAMPLED[1], at=NOON - MINUTE),
        a_compared(SAMPLED[2], channel="chat", at=NOON + MINUTE),
        a_compared(NOT_SAMPLED[0]),
        a_proposal(SAMPLED[3], label=a_label()),
        a_proposal(SAMPLED[4]),
    )
    store.add_all_proposed(rows)

    assert [row.run_id for row in waiting(store)] == [SAMPLED[1], SAMPLED[0], SAMPLED[2]]
    assert [row.run_id for row in waiting(store, channel="chat")] == [SAMPLED[2]]
    assert waiting(store, topic="returns") == ()
