"""The approved answer, put together with its slots and the line that says who wrote it."""

from dataclasses import replace

import pytest

from agent.core.asks import ASKS_FOR_A_PERSON
from agent.core.disclosure import LINES
from agent.core.note_words import WORDS
from agent.core.phrases import fold
from agent.core.proposal import Proposal, TopicGuess
from agent.core.reply import Composed, compose, sources_of, suggested_reply
from agent.core.slots import NotFilled
from agent.core.team_policy import Level, TeamPolicy
from tests.core.answers import policy, sources, topic
from tests.core.facts import answered, said


def naming(name: str = "order-status", *, margin: float = 0.4, language: str = "en") -> Proposal:
    guess = TopicGuess(name=name, margin=margin)
    return Proposal(statements=(), engine="offline", topic=guess, language=language)


def made(given: TeamPolicy, *texts: str) -> Composed | NotFilled:
    chosen = suggested_reply(naming(), given, "email")
    assert chosen is not None
    return compose(chosen, naming(), given, sources(*texts))


def test_a_reply_is_the_filled_answer_and_the_disclosure() -> None:
    reply = made(policy(topic("Order {{order}} is on its way.")))

    assert isinstance(reply, Composed)
    assert reply.body == f"Order 40-2291 is on its way.\n\n{LINES['en']}"
    assert reply.filled == "Order 40-2291 is on its way."


def test_a_gap_may_stand_twice_and_be_written_with_spaces() -> None:
    reply = made(policy(topic("{{order}}, {{ order }}.")))

    assert isinstance(reply, Composed)
    assert reply.filled == "40-2291, 40-2291."


def test_what_cannot_be_filled_is_no_reply() -> None:
    assert isinstance(made(policy(), "Where is it?"), NotFilled)


@pytest.mark.parametrize(
    ("given", "proposal", "channel"),
    [
        pytest.param(policy(topic(level=Level.OFF)), naming(), "email", id="off"),
        pytest.param(policy(), naming("refund"), "email", id="not on the list"),
        pytest.param(policy(), naming(margin=0.19), "email", id="not clear enough"),
        pytest.param(policy(), naming(language="fr"), "email", id="no answer in that language"),
        pytest.param(
            policy(topic(channels=frozenset({"chat"}))), naming(), "email", id="another channel"
        ),
        pytest.param(
            policy(topic(languages=frozenset({"de"}))), naming(), "email", id="another language"
        ),
    ],
)
def test_no_answer_fits(given: TeamPolicy, proposal: Proposal, channel: str) -> None:
    assert suggested_reply(proposal, given, channel) is None


def test_where_the_language_is_not_clear_the_teams_own_is_meant() -> None:
    assert suggested_reply(naming(language=""), policy(), "email") is not None


@pytest.mark.parametrize("language", list(WORDS))
def test_each_language_has_a_disclosure_whose_word_reaches_a_person(language: str) -> None:
    words = [w.strip(".,") for w in LINES[language].split() if w.isupper() and len(w) > 2]

    assert len(words) == 1
    assert ASKS_FOR_A_PERSON.find(fold(words[0])) is not None


def test_only_what_the_customer_said_since_the_team_spoke_may_fill_a_slot() -> None:
    told = (
        replace(said("It is 40-1111."), id="m1"),
        replace(answered("Thank you."), id="m2"),
        replace(said("And 40-2291?"), id="m3"),
        replace(said("Later: 40-3333"), id="m4"),
    )

    burst = sources_of(sources().conversation, told, "m3").burst

    assert [message.id for message in burst] == ["m3"]


def test_what_a_message_quotes_is_not_the_customers_own_word() -> None:
    quoting_us = said("Where is it?\n\nOn Monday, Ben wrote:\n> Your order is 40-2291.")

    burst = sources_of(sources().conversation, (replace(quoting_us, id="m1"),), "m1").burst

    assert "40-2291" not in burst[0].text


def test_what_cleaning_made_of_a_message_fills_no_slot() -> None:
    # The transcript drops what nobody sees, and the number came out as if it stood there.
    dressed = (replace(said("Where is order 40\u200b-2291?"), id="m1"),)
    given = sources_of(sources().conversation, dressed, "m1")
    chosen = suggested_reply(naming(), policy(), "email")
    assert chosen is not None

    assert isinstance(compose(chosen, naming(), policy(), given), NotFilled)
