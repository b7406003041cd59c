"""The smallest change that would have let a run go further, from its findings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.counterfactual import WOULD_IF, Answer, Change, smallest_change
from agent.core.policy import Autonomy, Kind, Rule, decide
from agent.core.rules import RULES
from tests.core.facts import facts

NOTHING, NOTE, DRAFT, SEND = Autonomy


def limit(rule: str, level: Autonomy = NOTE, *, applies: bool = True) -> Answer:
    return Answer(rule=rule, kind=Kind.LIMIT, level=level, applies=applies)


def grant(level: Autonomy) -> Answer:
    return Answer(rule="routine-topic", kind=Kind.GRANT, level=level, applies=True)


def words(autonomy: Autonomy, *answers: Answer, topic: str = "spare-part") -> str:
    return str(smallest_change(autonomy, answers, topic=topic))


def test_a_topic_without_a_certificate_needs_one_besides_its_level() -> None:
    found = smallest_change(DRAFT, [grant(DRAFT)], topic="order-status", lacks_right=True)

    assert str(found) == (
        "would have sent if: order-status were at send, and the topic had its certificate"
    )


def test_a_note_without_a_grant_lacks_a_topic_at_draft() -> None:
    assert words(NOTE) == (
        "would have drafted if: spare-part were at draft (as far as was looked at)"
    )


def test_a_message_of_no_topic_would_have_to_be_about_one() -> None:
    assert words(NOTE, topic="").startswith("would have drafted if: it were about a topic at draft")


def test_a_limit_and_a_missing_grant_are_both_named() -> None:
    assert words(NOTE, limit("attachment-unread")).startswith(
        "would have drafted if: spare-part were at draft, and the attachment had been read"
    )


def test_every_limit_at_that_level_is_named() -> None:
    assert words(NOTE, grant(DRAFT), limit("closed"), limit("backlog"), limit("stale")).startswith(
        "would have drafted if: the conversation were open, the message were newer than the first "
        "start, and the question were fresher"
    )


def test_a_limit_that_did_not_apply_is_not_named() -> None:
    found = smallest_change(NOTE, [grant(DRAFT), limit("closed"), limit("stale", applies=False)])

    assert found is not None
    assert [change.rule for change in found.changes] == ["closed"]


def test_without_its_only_limit_a_run_goes_as_far_as_its_grant() -> None:
    assert words(NOTHING, grant(SEND), limit("rehearsal", NOTHING)) == (
        "would have sent if: it were no rehearsal"
    )


def test_a_limit_further_up_still_holds() -> None:
    assert words(NOTHING, grant(SEND), limit("spam", NOTHING), limit("stale")) == (
        "would have noted if: the conversation were not marked as spam"
    )


def test_a_draft_lacks_the_next_step_of_its_topic() -> None:
    assert words(DRAFT, grant(DRAFT)) == "would have sent if: spare-part were at send"


def test_a_sent_reply_could_go_no_further() -> None:
    assert smallest_change(SEND, [grant(SEND)]) is None


def test_a_reply_that_could_not_be_made_is_what_was_missing() -> None:
    found = smallest_change(SEND, [grant(SEND)], no_reply="order_number is not in the message")

    assert found is not None
    assert str(found) == (
        "would have sent if: a reply could be made (order_number is not in the message)"
    )


@pytest.mark.parametrize("rule", [r for r in RULES if r.kind is Kind.LIMIT], ids=lambda r: r.id)
def test_every_limit_has_its_words(rule: Rule) -> None:
    assert rule.id in WOULD_IF


def test_no_words_are_kept_for_a_rule_that_is_gone() -> None:
    assert set(WOULD_IF) <= {rule.id for rule in RULES}


levels = st.sampled_from(Autonomy)
answer_sets = st.lists(
    st.builds(
        Answer,
        rule=st.sampled_from(sorted(WOULD_IF)),
        kind=st.sampled_from(Kind),
        level=levels,
        applies=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda answer: answer.rule,
)


def decided(answers: list[Answer]) -> Autonomy:
    """The same findings, through the policy itself."""

    def rule(answer: Answer) -> Rule:
        evidence = "said" if answer.applies else None
        return Rule(answer.rule, answer.kind, answer.level, lambda _: evidence)

    return decide(facts(), [rule(answer) for answer in answers]).autonomy


@given(answer_sets)
def test_with_the_change_made_the_policy_decides_as_told(answers: list[Answer]) -> None:
    before = decided(answers)
    found = smallest_change(before, answers, topic="t")
    if found is None:
        assert before is SEND
        return

    assert decided(changed(answers, found.changes, before)) is found.autonomy
    assert found.autonomy > before


@given(answer_sets, st.data())
def test_no_smaller_change_lets_a_run_go_further(
    answers: list[Answer], data: st.DataObject
) -> None:
    before = decided(answers)
    found = smallest_change(before, answers, topic="t")
    if found is None:
        return
    left_out = data.draw(st.sampled_from(found.changes))
    fewer = tuple(change for change in found.changes if change != left_out)

    assert decided(changed(answers, fewer, before)) is before


def changed(answers: list[Answer], changes: tuple[Change, ...], before: Autonomy) -> list[Answer]:
    removed = {change.rule for change in changes}
    kept = [a for a in answers if a.kind is Kind.GRANT or a.rule not in removed]
    return [*kept, grant(Autonomy(before + 1))] if "grant" in removed else kept
