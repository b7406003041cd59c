"""What became of the messages that our last note rests on."""

from dataclasses import replace

import pytest

from agent.core.amended import Amended, amended, standing, with_digests, with_earlier
from agent.core.conversation import Message
from agent.core.proposal import Section, Statement
from agent.core.transcript import transcript_of
from tests.core.said import conversation, said

MESSAGES = said("in: The lid leaks.", "out: We refunded 41 euros.", "in: When?")


def statement(section: Section, text: str, *ids: str) -> Statement:
    return Statement(section=section, text=text, message_ids=ids)


ASKS = statement(Section.REQUEST, "The lid leaks.", "1")
DONE = statement(Section.DONE, "We refunded 41 euros.", "2")
OPEN = statement(Section.OPEN, "When?", "3")
TOLD = with_digests((ASKS, DONE, OPEN), MESSAGES)


def with_text(number: int, text: str, **changes: bool) -> tuple[Message, ...]:
    changed = replace(MESSAGES[number], text=text, **changes)  # type: ignore[arg-type]
    return (*MESSAGES[:number], changed, *MESSAGES[number + 1 :])


def test_nothing_changed() -> None:
    assert amended(TOLD, MESSAGES) == Amended()
    assert standing(TOLD, Amended()) == TOLD


def test_an_edited_message_takes_what_rested_on_it_along() -> None:
    changes = amended(TOLD, with_text(1, "We refunded 14 euros."))

    assert changes == Amended(edited=1, message_ids=frozenset({"2"}))
    assert standing(TOLD, changes) == (TOLD[0], TOLD[2])


@pytest.mark.parametrize(
    "messages",
    [with_text(1, "", redacted=True), (MESSAGES[0], MESSAGES[2])],
    ids=["redacted", "gone"],
)
def test_a_redacted_message_and_one_that_is_gone_do_too(messages: tuple[Message, ...]) -> None:
    changes = amended(TOLD, messages)

    assert changes == Amended(redacted=1, message_ids=frozenset({"2"}))
    assert standing(TOLD, changes) == (TOLD[0], TOLD[2])


def test_a_message_that_was_redacted_before_the_note_has_not_changed_since() -> None:
    messages = with_text(1, "[removed]", redacted=True)

    assert amended(with_digests((DONE,), messages), messages) == Amended()


def test_white_space_is_no_change() -> None:
    assert amended(TOLD, with_text(0, " The  lid\nleaks. ")) == Amended()


def test_what_was_told_before_digests_were_kept_has_not_changed() -> None:
    assert amended((DONE,), with_text(1, "Something else")) == Amended()


def test_a_statement_keeps_the_digests_of_the_time_it_was_told() -> None:
    assert with_digests(TOLD, with_text(0, "Another text")) == TOLD


def test_a_digest_tells_nothing_of_the_text() -> None:
    assert [len(digest) for told in TOLD for digest in told.digests] == [12, 12, 12]


# --- messages that are too old to show ---------------------------------------------------------

LONG = said("in: First.", "out: We refunded 41 euros.", *["in: word " * 40] * 10)


def test_of_messages_that_are_left_out_the_last_notes_words_are_kept() -> None:
    told = (DONE, statement(Section.REQUEST, "First.", "1"), statement(Section.OPEN, "Open?", "2"))
    short = transcript_of(conversation(), LONG, budget_characters=800)

    assert with_earlier(short, told).earlier == (DONE,)


def test_where_nothing_is_left_out_nothing_is_carried_over() -> None:
    whole = transcript_of(conversation(), MESSAGES)

    assert with_earlier(whole, (statement(Section.DONE, "Gone", "99"),)).earlier == ()
