"""A teammate's own words in place of a draft: to the same person, once, or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.approving import LAPSES_AFTER, Ended, approve, reject, waiting_draft
from agent.audit_port import AuditKind
from agent.core.team_policy import Level
from agent.editing import edit
from agent.errors import Held, HelpdeskRefused, HelpdeskUnavailable, InputError, OutcomeUnknown
from agent.objecting import object_to
from agent.ports import DeliveryState, Disposition, Pause, Run, RunState
from agent.reviewing import Shown, approve_shown, look
from agent.team_port import Verdict
from tests.small_world import SmallWorld
from tests.test_answering import ask, replies, world_at

A_MOMENT = timedelta(minutes=2)
WORDS = "Dear Mara,\n\nit left us this morning. The number follows by e-mail."


@pytest.fixture
def world() -> SmallWorld:
    return world_at(Level.DRAFT)


@pytest.fixture
def conversation(world: SmallWorld) -> str:
    asked = ask(world)
    world.live()
    assert world.run(asked).state is RunState.AWAITING_APPROVAL
    return asked


def shown(world: SmallWorld, run: Run) -> Shown:
    draft = waiting_draft(world.store, run)
    assert draft is not None
    return Shown(binds=draft.binds, at=world.clock.now())


def edited(world: SmallWorld, conversation: str, text: str = WORDS, by: str = "Ada") -> Ended:
    run = world.run(conversation)
    return edit(world.desk, run, text, shown=shown(world, run), by=by)


def held_with_words(world: SmallWorld, conversation: str) -> None:
    """The words are committed; nothing of Kustomer was reached yet."""
    world.helpdesk.fail(HelpdeskUnavailable("down"), on="delete_draft")
    with pytest.raises(HelpdeskUnavailable):
        edited(world, conversation)


def test_the_teammates_words_are_sent_and_not_the_draft(
    world: SmallWorld, conversation: str
) -> None:
    ended = edited(world, conversation)

    assert replies(world, conversation) == [WORDS]
    assert world.helpdesk._drafts == {}
    assert (ended.is_done, ended.run.disposition) == (True, Disposition.REPLIED)


def test_the_recipient_stays(world: SmallWorld, conversation: str) -> None:
    draft = waiting_draft(world.store, world.run(conversation))
    for number in range(1, world.desk.retries.attempts + 1):
        world.helpdesk.fail(HelpdeskUnavailable("down"), on="release_draft", nth=number)
    with pytest.raises(HelpdeskUnavailable):
        edited(world, conversation)

    ((customer, staged),) = world.helpdesk._drafts.values()
    assert draft is not None
    assert (staged.body, customer) == (WORDS, draft.staged.customer_id)
    assert (staged.to, staged.sender) == ((draft.staged.to,), draft.staged.sender)


def test_it_is_recorded_as_edited_by_name(world: SmallWorld, conversation: str) -> None:
    run = edited(world, conversation).run

    rows = [r for r in world.store.audit_rows() if r.link.kind == AuditKind.APPROVAL]
    told = [
        (r.content["verdict"], r.content["by"], r.content["outcome"]) for r in rows if r.content
    ]
    assert told == [("edited", "Ada", ""), ("edited", "Ada", "sent")]
    assert run.because[-1] == "draft-edited"


def test_said_twice_it_is_one_message(world: SmallWorld, conversation: str) -> None:
    run = world.run(conversation)
    before = shown(world, run)
    edited(world, conversation)

    again = edit(world.desk, run, WORDS, shown=before, by="Ben")

    assert replies(world, conversation) == [WORDS]
    assert again.why == "Ada edited it already: sent"


def test_words_like_the_draft_are_an_approval_of_it(world: SmallWorld, conversation: str) -> None:
    draft = waiting_draft(world.store, world.run(conversation))
    assert draft is not None

    ended = edited(world, conversation, draft.delivery.body.replace("\n", "\r\n"))

    assert ended.approval.verdict is Verdict.APPROVED
    assert replies(world, conversation) == [draft.delivery.body]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("  \n", "is empty", id="empty"),
        pytest.param("Hello\u202emoc.live", "hide or reorder", id="hiding characters"),
        pytest.param("x" * 200_000, "at most", id="too long"),
    ],
)
def test_what_the_send_action_refuses_is_refused(
    world: SmallWorld, conversation: str, text: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        edited(world, conversation, text)

    assert len(world.helpdesk._drafts) == 1
    assert world.store.approval(world.run(conversation).id) is None


def change_draft(world: SmallWorld) -> None:
    ((draft_id, (customer, draft)),) = world.helpdesk._drafts.items()
    world.helpdesk._drafts[draft_id] = (customer, replace(draft, body="Dear Mara, …"))


CHANGES = [
    pytest.param(
        lambda w, c: w.helpdesk.receive(c, "And the other?"), "the customer wrote again", id="in"
    ),
    pytest.param(
        lambda w, c: w.helpdesk.answer(c, "It left us."), "a teammate answered", id="answered"
    ),
    pytest.param(
        lambda w, c: w.helpdesk.change(c, assigned_users=("u1",)),
        "the assignee changed",
        id="assigned",
    ),
    pytest.param(lambda w, c: change_draft(w), "the draft was edited in Kustomer", id="edited"),
    pytest.param(
        lambda w, c: w.helpdesk.remove(c), "the conversation is gone", id="deleted in Kustomer"
    ),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_what_has_changed_since_is_seen_before_a_word_is_taken(
    world: SmallWorld,
    conversation: str,
    change: Callable[[SmallWorld, str], object],
    words: str,
) -> None:
    draft = waiting_draft(world.store, world.run(conversation))
    change(world, conversation)

    assert draft is not None
    assert words in look(world.desk, draft).changes


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_own_words_go_nowhere_once_something_has_changed(
    world: SmallWorld,
    conversation: str,
    change: Callable[[SmallWorld, str], object],
    words: str,
) -> None:
    change(world, conversation)

    with pytest.raises(InputError, match=words):
        edited(world, conversation)

    assert WORDS not in [m.text for m in world.helpdesk._messages.get(conversation, ())]
    assert len(world.helpdesk._drafts) == 1


def test_a_customer_who_writes_while_it_goes_out_is_not_answered(
    world: SmallWorld, conversation: str
) -> None:
    noticed = world.helpdesk.noticed

    def at_the_staging(request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        if request.method == "stage_draft":
            world.helpdesk.noticed = noticed  # type: ignore[method-assign]
            world.helpdesk.receive(conversation, "Never mind, it came!")
        return noticed(request)

    world.helpdesk.noticed = at_the_staging  # type: ignore[method-assign]
    ended = edited(world, conversation)

    assert replies(world, conversation) == []
    assert world.helpdesk._drafts == {}
    assert (ended.why, ended.run.disposition) == (
        "the customer wrote again",
        Disposition.OVERTAKEN,
    )


def test_a_pause_takes_no_words(world: SmallWorld, conversation: str) -> None:
    world.store.pause(Pause(by="Eve", at=world.clock.now()))

    with pytest.raises(Held, match="paused by Eve"):
        edited(world, conversation)

    assert world.store.approval(world.run(conversation).id) is None


def test_cut_off_before_anything_was_written_the_daemon_sends_it(
    world: SmallWorld, conversation: str
) -> None:
    held_with_words(world, conversation)

    world.live(A_MOMENT)

    assert replies(world, conversation) == [WORDS]


def test_cut_off_after_the_draft_was_taken_back_the_daemon_sends_it(
    world: SmallWorld, conversation: str
) -> None:
    for number in range(1, world.desk.retries.attempts + 1):
        world.helpdesk.fail(HelpdeskUnavailable("down"), on="release_draft", nth=number)
    with pytest.raises(HelpdeskUnavailable):
        edited(world, conversation)

    world.live(A_MOMENT)

    assert replies(world, conversation) == [WORDS]
    assert world.run(conversation).disposition is Disposition.REPLIED


def test_a_long_pause_after_the_draft_was_taken_back_loses_no_words(
    world: SmallWorld, conversation: str
) -> None:
    for number in range(1, world.desk.retries.attempts + 1):
        world.helpdesk.fail(HelpdeskUnavailable("down"), on="release_draft", nth=number)
    with pytest.raises(HelpdeskUnavailable):
        edited(world, conversation)
    world.store.pause(Pause(by="Eve", at=world.clock.now()))
    world.live(timedelta(minutes=15))

    world.store.resume()
    world.live(A_MOMENT)

    assert replies(world, conversation) == [WORDS]


def test_a_release_that_was_not_heard_of_is_looked_for_and_not_made_twice(
    world: SmallWorld, conversation: str
) -> None:
    world.helpdesk.fail(OutcomeUnknown("timeout"), on="release_draft", applied=True)

    ended = edited(world, conversation)

    assert replies(world, conversation) == [WORDS]
    assert ended.is_done


def test_words_that_were_held_for_long_lapse(world: SmallWorld, conversation: str) -> None:
    held_with_words(world, conversation)
    world.clock.advance(LAPSES_AFTER + A_MOMENT)
    world.live(A_MOMENT)

    assert replies(world, conversation) == []
    assert world.run(conversation).state is RunState.AWAITING_APPROVAL
    assert len(world.helpdesk._drafts) == 1


def test_words_that_kustomer_refuses_end_the_run_and_say_so(
    world: SmallWorld, conversation: str
) -> None:
    world.helpdesk.fail(HelpdeskRefused("POST /drafts: 400"), on="stage_draft")

    ended = edited(world, conversation)

    assert (ended.run.state, ended.run.disposition) == (RunState.FAILED, Disposition.FAILED)
    assert replies(world, conversation) == []


def test_while_own_words_go_out_nobody_approves_or_rejects_the_draft(
    world: SmallWorld, conversation: str
) -> None:
    held_with_words(world, conversation)
    run = world.run(conversation)

    with pytest.raises(InputError, match="Ada edited this draft"):
        approve(world.desk, run, by="Ben")
    with pytest.raises(InputError, match="Ada edited this draft"):
        reject(world.desk, run, by="Ben", reason="no")
    with pytest.raises(InputError, match="Ada edited this draft"):
        edited(world, conversation, "Other words.", by="Ben")


def test_a_draft_that_is_being_approved_is_not_edited(world: SmallWorld, conversation: str) -> None:
    world.helpdesk.fail(HelpdeskUnavailable("down"), on="drafts")
    run = world.run(conversation)
    with pytest.raises(HelpdeskUnavailable):
        approve(world.desk, run, by="Ben")

    with pytest.raises(InputError, match="Ben approved this draft already"):
        edited(world, conversation)


# --- what was shown -----------------------------------------------------------------------------


def test_another_text_than_the_one_shown_is_not_approved(
    world: SmallWorld, conversation: str
) -> None:
    run = world.run(conversation)

    with pytest.raises(InputError, match="another than the one that was shown"):
        approve_shown(world.desk, run, Shown(binds="0" * 64, at=world.clock.now()), by="Ada")

    assert replies(world, conversation) == []


def test_what_was_shown_long_ago_is_not_approved(world: SmallWorld, conversation: str) -> None:
    run = world.run(conversation)
    before = shown(world, run)
    world.clock.advance(LAPSES_AFTER + timedelta(seconds=1))

    with pytest.raises(InputError, match="more than 30 minutes ago"):
        approve_shown(world.desk, run, before, by="Ada")

    assert replies(world, conversation) == []


def test_what_was_shown_just_now_is_approved(world: SmallWorld, conversation: str) -> None:
    run = world.run(conversation)
    before = shown(world, run)
    world.clock.advance(LAPSES_AFTER)

    assert approve_shown(world.desk, run, before, by="Ada").is_done


def test_messages_since_the_draft_are_told(world: SmallWorld, conversation: str) -> None:
    draft = waiting_draft(world.store, world.run(conversation))
    world.helpdesk.receive(conversation, "And the other?")

    assert draft is not None
    assert [m.text for m in look(world.desk, draft).messages] == ["And the other?"]


def test_an_untouched_draft_has_no_changes(world: SmallWorld, conversation: str) -> None:
    draft = waiting_draft(world.store, world.run(conversation))

    assert draft is not None
    assert look(world.desk, draft).changes == ()


# --- this was wrong -----------------------------------------------------------------------------


def test_a_sent_reply_can_be_told_to_be_wrong(world: SmallWorld, conversation: str) -> None:
    run = edited(world, conversation).run

    object_to(world.store, run, by="Eve", reason="the wrong order", at=world.clock.now())

    kept = world.store.approval(run.id)
    assert kept is not None
    assert (kept.verdict, kept.by, kept.reason) == (Verdict.WRONG, "Eve", "the wrong order")
    last = [r for r in world.store.audit_rows() if r.link.kind == AuditKind.APPROVAL][-1]
    assert last.content is not None
    assert (last.content["verdict"], last.content["by"]) == ("wrong", "Eve")


def test_a_word_against_it_sends_and_changes_nothing(world: SmallWorld, conversation: str) -> None:
    run = edited(world, conversation).run
    before = world.requests()
    object_to(world.store, run, by="Eve", reason="", at=world.clock.now())
    world.daemon.watch()

    assert world.requests() == before
    assert world.run(conversation) == run


def test_a_draft_that_waits_is_rejected_and_not_called_wrong(
    world: SmallWorld, conversation: str
) -> None:
    with pytest.raises(InputError, match="nothing of run"):
        object_to(world.store, world.run(conversation), by="Eve", reason="", at=world.clock.now())


def test_the_words_stand_as_a_delivery_of_their_own(world: SmallWorld, conversation: str) -> None:
    run = edited(world, conversation).run

    states = [(d.body == WORDS, d.state) for d in world.store.deliveries(run_id=run.id)]
    assert (True, DeliveryState.ARRIVED) in states
    assert (False, DeliveryState.OVERTAKEN) in states
