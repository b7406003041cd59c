"""A reply in reach: what is read for it, and a place taken right before it goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.conversation import AuthorKind, Customer, Draft
from agent.core.limits import AutomaticReply
from agent.core.team_policy import Level
from agent.core.turn import Turn
from agent.errors import HelpdeskUnavailable
from agent.ports import Disposition, RunState
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def reads(world: SmallWorld) -> list[str]:
    """The requests of one run, without polls."""
    return [r.method for r in world.helpdesk.requests if r.method != "changed_conversations"]


def because(world: SmallWorld, conversation: str) -> tuple[str, ...]:
    return world.run(conversation).because


def another(world: SmallWorld, number: int, **changes: object) -> AutomaticReply:
    """A reply to somebody else a minute ago."""
    at = world.clock.now() - MINUTE
    plain = AutomaticReply(
        marker=f"other-{number}",
        conversation_id=f"other-{number}",
        customer_id=f"other-{number}",
        topic="returns",
        sender=f"other-{number}",
        first_contact=False,
        message_at=at - HOUR,
        at=at,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def reserve(world: SmallWorld, *given: AutomaticReply) -> None:
    for each in given:
        assert world.store.reserve_reply(each, world.policy.limits, daily_cap=None) is None


def after_step(world: SmallWorld, name: str, then: Callable[[], object]) -> None:
    """Do something once that step of a run has ended."""

    def hook(step: str, turn: Turn) -> None:
        if step == name:
            then()

    world.engine._after_step = hook


def test_a_run_that_ends_as_a_note_reads_neither_customer_nor_drafts() -> None:
    world = world_at(Level.NOTE)
    ask(world)

    world.live()

    assert "write_note" in reads(world)
    assert not {"conversation", "customer", "drafts", "outbound_accounts"} & set(reads(world))


def test_a_reply_in_reach_reads_what_its_rules_need() -> None:
    world = world_at(Level.DRAFT)
    ask(world)

    world.live()

    before_staging = reads(world)[: reads(world).index("stage_draft")]
    assert {"conversation", "customer", "drafts"} <= set(before_staging)


def test_a_read_that_fails_holds_the_run_and_the_reply_goes_out_later() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.helpdesk.fail(HelpdeskUnavailable("GET customer: 503"), on="customer")

    world.live(10 * MINUTE)

    assert world.run(conversation).disposition is Disposition.REPLIED
    assert len(replies(world, conversation)) == 1


def test_a_customer_who_is_gone_gets_a_note_at_the_most() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.helpdesk._customers.clear()

    world.live()

    assert replies(world, conversation) == []
    assert "customer-unread" in because(world, conversation)


def test_a_teammate_who_is_writing_is_not_written_over() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    customer_id = world.helpdesk._conversations[conversation].customer_id or ""
    theirs = Draft(id="d1", channel="email", conversation_id=conversation, body="Dear Mara")
    world.helpdesk._drafts["d1"] = (customer_id, theirs)

    world.live()

    assert replies(world, conversation) == []
    assert because(world, conversation) == ("teammate-draft",)


def test_what_changed_since_the_poll_counts() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    after_step(world, "read", lambda: world.helpdesk.change(conversation, locked=True))

    world.live()

    assert replies(world, conversation) == []
    assert because(world, conversation) == ("locked",)


def test_an_unknown_sender_gets_a_note_at_the_most() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    known = world.helpdesk._customers[world.helpdesk._conversations[conversation].customer_id or ""]
    unverified = tuple(replace(each, verified=False) for each in known.emails)
    world.helpdesk.add_customer(Customer(id=known.id, emails=unverified))

    world.live()

    assert replies(world, conversation) == []
    assert because(world, conversation) == ("first-contact",)


# --- the place right before the release -----------------------------------------------------------


def test_a_reply_that_was_sent_has_its_place() -> None:
    world = world_at(Level.SEND)
    ask(world)

    world.live()

    now = another(world, 0, at=world.clock.now())
    assert world.store.reply_counts(now).organization_hour == 1


def test_a_draft_takes_no_place() -> None:
    world = world_at(Level.DRAFT)
    ask(world)

    world.live()

    now = another(world, 0, at=world.clock.now())
    assert world.store.reply_counts(now).organization_hour == 0


def test_a_limit_that_is_reached_after_the_decision_leaves_the_draft_and_names_itself() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    others = [another(world, number) for number in range(30)]
    after_step(world, "decide", lambda: reserve(world, *others))

    world.live()

    run = world.run(conversation)
    assert replies(world, conversation) == []
    assert (run.disposition, run.state) == (Disposition.DRAFTED, RunState.AWAITING_APPROVAL)
    receipt = world.store.receipt(run.id)
    assert receipt is not None
    assert "organization-limit" in receipt["did"]["reply_why"]
    assert world.store.breaker() is not None


def test_a_breaker_that_opens_after_the_decision_leaves_the_draft() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    after_step(world, "decide", lambda: world.store.open_breaker("x", world.clock.now()))

    world.live()

    assert replies(world, conversation) == []
    assert world.run(conversation).disposition is Disposition.DRAFTED


def test_a_breaker_that_opens_is_recorded() -> None:
    world = world_at(Level.SEND)
    ask(world)
    others = [another(world, number) for number in range(30)]
    after_step(world, "decide", lambda: reserve(world, *others))

    world.live()

    kinds = [str(row.link.kind) for row in world.store.audit_rows()]
    assert kinds.count("breaker") == 1


def test_a_reply_that_is_overtaken_before_its_release_gives_its_place_back() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    place = world.store.reserve_reply

    def then_a_teammate_answers(asked: AutomaticReply, *args: object, **kw: object) -> object:
        refusal = place(asked, *args, **kw)  # type: ignore[arg-type]
        if world.helpdesk._messages[conversation][-1].author.kind is not AuthorKind.TEAMMATE:
            world.clock.advance(timedelta(seconds=5))  # too long ago: it looks once more
            world.helpdesk.answer(conversation, "It left us this morning.")
        return refusal

    world.store.reserve_reply = then_a_teammate_answers  # type: ignore[method-assign, assignment]
    world.live()

    assert len(replies(world, conversation)) == 1, "the teammate's"
    now = another(world, 0, at=world.clock.now())
    assert world.store.reply_counts(now).organization_hour == 0


@pytest.mark.parametrize("step", ["decide", "act"])
def test_a_run_that_is_cut_off_and_goes_on_takes_one_place(step: str) -> None:
    world = world_at(Level.SEND)
    ask(world)
    cut = [True]

    def die(name: str, turn: Turn) -> None:
        if name == step and cut.pop():
            cut.append(False)
            raise KeyboardInterrupt

    world.engine._after_step = die
    with pytest.raises(KeyboardInterrupt):
        world.live()
    world.restart()
    world.live()

    now = another(world, 0, at=world.clock.now())
    assert world.store.reply_counts(now).organization_hour == 1


def test_the_same_customer_asking_the_same_again_gets_no_second_reply() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.live()
    world.clock.advance(HOUR)
    world.helpdesk.receive(conversation, "Where is my order? Still no tracking number.")

    world.live()

    assert len(replies(world, conversation)) == 1
    assert "already-told" in because(world, conversation)
