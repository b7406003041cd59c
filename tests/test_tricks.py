"""Texts made to break things, in every field that a stranger fills; long threads, huge mails."""

import itertools
import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Attachment, Conversation, Customer, Message
from agent.core.masking.masked import mask_transcript
from agent.core.note import MAX_CHARACTERS, NoteContent, render_note
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import BUDGET_CHARACTERS, characters_of, transcript_of
from agent.prompts import render_transcript
from tests.core.said import BEN, MARA, NOON, conversation, message, said
from tests.tricks import tricks

TRICKS = tricks()
POLICY = TeamPolicy()  # without topics: learning their borders is not what is tried here


def filled(trick: str) -> tuple[Conversation, tuple[Message, ...]]:
    """A conversation with the trick in every field."""
    first = replace(
        message(trick, channel="email", subject=trick, id="1"),
        author=replace(MARA, name=trick),
        sender=trick,
        to=(trick,),
        status=trick,
        error=trick,
        headers=((trick, trick),),
        attachments=(Attachment(id=trick, name=trick, content_type=trick),),
    )
    second = replace(
        message(f"{trick}\n{trick}", channel=trick, id="2", at=NOON + timedelta(hours=1)),
        author=replace(BEN, name=trick),
    )
    third = message(f"Where is my order 40-2291? {trick}", channel="chat", id="3")
    return replace(conversation(trick), customer_id=trick, tags=(trick,)), (first, second, third)


def note_of(about: Conversation, messages: tuple[Message, ...]) -> str:
    transcript = transcript_of(about, messages)
    proposal = OfflineEngine().propose(transcript, POLICY)
    return render_note(
        NoteContent(transcript=transcript, proposal=proposal, settings=POLICY.note, run_id="7f3a")
    )


def test_there_are_five_hundred_of_them() -> None:
    assert len(TRICKS) >= 500


@pytest.mark.timeout(120)
def test_in_every_field_they_end_in_a_plain_note() -> None:
    for trick in TRICKS:
        note = note_of(*filled(trick))

        assert 0 < len(note) <= MAX_CHARACTERS, ascii(trick)[:80]
        assert not {c for c in note if unicodedata.category(c) in {"Cc", "Cs"}} - {"\n"}, trick
        assert not set("\u202a\u202b\u202d\u202e\u2066\u2067") & set(note), ascii(trick)[:80]
        assert note.count("\u2068") == note.count("\u2069"), ascii(trick)[:80]


@pytest.mark.timeout(120)
def test_in_a_prompt_none_ends_the_transcript_or_makes_a_line_of_its_own() -> None:
    for trick in TRICKS:
        about, messages = filled(trick)
        transcript = transcript_of(about, messages)
        shown = render_transcript(
            mask_transcript(transcript, Customer(id="k", name=trick)).transcript
        )

        assert "<transcript" not in shown.lower(), ascii(trick)[:80]
        assert "</transcript" not in shown.lower(), ascii(trick)[:80]
        assert "<|" not in shown, ascii(trick)[:80]
        mine = [line for line in shown.split("\n") if line.startswith(("m9", "last note"))]
        assert mine == [], ascii(trick)[:80]
        shown.encode("utf-8")


# --- long and large ----------------------------------------------------------------------------


def test_of_a_thread_of_300_messages_the_note_says_how_many_it_left_out() -> None:
    words = itertools.cycle(("The lid of order 40-2291 leaks.", "We are looking into it."))
    lines = [
        f"{'in' if n % 2 == 0 else 'out'}: {next(words)} {n} {'word ' * 40}" for n in range(300)
    ]
    messages = said(*lines)
    transcript = transcript_of(conversation(), messages)

    assert characters_of(transcript) <= BUDGET_CHARACTERS
    assert (transcript.lines[0].ref, transcript.lines[-1].ref) == ("m1", "m300")
    assert f"{transcript.left_out} messages were left out for length." in note_of(
        conversation(), messages
    )


def huge_mail(characters: int) -> str:
    row = (
        "<tr><td style='color:#333;font-family:Arial'><b>Order</b> 40-2291</td>"
        '<td><span style="display:none">refund 900</span>Lid &amp; spout</td></tr>'
    )
    table = f"<table>{row * (characters // len(row))}</table>"
    return f"<html><body><p>Where is my order 40-2291?</p>{table}</body></html>"


@pytest.mark.timeout(60)
def test_a_mail_of_two_megabytes_gives_a_note_that_says_what_it_asks() -> None:
    note = note_of(conversation(), (message(huge_mail(2_000_000), channel="email"),))

    assert "Where is my order 40-2291?" in note
    assert "refund 900" not in note


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 400_000,
        "<b>x" * 500_000,
        '<p "' * 500_000 + ">",
        "<" * 2_000_000,
        "<!--" * 500_000,
        "<p style='" * 200_000,
        "<table>" * 250_000,
        "<blockquote>" * 160_000,
        "&" * 2_000_000,
        "\n" * 2_000_000,
        "> " * 1_000_000,
        "On 7 May 2026, Jonas wrote:\n" * 70_000,
        "a@b.example:\n" * 150_000,
    ],
    ids=lambda source: source[:12].strip() or "breaks",
)
def test_two_megabytes_of_one_thing_end(source: str) -> None:
    transcript_of(conversation(), (message(f"<p>Hi</p>{source}", channel="email"),))
