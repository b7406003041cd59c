"""What a note suggested, beside what a teammate then sent: a label that costs nobody anything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.auditing import waiting
from agent.core.audits import is_audited
from agent.core.conversation import Author, AuthorKind, Conversation
from agent.core.labels import Judgement, Label, Source
from agent.core.team_policy import Level
from agent.errors import HelpdeskRefused
from agent.suggestions import LOOK_AT, Suggestions
from tests.small_world import SmallWorld
from tests.test_answering import ask, world_at

HOUR = timedelta(hours=1)
DAYS = timedelta(days=4)


@pytest.fixture
def world() -> SmallWorld:
    """A team whose notes suggest the approved answers."""
    return world_at(Level.NOTE)


@pytest.fixture
def watch(world: SmallWorld) -> Suggestions:
    return Suggestions(world.desk)


@pytest.fixture
def conversation(world: SmallWorld) -> str:
    asked = ask(world)
    world.live()
    assert suggested(world) in world.notes(asked)[0].body
    return asked


def suggested(world: SmallWorld) -> str:
    topic = world.policy.topic("order-status")
    assert topic is not None
    return topic.answers["en"]


def look(world: SmallWorld, watch: Suggestions, span: timedelta = HOUR) -> None:
    """The daemon's watch, every quarter of an hour for so long."""
    for _ in range(int(span / timedelta(minutes=15))):
        world.clock.advance(timedelta(minutes=15))
        watch.watch()


def label(world: SmallWorld) -> Label | None:
    (row,) = world.store.proposals()
    return row.label


def said(world: SmallWorld) -> tuple[Judgement, Source, str] | None:
    found = label(world)
    return (found.judgement, found.source, found.by) if found else None


def test_sent_as_suggested(world: SmallWorld, watch: Suggestions, conversation: str) -> None:
    world.helpdesk.answer(conversation, f"Hi Mara,\n\n{suggested(world)}\n\nBest regards\nBen")
    look(world, watch)

    assert said(world) == (Judgement.AS_IS, Source.MATCHED, "Ben")


def test_a_label_is_as_old_as_the_look(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.answer(conversation, suggested(world))
    look(world, watch)

    found = label(world)
    assert found is not None
    assert timedelta(0) <= world.clock.now() - found.at <= timedelta(minutes=45)


def test_the_opposite_is_a_change(world: SmallWorld, watch: Suggestions, conversation: str) -> None:
    text = suggested(world).replace("You can follow", "You cannot follow")
    assert text != suggested(world)
    world.helpdesk.answer(conversation, text)
    look(world, watch)

    assert said(world) == (Judgement.CHANGED, Source.MATCHED, "Ben")


def test_quite_other_words_are_kept_as_a_doubt(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.answer(conversation, "I have asked the carrier, and I write to you tomorrow.")
    look(world, watch, DAYS)

    assert said(world) == (Judgement.DOUBTFUL, Source.MATCHED, "Ben")


def test_of_suggestions_answered_in_quite_other_words_the_sample_waits_for_a_person(
    world: SmallWorld, watch: Suggestions
) -> None:
    asked = [ask(world) for _ in range(30)]
    world.live()
    for each in asked:
        world.helpdesk.answer(each, "I have asked the carrier, and I write to you tomorrow.")
    look(world, watch, 8 * HOUR)

    picked = {row.run_id for row in world.store.proposals() if is_audited(row.run_id)}
    assert picked
    assert {row.run_id for row in waiting(world.store)} == picked


def test_nobody_answered(world: SmallWorld, watch: Suggestions, conversation: str) -> None:
    look(world, watch, DAYS)

    assert label(world) is None


def test_who_answers_late_is_noticed(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    look(world, watch, 20 * HOUR)
    world.helpdesk.answer(conversation, suggested(world))
    look(world, watch, 8 * HOUR)

    assert said(world) == (Judgement.AS_IS, Source.MATCHED, "Ben")


def test_an_answer_to_what_the_customer_wrote_next_says_nothing(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.receive(conversation, "It has come, thank you!", channel="email")
    world.helpdesk.answer(conversation, suggested(world))
    look(world, watch, DAYS)

    assert label(world) is None


def test_what_follows_the_customers_next_message_is_not_compared(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.answer(conversation, suggested(world))
    world.clock.advance(timedelta(seconds=5))
    world.helpdesk.receive(conversation, "Thank you!", channel="email")
    world.clock.advance(timedelta(seconds=5))
    world.helpdesk.answer(conversation, "You are welcome, and the lid costs 4 euros.")
    look(world, watch)

    assert said(world) == (Judgement.AS_IS, Source.MATCHED, "Ben")


def test_an_acknowledgement_is_no_answer(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.answer(conversation, "We have received your message.", auto=True)
    look(world, watch)
    assert label(world) is None

    world.helpdesk.answer(conversation, suggested(world))
    look(world, watch, 4 * HOUR)

    assert said(world) == (Judgement.AS_IS, Source.MATCHED, "Ben")


def test_a_reply_of_our_own_is_no_teammates(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    ours = world.helpdesk.answer(conversation, suggested(world))
    messages = world.helpdesk._messages[conversation]
    messages[messages.index(ours)] = replace(ours, author=Author(kind=AuthorKind.SIDENOTE))
    look(world, watch, DAYS)

    assert label(world) is None


def test_while_a_teammate_may_go_on_writing_it_waits(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.clock.advance(timedelta(minutes=40))
    world.helpdesk.answer(conversation, suggested(world))
    world.clock.advance(timedelta(minutes=1))
    watch.watch()
    assert label(world) is None

    world.helpdesk.answer(conversation, "Sorry, I was wrong: it costs 12 euros more.")
    look(world, watch, DAYS)

    assert said(world) == (Judgement.DOUBTFUL, Source.MATCHED, "Ben")


def test_a_persons_label_stays(world: SmallWorld, watch: Suggestions, conversation: str) -> None:
    (row,) = world.store.proposals()
    mine = Label(
        judgement=Judgement.REJECTED, source=Source.CONSOLE, by="Eve", at=world.clock.now()
    )
    world.store.label(row.run_id, mine, was=None)
    world.helpdesk.answer(conversation, suggested(world))
    look(world, watch)

    assert label(world) == mine


def test_without_its_receipt_there_is_no_label(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.store._receipts.clear()
    world.helpdesk.answer(conversation, suggested(world))
    look(world, watch)

    assert label(world) is None


def test_a_draft_is_looked_after_elsewhere() -> None:
    world = world_at(Level.DRAFT)
    conversation = ask(world)
    world.live()
    world.helpdesk.answer(conversation, "Something else.")
    before = world.requests()
    look(world, Suggestions(world.desk))

    assert world.requests() == before


def test_forty_conversations_cost_one_request(world: SmallWorld, watch: Suggestions) -> None:
    for _ in range(40):
        ask(world)
    world.live()
    before = world.requests()
    world.clock.advance(LOOK_AT[0])
    watch.watch()

    assert world.requests() - before == 1


def test_unanswered_it_is_looked_at_a_few_times_only(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    before = world.requests()
    look(world, watch, DAYS)

    assert world.requests() - before == len(LOOK_AT)


def test_answered_it_is_not_looked_at_again(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.answer(conversation, "I have asked the carrier, and I write to you tomorrow.")
    look(world, watch)
    before = world.requests()
    look(world, watch, DAYS)

    assert world.requests() == before


def test_a_server_that_gives_one_conversation_at_a_time_will_do(
    world: SmallWorld, conversation: str
) -> None:
    def refuse(conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        raise HelpdeskRefused("one at a time")

    world.helpdesk.conversations = refuse  # type: ignore[method-assign]
    world.helpdesk.answer(conversation, suggested(world))
    look(world, Suggestions(world.desk))

    assert said(world) == (Judgement.AS_IS, Source.MATCHED, "Ben")


def test_a_conversation_that_is_gone_harms_nothing(
    world: SmallWorld, watch: Suggestions, conversation: str
) -> None:
    world.helpdesk.remove(conversation)
    look(world, watch, DAYS)

    assert label(world) is None
