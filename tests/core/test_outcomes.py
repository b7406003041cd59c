"""What became of a reply that went out by itself: bad is what somebody did, silence is none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.danger import Danger
from agent.core.labels import Outcome
from agent.core.outcomes import Aftermath, Reply, WroteBack, applied, outcome_of

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
REPLY = Reply(
    topic="return-label",
    body="You can send it back within 30 days. The label is in your parcel.",
    question="How long can I send it back?",
    sent_at=NOON,
)
SAME_AGAIN = WroteBack(topic="return-label")
OTHER = WroteBack(topic="invoice-copy")
THANKS = WroteBack(topic="")
COMPLAINT = WroteBack(topic="", rules=frozenset({str(Danger.ANGRY)}))
CORRECTION = "You can send it back within 14 days. The label is in your parcel."
VAGUE = "Our answer was wrong, since Monday other rules hold."
REWORDED = "The label is in your parcel. You can send it back within 30 days."
MORE = "Tell me if I can do anything else for you."


def outcome(after: Aftermath, *, days: float = 1) -> Outcome | None:
    return outcome_of(REPLY, after, NOON + days * DAY)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(Aftermath(), None, id="nothing yet"),
        pytest.param(Aftermath(wrote_back=(THANKS,)), None, id="thanks"),
        pytest.param(Aftermath(wrote_back=(OTHER,)), None, id="another question"),
        pytest.param(Aftermath(teammates=(MORE,)), None, id="a teammate answers something else"),
        pytest.param(Aftermath(wrote_back=(SAME_AGAIN,)), Outcome.ASKED_AGAIN, id="asked again"),
        pytest.param(Aftermath(wrote_back=(COMPLAINT,)), Outcome.COMPLAINED, id="complained"),
        pytest.param(Aftermath(teammates=(CORRECTION,)), Outcome.CORRECTED, id="corrected"),
        pytest.param(Aftermath(was_reopened=True), Outcome.REOPENED, id="reopened"),
        pytest.param(Aftermath(is_called_wrong=True), Outcome.WRONG, id="called wrong"),
    ],
)
def test_what_somebody_did_is_the_outcome(after: Aftermath, expected: Outcome | None) -> None:
    assert outcome(after) is expected


@pytest.mark.parametrize("text", [CORRECTION, VAGUE, MORE, "Sorry", ""])
def test_a_teammate_who_writes_unasked_corrects_it(text: str) -> None:
    assert outcome(Aftermath(unasked=(text,))) is Outcome.CORRECTED


@pytest.mark.parametrize("text", [REPLY.body, f"Hi Mia,\n\n{REPLY.body}\n\nBest, Ben", REWORDED])
def test_a_teammate_who_says_the_same_unasked_corrects_nothing(text: str) -> None:
    assert outcome(Aftermath(unasked=(text,))) is None


def test_one_correction_among_what_teammates_write_is_enough() -> None:
    assert outcome(Aftermath(unasked=(REWORDED, VAGUE))) is Outcome.CORRECTED


def test_in_doubt_a_teammate_who_was_asked_again_corrects_nothing() -> None:
    assert outcome(Aftermath(teammates=(VAGUE,))) is None


@pytest.mark.parametrize("kind", Danger)
def test_every_danger_is_a_complaint(kind: Danger) -> None:
    after = Aftermath(wrote_back=(WroteBack(topic="", rules=frozenset({str(kind)})),))

    assert outcome(after) is Outcome.COMPLAINED


def test_a_mood_that_a_model_found_counts() -> None:
    after = Aftermath(wrote_back=(replace(THANKS, mood="angry"),))

    assert outcome(after) is Outcome.COMPLAINED


def test_whoever_asks_for_a_person_was_not_helped() -> None:
    asks = WroteBack(topic="", rules=frozenset({"asks-for-a-person"}))

    assert outcome(Aftermath(wrote_back=(asks,))) is Outcome.ASKED_AGAIN


@pytest.mark.parametrize(("days", "expected"), [(6.99, None), (7, Outcome.QUIET)])
def test_silence_counts_after_a_week(days: float, expected: Outcome | None) -> None:
    assert outcome(Aftermath(), days=days) is expected


def test_the_worst_counts() -> None:
    after = Aftermath(wrote_back=(SAME_AGAIN, COMPLAINT), was_reopened=True)

    assert outcome(after, days=9) is Outcome.COMPLAINED


def test_only_rules_that_applied_count() -> None:
    findings = [("angry", "limit", "note", True, "x"), ("legal", "limit", "note", False, "")]

    assert applied(findings) == {"angry"}
