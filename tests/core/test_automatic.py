"""Telling a machine's mail from a person's: by headers, and by what the text says alone."""

import pytest

from agent.core.automatic import Written, parse

BY_TEXT = {
    "a refused address": "550 5.1.1 <mara@home.example>: no mailbox of that name",
    "a code of its own": "The server answered: (#5.1.1)",
    "a delivery report": "Reporting-MTA: dns; mx.home.example\nAction: failed",
    "a mail that came back": "Your message to mara@home.example couldn't be delivered.",
    "a mail that came back, German": "Ihre Nachricht konnte leider nicht zugestellt werden.",
    "a full mailbox": "Sorry: mailbox is full, try again later.",
    "a complaint by a provider": "This is an email abuse report for a message from 192.0.2.1.",
    "another help desk": "Hello, we have received your request. Ticket ID 4411.",
    "another help desk, German": "Wir haben Ihre Anfrage erhalten.",
    "another help desk, French": "Nous avons bien reçu votre message.",
    "another help desk, Spanish": "Hemos recibido su mensaje.",
    "another help desk, Dutch": "Dit bericht wordt automatisch gegenereerd.",
    "another help desk, Japanese": "これは自動返信メールです。",
    "a calendar": "BEGIN:VCALENDAR",
    "a read receipt": "Your mail was read on 3 March at 10:15.",
    "somebody who left": "Peter no longer works here. Please write to info@agency.example.",
    "a guard": "Click to prove that you are human.",
    "a newsletter": "Spring is here! You can unsubscribe from this list at any time.",
}


@pytest.mark.parametrize("text", BY_TEXT.values(), ids=list(BY_TEXT))
def test_a_machine_gives_itself_away_by_its_text(text: str) -> None:
    assert parse(text).rule


@pytest.mark.parametrize(
    "text",
    [
        "My parcel could not be delivered, the courier says.",
        "The parcel is undeliverable, says the courier. Where is it?",
        "How do I unsubscribe from this newsletter?",
        "I got an automatic reply but no answer.",
        "The user manual does not exist in German.",
        "I ordered 550 g of tea and got 500.",
        "Order 550-511 has not arrived.",
        "Your server in the café was rude to us.",
        "I am back on Monday, please deliver it then.",
    ],
)
def test_a_person_who_uses_such_words_does_not(text: str) -> None:
    assert parse(text) == Written("", "headers not available")


def test_what_headers_prove_is_no_mere_hint() -> None:
    text = "We look into it."

    assert parse(text, headers={"Auto-Submitted": "auto-replied"}) == Written(
        "auto-submitted", "header Auto-Submitted: auto-replied"
    )


def test_with_headers_a_person_is_a_person() -> None:
    assert parse("Where is it?", headers={"From": "mara@home.example"}) == Written("", "")


def test_sender_and_subject_are_read_from_the_headers() -> None:
    headers = {"From": "MAILER-DAEMON@mx.example", "subject": "Returned"}

    assert parse("…", headers=headers) == Written("bounce", "sender is a mail server")


def test_without_text_the_html_is_read_and_its_styles_are_not() -> None:
    html = "<style>.mailbox{content:'550 5.1.1'}</style><p>Your message was <b>rejected</b>.</p>"

    assert parse("", html) == Written("maybe-automatic", '"message was rejected"')


def test_text_that_holds_html_is_read_without_it() -> None:
    html = f"<html><head><style>{'p {margin: 0}' * 500}</style></head><p>550 5.1.1 unknown</p>"

    assert parse(html).rule == "maybe-automatic"


@pytest.mark.parametrize("subject", ["Accepted: Call", "Declined: Call", "Tentative: Call"])
def test_an_answer_of_a_calendar_is_no_question(subject: str) -> None:
    assert parse("", headers={"Subject": subject}).rule == "maybe-automatic"


def test_a_hostile_letter_takes_no_time() -> None:
    assert parse("<" * 200_000 + "message " * 50_000).rule == ""


ABSENT = {
    "Danish": ("", "Tak for din mail. Jeg er på ferie til den 3."),
    "Swedish": ("Frånvaro: Re order", ""),
    "Finnish": ("Automaattinen vastaus: tilaus", "Olen lomalla 3.8. asti."),
    "Polish": ("", "Jestem na urlopie do 3 maja."),
    "Czech": ("Automatická odpověď: objednávka", ""),
    "Turkish": ("Otomatik yanıt: sipariş", ""),
    "Russian": ("Автоматический ответ: заказ", "Я в отпуске до 3 мая."),
    "Greek": ("Αυτόματη απάντηση: παραγγελία", ""),
    "Arabic": ("رد تلقائي: طلب", "أنا خارج المكتب"),
    "Hebrew": ("מענה אוטומטי: הזמנה", "אני בחופשה עד יום שלישי."),
    "Japanese": ("自動返信: ご注文", "休暇をいただいております。"),
    "Chinese": ("自动回复: 订单", "我正在休假"),
    "Korean": ("부재중: 주문", ""),
}


@pytest.mark.parametrize(("subject", "text"), ABSENT.values(), ids=list(ABSENT))
def test_an_absence_note_is_known_in_many_languages(subject: str, text: str) -> None:
    if subject:
        assert parse("", headers={"Subject": subject}).rule == "auto-submitted"
    if text:
        assert parse(text).rule
