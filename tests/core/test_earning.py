"""What a topic earns from its reviews, and what it does not."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.core.audits import is_audited
from agent.core.certificate import Terms
from agent.core.earned_words import asides, missing_words, percent_of, promise, words_of
from agent.core.earning import Earned, SetAside, _review, earned, met_since
from agent.core.labels import Judgement, Proposed, Source
from agent.core.risk import interval
from agent.core.series import Tally, evidence
from tests.core.history import MAKERS, NOON, clean, proposed

MONTH_LATER = NOON + timedelta(days=30)
NEEDED = 181  # clean reviews for at most 2 % at 95 %, with the stakes of the matcher and of series


def at_once(history: list[Proposed], terms: Terms | None = None) -> Earned:
    return earned(history, MAKERS, terms or Terms(), now=MONTH_LATER)


def test_nothing_is_earned_without_reviews() -> None:
    found = at_once([])

    assert found.certificate is None
    assert (found.threshold, found.reviewed, found.more_clean) == (0.6, 0, NEEDED)
    assert (found.topic, found.channel, found.coverage) == ("", "", 0.0)
    assert found.is_feasible


def test_turns_of_one_conversation_are_one_clean_review() -> None:
    one = [replace(each, conversation_id="c1") for each in clean(NEEDED)]

    found = at_once([*one, *clean(3, start=NEEDED)])

    assert (found.reviewed, found.wrong, found.set_aside.again) == (4, 0, NEEDED - 1)
    assert (
        f"{NEEDED - 1} further clean reviews were of conversations that count already."
        in asides(found)
    )


def test_each_wrong_turn_of_a_conversation_counts() -> None:
    turns = [*clean(2), *(proposed(number, Judgement.CHANGED) for number in (2, 3))]

    found = at_once([replace(each, conversation_id="c1") for each in turns])

    assert (found.reviewed, found.wrong) == (3, 2)


def test_enough_clean_reviews_unlock_at_the_review_that_was_enough() -> None:
    found = at_once(clean(NEEDED + 5))

    assert found.certificate is not None
    assert (found.certificate.threshold, found.certificate.reviewed) == (0.6, NEEDED)
    assert found.certificate.unlocked_at == NOON + timedelta(minutes=NEEDED - 1)
    assert found.certificate.valid_until == found.certificate.unlocked_at + timedelta(days=90)
    assert found.certificate.bound <= 0.02


def test_one_review_less_is_not_enough_and_that_is_said() -> None:
    found = at_once(clean(NEEDED - 1))

    assert found.certificate is None
    assert found.more_clean == 1
    assert words_of(found).startswith("1 more clean review to a certificate of at most 2 % wrong")


def test_what_is_missing_is_what_it_takes() -> None:
    history = [*clean(60), proposed(60, Judgement.REJECTED)]
    more = at_once(history).more_clean
    assert more is not None

    assert at_once([*history, *clean(more - 1, start=61)]).certificate is None
    assert at_once([*history, *clean(more, start=61)]).certificate is not None


def test_a_wrong_one_later_takes_no_unlock_back() -> None:
    later = [proposed(NEEDED + number, Judgement.WRONG) for number in range(20)]

    assert at_once([*clean(NEEDED), *later]).certificate == at_once(clean(NEEDED)).certificate


def test_the_order_of_the_history_does_not_matter_but_that_of_the_labels() -> None:
    history = [*clean(NEEDED), proposed(NEEDED, Judgement.WRONG)]

    assert at_once(history[::-1]) == at_once(history)


def test_the_certificate_is_said_in_words() -> None:
    assert words_of(at_once(clean(NEEDED))) == (
        "With 95 % confidence at most 2 % of automatic order-status replies by e-mail are wrong: "
        "181 reviewed, 0 wrong, threshold 0.60, answers 100 % of such questions, "
        "valid until 31 May 2026."
    )


def test_reviews_under_the_threshold_do_not_count_for_it() -> None:
    found = at_once(clean(100, score=0.59))

    assert (found.reviewed, found.more_clean) == (0, NEEDED)


def test_a_looser_threshold_passes_with_the_reviews_so_far_once_enough_are_its_own() -> None:
    strict = clean(NEEDED)

    almost = at_once([*strict, *clean(19, start=NEEDED, score=0.55)])
    enough = at_once([*strict, *clean(20, start=NEEDED, score=0.55)])

    assert almost.certificate is not None
    assert (almost.certificate.threshold, almost.threshold, almost.more_clean) == (0.6, 0.5, 1)
    assert enough.certificate is not None
    assert (enough.certificate.threshold, enough.certificate.reviewed) == (0.5, NEEDED + 20)


def test_a_looser_threshold_waits_for_the_stricter_one() -> None:
    # Without the order, the plentiful looser one would pass on its own.
    found = at_once(clean(1_000, score=0.55)[:150])

    assert found.certificate is None
    assert found.threshold == 0.6


@pytest.mark.parametrize(("bad", "series"), [(6, 1), (7, 2)])
def test_a_hopeless_threshold_is_given_up(bad: int, series: int) -> None:
    found = at_once([proposed(number, Judgement.REJECTED) for number in range(bad)])

    assert (found.series, found.set_aside.earlier) == (series, bad if series == 2 else 0)


def test_later_reviews_alone_certify_a_chosen_threshold() -> None:
    good = clean(100, score=0.95)
    bad = [proposed(100 + number, Judgement.REJECTED, score=0.65) for number in range(12)]
    chosen = at_once([*good, *bad])
    more = chosen.more_clean
    assert more is not None
    later = clean(more, start=200, score=0.95)
    found = at_once([*good, *bad, *later])

    assert (chosen.series, chosen.threshold, chosen.reviewed) == (2, 0.7, 0)
    assert more > NEEDED  # it has a fifth of the chance of error
    assert found.certificate is not None
    assert (found.certificate.threshold, found.certificate.reviewed) == (0.7, more)


def test_a_threshold_that_hardly_any_reply_reaches_is_given_up() -> None:
    found = at_once(clean(199, score=0.45) + clean(2, start=199, score=0.45))

    assert (found.series, found.threshold) == (2, 0.3)


def test_an_error_rate_surely_above_the_limit_is_not_feasible() -> None:
    found = at_once([*(proposed(n, Judgement.WRONG) for n in range(4)), *clean(26, start=4)])

    assert not found.is_feasible
    assert found.more_clean is None
    assert words_of(found) == (
        "Not feasible as it is: 30 reviewed, 4 wrong at threshold 0.60, which answers 100 % of "
        "such questions; at least 3.76 % are wrong, the limit is 2 %."
    )


def test_reviews_of_other_makers_do_not_count_and_that_is_said() -> None:
    others = replace(MAKERS, answers="a2")
    old = [proposed(number, made_by=others) for number in range(31)]
    found = at_once([*old, *clean(5, start=100)])

    assert (found.reviewed, found.coverage) == (5, 1.0)
    assert asides(found) == ("31 earlier reviews were of another answer text and do not count.",)


def test_labels_up_to_the_last_certificate_are_used_up() -> None:
    history = clean(300)
    last = history[199].at
    found = earned(history, MAKERS, Terms(), now=MONTH_LATER, since=last)

    assert (found.reviewed, found.set_aside.older) == (100, 200)
    assert asides(found) == ("200 older reviews were used up by an earlier certificate or alarm.",)


def imported(history: list[Proposed]) -> list[Proposed]:
    """The same reviews, from a file that came a week after the last of them."""
    at = history[-1].at + timedelta(days=7)
    return [
        replace(each, label=replace(each.label, source=Source.IMPORTED, at=at))
        for each in history
        if each.label is not None
    ]


def test_what_a_file_tells_of_before_an_alarm_does_not_count_after_it() -> None:
    history = clean(300)
    alarm = history[199].at
    found = earned(imported(history), MAKERS, Terms(), now=MONTH_LATER, since=alarm)

    assert (found.reviewed, found.set_aside.older) == (100, 200)


def test_an_imported_review_comes_after_those_that_were_there() -> None:
    old = imported([proposed(number, Judgement.REJECTED) for number in range(20)])
    history = clean(NEEDED, start=20)
    before = at_once(history).certificate
    assert before is not None

    found = at_once([*old, *history]).certificate
    assert found is not None
    assert replace(found, coverage=before.coverage) == before


def test_what_was_labelled_after_that_moment_is_not_known_yet() -> None:
    history = clean(NEEDED)

    assert earned(history, MAKERS, Terms(), now=history[99].at).reviewed == 100


def test_the_matchers_labels_alone_do_not_unlock() -> None:
    history = [proposed(number, source=Source.BACKTEST) for number in range(3_000)]
    found = at_once(history)

    assert found.certificate is None
    assert (found.reviewed, found.set_aside.matched) == (0, 3_000)


def compared(count: int, *, audited: bool = True) -> list[Proposed]:
    """What only the matcher judged clean; with a person's word on those that chance picks."""
    rows = [proposed(number, source=Source.BACKTEST) for number in range(count)]
    return [
        proposed(number, matched=Judgement.AS_IS) if audited and is_audited(row.run_id) else row
        for number, row in enumerate(rows)
    ]


def test_where_the_audits_alone_suffice_the_matchers_labels_are_not_named() -> None:
    history = compared(1_100)
    by_person = [each for each in history if each.label and each.label.is_by_person]
    found = at_once(history, Terms(error_limit=0.1)).certificate
    alone = at_once(by_person, Terms(error_limit=0.1)).certificate

    assert found is not None
    assert alone is not None
    assert (found.reviewed, found.compared) == (alone.reviewed, 0)
    assert at_once(compared(1_100, audited=False), Terms(error_limit=0.1)).certificate is None


@pytest.mark.parametrize("picked", [True, False], ids=["by chance", "by somebody"])
def test_only_an_audit_that_chance_picked_tells_what_the_matcher_misses(picked: bool) -> None:
    rows = [each for each in compared(3_000, audited=False) if is_audited(each.run_id) is picked]
    found = [
        _review(row, row.label)
        for row in (
            replace(each, label=replace(each.label, source=Source.CONSOLE, matched=Judgement.AS_IS))
            for each in rows
            if each.label
        )
        if row.label
    ]

    assert found
    assert {each.is_audit for each in found} == {picked}


def test_what_the_matcher_called_wrong_stays_so_in_its_own_count() -> None:
    spared = proposed(1, Judgement.AS_IS, matched=Judgement.CHANGED)
    missed = proposed(2, Judgement.REJECTED, matched=Judgement.AS_IS)
    agreed = proposed(3, Judgement.AS_IS, matched=Judgement.EDITED)

    assert [
        (review.is_wrong, review.was_called_wrong)
        for review in (_review(row, row.label) for row in (spared, missed, agreed) if row.label)
    ] == [(False, True), (True, True), (False, False)]


def test_a_matcher_that_misses_nothing_can_unlock_what_people_would_find_wrong_too_often() -> None:
    # One audit in twelve is wrong, and the matcher had said so; of all its labels hardly any is.
    rows = []
    for number, row in enumerate(compared(6_000)):
        is_bad = number % 12 == 0 and is_audited(row.run_id)
        matched = Judgement.CHANGED if is_bad else Judgement.AS_IS
        rows.append(
            proposed(number, Judgement.REJECTED if is_bad else Judgement.AS_IS, matched=matched)
            if is_audited(row.run_id)
            else row
        )
    found = at_once(rows, Terms(error_limit=0.1))

    assert found.certificate is not None
    assert found.certificate.compared > 9 * found.certificate.wrong
    assert found.set_aside.matched == 0


def test_coverage_is_of_all_proposals_labelled_or_not() -> None:
    history = [*clean(10), *(proposed(100 + n, None, score=0.2) for n in range(30))]
    found = at_once(history)

    assert found.coverage == 0.25
    assert found.set_aside.unlabelled == 30
    assert [point.coverage for point in found.curve] == [0, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]


def test_topics_are_never_pooled() -> None:
    with pytest.raises(ValueError, match="one topic on one channel"):
        at_once([*clean(1), replace(proposed(2), topic="refund")])


def test_coverage_of_a_certificate_is_of_what_was_proposed_by_its_unlock() -> None:
    later = [proposed(NEEDED + number, None, score=0.1) for number in range(NEEDED)]
    found = at_once([*clean(NEEDED), *later])

    assert found.certificate is not None
    assert (found.certificate.coverage, found.coverage) == (1.0, 0.5)


def test_what_was_proposed_at_the_moment_of_the_unlock_is_covered_by_it() -> None:
    at_that_moment = replace(proposed(NEEDED - 1, None, score=0.1), run_id="another")
    found = at_once([*clean(NEEDED), at_that_moment])

    assert found.certificate is not None
    assert found.certificate.coverage == NEEDED / (NEEDED + 1)
    assert met_since([*clean(NEEDED), at_that_moment], found.certificate) == ()


def test_proposals_after_that_moment_are_not_covered_yet() -> None:
    history = [*clean(10), *(proposed(100 + number, None, score=0.1) for number in range(10))]

    assert earned(history, MAKERS, Terms(), now=history[9].at).coverage == 1.0


def test_when_the_loosest_has_passed_nothing_more_is_missing() -> None:
    history = [proposed(number, score=0.35 + 0.1 * (number % 7)) for number in range(1_000)]
    found = at_once(history)

    assert (found.threshold, found.more_clean, found.coverage) == (None, None, 1.0)
    assert found.certificate is not None
    assert found.certificate.threshold == 0.3
    assert missing_words(found) == "Nothing is missing: the loosest threshold has passed."
    assert found.set_aside == SetAside(
        unlabelled=0, others=(), matched=0, older=0, earlier=0, again=0
    )


def test_the_figures_in_work_are_those_of_the_threshold() -> None:
    found = at_once([*clean(99), proposed(99, Judgement.REJECTED)])

    assert found.evidence == pytest.approx(
        evidence(Tally(reviewed=100, wrong=1, labels=100, called_wrong=1), 0.02)
    )
    assert found.wanted == pytest.approx(math.log(25))
    assert 0.01 < found.bound < 0.1
    assert found.at_least == pytest.approx(0.000253, rel=0.01)


def test_a_point_of_the_curve_has_its_counts_bound_and_band() -> None:
    history = [*clean(60, score=0.95), proposed(60, Judgement.WRONG, score=0.75)]
    curve = {point.threshold: point for point in at_once(history).curve}

    assert [(each.reviewed, each.wrong) for each in curve.values()] == [(60, 0)] * 2 + [(61, 1)] * 5
    assert curve[0.9].band == interval(0, 60, delta=Terms().delta)
    assert curve[0.9].bound == pytest.approx(0.0546, abs=0.001)
    assert curve[0.7].bound > curve[0.9].bound


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"engine": "m"}, "another model", id="model"),
        pytest.param(
            {"prompt": "p2", "rules": "r2"}, "another prompt and another set of rules", id="two"
        ),
    ],
)
def test_what_made_the_others_is_named(changed: dict[str, str], words: str) -> None:
    found = at_once([*clean(3), proposed(9, made_by=replace(MAKERS, **changed))])

    assert asides(found) == (f"1 earlier review was of {words} and does not count.",)


def test_what_does_not_count_is_told_one_by_one() -> None:
    history = [
        *(proposed(number, Judgement.REJECTED) for number in range(7)),
        *(proposed(10 + number, source=Source.MATCHED) for number in range(2)),
        proposed(20, None),
    ]

    assert asides(at_once(history)) == (
        "7 earlier reviews were used up in choosing the threshold.",
        "2 comparisons with what a teammate sent do not count yet: too few were audited.",
        "1 proposal not reviewed.",
    )


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.64, "64 %"), (0.997, "over 99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float, words: str) -> None:
    assert percent_of(share) == words


def test_compared_replies_are_named_where_the_certificate_rests_on_them() -> None:
    certificate = at_once(clean(NEEDED)).certificate
    assert certificate is not None

    assert "181 reviewed, 1,234 compared, 0 wrong" in promise(replace(certificate, compared=1_234))
