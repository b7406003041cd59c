"""What the engine and the score make of a few questions; another outcome is another maker.

Where a test here fails because the engine, the score or what they read of a text is better now,
raise `TOPIC_ENGINE` or `SCORING` in `core/makers.py`, then write down the new figures. Earlier
reviews must not speak for replies that are chosen in another way.
"""

from datetime import UTC, datetime

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Author, AuthorKind, Conversation, Direction, Message
from agent.core.makers import SCORING, TOPIC_ENGINE
from agent.core.proposal import Proposal
from agent.core.scoring import with_score
from agent.core.team_policy import TeamPolicy, Topic
from agent.core.transcript import Transcript, transcript_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = TeamPolicy(
    topics=(
        Topic(
            name="order-status",
            description="Where an order is and when it comes",
            examples=("Where is my order?", "When will my parcel arrive?", "Has it left yet?"),
            answers={"en": "It left us.", "de": "Es ist unterwegs."},
        ),
        Topic(
            name="opening-hours",
            description="When the shop is open",
            examples=("When do you open on Saturday?", "Are you open today?"),
            answers={"en": "From nine to six."},
        ),
        Topic(
            name="returns",
            description="Send something back and get the money",
            examples=("How do I return a kettle?", "I want to send it back."),
            answers={"en": "Within 30 days."},
        ),
    )
)


def transcript(question: str) -> Transcript:
    message = Message(
        id="m1",
        direction=Direction.IN,
        text=question,
        sent_at=NOON,
        created_at=NOON,
        channel="chat",
        author=Author(kind=AuthorKind.CUSTOMER),
    )
    return transcript_of(Conversation(id="c1", updated_at=NOON), (message,))


def proposed(question: str) -> Proposal:
    said = transcript(question)
    return with_score(OfflineEngine().propose(said, POLICY), said, POLICY)


@pytest.mark.parametrize(
    ("question", "topic", "margin"),
    [
        ("Where is my order?", "order-status", 1.0),
        ("My parcel should have been here on Monday. When does it arrive?", "order-status", 0.9),
        ("How can I send the kettle back to you?", "returns", 1.0),
        ("Can you gift-wrap the red one?", None, 0.0),
        ("Wann kommt meine Bestellung?", None, 0.0),
    ],
)
def test_this_version_of_the_engine_names_these_topics(
    question: str, topic: str | None, margin: float
) -> None:
    guess = proposed(question).topic

    assert (TOPIC_ENGINE, guess.name, round(guess.margin, 2)) == ("1", topic, margin)


@pytest.mark.parametrize(
    ("question", "value", "familiarity"),
    [
        ("Where is my order?", 1.0, 1.0),
        ("My parcel should have been here on Monday. When does it arrive?", 0.61, 0.61),
        ("How can I send the kettle back to you?", 0.84, 0.69),
    ],
)
def test_this_version_of_the_score_gives_these(
    question: str, value: float, familiarity: float
) -> None:
    score = proposed(question).score

    assert score is not None
    found = (round(score.value, 2), round(score.familiarity, 2))
    assert (SCORING, *found) == ("1", value, familiarity)
