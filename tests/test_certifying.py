"""Certificates are unlocked, end and are told by themselves; topics fall with them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from agent.adapters.memory import MemoryStore
from agent.audit_port import AuditKind
from agent.certifying import Certifying
from agent.core.certificate import Standing, Terms
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import Judgement, Label, Source
from agent.core.levels import effective
from agent.core.standing import THE_WATCH, right_to_send
from agent.core.team_policy import Level, TeamPolicy
from agent.errors import InputError
from agent.levels import Word, raise_topic
from agent.ports import Store
from agent.waiving import Waiver, waive
from tests.reviews import DAY, ENOUGH, NOON, keep, makers, policy, proposed, reviewed, reviews
from tests.waived import waive_topics

Kind = CertificateEventKind
LATER = NOON + DAY


def certifying(store: Store, held: TeamPolicy | None = None) -> Certifying:
    return Certifying(store=store, policy=held or policy())


def kinds(store: Store) -> list[Kind]:
    return [event.kind for event in store.certificate_events()]


def standing(store: Store, held: TeamPolicy | None = None, *, now: datetime = LATER) -> Standing:
    events = store.certificate_events()
    return right_to_send(events, "order-status", "email", makers(held), now).standing


def level(store: Store, held: TeamPolicy) -> Level:
    topic = effective(held, store.level_changes()).topic("order-status")
    assert topic is not None
    return topic.level


def certified(held: TeamPolicy | None = None) -> MemoryStore:
    """A store in which order-status by e-mail has its certificate."""
    store = MemoryStore()
    keep(store, *reviews())
    assert certifying(store, held).recompute(LATER) == 1
    return store


# --- unlocking -----------------------------------------------------------------------------------


def test_enough_clean_reviews_unlock_it() -> None:
    store = certified()

    (event,) = store.certificate_events()
    assert (event.kind, event.topic, event.channel) == (Kind.UNLOCKED, "order-status", "email")
    assert (event.by, event.at) == (THE_WATCH, LATER)
    assert event.certificate is not None
    assert event.certificate.wrong == 0
    assert standing(store) is Standing.CERTIFIED


def test_too_few_reviews_unlock_nothing() -> None:
    store = MemoryStore()
    keep(store, *reviews(40))

    assert certifying(store).recompute(LATER) == 0


def test_called_again_it_adds_nothing() -> None:
    store = certified()

    assert certifying(store).recompute(LATER) == 0
    assert kinds(store) == [Kind.UNLOCKED]


def test_reviews_by_another_channel_do_not_count() -> None:
    store = MemoryStore()
    rows = [
        replace(row, channel="chat" if number % 2 else "email")
        for number, row in enumerate(reviews())
    ]
    keep(store, *rows)

    assert certifying(store).recompute(LATER) == 0


def test_an_unlock_raises_no_topic() -> None:
    store = certified()

    assert level(store, policy()) is Level.DRAFT


def test_an_unlock_stands_in_the_record() -> None:
    (row,) = certified().audit_rows()

    assert row.link.kind == AuditKind.CERTIFICATE
    assert row.link.subjects == {"topic": "order-status", "channel": "email"}
    assert row.content is not None
    assert (row.content["event"], row.content["by"]) == ("unlocked", THE_WATCH)
    assert row.content["wrong"] == 0


class SlowerStore(MemoryStore):
    """Another worker adds its events right after this one has read, once."""

    other: Callable[[], object] = staticmethod(lambda: None)

    def certificate_events(self, *, topic: str = "") -> tuple[CertificateEvent, ...]:
        """See `LabelBook`."""
        found = super().certificate_events(topic=topic)
        if not topic:
            other, self.other = self.other, lambda: None
            other()
        return found


def test_two_workers_unlock_it_once() -> None:
    store = SlowerStore()
    keep(store, *reviews())
    store.other = lambda: certifying(store).recompute(LATER)

    certifying(store).recompute(LATER)

    assert kinds(store) == [Kind.UNLOCKED]


# --- ending --------------------------------------------------------------------------------------


def test_a_changed_answer_makes_it_void_and_says_why() -> None:
    store, other = certified(), policy(answer="Ask again tomorrow.")

    certifying(store, other).look(LATER)

    last = store.certificate_events()[-1]
    assert (last.kind, last.why) == (Kind.VOIDED, "the approved answer has changed since")


def test_a_void_certificate_is_not_unlocked_again_by_the_reviews_of_the_other_answer() -> None:
    store, other = certified(), policy(answer="Ask again tomorrow.")

    certifying(store, other).recompute(LATER)

    assert kinds(store) == [Kind.UNLOCKED, Kind.VOIDED]


def test_with_the_old_answer_back_it_takes_one_more_review() -> None:
    store = certified()
    certifying(store, policy(answer="Ask again tomorrow.")).look(LATER)

    assert certifying(store).recompute(LATER) == 0
    keep(store, reviewed(9999, LATER + DAY))
    certifying(store).recompute(LATER + 2 * DAY)

    assert kinds(store) == [Kind.UNLOCKED, Kind.VOIDED, Kind.UNLOCKED]


def test_with_the_old_answer_back_a_person_may_ask_for_it() -> None:
    store = certified()
    certifying(store, policy(answer="Ask again tomorrow.")).look(LATER)

    certifying(store).recompute(LATER, is_asked=True)

    assert kinds(store) == [Kind.UNLOCKED, Kind.VOIDED, Kind.UNLOCKED]


def test_another_engine_makes_it_void_once_most_proposals_come_from_it() -> None:
    store = certified()
    keep(store, *(proposed(5000 + n, at=LATER, made_by=makers(engine="m-2")) for n in range(3)))

    certifying(store).recompute(LATER)

    assert store.certificate_events()[-1].why == "the engine or model has changed since"


def test_an_engine_that_stood_in_makes_nothing_void() -> None:
    store = certified()
    keep(store, *(proposed(5000 + n, at=LATER, made_by=makers(engine="m-2")) for n in range(2)))

    certifying(store).recompute(LATER)

    assert kinds(store) == [Kind.UNLOCKED]


def test_a_team_that_asks_for_more_has_to_earn_it() -> None:
    store = certified()

    certifying(store, replace(policy(), certificates=Terms(error_limit=0.005))).recompute(LATER)

    assert kinds(store) == [Kind.UNLOCKED, Kind.VOIDED]


def test_its_time_is_up_at_its_date() -> None:
    store = certified()
    (event,) = store.certificate_events()
    assert event.certificate is not None
    end = event.certificate.valid_until

    certifying(store).look(end - timedelta(seconds=1))
    assert kinds(store) == [Kind.UNLOCKED]
    certifying(store).look(end)
    assert kinds(store) == [Kind.UNLOCKED, Kind.LAPSED]


def test_after_its_time_old_reviews_earn_nothing() -> None:
    store = certified()

    certifying(store).recompute(NOON + 100 * DAY)

    assert kinds(store) == [Kind.UNLOCKED, Kind.LAPSED]


def test_reviews_since_its_unlock_renew_it_before_its_end() -> None:
    store = certified()
    keep(store, *reviews(since=NOON + 10 * DAY, first=1000))

    certifying(store).recompute(NOON + 20 * DAY)
    assert kinds(store) == [Kind.UNLOCKED]
    certifying(store).recompute(NOON + 70 * DAY)

    assert kinds(store) == [Kind.UNLOCKED, Kind.UNLOCKED]
    assert standing(store, now=NOON + 95 * DAY) is Standing.CERTIFIED
    assert certifying(store).recompute(NOON + 70 * DAY + timedelta(minutes=30)) == 0


def test_a_looser_threshold_follows_when_its_reviews_are_there() -> None:
    store = certified()
    more = (replace(row, score=0.55) for row in reviews(since=NOON + 2 * DAY, first=1000))
    keep(store, *more)

    certifying(store).recompute(NOON + 5 * DAY)

    first, second = store.certificate_events()
    assert first.certificate is not None
    assert second.certificate is not None
    assert second.certificate.threshold < first.certificate.threshold


# --- lowering ------------------------------------------------------------------------------------


def test_a_topic_falls_to_draft_when_its_certificate_is_void() -> None:
    store, other = certified(), policy(Level.SEND, answer="Ask again tomorrow.")

    certifying(store, other).look(LATER)

    (change,) = store.level_changes()
    assert (change.level, change.by) == (Level.DRAFT, THE_WATCH)
    assert change.why == "the approved answer has changed since"


def test_a_topic_falls_to_draft_when_its_time_is_up() -> None:
    store = certified()

    certifying(store, policy(Level.SEND)).look(NOON + 100 * DAY)

    assert level(store, policy(Level.SEND)) is Level.DRAFT


def test_a_topic_that_never_had_one_falls_to_draft() -> None:
    store = MemoryStore()

    certifying(store, policy(Level.SEND)).look(LATER)

    assert level(store, policy(Level.SEND)) is Level.DRAFT


def test_a_topic_with_a_certificate_stays() -> None:
    store = certified()

    certifying(store, policy(Level.SEND)).look(LATER)

    assert store.level_changes() == ()


def test_a_topic_that_is_waived_stays_until_the_waiver_ends() -> None:
    store, held = MemoryStore(), policy(Level.SEND)
    until = (NOON + 10 * DAY).date()
    waive(store, held, Waiver(topic="order-status", until=until, by="Ada", reason="r", at=NOON))

    certifying(store, held).look(LATER)
    assert store.level_changes() == ()
    certifying(store, held).look(NOON + 11 * DAY)

    assert kinds(store) == [Kind.WAIVED, Kind.WAIVER_ENDED]
    assert level(store, held) is Level.DRAFT


def test_a_topic_with_a_right_on_another_channel_stays() -> None:
    store, held = certified(), policy(Level.SEND)
    until = (NOON + 10 * DAY).date()
    waiver = Waiver(
        topic="order-status", until=until, by="Ada", reason="r", at=NOON, channel="chat"
    )
    waive(store, held, waiver)

    certifying(store, policy(Level.SEND, answer="Ask again tomorrow.")).look(LATER)

    assert kinds(store)[-1] is Kind.VOIDED
    assert store.level_changes() == ()


def test_a_topic_is_lowered_once() -> None:
    store, held = MemoryStore(), policy(Level.SEND)

    certifying(store, held).look(LATER)
    certifying(store, held).look(LATER + DAY)

    assert len(store.level_changes()) == 1


def test_an_alarm_lowers_a_waived_topic_and_says_why() -> None:
    store, held = MemoryStore(), policy(Level.SEND)
    waive_topics(store, ["order-status"], LATER)
    certifying(store, held).look(LATER)
    assert store.level_changes() == ()

    store.add_certificate_event(
        CertificateEvent(
            number=2,
            topic="order-status",
            channel="email",
            kind=Kind.ALARM,
            at=LATER,
            by=THE_WATCH,
            why="4 of 20 went wrong",
        )
    )
    certifying(store, held).look(LATER)

    assert level(store, held) is Level.DRAFT
    assert store.level_changes()[0].why == "alarm by email: 4 of 20 went wrong"


# --- raising -------------------------------------------------------------------------------------


def raising(store: Store, held: TeamPolicy) -> None:
    word = Word(topic="order-status", to=Level.SEND, by="Ada", at=LATER)
    raise_topic(store, held, word)


def test_without_a_right_raising_to_send_is_refused_with_what_is_missing() -> None:
    store = MemoryStore()
    keep(store, *reviews(40))

    with pytest.raises(InputError, match="more clean reviews") as refused:
        raising(store, policy())

    assert "sidenote certify order-status --waive --until 2026-12-06 --by" in str(refused.value)
    assert store.level_changes() == ()


def test_with_a_certificate_it_may_be_raised() -> None:
    store = certified()
    raising(store, policy())

    assert level(store, policy()) is Level.SEND


def test_with_a_waiver_it_may_be_raised() -> None:
    store = MemoryStore()
    until = (NOON + 10 * DAY).date()
    waive(store, policy(), Waiver(topic="order-status", until=until, by="A", reason="r", at=NOON))

    raising(store, policy())

    assert level(store, policy()) is Level.SEND


def test_raising_to_draft_needs_none() -> None:
    held = policy(Level.NOTE)
    word = Word(topic="order-status", to=Level.DRAFT, by="Ada", at=LATER)

    assert raise_topic(MemoryStore(), held, word).level is Level.DRAFT


def test_a_wrong_review_among_few_is_not_certified() -> None:
    store = MemoryStore()
    wrong = Label(judgement=Judgement.CHANGED, source=Source.CONSOLE, by="Ada", at=NOON)
    rows = [replace(row, label=wrong) if n % 20 == 0 else row for n, row in enumerate(reviews())]
    keep(store, *rows)

    assert len(rows) == ENOUGH
    assert certifying(store).recompute(LATER) == 0


def test_an_unlock_that_rested_on_what_is_called_wrong_since_is_void() -> None:
    store = certified()
    for row in store.proposals()[:160]:
        wrong = Label(judgement=Judgement.WRONG, source=Source.CONSOLE, by="Ben", at=LATER + DAY)
        assert store.label(row.run_id, wrong, was=row.label)

    certifying(store).recompute(LATER + 2 * DAY)

    assert kinds(store) == [Kind.UNLOCKED, Kind.VOIDED]
    assert standing(store, now=LATER + 2 * DAY) is Standing.VOID


def test_a_certificate_stands_while_its_reviews_do() -> None:
    store = certified()
    keep(store, *reviews(20, since=LATER, first=1_000))

    certifying(store).recompute(LATER + 2 * DAY)

    assert kinds(store) == [Kind.UNLOCKED]
