"""Splits: certificates on drawn labels, held against what is true of the rest."""

from dataclasses import replace

from agent.adapters.model.offline import OfflineEngine
from agent.evaluation.certified import certified_parts, change_figures, wrong_at
from agent.evaluation.figures import NotMeasured, Section
from agent.evaluation.pools import Case, Pools
from agent.evaluation.splits import ENOUGH, After, Split, splits
from agent.evaluation.watch import Watch
from tests.evaluation.rows import question
from tests.evaluation.test_pools import asking, case, rows

CLEAN = tuple(case(0.95) for _ in range(20))
STRANGE = tuple(case(0.35, is_wrong=True, is_outside=True) for _ in range(20))


def made(
    cases: tuple[Case, ...], *, limit: float = 0.05, outside: float | None = 0.0
) -> tuple[tuple[Split, ...], tuple[After, ...]]:
    pools = Pools("made-up", {"kettle": cases}, inside=100, outside=100)
    return splits(pools, Watch(), count=3, limit=limit, outside=outside)


def test_a_topic_without_errors_is_certified_and_answers_all() -> None:
    found, _ = made(CLEAN)

    assert [(s.is_certified, s.is_broken, s.coverage, s.oracle) for s in found] == [
        (True, False, 1.0, 1.0)
    ] * 3


def test_of_many_questions_the_traffic_is_what_was_not_labelled() -> None:
    cases = tuple(case(0.95, is_wrong=number < 60) for number in range(ENOUGH))  # 7.5 %
    known, _ = made(cases, limit=0.076)
    left, _ = made(cases, limit=0.076, outside=None)

    assert {each.oracle for each in known} == {1.0}
    # Where the labels had few of the wrong ones, the rest has more.
    assert {each.oracle for each in left} == {0.0, 1.0}


def test_a_topic_whose_replies_are_wrong_is_never_certified() -> None:
    found, after = made((*CLEAN, *(case(0.95, is_wrong=True) for _ in range(5))))

    assert [(s.is_certified, s.coverage, s.oracle) for s in found] == [(False, 0.0, 0.0)] * 3
    assert after == ()


def test_the_usual_rule_breaks_where_the_few_labels_looked_good() -> None:
    rare = tuple(case(0.95, is_wrong=number < 11) for number in range(200))
    found, _ = splits(
        Pools("made-up", {"kettle": rare}, inside=200, outside=0),
        Watch(),
        count=30,
        limit=0.05,
        outside=0.0,
    )

    assert 5 <= sum(each.usual_is_broken for each in found) <= 25
    assert sum(each.is_broken for each in found) <= 4  # one or two are promised, of 30


def test_the_usual_rule_takes_the_loosest_threshold_that_looks_good() -> None:
    low = tuple(case(0.35, is_wrong=number < 20) for number in range(200))
    high = tuple(case(0.95) for _ in range(200))
    found, _ = splits(
        Pools("made-up", {"kettle": (*low, *high)}, inside=400, outside=0),
        Watch(),
        count=30,
        limit=0.04,
        outside=0.0,
    )

    assert any(each.usual_is_broken for each in found)


def test_the_same_splits_come_again() -> None:
    mixed = (*CLEAN, *(case(0.7, is_wrong=number < 2) for number in range(20)))

    assert made(mixed) == made(mixed)


def test_a_certificate_that_questions_of_no_topic_break_is_seen_by_the_watch() -> None:
    close = tuple(case(0.92, is_wrong=True, is_outside=True) for _ in range(3))
    _, after = made((*CLEAN, *STRANGE, *close), outside=0.01)

    assert [(each.is_broken, each.rang, each.rang_falsely) for each in after] == [
        (True, True, False)
    ] * 3


def test_what_looks_as_familiar_as_ever_rings_no_alarm() -> None:
    alike = tuple(case(0.95, is_wrong=True, is_outside=True) for _ in range(20))
    _, after = made((*CLEAN, *alike))

    assert [(each.is_broken, each.rang) for each in after] == [(True, False)] * 3


# --- the report -----------------------------------------------------------------------------------


def test_the_wrong_ones_among_those_with_the_highest_score_are_counted() -> None:
    cases = [case(0.9), case(0.8, is_wrong=True), case(0.7), case(0.6, is_wrong=True)]

    assert wrong_at(cases, lambda c: c.score, 0.25) == 0.0
    assert wrong_at(cases, lambda c: c.score, 0.5) == 0.5
    assert wrong_at([], lambda c: c.score, 0.5) is None


def test_cases_with_the_same_score_count_in_part() -> None:
    cases = [case(1.0), case(1.0, is_wrong=True), case(1.0), case(1.0)]

    assert wrong_at(cases, lambda c: c.score, 0.25) == 0.25


def test_the_report_has_a_section_for_each_set() -> None:
    (part,) = certified_parts([asking(rows())], OfflineEngine(), Watch(), thorough=False)

    assert isinstance(part, Section)
    assert part.key == "certificates"
    keys = {figure.key for figure in part.figures}
    assert {
        "right_from_wrong",
        "broken_5_percent",
        "coverage_5_percent",
        "broken_after_5_percent",
    } <= keys


def test_a_certificate_that_the_watch_took_back_is_not_broken() -> None:
    after = [
        After(number=0, is_broken=True, rang=True, rang_falsely=False),
        After(number=1, is_broken=True, rang=False, rang_falsely=True),
        After(number=2, is_broken=False, rang=True, rang_falsely=False),
        After(number=2, is_broken=False, rang=False, rang_falsely=False),
    ]
    found, _ = made(CLEAN)
    broken, rings, falsely = change_figures([*found, *found], after, 0.05)

    assert broken.value == 1 / 6
    assert [each.value for each in broken.beside] == [2 / 6, 1 / 4]
    assert rings.value == 2 / 3
    assert falsely.value == 1 / 4


def test_the_set_with_most_out_of_scope_comes_first() -> None:
    stray = question("What is the time?", "oos", part="test")
    found = certified_parts(
        [replace(asking(rows()), name="a"), replace(asking([*rows(), stray]), name="b")],
        OfflineEngine(),
        Watch(seconds_left=lambda: 0.0),
        thorough=False,
    )

    assert [part.key for part in found] == ["certificates", "certificates a"]


def test_a_set_for_which_no_time_is_left_says_so() -> None:
    (part,) = certified_parts(
        [asking(rows())], OfflineEngine(), Watch(seconds_left=lambda: 0.0), thorough=False
    )

    assert isinstance(part, NotMeasured)
    assert "--thorough" in part.why
