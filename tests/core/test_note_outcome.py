"""The line of a note that says what became of the reply."""

import pytest

from agent.core.note import ReplyOutcome, with_outcome
from agent.core.note_words import words_for
from agent.core.team_policy import NoteSettings

ANSWER = words_for("en").answer
NOTE = f"Sidenote · 1 message\nAsks  A lid.\nNext  {ANSWER}  (customer)\noffline engine · run 7f3a"


def noted(outcome: ReplyOutcome) -> str:
    return with_outcome(NOTE, outcome, topic="lids", why="it is late", settings=NoteSettings())


@pytest.mark.parametrize("outcome", [ReplyOutcome.DRAFTED, ReplyOutcome.REPLIED])
def test_where_it_is_answered_nobody_is_told_to_answer(outcome: ReplyOutcome) -> None:
    assert ANSWER not in noted(outcome)
    assert "lids" in noted(outcome)


@pytest.mark.parametrize("outcome", [ReplyOutcome.NO_REPLY, ReplyOutcome.FAILED])
def test_where_it_is_not_answered_somebody_is(outcome: ReplyOutcome) -> None:
    assert ANSWER in noted(outcome)


@pytest.mark.parametrize("outcome", list(ReplyOutcome))
def test_the_last_line_stays_last(outcome: ReplyOutcome) -> None:
    assert noted(outcome).splitlines()[-1] == "offline engine · run 7f3a"
