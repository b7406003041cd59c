"""A note: short, in the team's language, each line with the message it rests on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.amended import Amended
from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.note import NoteContent, render_note
from agent.core.proposal import Proposal, Section, Statement
from agent.core.reply import SuggestedReply
from agent.core.team_policy import NoteSettings
from agent.core.transcript import Line, Transcript

NINE = datetime(2026, 11, 3, 9, 12, tzinfo=UTC)


def line(number: int, text: str, *, name: str = "", out: bool = False) -> Line:
    return Line(
        ref=f"m{number}",
        message_id=f"id{number}",
        direction=Direction.OUT if out else Direction.IN,
        author=Author(kind=AuthorKind.TEAMMATE if out else AuthorKind.CUSTOMER, name=name),
        sent_at=NINE + timedelta(hours=number),
        channel="email",
        text=text,
    )


LINES = (
    line(1, "The lid is cracked. I want a new one.", name="Mara Lind"),
    line(2, "I can offer a refund.", name="Ben", out=True),
    line(3, "No refund please. Is the lid in stock?", name="Mara Lind"),
)


def said(section: Section, text: str, *numbers: int) -> Statement:
    return Statement(section=section, text=text, message_ids=tuple(f"id{n}" for n in numbers))


STATEMENTS = (
    said(Section.REQUEST, "I want a new one.", 1),
    said(Section.DONE, "I can offer a refund.", 2),
    said(Section.OPEN, "Is the lid in stock?", 3),
)


def content(**changes: object) -> NoteContent:
    normal = NoteContent(
        transcript=Transcript(conversation_id="c1", subject="Lid", lines=LINES),
        proposal=Proposal(statements=STATEMENTS, engine="offline"),
        settings=NoteSettings(),
        run_id="7f3a00000000",
    )
    return replace(normal, **changes)  # type: ignore[arg-type]


def test_it_reads_from_request_to_next_step() -> None:
    assert render_note(content()) == (
        "Sidenote · 3 messages, 3 Nov 10:12 – 3 Nov 12:12\n"
        "Asks  I want a new one.  (Mara, 3 Nov 10:12)\n"
        "Done  I can offer a refund.  (Ben, 3 Nov 11:12)\n"
        "Open  Is the lid in stock?  (Mara, 3 Nov 12:12)\n"
        "Next  Answer the customer's last message.  (Mara, 3 Nov 12:12)\n"
        "offline engine · run 7f3a00000000"
    )


def test_the_models_own_next_step_is_kept() -> None:
    statements = (*STATEMENTS, said(Section.NEXT, "Check stock of the lid.", 3))
    note = render_note(content(proposal=Proposal(statements=statements, engine="small-model")))

    assert "Next  Check stock of the lid.  (Mara, 3 Nov 12:12)" in note
    assert note.endswith("small-model · run 7f3a00000000")


def test_a_model_that_stood_in_says_why() -> None:
    proposal = Proposal(statements=STATEMENTS, engine="offline", stood_in="the model refused")

    assert "offline engine, because the model refused" in render_note(content(proposal=proposal))


@pytest.mark.parametrize(
    ("change", "step"),
    [
        pytest.param(
            {"to_a_person": True}, "A teammate should answer this personally.", id="danger"
        ),
        pytest.param(
            {"transcript": Transcript(conversation_id="c1", subject="", lines=LINES[:2])},
            "Wait for the customer: the team spoke last.",
            id="team spoke last",
        ),
    ],
)
def test_the_next_step_follows_from_the_facts(change: dict[str, object], step: str) -> None:
    assert step in render_note(content(**change))


def test_a_suggested_reply_stands_word_for_word() -> None:
    reply = SuggestedReply("stock", "en", "Yes, it is.\n\nKind regards")

    note = render_note(content(reply=reply))
    assert (
        "Next  Check and send the suggested reply (stock):\nYes, it is.\n\nKind regards\n" in note
    )


def test_what_is_new_since_the_last_note_is_said() -> None:
    note = render_note(content(previous=STATEMENTS[:2]))

    assert "New since the last note: Is the lid in stock?" in note


def test_with_nothing_new_in_the_statements_it_says_that_the_customer_asked_again() -> None:
    assert "Asked again since the last note." in render_note(content(previous=STATEMENTS))


def test_attachments_that_nobody_read_are_named() -> None:
    lines = (*LINES[:2], replace(LINES[2], unread=("lid.jpg",)))
    transcript = Transcript(conversation_id="c1", subject="", lines=lines, left_out=4)
    note = render_note(content(transcript=transcript))

    assert "1 attachment was not read: lid.jpg." in note
    assert "4 messages were left out for length." in note
    assert note.startswith("Sidenote · 7 messages")


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("de", "Anliegen"),
        ("fr", "Demande"),
        ("es", "Pide"),
        ("nl", "Vraagt"),
        ("pt", "Pede"),
        ("it", "Chiede"),
        ("xx", "Asks"),
    ],
)
def test_the_labels_are_in_the_teams_language(language: str, label: str) -> None:
    assert label in render_note(content(settings=NoteSettings(language=language)))


def test_times_are_the_teams() -> None:
    settings = NoteSettings(time_zone="Europe/Berlin")

    assert "3 Nov 11:12" in render_note(content(settings=settings))


def test_it_keeps_the_word_limit_by_leaving_out_whole_statements() -> None:
    many = tuple(
        said(Section.DONE, f"We did thing number {n} for you last week, as promised.", 2)
        for n in range(30)
    )
    proposal = Proposal(statements=(*STATEMENTS, *many), engine="offline")
    note = render_note(content(proposal=proposal))

    assert len(note.split()) <= 120
    assert "I want a new one." in note
    assert "Is the lid in stock?" in note


def test_right_to_left_words_are_isolated() -> None:
    proposal = Proposal(statements=(said(Section.REQUEST, "أين طلبي؟", 1),), engine="offline")

    assert "\u2068أين طلبي؟\u2069  (Mara, 3 Nov 10:12)" in render_note(content(proposal=proposal))


def test_a_name_is_shortened_to_its_first_word() -> None:
    assert "Lind" not in render_note(content())


def test_a_doubtful_statement_is_marked() -> None:
    doubtful = replace(STATEMENTS[0], unverified="hardly a word of it is in the messages it cites")
    proposal = Proposal(statements=(doubtful, *STATEMENTS[1:]), engine="small-model")

    assert "I want a new one.  (Mara, 3 Nov 10:12; unverified)" in render_note(
        content(proposal=proposal)
    )


def test_an_open_question_and_an_amount_that_it_leaves_out_are_told() -> None:
    lines = (*LINES[:2], replace(LINES[2], text="Is the lid in stock? I paid 41 euros for it."))
    transcript = Transcript(conversation_id="c1", subject="", lines=lines)
    proposal = Proposal(statements=STATEMENTS[:2], engine="small-model")
    note = render_note(content(transcript=transcript, proposal=proposal))

    assert "Not in this note: 1 question; 41 euros." in note


def test_what_it_leaves_out_is_told_within_the_word_limit_only() -> None:
    long = said(Section.DONE, "We went through it once more. " * 12, 2)
    proposal = Proposal(statements=(STATEMENTS[0], long), engine="small-model")
    whole = render_note(content(proposal=proposal))
    settings = NoteSettings(max_words=len(whole.split()) - 1)
    shorter = render_note(content(proposal=proposal, settings=settings))

    assert "Not in this note: 1 question." in whole
    assert "Not in this note" not in shorter
    assert "We went through it once more." in shorter


def test_messages_that_a_model_was_not_shown_count_as_left_out() -> None:
    transcript = Transcript(conversation_id="c1", subject="", lines=LINES, left_out=1)
    proposal = Proposal(statements=STATEMENTS, engine="kettle", unshown=2)

    note = render_note(content(transcript=transcript, proposal=proposal))

    assert "3 messages were left out for length." in note


# --- what the last note rested on --------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (Amended(edited=1), "1 message behind the last note was changed since."),
        (Amended(edited=2), "2 messages behind the last note were changed since."),
        (Amended(redacted=1), "1 message behind the last note was removed since."),
        (Amended(redacted=3), "3 messages behind the last note were removed since."),
    ],
)
def test_messages_that_changed_since_the_last_note_are_told_of(
    changes: Amended, words: str
) -> None:
    assert words in render_note(content(amended=changes))


def test_what_the_last_note_said_of_messages_left_out_now_is_kept() -> None:
    earlier = (said(Section.DONE, "Ben sent a new seal.", 99),)
    transcript = Transcript(
        conversation_id="c1", subject="", lines=LINES, left_out=40, earlier=earlier
    )
    note = render_note(content(transcript=transcript))

    assert "Done  Ben sent a new seal.  (earlier)\n      I can offer a refund." in note


def test_what_is_said_again_is_not_kept_twice() -> None:
    earlier = (said(Section.DONE, "i can offer a  refund.", 99),)
    transcript = Transcript(
        conversation_id="c1", subject="", lines=LINES, left_out=40, earlier=earlier
    )

    assert "(earlier)" not in render_note(content(transcript=transcript))


# --- right to left -----------------------------------------------------------------------------


def test_right_to_left_names_and_files_are_isolated_too() -> None:
    lines = (replace(line(1, "أين طلبي 40-2291؟", name="ليلى حداد"), unread=("صورة.jpg",)),)
    transcript = Transcript(conversation_id="c1", subject="", lines=lines)
    proposal = Proposal(statements=(said(Section.REQUEST, lines[0].text, 1),), engine="offline")
    note = render_note(content(transcript=transcript, proposal=proposal))

    assert "\u2068أين طلبي 40-2291؟\u2069  (\u2068ليلى\u2069, 3 Nov 10:12)" in note
    assert "\u2068صورة.jpg\u2069" in note


@pytest.mark.parametrize("text", ["\u2069שלום\u202e 40-2291", "שלום\u2067"])
def test_direction_marks_in_the_text_cannot_end_ours(text: str) -> None:
    proposal = Proposal(statements=(said(Section.REQUEST, text, 1),), engine="offline")
    note = render_note(content(proposal=proposal))

    assert (note.count("\u2068"), note.count("\u2069")) == (1, 1)
    assert not set("\u202e\u2067") & set(note)


def test_left_to_right_notes_hold_no_direction_marks() -> None:
    assert not set("\u2066\u2067\u2068\u2069\u200f") & set(render_note(content()))


def test_a_suggested_reply_is_not_isolated_because_it_is_copied() -> None:
    reply = SuggestedReply("stock", "ar", "طلبك 40-2291 في الطريق.")

    assert f":\n{reply.text}\n" in render_note(content(reply=reply))
