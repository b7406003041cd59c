"""What a topic's history holds, counted."""

from dataclasses import replace
from datetime import timedelta

from agent.core.label_counts import LabelCounts, by_topic_and_channel, counted
from agent.core.labels import Judgement, Source
from tests.labelled import MAKERS, NOON, NOT_SAMPLED, SAMPLED, a_compared, a_label, a_proposal

HOUR = timedelta(hours=1)


def test_an_empty_history_counts_nothing() -> None:
    assert counted("order-status", "email", [], MAKERS) == LabelCounts(
        topic="order-status",
        channel="email",
        proposals=0,
        judged=dict.fromkeys(Judgement, 0),
        by_person=0,
        by_matcher=0,
        imported=0,
        set_aside=0,
        to_audit=0,
        newest=None,
    )


def test_labels_are_counted_by_what_they_say_and_who_gave_them() -> None:
    rows = [
        a_proposal("r1"),
        a_proposal("r2", label=a_label()),
        a_proposal("r3", label=a_label(Judgement.WRONG, at=NOON + 2 * HOUR)),
        a_proposal("r4", label=a_label(Judgement.EDITED, Source.COMPOSER)),
        a_proposal("r5", label=a_label(Judgement.AS_IS, Source.IMPORTED)),
        a_compared(NOT_SAMPLED[0]),
        a_proposal("r7", label=a_label(Judgement.CHANGED, Source.BACKTEST)),
        a_compared(NOT_SAMPLED[1], Judgement.DOUBTFUL),
    ]

    found = counted("order-status", "email", rows, MAKERS)

    assert (found.proposals, found.labelled) == (8, 7)
    assert found.judged == {
        Judgement.AS_IS: 2,
        Judgement.EDITED: 2,
        Judgement.CHANGED: 1,
        Judgement.REJECTED: 0,
        Judgement.WRONG: 1,
        Judgement.DOUBTFUL: 1,
    }
    assert (found.by_person, found.by_matcher, found.imported) == (3, 3, 1)
    assert (found.set_aside, found.newest) == (0, NOON + 2 * HOUR)


def test_labels_of_what_others_had_made_are_set_aside() -> None:
    others = replace(MAKERS, answers="b")
    rows = [
        a_proposal("r1", label=a_label(), made_by=others),
        a_proposal("r2", made_by=others),
        a_proposal("r3", label=a_label()),
    ]

    assert counted("order-status", "email", rows, MAKERS).set_aside == 1


def test_without_makers_in_force_all_labels_are_set_aside() -> None:
    rows = [a_proposal("r1", label=a_label()), a_proposal("r2", label=a_label())]

    assert counted("order-status", "email", rows, None).set_aside == 2


def test_sampled_labels_of_the_matcher_wait_for_an_audit() -> None:
    audited = replace(a_compared(SAMPLED[1]), label=a_label())
    rows = [a_compared(SAMPLED[0]), audited, a_compared(NOT_SAMPLED[0])]

    assert counted("order-status", "email", rows, MAKERS).to_audit == 1


def test_rows_are_parted_by_topic_and_channel_in_their_order() -> None:
    rows = [
        a_proposal("r1", topic="refund"),
        a_proposal("r2", channel="chat"),
        a_proposal("r3"),
        a_proposal("r4"),
    ]

    parted = by_topic_and_channel(rows)

    assert [(key, [row.run_id for row in some]) for key, some in parted.items()] == [
        (("order-status", "chat"), ["r2"]),
        (("order-status", "email"), ["r3", "r4"]),
        (("refund", "email"), ["r1"]),
    ]
