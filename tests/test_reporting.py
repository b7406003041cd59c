"""What reports read of a team's real runs: questions, decisions, rules and edited drafts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.approving import waiting_draft
from agent.core.labels import Judgement, Label, Outcome, Source
from agent.core.rewording import Edit
from agent.core.spending import Price
from agent.core.team_policy import Level
from agent.editing import edit
from agent.objecting import object_to
from agent.ports import Run
from agent.reporting import (
    Stored,
    decisions_of,
    edits_of,
    met_rules,
    questions_of,
    stored_runs,
)
from agent.reviewing import Shown
from agent.waiving import Waiver, waive
from tests.browser.team import A_WHILE, Team
from tests.console.reviewed import certify, keep, makers, reviews_until

NO_PRICE = None


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """At draft."""
    return Team(tmp_path)


@pytest.fixture
def sender(tmp_path: Path) -> Team:
    """At send."""
    return Team(tmp_path, level=Level.SEND)


def read(team: Team) -> tuple[Stored, ...]:
    since = team.world.clock.now() - timedelta(days=35)
    return stored_runs(team.world.store, team.search, since)


def edited(team: Team, run: Run, words: str) -> None:
    draft = waiting_draft(team.world.store, run)
    assert draft is not None
    shown = Shown(binds=draft.binds, at=team.world.clock.now())
    edit(team.desk(), run, words, shown=shown, by="Ben")


def test_runs_come_oldest_first_with_their_receipts(team: Team) -> None:
    first = team.waiting()
    second = team.waiting("Hello, where is my parcel? Order 40-2291.")

    stored = read(team)

    assert [each.run.id for each in stored] == [first.id, second.id]
    assert all(each.receipt["run"] == each.run.id for each in stored)


def test_a_draft_that_waits_is_a_question_without_a_reply_and_without_cost(team: Team) -> None:
    run = team.waiting()
    (question,) = questions_of(read(team), NO_PRICE)

    assert (question.run_id, question.counts, question.sent_at) == (run.id, True, None)
    assert (question.needed_person, question.went_wrong, question.cost) == (False, None, 0)
    assert question.customer_id == run.snapshot["customer_id"]


def test_a_teammates_word_means_that_a_person_was_needed(team: Team) -> None:
    run = team.waiting()
    edited(team, run, "It left us this morning.")
    (question,) = questions_of(read(team), NO_PRICE)

    assert question.needed_person


def test_a_reply_that_went_out_by_itself_says_when_and_how_it_ended(sender: Team) -> None:
    run = sender.waiting()
    row = sender.world.store.proposed(run.id)
    assert row is not None
    sent_at = row.sent_at or sender.world.clock.now()
    sender.world.store.mark_sent(run.id, sent_at)
    sender.world.store.set_outcome(run.id, Outcome.QUIET, sender.world.clock.now())
    (question,) = questions_of(read(sender), NO_PRICE)

    assert (question.sent_at, question.went_wrong) == (sent_at, False)


def uncertified(team: Team) -> list[bool]:
    """Of replies that go out now."""
    run = team.waiting()
    team.world.store.mark_sent(run.id, team.world.clock.now())
    asked = questions_of(read(team), NO_PRICE, team.world.store.certificate_events())
    return [question.is_uncertified for question in asked]


def test_what_went_out_under_a_certificate_is_certified(sender: Team) -> None:
    world = sender.world
    now = world.clock.now()
    keep(world.store, reviews_until(now, [Judgement.AS_IS] * 600, makers(world.policy)))
    certify(world.store, world.policy, now)

    assert uncertified(sender) == [False]


def let_go_out(team: Team) -> None:
    """By a lead's word, without a certificate."""
    world = team.world
    now = world.clock.now()
    last = (now + timedelta(days=9)).date()
    waiver = Waiver(topic="order-status", until=last, by="Ada", reason="peak season", at=now)
    waive(world.store, world.policy, waiver)


def test_what_only_a_waiver_let_go_out_is_uncertified(sender: Team) -> None:
    let_go_out(sender)

    assert uncertified(sender) == [True]


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.QUIET])
def test_every_other_outcome_is_one_that_went_wrong(sender: Team, outcome: Outcome) -> None:
    run = sender.waiting()
    sender.world.store.set_outcome(run.id, outcome, sender.world.clock.now())

    assert [q.went_wrong for q in questions_of(read(sender), NO_PRICE)] == [True]


def test_a_teammates_correction_afterwards_means_that_a_person_was_needed(sender: Team) -> None:
    run = sender.waiting()
    sender.world.store.set_outcome(run.id, Outcome.CORRECTED, sender.world.clock.now())

    assert [q.needed_person for q in questions_of(read(sender), NO_PRICE)] == [True]


def test_what_a_reviewer_found_unfit_went_wrong(sender: Team) -> None:
    run = sender.waiting()
    now = sender.world.clock.now()
    label = Label(judgement=Judgement.CHANGED, source=Source.IMPORTED, by="Ada", at=now)
    assert sender.world.store.label(run.id, label, was=None)

    assert [q.went_wrong for q in questions_of(read(sender), NO_PRICE)] == [True]


def test_what_the_matcher_doubts_is_neither_wrong_nor_judged(sender: Team) -> None:
    run = sender.waiting()
    now = sender.world.clock.now()
    label = Label(judgement=Judgement.DOUBTFUL, source=Source.MATCHED, by="Ben", at=now)
    assert sender.world.store.label(run.id, label, was=None)

    assert [q.went_wrong for q in questions_of(read(sender), NO_PRICE)] == [None]
    assert [d.judgement for d in decisions_of(read(sender))] == [None]


def test_a_models_cost_needs_its_price(team: Team) -> None:
    team.waiting()
    (stored,) = read(team)
    usage = {"input_tokens": 1_000, "output_tokens": 100, "calls": 1}
    receipt = {**stored.receipt, "proposed": {**stored.receipt["proposed"], "usage": usage}}
    by_model = [replace(stored, receipt=receipt)]

    assert [q.cost for q in questions_of(by_model, NO_PRICE)] == [None]
    assert [q.cost for q in questions_of(by_model, Price(input=1.0, output=10.0))] == [2_000]


def test_a_receipt_that_was_removed_leaves_the_cost_unknown(team: Team) -> None:
    team.world.conversation("Thank you so much, it has arrived.", minutes_ago=0)
    team.world.live(A_WHILE)
    (stored,) = read(team)

    assert [q.cost for q in questions_of([replace(stored, receipt={})], NO_PRICE)] == [None]


def test_a_decision_carries_its_score_and_what_was_said_of_it(team: Team) -> None:
    run = team.waiting()
    edited(team, run, "It left us this morning.")
    (decision,) = decisions_of(read(team))
    row = team.world.store.proposed(run.id)

    assert row is not None
    assert row.label is not None
    assert (decision.score, decision.judgement) == (row.score, row.label.judgement)
    assert (decision.topic, decision.was_sent) == ("order-status", False)


def test_rules_that_applied_are_met_and_others_are_not(team: Team) -> None:
    run = team.waiting()
    met = met_rules(read(team))

    assert set(run.because) & met
    assert "spam" not in met


def test_an_edited_draft_stands_beside_what_was_sent(team: Team) -> None:
    run = team.waiting()
    draft = waiting_draft(team.world.store, run)
    assert draft is not None
    edited(team, run, "It left us this morning.")
    edits = edits_of(team.world.store, read(team))

    ours = Edit(
        conversation_id=run.turn.conversation_id,
        draft=draft.delivery.body,
        sent="It left us this morning.",
    )
    assert edits == {"order-status": [ours]}


def test_what_was_called_wrong_is_no_edit(sender: Team) -> None:
    let_go_out(sender)
    run = sender.waiting()
    now = sender.world.clock.now()
    object_to(sender.world.store, sender.run(run), by="Ada", reason="no", at=now)

    assert edits_of(sender.world.store, read(sender)) == {}
