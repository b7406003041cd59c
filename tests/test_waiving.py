"""Who answers for a topic without a certificate, until when, and that it is kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agent.adapters.memory import MemoryStore
from agent.audit_port import AuditKind
from agent.core.certificate_events import CertificateEventKind
from agent.errors import InputError
from agent.waiving import End, Waiver, end_waiver, waive
from tests.reviews import NOON, policy

LAST = NOON.date() + timedelta(days=90)
WAIVER = Waiver(topic="order-status", until=LAST, by="Ada", reason="peak season", at=NOON)
END = End(topic="order-status", by="Ben", at=NOON, reason="over")


def test_a_waiver_is_kept_with_who_why_and_until_when() -> None:
    store = MemoryStore()

    event = waive(store, policy(), WAIVER)

    assert store.certificate_events() == (event,)
    assert (event.kind, event.by, event.why) == (CertificateEventKind.WAIVED, "Ada", "peak season")
    assert event.until is not None
    assert event.until.date() == LAST + timedelta(days=1)  # its last day is a whole one


def test_a_waiver_stands_in_the_record() -> None:
    store = MemoryStore()
    waive(store, policy(), WAIVER)

    (row,) = store.audit_rows()
    assert row.link.kind == AuditKind.CERTIFICATE
    assert row.link.subjects == {"topic": "order-status"}
    assert row.content is not None
    assert (row.content["event"], row.content["by"]) == ("waived", "Ada")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(replace(WAIVER, topic="lids"), "has: order-status", id="no such topic"),
        pytest.param(replace(WAIVER, by=" "), "--by", id="nobody"),
        pytest.param(replace(WAIVER, reason=" "), "reason", id="no reason"),
        pytest.param(replace(WAIVER, channel="fax"), "only by: ", id="no such channel"),
        pytest.param(replace(WAIVER, until=date(2026, 11, 4)), "past", id="yesterday"),
        pytest.param(
            replace(WAIVER, until=LAST + timedelta(days=1)), "on 2027-02-03", id="too long"
        ),
    ],
)
def test_what_is_refused_changes_nothing(said: Waiver, words: str) -> None:
    store = MemoryStore()

    with pytest.raises(InputError, match=words):
        waive(store, policy(), said)
    assert store.certificate_events() == ()


def test_a_channel_that_the_topic_is_not_answered_on_is_refused() -> None:
    file = policy()
    mail = replace(file, topics=(replace(file.topics[0], channels=frozenset({"email"})),))

    with pytest.raises(InputError, match="only by: email"):
        waive(MemoryStore(), mail, replace(WAIVER, channel="chat"))


def test_ending_without_a_channel_ends_all_that_stand() -> None:
    store = MemoryStore()
    waive(store, policy(), WAIVER)
    waive(store, policy(), replace(WAIVER, channel="chat"))

    ended = end_waiver(store, policy(), END)

    assert [(event.channel, event.by) for event in ended] == [("", "Ben"), ("chat", "Ben")]


def test_ending_one_channel_leaves_the_other() -> None:
    store = MemoryStore()
    waive(store, policy(), replace(WAIVER, channel="email"))
    waive(store, policy(), replace(WAIVER, channel="chat"))

    (event,) = end_waiver(store, policy(), replace(END, channel="chat"))

    assert event.channel == "chat"
    with pytest.raises(InputError, match="no waiver stands"):
        end_waiver(store, policy(), replace(END, channel="chat"))


def test_one_for_every_channel_cannot_be_ended_for_a_single_one() -> None:
    store = MemoryStore()
    waive(store, policy(), WAIVER)

    with pytest.raises(InputError, match="without --channel"):
        end_waiver(store, policy(), replace(END, channel="chat"))
