"""What a teammate does with a proposed reply becomes its label, in one place and once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.adapters.memory import MemoryStore
from agent.approving import approve, reject, waiting_draft
from agent.core.labels import Judgement, Label, MadeBy, Outcome, Proposed, Source
from agent.core.team_policy import Level, ReplySettings
from agent.core.turn import Action, marker_of
from agent.editing import edit
from agent.errors import Held
from agent.labelling import catch_up, give_label, label_verdict
from agent.objecting import object_to
from agent.ports import Disposition, Run
from agent.reviewing import Shown
from agent.team_port import Approval, Verdict
from tests.small_world import NOON, SmallWorld
from tests.test_answering import ask, world_at

HALF_AN_HOUR = timedelta(minutes=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> SmallWorld:
    """A team whose topics draft, with one draft that waits."""
    world = world_at(Level.DRAFT)
    ask(world)
    world.live()
    return world


def the_run(world: SmallWorld) -> Run:
    (run,) = world.store.runs()
    return run


def the_label(world: SmallWorld) -> Label | None:
    (row,) = world.store.proposals()
    return row.label


def said(world: SmallWorld) -> tuple[Judgement, Source, str] | None:
    label = the_label(world)
    return (label.judgement, label.source, label.by) if label else None


def the_draft(world: SmallWorld) -> str:
    delivery = world.store.delivery(marker_of(the_run(world).turn, Action.REPLY))
    assert delivery is not None
    return delivery.body


def shown(world: SmallWorld) -> Shown:
    draft = waiting_draft(world.store, the_run(world))
    assert draft is not None
    return Shown(binds=draft.binds, at=world.clock.now())


def answered_in_kustomer(world: SmallWorld, text: str) -> None:
    """A teammate takes the draft out of the composer and writes that."""
    world.helpdesk._drafts.clear()
    world.helpdesk.answer(the_run(world).turn.conversation_id, text)
    world.live(HALF_AN_HOUR)


def test_a_draft_that_waits_has_no_label(world: SmallWorld) -> None:
    assert said(world) is None


# --- in the console, the API and on the command line ---------------------------------------------


def test_an_approved_draft_was_right_as_it_is(world: SmallWorld) -> None:
    approve(world.desk, the_run(world), by="Ada")

    assert said(world) == (Judgement.AS_IS, Source.CONSOLE, "Ada")


def test_an_approval_counts_from_when_it_was_given(world: SmallWorld) -> None:
    given_at = world.clock.now()
    approve(world.desk, the_run(world), by="Ada")
    world.live(HALF_AN_HOUR)

    label = the_label(world)
    assert label is not None
    assert label.at == given_at


def test_an_edit_that_keeps_the_facts_is_an_edit(world: SmallWorld) -> None:
    words = "Hello Mara,\n\n" + the_draft(world)

    edit(world.desk, the_run(world), words, shown=shown(world), by="Ada")

    assert said(world) == (Judgement.EDITED, Source.CONSOLE, "Ada")


def test_an_edit_that_says_something_else_changed_it(world: SmallWorld) -> None:
    edit(world.desk, the_run(world), "We have lost it, sorry.", shown=shown(world), by="Ada")

    assert said(world) == (Judgement.CHANGED, Source.CONSOLE, "Ada")


def test_the_line_that_says_who_wrote_it_is_no_fact() -> None:
    own = "The robot of 12 Kettle Lane wrote this within 3 minutes; it cannot read pictures."
    world = world_at(Level.DRAFT)
    world.policy = replace(world.policy, reply=ReplySettings(disclosure={"en": own}))
    world.restart()
    ask(world)
    world.live()
    words = the_draft(world)
    assert words.endswith(own)

    edit(world.desk, the_run(world), f"Hello Mara,\n\n{words}", shown=shown(world), by="Ada")

    assert said(world) == (Judgement.EDITED, Source.CONSOLE, "Ada")


def test_a_rejected_draft_says_why(world: SmallWorld) -> None:
    reject(world.desk, the_run(world), by="Ada", reason="it is about another order")

    label = the_label(world)
    assert label is not None
    assert (label.judgement, label.reason) == (Judgement.REJECTED, "it is about another order")


def test_wrong_after_sending_replaces_what_was_said_before(world: SmallWorld) -> None:
    approve(world.desk, the_run(world), by="Ada")
    world.clock.advance(SECOND)

    object_to(world.store, the_run(world), by="Ben", reason="other customer", at=world.clock.now())

    assert said(world) == (Judgement.WRONG, Source.CONSOLE, "Ben")


def test_wrong_is_the_outcome_of_what_was_sent_by_itself() -> None:
    world = world_at(Level.SEND)
    ask(world)
    world.live()
    now = world.clock.now()

    object_to(world.store, the_run(world), by="Ben", reason="", at=now)

    (row,) = world.store.proposals()
    assert (said(world), row.outcome, row.outcome_at) == (
        (Judgement.WRONG, Source.CONSOLE, "Ben"),
        Outcome.WRONG,
        now,
    )


def test_wrong_is_no_outcome_of_what_a_teammate_had_sent(world: SmallWorld) -> None:
    approve(world.desk, the_run(world), by="Ada")

    object_to(world.store, the_run(world), by="Ben", reason="", at=world.clock.now())

    (row,) = world.store.proposals()
    assert row.outcome is None


def test_a_draft_that_was_overtaken_is_no_label(world: SmallWorld) -> None:
    world.helpdesk.receive(the_run(world).turn.conversation_id, "It has come, thanks!")

    approve(world.desk, the_run(world), by="Ada")

    runs = world.store.runs()
    assert [run.disposition for run in runs] == [Disposition.OVERTAKEN]
    assert said(world) is None


# --- in Kustomer's composer ----------------------------------------------------------------------


def test_a_draft_sent_as_it_was(world: SmallWorld) -> None:
    answered_in_kustomer(world, the_draft(world))

    label = the_label(world)
    assert label is not None
    assert (label.judgement, label.source) == (Judgement.AS_IS, Source.COMPOSER)


def test_a_draft_sent_with_other_words_and_the_same_facts(world: SmallWorld) -> None:
    answered_in_kustomer(world, "Dear Mara,\n\n" + the_draft(world))

    label = the_label(world)
    assert label is not None
    assert (label.judgement, label.source) == (Judgement.EDITED, Source.COMPOSER)


def test_a_draft_sent_with_other_facts(world: SmallWorld) -> None:
    answered_in_kustomer(world, "It was sent on 3 March, and costs 20 € more.")

    label = the_label(world)
    assert label is not None
    assert (label.judgement, label.source) == (Judgement.CHANGED, Source.COMPOSER)


def test_what_a_teammate_sent_in_place_of_a_draft_is_in_the_receipt(world: SmallWorld) -> None:
    thread = "On Thu, 5 Nov 2026 at 12:00, Mara <mara@mail.example> wrote:\n> Where is my order?"
    answered_in_kustomer(world, f"It was lost.\n\n{thread}")

    receipt = world.store.receipt(the_run(world).id)
    assert receipt is not None
    assert receipt["did"]["sent_text"] == "It was lost."


def test_a_deleted_draft_was_rejected(world: SmallWorld) -> None:
    world.helpdesk._drafts.clear()

    world.live(HALF_AN_HOUR)

    assert said(world) == (Judgement.REJECTED, Source.COMPOSER, "")


# --- what it does to labels that stand -----------------------------------------------------------

MAKERS = MadeBy(engine="offline/1", prompt="", topic="t", answers="a", knowledge="k", rules="r")
ROW = Proposed(
    run_id="r1",
    conversation_id="c1",
    message_id="m1",
    topic="order-status",
    channel="email",
    language="en",
    score=0.8,
    familiarity=0.7,
    at=NOON,
    made_by=MAKERS,
)
MATCHED = Label(judgement=Judgement.EDITED, source=Source.MATCHED, by="", at=NOON)
ADAS = Label(judgement=Judgement.AS_IS, source=Source.CONSOLE, by="Ada", at=NOON + SECOND)
VERDICT = Approval(
    run_id="r1",
    conversation_id="c1",
    verdict=Verdict.REJECTED,
    by="Ada",
    at=NOON,
    topic="order-status",
    outcome="withdrawn",
)


def store_with(label: Label | None = None) -> MemoryStore:
    store = MemoryStore()
    store.add_proposed(replace(ROW, label=label))
    return store


def label_in(store: MemoryStore) -> Label | None:
    row = store.proposed("r1")
    return row.label if row else None


def test_a_person_replaces_the_matcher_and_keeps_what_it_had_said() -> None:
    store = store_with(MATCHED)

    assert give_label(store, replace(ROW, label=MATCHED), ADAS)
    assert label_in(store) == replace(ADAS, matched=Judgement.EDITED)


def test_what_the_matcher_had_said_survives_a_second_person() -> None:
    first = replace(ADAS, matched=Judgement.EDITED)
    bens = replace(ADAS, judgement=Judgement.WRONG, by="Ben", at=NOON + 2 * SECOND)
    store = store_with(first)

    give_label(store, replace(ROW, label=first), bens)

    assert label_in(store) == replace(bens, matched=Judgement.EDITED)


@pytest.mark.parametrize("ago", [0 * SECOND, SECOND])
def test_an_older_word_or_the_same_again_changes_nothing(ago: timedelta) -> None:
    store = store_with(ADAS)
    older = replace(ADAS, judgement=Judgement.REJECTED, at=ADAS.at - ago)

    assert not give_label(store, replace(ROW, label=ADAS), older)
    assert label_in(store) == ADAS


def test_a_label_that_came_in_between_is_seen() -> None:
    store = store_with(MATCHED)

    assert give_label(store, ROW, ADAS)  # read before the matcher's was there
    assert label_in(store) == replace(ADAS, matched=Judgement.EDITED)


class Busy(MemoryStore):
    """Others label at every moment."""

    def label(self, run_id: str, label: Label, *, was: Label | None) -> bool:
        return False


def test_who_never_gets_through_is_told_to_try_again() -> None:
    store = Busy()
    store.add_proposed(ROW)

    with pytest.raises(Held, match="try again"):
        give_label(store, ROW, ADAS)


def test_a_verdict_on_a_run_without_a_proposal_is_no_label() -> None:
    store = MemoryStore()

    label_verdict(store, VERDICT)

    assert store.proposals() == ()


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict.APPROVED, ""),
        (Verdict.APPROVED, "lapsed"),
        (Verdict.APPROVED, "overtaken"),
        (Verdict.APPROVED, "left"),
        (Verdict.EDITED, ""),
        (Verdict.EDITED, "overtaken"),
        (Verdict.REJECTED, ""),
        (Verdict.REJECTED, "left"),
    ],
)
def test_a_verdict_that_was_not_carried_out_is_no_label(verdict: Verdict, outcome: str) -> None:
    store = store_with()

    label_verdict(store, replace(VERDICT, verdict=verdict, outcome=outcome))

    assert label_in(store) is None


@pytest.mark.parametrize("verdict", [Verdict.SENT_EDITED, Verdict.EDITED])
def test_an_edit_whose_texts_are_gone_counts_as_changed(verdict: Verdict) -> None:
    store = store_with()
    outcome = "sent" if verdict is Verdict.EDITED else "in-kustomer"

    label_verdict(store, replace(VERDICT, verdict=verdict, outcome=outcome))

    label = label_in(store)
    assert label is not None
    assert label.judgement is Judgement.CHANGED


def test_a_receipt_of_another_version_counts_as_changed() -> None:
    store = store_with()
    receipt = {"decided": {"composed": {"text": "It left us."}}, "did": {"sent_text": "It left."}}
    store.save_receipt("r1", receipt, NOON)

    label_verdict(
        store, replace(VERDICT, verdict=Verdict.SENT_EDITED, outcome="in-kustomer", by="")
    )

    label = label_in(store)
    assert label is not None
    assert label.judgement is Judgement.CHANGED


@pytest.mark.parametrize(
    ("since", "is_labelled"), [(timedelta(), True), (timedelta(hours=1), False)]
)
def test_what_a_kill_left_without_a_label_is_caught_up_with(
    since: timedelta, *, is_labelled: bool
) -> None:
    store = store_with()
    store.set_approval(VERDICT, was=None)

    catch_up(store, since=NOON + since)

    assert (label_in(store) is not None) is is_labelled


def test_a_daemon_catches_up_when_it_starts(world: SmallWorld) -> None:
    killed = replace(VERDICT, run_id=the_run(world).id, at=world.clock.now())
    world.store.set_approval(killed, was=None)
    world.restart()

    world.live(timedelta(minutes=2))

    assert said(world) == (Judgement.REJECTED, Source.CONSOLE, "Ada")
