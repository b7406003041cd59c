"""A proposed reply beside what a teammate sent: same, other facts, or in doubt."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.core.labels import CLEAN, Judgement
from agent.core.matching import match, same_facts
from tests.core.rewordings import REWORDED, planted

ENGLISH = (
    "Your order 40-2291 left our warehouse on 3 November and arrives within 5 working days. "
    "You can track it at https://shop.example/track. The delivery costs €4.90."
)
GERMAN = (
    "Ihre Bestellung 40-2291 wurde am 3. November verschickt und kommt innerhalb von 5 Werktagen "
    "an. Sie können das Paket unter shop.example/sendung verfolgen. Der Versand kostet 4,90 €."
)
FRENCH = (
    "Votre commande 40-2291 a été envoyée le 3 novembre et arrive sous 5 jours ouvrés. Vous pouvez "
    "suivre le colis sur shop.example/suivi. La livraison coûte 4,90 €."
)
SPANISH = (
    "Su pedido 40-2291 se envió el 3 de noviembre y llega en 5 días laborables. Puede seguir el "
    "paquete en shop.example/envio. El envío cuesta 4,90 €."
)
REPLIES = (ENGLISH, GERMAN, FRENCH, SPANISH)


def said(proposed: str, human: str, question: str = "Where is my order 40-2291?") -> str:
    """The judgement in a word, "" for none."""
    return match(proposed, human, question) or ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("Hi Mara,\n\n", "\n\nKind regards\nBen", id="letter"),
        pytest.param("Hello! ", " Have a nice day!", id="wish"),
        pytest.param("Dear Mara Lindt,\n", "\nBest wishes,\nBen Okoro\nKettle & Co", id="company"),
        pytest.param(
            "Thank you for your message. ",
            " If you have any further questions, just write to us.",
            id="set phrases",
        ),
        pytest.param("  ", "\n\n", id="white space"),
    ],
)
def test_greetings_and_sign_offs_make_no_difference(before: str, after: str) -> None:
    assert said(ENGLISH, f"{before}{ENGLISH}{after}") == Judgement.AS_IS


@pytest.mark.parametrize(
    ("reply", "before", "after"),
    [
        pytest.param(GERMAN, "Hallo Frau Lindt,\n", "\nViele Grüße\nBen", id="german"),
        pytest.param(FRENCH, "Bonjour Madame,\n", "\nCordialement,\nLuc", id="french"),
        pytest.param(SPANISH, "Hola Ana:\n", "\nUn saludo,\nLuz", id="spanish"),
    ],
)
def test_neither_do_they_in_other_languages(reply: str, before: str, after: str) -> None:
    assert said(reply, f"{before}{reply}{after}") == Judgement.AS_IS


def test_the_line_that_discloses_a_machine_is_not_part_of_the_answer() -> None:
    line = "An automatic assistant wrote this. Reply HUMAN to reach a person."

    assert said(f"{ENGLISH}\n\n{line}", ENGLISH) == Judgement.AS_IS


def test_a_teams_own_line_can_be_named() -> None:
    proposed = f"{ENGLISH}\n\nOur robot Kettly wrote this."

    assert same_facts(proposed, ENGLISH, ignored=("Our robot Kettly wrote this.",)) is True


@pytest.mark.parametrize(
    ("proposed", "human"),
    [
        pytest.param(
            ENGLISH,
            "Order 40-2291 left our depot on November 3. It arrives within five business days. You "
            "can follow it at shop.example/track. Delivery costs EUR 4.90.",
            id="other notations and words",
        ),
        pytest.param(
            "We have sent a new lid for your kettle. It arrives on Friday.",
            "Hi Mara, sorry for the inconvenience! I've sent a new lid for your kettle. It arrives "
            "on Friday.",
            id="an apology",
        ),
        pytest.param(
            GERMAN,
            "Ihre Bestellung 40-2291 wurde am 3. November 2026 versendet und kommt innerhalb von 5 "
            "Arbeitstagen an. Sie können die Sendung unter https://shop.example/sendung verfolgen. "
            "Der Versand kostet EUR 4,90.",
            id="german",
        ),
        pytest.param(
            FRENCH,
            "Bonjour, votre commande 40-2291 a été envoyée le 3 novembre et arrive sous 5 jours "
            "ouvrables. Vous pouvez suivre le colis sur shop.example/suivi. La livraison coûte "
            "4,90 euros.",
            id="french",
        ),
        pytest.param(
            SPANISH,
            "Su pedido 40-2291 se envió el 3 de noviembre y llega en 5 días hábiles. Puede seguir "
            "el envío en https://shop.example/envio. El envío cuesta 4,90 euros.",
            id="spanish",
        ),
        pytest.param(
            "You can return the kettle within 30 days. The label is in the box.",
            "The label is in the box. You can return the kettle within 30 days.",
            id="sentences moved",
        ),
    ],
)
def test_other_words_for_the_same_facts_are_an_edit(proposed: str, human: str) -> None:
    assert said(proposed, human, "") == Judgement.EDITED
    assert same_facts(proposed, human) is True


@pytest.mark.parametrize(
    ("reply", "fact", "instead"),
    [
        pytest.param(ENGLISH, "40-2291", "40-2292", id="order number"),
        pytest.param(ENGLISH, "3 November", "4 November", id="day"),
        pytest.param(ENGLISH, "3 November", "3 December", id="month"),
        pytest.param(ENGLISH, "5 working days", "6 working days", id="span"),
        pytest.param(ENGLISH, "€4.90", "€4.80", id="amount"),
        pytest.param(ENGLISH, "left", "has not left", id="a no"),
        pytest.param(ENGLISH, "can track", "cannot track", id="cannot"),
        pytest.param(GERMAN, "3. November", "13. November", id="german day"),
        pytest.param(GERMAN, "4,90 €", "49,00 €", id="german amount"),
        pytest.param(GERMAN, "können das Paket", "können das Paket nicht", id="german no"),
        pytest.param(FRENCH, "3 novembre", "3 décembre", id="french month"),
        pytest.param(FRENCH, "4,90 €", "5,90 €", id="french amount"),
        pytest.param(SPANISH, "5 días", "15 días", id="spanish span"),
        pytest.param(SPANISH, "40-2291", "40-2219", id="spanish order number"),
    ],
)
def test_another_fact_is_found(reply: str, fact: str, instead: str) -> None:
    assert said(reply, reply.replace(fact, instead)) == Judgement.CHANGED
    assert same_facts(reply, reply.replace(fact, instead)) is False


@pytest.mark.parametrize(
    ("reply", "fact", "instead"),
    [
        pytest.param(ENGLISH, "€4.90", "$4.90", id="currency"),
        pytest.param(ENGLISH, "5 working days", "5 days", id="working days"),
        pytest.param(ENGLISH, "5 working days", "5 weeks", id="unit"),
        pytest.param(ENGLISH, "within 5", "after 5", id="bound"),
        pytest.param(ENGLISH, "/track", "/returns", id="link"),
        pytest.param(ENGLISH, "our warehouse", "our shop", id="place"),
        pytest.param(ENGLISH, "arrives", "arrived", id="ending"),
        pytest.param(ENGLISH, "arrives", "will be cancelled", id="outcome"),
        pytest.param(ENGLISH, "You can track", "You must track", id="must"),
        pytest.param(ENGLISH, " The delivery costs €4.90.", "", id="left out"),
        pytest.param(ENGLISH, "€4.90.", "€4.90. We will refund it tomorrow.", id="a promise more"),
        pytest.param(ENGLISH, "€4.90.", "€4.90. Which address is right?", id="a question more"),
        pytest.param("Keep the lid and return the kettle.", "", "", id="nothing said"),
        pytest.param(GERMAN, "wurde am", "wird am", id="german tense"),
        pytest.param(GERMAN, "innerhalb von 5", "nach 5", id="german bound"),
        pytest.param(FRENCH, "pouvez", "devez", id="french must"),
        pytest.param(FRENCH, "jours ouvrés", "semaines", id="french unit"),
        pytest.param(SPANISH, "días laborables", "semanas", id="spanish unit"),
    ],
)
def test_in_doubt_there_is_no_label(reply: str, fact: str, instead: str) -> None:
    other = reply.replace(fact, instead) if fact else instead

    assert said(reply, other) == ""
    assert same_facts(reply, other) is None


@pytest.mark.parametrize(
    ("proposed", "human"),
    [
        pytest.param(
            "Keep the lid and return the kettle to our shop.",
            "Return the lid and keep the kettle to our shop.",
            id="which to what",
        ),
        pytest.param(
            "We send you the label for the kettle on Friday.",
            "You send us the label for the kettle on Friday.",
            id="who to whom",
        ),
        pytest.param(
            "Your appointment for the kettle is on 3/11.",
            "Your appointment for the kettle is on 3 November.",
            id="a day that reads in two ways",
        ),
        pytest.param(
            "Call our workshop about the kettle at 10am.",
            "Call our workshop about the kettle at 10pm.",
            id="morning and evening",
        ),
        pytest.param(
            "Call our workshop on 0800 123 456 about the kettle.",
            "Call our workshop on 0800 456 123 about the kettle.",
            id="digits that changed places",
        ),
        pytest.param(
            "Your kettle has been refunded to your card.",
            "Your kettle will be refunded to your card.",
            id="done and to come",
        ),
        pytest.param(
            "The front panel of the kettle can be washed.",
            "The back panel of the kettle can be washed.",
            id="one noun for another",
        ),
        pytest.param(ENGLISH, GERMAN, id="another language"),
        pytest.param("Thanks!", "Thank you very much, Mara!", id="courtesies only"),
        pytest.param(
            "You can return the kettle within 30 days.",
            "It has been raining at our warehouse for weeks.",
            id="another matter",
        ),
    ],
)
def test_these_are_never_called_clean(proposed: str, human: str) -> None:
    assert match(proposed, human, "") not in CLEAN
    assert same_facts(proposed, human) is not True


def test_what_answers_another_ask_of_the_customer_is_in_doubt() -> None:
    proposed = "Your parcel with the kettle left on Friday and arrives in our shop on Monday."
    human = f"{proposed} The guarantee card lies in it."
    question = "Where is my kettle? And does it come with a guarantee card?"

    assert said(proposed, human, question) == ""


def test_a_number_that_the_customer_gave_may_be_left_out() -> None:
    human = "Your order left our warehouse on Friday, and you can follow the parcel on our site."
    proposed = human.replace("order", "order 40-2291")

    assert said(proposed, human, "Where is 40-2291?") == Judgement.EDITED
    assert said(proposed, human, "Where is it?") == ""


# --- edits of our own, in four languages ---------------------------------------------------------


def test_most_rewordings_are_recognised() -> None:
    recognised = sum(same_facts(proposed, sent) is True for proposed, sent in REWORDED)

    assert recognised >= 0.75 * len(REWORDED)
    assert not any(same_facts(proposed, sent) is False for proposed, sent in REWORDED)


def test_no_planted_change_is_called_clean() -> None:
    pairs = list(planted())

    assert len(pairs) > 150
    assert [pair for pair in pairs if same_facts(*pair) or match(*pair, "") in CLEAN] == []


# --- properties ----------------------------------------------------------------------------------

words = st.text(alphabet="abcdefghij äöüéñ0123456789€%.,:!?-/\n@", min_size=1, max_size=80)


@given(st.one_of(words, st.sampled_from(REPLIES)))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert same_facts(text, text) is True
    assert match(text, text, "") is Judgement.AS_IS


@given(st.sampled_from(REPLIES), st.data())
def test_one_changed_digit_is_never_clean(reply: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, c in enumerate(reply) if c.isdigit()]))
    digit = data.draw(st.sampled_from("0123456789"))
    assume(digit != reply[at])
    changed = reply[:at] + digit + reply[at + 1 :]

    assert match(reply, changed, "") not in CLEAN
    assert same_facts(reply, changed) is not True


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_takes_any_text(one: str, other: str) -> None:
    assert match(one, other, one) in {None, Judgement.AS_IS, Judgement.EDITED, Judgement.CHANGED}


@given(words, words)
def test_same_facts_does_not_mind_which_comes_first(one: str, other: str) -> None:
    assert (same_facts(one, other) is True) == (same_facts(other, one) is True)
