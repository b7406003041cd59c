"""Ways of summarising that are measured beside each other: the engine, simple ways, people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agent.core.conversation import Direction
from agent.core.extractive import MAX_WORDS, pick
from agent.core.summary_features import Spoken
from agent.core.team_policy import TeamPolicy
from agent.evaluation.lexrank import lexrank
from agent.evaluation.talks import Place, Talk, place_of, transcript_of_talk
from agent.ports import Model


@dataclass(frozen=True, slots=True)
class Pick:
    """What one way made of a conversation: the sentences it rests on, and its text."""

    places: frozenset[Place]
    text: str

    @property
    def words(self) -> int:
        """How long the text is."""
        return len(self.text.split())


Way = Callable[[Talk], Pick]


def by_engine(model: Model) -> Way:
    """The engine itself, on messages. Its sentences, or its quotes where it wrote its own, are
    found again in the data's sentences.
    """
    policy = TeamPolicy()

    def way(talk: Talk) -> Pick:
        proposal = model.propose(transcript_of_talk(talk), policy)
        places = {
            place_of(talk, int(cited), text)
            for statement in proposal.statements
            for text in (statement.quotes or (statement.text,))
            for cited in statement.message_ids
        }
        text = " ".join(statement.text for statement in proposal.statements)
        return Pick(frozenset(place for place in places if place is not None), text)

    return way


def by_engine_on_given(talk: Talk) -> Pick:
    """The offline engine's picking on the data's own sentences."""
    spoken = [
        Spoken(Direction.IN if by_customer else Direction.OUT, sentences)
        for by_customer, sentences in zip(talk.by_customer, talk.sentences, strict=True)
    ]
    return of_places(talk, ((found.place.message, found.index) for found in pick(spoken)))


def by_lead(talk: Talk) -> Pick:
    """The first three sentences."""
    return of_places(talk, talk.places[:3])


def by_length(talk: Talk) -> Pick:
    """The longest sentences, as many as fit."""
    by_size = sorted(talk.places, key=lambda place: -len(talk.sentence(place).split()))
    return _as_many_as_fit(talk, by_size)


def by_ends(talk: Talk) -> Pick:
    """The longest sentence of the customer's first two and the team's last two messages."""
    return of_places(talk, (_longest(talk, turn) for turn in _end_turns(talk)))


def by_end_sentences(talk: Talk) -> Pick:
    """The customer's first two sentences and the team's last two."""
    customers = [place for place in talk.places if talk.by_customer[place[0]]]
    teams = [place for place in talk.places if not talk.by_customer[place[0]]]
    return of_places(talk, [*customers[:2], *teams[-2:]])


def by_lexrank(talk: Talk) -> Pick:
    """The most central sentences, as many as fit."""
    ranks = lexrank([talk.sentence(place) for place in talk.places])
    ranked = sorted(zip(ranks, talk.places, strict=True), key=lambda found: -found[0])
    return _as_many_as_fit(talk, (place for _, place in ranked))


def of_places(talk: Talk, places: Iterable[Place]) -> Pick:
    """Those sentences, in the order of the conversation."""
    chosen = frozenset(places)
    return Pick(chosen, " ".join(talk.sentence(place) for place in sorted(chosen)))


def _as_many_as_fit(talk: Talk, ranked: Iterable[Place]) -> Pick:
    chosen: list[Place] = []
    left = MAX_WORDS
    for place in ranked:
        length = len(talk.sentence(place).split())
        if length <= left:
            chosen.append(place)
            left -= length
    return of_places(talk, chosen)


def _end_turns(talk: Talk) -> list[int]:
    customers = [turn for turn, by_customer in enumerate(talk.by_customer) if by_customer]
    teams = [turn for turn, by_customer in enumerate(talk.by_customer) if not by_customer]
    return [*customers[:2], *teams[-2:]]


def _longest(talk: Talk, turn: int) -> Place:
    lengths = [len(sentence.split()) for sentence in talk.sentences[turn]]
    return turn, lengths.index(max(lengths))
