"""Which of the customer's words a topic is looked for in."""

from dataclasses import dataclass

from agent.core.nearest_topic import TopicIndex, nearest_topic
from agent.core.question import (
    answers_the_team,
    first_request,
    newest_burst,
    questions_in,
    says_little,
)
from agent.core.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Compared:
    """Texts to compare with the topics' examples; none where the customer only says yes or no.

    `is_first_request` says that the newest messages say too little by themselves.
    """

    texts: tuple[str, ...]
    is_first_request: bool = False


def compared(index: TopicIndex, transcript: Transcript) -> Compared:
    """The newest messages; the first request where they say little and are near no topic."""
    if answers_the_team(transcript):
        return Compared(())
    newest = newest_burst(transcript)
    texts = questions_in(newest)
    if says_little(newest) and nearest_topic(index, texts).name is None:
        return Compared(questions_in(first_request(transcript)), is_first_request=True)
    return Compared(texts)
