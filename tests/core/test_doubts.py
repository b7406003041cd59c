"""What a topic earns when teammates answered in quite other words, so that the matcher doubts."""

from datetime import timedelta

from agent.core.audits import is_audited
from agent.core.certificate import Terms
from agent.core.earning import Earned, _review, earned
from agent.core.labels import Judgement, Proposed, Source
from tests.core.history import MAKERS, NOON, proposed


def at_once(history: list[Proposed], terms: Terms) -> Earned:
    return earned(history, MAKERS, terms, now=NOON + timedelta(days=30))


def answered(count: int, *, every: int, audit: Judgement) -> list[Proposed]:
    """Suggestions beside answers: `every` so many-th in quite other words, the rest alike.

    A person judged the audits: `audit` where the matcher had doubts, as it is else.
    """
    rows = []
    for number in range(count):
        is_other = number % every < 2
        matched = Judgement.DOUBTFUL if is_other else Judgement.AS_IS
        row = proposed(number, matched, source=Source.MATCHED)
        judged = audit if is_other else Judgement.AS_IS
        rows.append(proposed(number, judged, matched=matched) if is_audited(row.run_id) else row)
    return rows


def test_what_is_answered_quite_otherwise_in_two_of_five_cases_is_not_certified() -> None:
    terms = Terms(error_limit=0.1)
    found = at_once(answered(5_000, every=5, audit=Judgement.REJECTED), terms)
    without = [
        row
        for row in answered(5_000, every=5, audit=Judgement.REJECTED)
        if row.label and Judgement.DOUBTFUL not in {row.label.judgement, row.label.matched}
    ]

    assert found.certificate is None
    assert at_once(without, terms).certificate is not None  # what it looked like without the doubts


def test_what_audits_of_doubts_find_right_is_certified_by_the_audits() -> None:
    found = at_once(answered(5_000, every=5, audit=Judgement.EDITED), Terms(error_limit=0.1))

    assert found.certificate is not None
    assert found.certificate.compared == 0


def test_a_doubt_counts_as_wrong_in_the_matchers_count_until_and_after_a_persons_look() -> None:
    doubted = proposed(1, Judgement.DOUBTFUL, source=Source.MATCHED)
    cleared = proposed(2, Judgement.AS_IS, matched=Judgement.DOUBTFUL)

    assert [
        (review.is_by_person, review.is_wrong, review.was_called_wrong)
        for review in (_review(row, row.label) for row in (doubted, cleared) if row.label)
    ] == [(False, True, True), (True, False, True)]
