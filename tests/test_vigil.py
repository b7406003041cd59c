"""Replies that go wrong too often take their topic back, and the team is told once, with cases."""

from datetime import timedelta

from agent.alarming import Alarming
from agent.audit_port import AuditKind
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import Outcome
from agent.core.levels import effective
from agent.core.standing import THE_WATCH
from agent.core.team_policy import Level
from agent.objecting import object_to
from tests.reviews import keep, makers, sent
from tests.small_world import SmallWorld
from tests.test_answering import ask, world_at

MINUTE = timedelta(minutes=1)


def with_wrong_replies(count: int) -> SmallWorld:
    """A world at send in which so many replies in a row were called wrong."""
    world = world_at(Level.SEND)
    for _ in range(count):
        conversation = ask(world)
        world.live(3 * MINUTE)
        now = world.clock.now()
        object_to(world.store, world.run(conversation), by="Ada", reason="old", at=now)
    world.live(6 * MINUTE)
    return world


def alarms(world: SmallWorld) -> list[CertificateEvent]:
    """What happened besides the waivers that the world began with."""
    waived = CertificateEventKind.WAIVED
    return [event for event in world.store.certificate_events() if event.kind is not waived]


def level(world: SmallWorld) -> Level:
    topic = effective(world.policy, world.store.level_changes()).topic("order-status")
    assert topic is not None
    return topic.level


def test_too_many_wrong_replies_lower_the_topic_and_name_the_cases() -> None:
    world = with_wrong_replies(5)

    (event,) = alarms(world)
    assert (event.kind, event.channel) == (CertificateEventKind.ALARM, "email")
    assert "went out by themselves went wrong; at most 2 % may" in event.why
    sent_ones = {row.run_id for row in world.store.proposals() if row.sent_at}
    assert event.cases
    assert set(event.cases) <= sent_ones
    assert level(world) is Level.DRAFT
    assert world.store.level_changes()[-1].by == THE_WATCH


def test_the_team_is_told_once_on_the_newest_case() -> None:
    world = with_wrong_replies(5)
    world.restart()
    world.live(5 * MINUTE)

    (event,) = alarms(world)
    newest = world.store.proposed(event.cases[-1])
    assert newest is not None
    told = [n.body for n in world.notes(newest.conversation_id) if "by itself any more" in n.body]
    assert len(told) == 1
    assert event.why in told[0]
    assert all(run in told[0] for run in event.cases)
    assert f"conversation {newest.conversation_id}" in told[0]
    assert "called wrong" in told[0]


def test_an_alarm_stands_in_the_record_with_its_lowering() -> None:
    world = with_wrong_replies(5)

    kinds = [row.link.kind for row in world.store.audit_rows()]
    assert kinds.count(AuditKind.CERTIFICATE) == 1
    assert kinds.count(AuditKind.LEVEL_CHANGED) == 1


def test_one_wrong_reply_is_no_alarm() -> None:
    world = with_wrong_replies(1)

    assert alarms(world) == []
    assert level(world) is Level.SEND


def test_the_next_question_is_only_drafted() -> None:
    world = with_wrong_replies(5)
    conversation = ask(world)
    world.live()

    assert world.run(conversation).autonomy != "send"


def test_replies_before_an_alarm_ring_no_second_one() -> None:
    world = with_wrong_replies(5)

    topic = world.policy.topic("order-status")
    assert topic is not None
    assert Alarming(desk=world.desk, policy=world.policy).look(topic) == 0


def test_many_good_replies_are_no_alarm() -> None:
    world = world_at(Level.SEND)
    at = world.clock.now()
    keep(world.store, *(sent(n, at, Outcome.QUIET) for n in range(300)))

    topic = world.policy.topic("order-status")
    assert topic is not None
    assert makers().engine == "offline/1"
    assert Alarming(desk=world.desk, policy=world.policy).look(topic) == 0
