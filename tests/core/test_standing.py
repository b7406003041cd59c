"""What a topic may do on a channel now, by what happened to its right; the newest fact wins."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.certificate import Certificate, Standing, Terms
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import MadeBy
from agent.core.standing import held_by, right_to_send, waivers_of

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Kind = CertificateEventKind
MAKERS = MadeBy(engine="offline", prompt="", topic="t1", answers="a1", knowledge="k1", rules="r1")


def certificate(unlocked_at: datetime = NOON, **changes: object) -> Certificate:
    """A certificate of ninety days. Tests change one thing."""
    plain = Certificate(
        topic="order-status",
        channel="email",
        terms=Terms(),
        made_by=MAKERS,
        threshold=0.6,
        reviewed=214,
        wrong=1,
        bound=0.019,
        coverage=0.64,
        unlocked_at=unlocked_at,
        valid_until=unlocked_at + 90 * DAY,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def events(*happened: CertificateEvent) -> tuple[CertificateEvent, ...]:
    """A history, numbered in the order given."""
    return tuple(replace(event, number=n) for n, event in enumerate(happened, 1))


def event(
    kind: Kind, at: datetime = NOON, *, channel: str = "email", **more: object
) -> CertificateEvent:
    """One line of the history of order-status."""
    plain = CertificateEvent(
        number=0, topic="order-status", channel=channel, kind=kind, at=at, by="the watch"
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def unlocked(at: datetime = NOON, **changes: object) -> CertificateEvent:
    return event(Kind.UNLOCKED, at, certificate=certificate(at, **changes))


def waived(at: datetime = NOON, *, channel: str = "email", days: int = 30) -> CertificateEvent:
    return event(
        Kind.WAIVED, at, channel=channel, by="Ada", why="peak season", until=at + days * DAY
    )


def standing(
    history: tuple[CertificateEvent, ...],
    *,
    channel: str = "email",
    made_by: MadeBy | None = MAKERS,
    now: datetime = NOON + DAY,
) -> Standing:
    return right_to_send(history, "order-status", channel, made_by, now).standing


def test_without_a_history_it_is_missing() -> None:
    right = right_to_send((), "order-status", "email", MAKERS, NOON)

    assert right.standing is Standing.MISSING
    assert right.words == "no certificate for order-status by email yet"


def test_an_unlock_certifies_from_its_threshold_on() -> None:
    right = right_to_send(events(unlocked()), "order-status", "email", MAKERS, NOON + DAY)

    assert (right.standing, right.threshold) == (Standing.CERTIFIED, 0.6)
    assert right.words == (
        "certified until 3 Feb 2027: at most 2 % wrong, 214 reviewed, 1 wrong, from a score of 0.60"
    )


def test_a_certificate_is_of_one_channel() -> None:
    assert standing(events(unlocked()), channel="chat") is Standing.MISSING


def test_a_certificate_is_of_one_topic() -> None:
    right = right_to_send(events(unlocked()), "refund", "email", MAKERS, NOON + DAY)

    assert right.standing is Standing.MISSING


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(timedelta(days=90, seconds=-1), Standing.CERTIFIED, id="its last second"),
        pytest.param(timedelta(days=90), Standing.EXPIRED, id="its end"),
    ],
)
def test_a_certificate_ends_at_its_date(later: timedelta, expected: Standing) -> None:
    assert standing(events(unlocked()), now=NOON + later) is expected


@pytest.mark.parametrize("part", [each.name for each in fields(MadeBy)])
def test_any_other_maker_makes_it_void(part: str) -> None:
    assert standing(events(unlocked()), made_by=replace(MAKERS, **{part: "x"})) is Standing.VOID


def test_what_has_changed_is_said() -> None:
    other = replace(MAKERS, answers="a2")

    right = right_to_send(events(unlocked()), "order-status", "email", other, NOON)

    assert right.words == "the approved answer has changed since"


def test_without_a_proposal_no_makers_are_compared() -> None:
    assert standing(events(unlocked()), made_by=None) is Standing.CERTIFIED


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.LAPSED, Standing.EXPIRED),
        (Kind.VOIDED, Standing.VOID),
        (Kind.ALARM, Standing.ALARMED),
    ],
)
def test_what_took_it_back_is_said(kind: Kind, expected: Standing) -> None:
    history = events(unlocked(), event(kind, why="so it is"))

    right = right_to_send(history, "order-status", "email", MAKERS, NOON + DAY)

    assert right.standing is expected
    assert "so it is" in right.words


def test_a_later_unlock_wins() -> None:
    assert standing(events(unlocked(), event(Kind.ALARM), unlocked())) is Standing.CERTIFIED


def test_the_order_is_that_of_the_numbers() -> None:
    history = events(unlocked(), event(Kind.ALARM))

    assert standing(tuple(reversed(history))) is Standing.ALARMED


# --- waivers -------------------------------------------------------------------------------------


def test_a_waiver_lets_it_send_and_says_who_and_why() -> None:
    right = right_to_send(events(waived()), "order-status", "email", MAKERS, NOON + DAY)

    assert right.standing is Standing.WAIVED
    assert right.words == "waived by Ada until 5 Dec 2026 (peak season), uncertified"


def test_a_waiver_of_every_channel_holds_for_each() -> None:
    assert standing(events(waived(channel="")), channel="chat") is Standing.WAIVED


def test_a_waiver_of_one_channel_holds_for_no_other() -> None:
    assert standing(events(waived()), channel="chat") is Standing.MISSING


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(timedelta(days=30, seconds=-1), Standing.WAIVED, id="its last second"),
        pytest.param(timedelta(days=30), Standing.MISSING, id="its end"),
    ],
)
def test_a_waiver_ends_by_itself(later: timedelta, expected: Standing) -> None:
    assert standing(events(waived()), now=NOON + later) is expected


def test_a_waiver_that_was_ended_holds_no_more() -> None:
    assert standing(events(waived(), event(Kind.WAIVER_ENDED))) is Standing.MISSING


def test_the_end_of_one_waiver_leaves_the_others() -> None:
    history = events(waived(), waived(channel=""), event(Kind.WAIVER_ENDED, channel=""))

    assert standing(history) is Standing.WAIVED
    assert standing(history, channel="chat") is Standing.MISSING


def test_an_alarm_ends_a_waiver() -> None:
    assert standing(events(waived(), event(Kind.ALARM, why="w"))) is Standing.ALARMED


def test_an_alarm_on_one_channel_leaves_the_waiver_of_every_channel_to_the_others() -> None:
    history = events(waived(channel=""), event(Kind.ALARM))

    assert standing(history, channel="email") is Standing.ALARMED
    assert standing(history, channel="chat") is Standing.WAIVED


def test_a_waiver_after_the_alarm_counts() -> None:
    assert standing(events(event(Kind.ALARM), waived())) is Standing.WAIVED


def test_when_a_waiver_after_an_alarm_is_over_the_alarm_stands() -> None:
    history = events(event(Kind.ALARM, why="w"), waived())

    assert standing(history, now=NOON + 31 * DAY) is Standing.ALARMED


def test_a_certificate_goes_before_a_waiver() -> None:
    assert standing(events(waived(), unlocked())) is Standing.CERTIFIED


def test_a_certificate_that_is_void_leaves_the_waiver() -> None:
    other = replace(MAKERS, topic="t2")

    assert standing(events(unlocked(), waived()), made_by=other) is Standing.WAIVED


def test_waivers_that_stand_are_told_by_channel() -> None:
    history = events(waived(), waived(channel="chat"), event(Kind.WAIVER_ENDED))

    assert list(waivers_of(history, "order-status", NOON)) == ["chat"]


# --- terms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param(Terms(error_limit=0.05), Standing.CERTIFIED, id="less is asked for"),
        pytest.param(Terms(error_limit=0.01), Standing.VOID, id="fewer errors are asked for"),
        pytest.param(Terms(confidence=0.99), Standing.VOID, id="more confidence is asked for"),
        pytest.param(Terms(valid_for=DAY), Standing.EXPIRED, id="a shorter time is asked for"),
    ],
)
def test_a_team_that_asks_for_more_has_no_certificate(terms: Terms, expected: Standing) -> None:
    right = right_to_send(
        events(unlocked()), "order-status", "email", MAKERS, NOON + DAY, terms=terms
    )

    assert right.standing is expected


# --- from when on labels count -------------------------------------------------------------------


def test_at_first_every_label_counts() -> None:
    assert held_by(events(unlocked()), "order-status", "email").since is None


def test_after_an_alarm_only_later_labels_count() -> None:
    history = events(unlocked(), event(Kind.ALARM, NOON + DAY))

    assert held_by(history, "order-status", "email").since == NOON + DAY


def test_after_its_time_labels_since_its_unlock_count() -> None:
    history = events(unlocked(), event(Kind.LAPSED, NOON + 90 * DAY))

    assert held_by(history, "order-status", "email").since == NOON


def test_a_renewal_leaves_earlier_labels_behind() -> None:
    history = events(unlocked(), unlocked(NOON + 70 * DAY))

    assert held_by(history, "order-status", "email").since == NOON


def test_a_looser_threshold_is_of_the_same_labels() -> None:
    history = events(unlocked(), unlocked(NOON + 5 * DAY, threshold=0.5))

    assert held_by(history, "order-status", "email").since is None
