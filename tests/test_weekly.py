"""What goes into a weekly letter, from runs made by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.core.certificate import RightToSend, Standing
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source
from agent.core.letter import Climber, Worth
from agent.core.rewording import Edit
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.core.turn import Turn
from agent.ports import Disposition, Run, RunState
from agent.reporting import Stored
from agent.team_port import Approval, Verdict
from agent.weekly import ENOUGH, Letter, Material, letter_of

SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
MAKERS = MadeBy(engine="offline", prompt="", topic="t", answers="a", knowledge="k", rules="r")
POLICY = TeamPolicy(topics=(Topic(name="order-status", description="", level=Level.DRAFT),))


def stored(number: int = 1, *, days_ago: float = 1, met: str = "closed", **fields: Any) -> Stored:
    """A run that ended with a note because of a rule."""
    at = SUNDAY - timedelta(days=days_ago)
    run = Run(
        id=f"r{number:03}",
        turn=Turn(f"v{number}", f"m{number}"),
        message_at=at,
        state=RunState.DONE,
        due_at=at,
        created_at=at,
        updated_at=at,
        disposition=Disposition.NOTED,
        autonomy="note",
        because=(met,),
        topic="order-status",
    )
    receipt = {"decided": {"findings": [[met, "limit", "note", True, "it was so"]]}}
    return Stored(run=replace(run, **fields), receipt=receipt)


def judged(number: int, judgement: Judgement) -> Stored:
    """A draft that a teammate judged."""
    kept = stored(number, met="routine-topic-draft")
    row = Proposed(
        run_id=kept.run.id,
        conversation_id=f"v{number}",
        message_id=f"m{number}",
        topic="order-status",
        channel="email",
        language="en",
        score=0.9,
        familiarity=0.9,
        at=kept.run.message_at,
        made_by=MAKERS,
        label=Label(judgement=judgement, source=Source.COMPOSER, by="Ben", at=SUNDAY),
    )
    approval = Approval(
        run_id=kept.run.id,
        conversation_id=f"v{number}",
        verdict=Verdict.SENT_EDITED,
        by="Ben",
        at=SUNDAY,
        topic="order-status",
    )
    return replace(kept, proposed=row, approval=approval)


def letter(*runs: Stored, **fields: Any) -> Letter:
    material = Material(stored=runs, policy=POLICY, climbers=(), edits={}, rules=("closed", "spam"))
    return letter_of(replace(material, **fields), now=SUNDAY)


def test_the_week_is_counted_and_what_is_older_is_not() -> None:
    found = letter(stored(1), stored(2, days_ago=7), stored(3, days_ago=7.1))

    assert (found.runs, found.ended) == (2, {"noted": 2})


def test_a_rule_that_decided_weeks_ago_is_not_new() -> None:
    assert letter(stored(1), stored(2, days_ago=20)).eyes == ()
    assert [eye.worth for eye in letter(stored(1)).eyes] == [Worth.NEW_RULE]


def test_rules_that_nobody_met_are_named_once_there_were_enough_runs() -> None:
    enough = [stored(number) for number in range(ENOUGH)]

    assert letter(*enough).unmet == ("spam",)
    assert letter(*enough[1:]).unmet == ()


def test_a_run_whose_receipt_is_gone_met_nothing_and_is_not_counted() -> None:
    enough = [stored(number) for number in range(ENOUGH)]
    gone = replace(stored(ENOUGH, met="spam"), receipt={})
    found = letter(*enough, gone)

    assert (found.looked_at, found.unmet) == (ENOUGH, ("spam",))


def test_a_topic_whose_drafts_are_thrown_away_should_come_down() -> None:
    runs = [judged(n, Judgement.REJECTED if n % 5 else Judgement.AS_IS) for n in range(20)]
    (line,) = letter(*runs).come_down

    assert line.words == "teammates corrected or threw away 16 of 20 drafts"


def test_a_topic_at_send_without_a_right_should_come_down() -> None:
    right = RightToSend(standing=Standing.EXPIRED, words="its certificate ended")
    climber = Climber(
        topic="order-status", channel="email", level=Level.SEND, right=right, words=""
    )

    assert [line.words for line in letter(climbers=(climber,)).come_down] == [
        "at send, but its certificate ended"
    ]


def test_what_happened_to_certificates_is_told_of_this_week_alone() -> None:
    def waived(days_ago: int) -> CertificateEvent:
        return CertificateEvent(
            number=days_ago,
            topic="order-status",
            channel="",
            kind=CertificateEventKind.WAIVED,
            at=SUNDAY - timedelta(days=days_ago),
            by="Ada",
            why="peak season",
            until=datetime(2027, 1, 1, tzinfo=UTC),
        )

    (line,) = letter(events=(waived(8), waived(6))).certificates

    assert line.words == "waived, uncertified, until 31 Dec 2026 by Ada: peak season"


def test_an_answer_that_was_edited_twice_is_told_with_how_many_were_sent() -> None:
    runs = [judged(n, Judgement.EDITED) for n in (1, 2, 3)]
    edits = [Edit(conversation_id=f"v{n}", draft="in 5 days", sent="in 7 days") for n in (1, 2)]
    (answer,) = letter(*runs, edits={"order-status": edits}).edited

    assert (answer.edited, answer.sent, len(answer.how)) == (2, 3, 1)


def test_one_edit_is_nobodys_habit() -> None:
    edits = [Edit(conversation_id="v1", draft="in 5 days", sent="in 7 days")]

    assert letter(judged(1, Judgement.EDITED), edits={"order-status": edits}).edited == ()
