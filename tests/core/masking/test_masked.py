"""A transcript on its way to a model and back."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from agent.core.conversation import (
    Address,
    Attachment,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Message,
)
from agent.core.masking.masked import Masked, mask_texts, mask_transcript
from agent.core.proposal import Ask, Proposal, Section, SlotGuess, Statement
from agent.core.transcript import Line, Transcript, transcript_of
from agent.prompts import render_transcript

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MARA = Customer(
    id="k1",
    name="Mara Lindqvist",
    emails=(Address(value="mara@example.org"),),
    addresses=("Tulpenweg 12, 20095, Hamburg",),
)
SAID = "Mara Lindqvist here, mara@example.org, order 40-2291 to Tulpenweg 12 please."


def message(text: str, number: int = 1, *, by: str = "", out: bool = False) -> Message:
    return Message(
        id=f"{number:024x}",
        direction=Direction.OUT if out else Direction.IN,
        text=text,
        sent_at=NOON,
        created_at=NOON,
        author=Author(kind=AuthorKind.TEAMMATE if out else AuthorKind.CUSTOMER, name=by),
        channel="chat",
        attachments=(Attachment(id="a1", name="mara@example.org.pdf"),),
    )


def transcript(*messages: Message, subject: str = "") -> Transcript:
    conversation = Conversation(id="c1", updated_at=NOON, customer_id="k1", name=subject)
    return transcript_of(conversation, messages or (message(SAID),))


def proposal(text: str, *, quote: str = "") -> Proposal:
    return Proposal(
        engine="test-model",
        statements=(
            Statement(
                section=Section.REQUEST, text=text, message_ids=(f"{1:024x}",), quotes=(quote,)
            ),
        ),
        asks=(Ask(text=text, message_id=f"{1:024x}"),),
        slots=(SlotGuess(name="address", quote=quote, message_id=f"{1:024x}"),),
        dropped=((text, "why"),),
    )


def sent(masked: Masked) -> str:
    """All that a model is shown."""
    return render_transcript(masked.transcript)


def test_what_is_personal_does_not_leave_and_the_order_number_does() -> None:
    shown = sent(mask_transcript(transcript(subject="Mara asks"), MARA))

    assert "[name-1.1] here, [email-1], order 40-2291 to [address-1] please." in shown
    assert "subject: [name-1] asks" in shown
    assert "(attachment, not read: [email-2])" in shown


def test_the_values_come_back_everywhere_in_a_proposal() -> None:
    masked = mask_transcript(transcript(), MARA)

    back = masked.unmask(proposal("[name-1] wrote from [email-1].", quote="to [address-1]"))

    assert back == proposal("Mara Lindqvist wrote from mara@example.org.", quote="to Tulpenweg 12")


def test_an_invented_placeholder_stays_what_it_is() -> None:
    masked = mask_transcript(transcript(), MARA)
    invented = proposal("Write to [email-7], [name-1.9] or [dog-1].", quote="[phone-1]")

    assert masked.unmask(invented) == invented


def test_a_value_with_line_breaks_comes_back_as_one_line_of_a_statement() -> None:
    masked = mask_transcript(transcript(message("To Tulpenweg 12\n20095 Hamburg")), MARA)

    back = masked.unmask(proposal("To [address-1].", quote="[address-1]"))

    assert back.statements[0].text == "To Tulpenweg 12 20095 Hamburg."
    assert back.statements[0].quotes == ("Tulpenweg 12\n20095 Hamburg",)


def test_a_text_that_looks_like_a_placeholder_gets_nobodys_value() -> None:
    masked = mask_texts(["[email-1] is mine", "mara@example.org"])

    assert masked.texts == ("[email-1] is mine", "[email-2]")
    assert masked.restore("[email-1] [email-2]") == "[email-1] mara@example.org"


def test_a_card_keeps_its_last_digits_for_the_note_and_no_digit_for_the_model() -> None:
    masked = mask_transcript(transcript(message("Card 4111 1111 1111 1111, pw: Hund42x!")))

    assert "Card [card-1], pw: [password]" in sent(masked)
    back = masked.unmask(proposal("Paid with [card-1]; knows [password]."))
    assert back.statements[0].text == "Paid with [card …1111]; knows [password]."


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("my SSN: 536-90-4399", "my SSN: [id-1]"),
        ("to DE89 3704 0044 0532 0130 00", "to [iban-1]"),
        ("password: Hund42x!", "password: [password]"),
        ("it is 4111 1111 1111 1111", "it is [card-1]"),
        ("call 2125550187", "call [phone-1]"),
    ],
)
def test_each_kind_has_a_mark_of_its_own(said: str, masked: str) -> None:
    assert mask_texts([said]).texts == (masked,)


def test_a_transcript_holds_no_secret_to_begin_with() -> None:
    said = transcript(
        message("Card 4111 1111 1111 1111"), message("pw: Hund42x!", 2), subject="pw: Hund42x!"
    )

    assert [line.text for line in said.lines] == ["Card [card …1111]", "pw: [password]"]
    assert said.subject == "pw: [password]"


def test_a_teammates_name_is_known_from_what_they_wrote() -> None:
    said = (message("Thanks Ben!"), message("Yours, Ben", 2, by="Ben Ahlström", out=True))

    shown = sent(mask_transcript(transcript(*said), MARA))

    assert "Ben" not in shown
    assert "Thanks [name-1]!" in shown


def test_without_a_record_the_customers_name_is_known_from_their_messages() -> None:
    shown = sent(mask_transcript(transcript(message("Mara here", by="Mara Lindqvist"))))

    assert "[name-1] here" in shown


def test_one_value_has_one_placeholder_in_all_messages() -> None:
    said = (message("a@example.org and b@example.org"), message("b@example.org", 2))

    lines = mask_transcript(transcript(*said)).transcript.lines

    assert [line.text for line in lines] == ["[email-1] and [email-2]", "[email-2]"]


def test_two_ways_to_write_one_value_share_its_number_and_come_back_as_written() -> None:
    texts = ["Mara@Example.org", "mara@example.org"]
    masked = mask_texts(texts)

    assert masked.texts == ("[email-1]", "[email-1.1]")
    assert [masked.restore(text) for text in masked.texts] == texts


def test_one_more_message_changes_nothing_before_it() -> None:
    before = (message("a@example.org"), message("Mara here", 2))
    after = (*before, message("b@example.org, Tulpenweg 12", 3))

    longer = mask_transcript(transcript(*after), MARA).transcript.lines

    assert longer[:2] == mask_transcript(transcript(*before), MARA).transcript.lines


def test_the_same_transcript_gives_the_same_bytes() -> None:
    assert sent(mask_transcript(transcript(), MARA)) == sent(mask_transcript(transcript(), MARA))


def test_folded_text_and_authors_names_do_not_leave() -> None:
    said = transcript(message("Hi", by="Mara Lindqvist"))
    folded = replace(said, lines=(replace(said.lines[0], folded="> old mail"),))

    (line,) = mask_transcript(folded, MARA).transcript.lines

    assert line.folded == ""
    assert line.author.name == "[name-1]"
    assert line.author.kind is AuthorKind.CUSTOMER


def test_nothing_personal_stands_in_a_repr() -> None:
    shown = repr(mask_transcript(transcript(), MARA)) + repr(mask_texts([SAID]))

    assert "Mara" not in shown
    assert "example" not in shown


@pytest.mark.parametrize(
    ("type_", "known"),
    [
        (Transcript, set("conversation_id subject lines left_out customer_id earlier".split())),
        (
            Line,
            set(
                "ref message_id direction author sent_at channel text folded unread".split(),
            ),
        ),
    ],
)
def test_every_field_that_a_model_may_see_is_thought_of(type_: type, known: set[str]) -> None:
    # A new field with text in it must be masked too: teach mask_transcript, then name it here.
    assert {field.name for field in fields(type_)} == known


def test_what_the_last_note_said_leaves_masked_too() -> None:
    told = Statement(
        section=Section.DONE, text="Sent to mara@example.org.", message_ids=("9",), quotes=("x",)
    )
    masked = mask_transcript(replace(transcript(), earlier=(told,)))

    assert [(s.text, s.quotes) for s in masked.transcript.earlier] == [("Sent to [email-1].", ())]
    assert "mara@example.org" not in sent(masked)
