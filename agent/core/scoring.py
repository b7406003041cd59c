"""Gives a proposal its score: what speaks for the topic it names, and for what fills its slots.

Asked of every engine's proposal alike, after it was grounded. Only the topic's name, the language
and the quotes are the engine's; code holds them against the policy and the messages.
"""

from collections.abc import Sequence
from dataclasses import replace

from agent.core.compared import compared
from agent.core.nearest_topic import index_for, place_of
from agent.core.proposal import Proposal
from agent.core.question import newest_lines
from agent.core.score import NOT_FOUND, QUOTED_ONLY, Signs, score_of
from agent.core.slot_values import find_in_message, is_found_by_code, misfit, normal, stands_in
from agent.core.slots import quoted_slots, slots_in
from agent.core.summary_features import word_count
from agent.core.team_policy import Slot, TeamPolicy, Topic
from agent.core.transcript import Transcript


def with_score(proposal: Proposal, transcript: Transcript, policy: TeamPolicy) -> Proposal:
    """The proposal with the score of the reply it would make, or None where it makes none.

    It makes none when it names no topic of the policy, or one without an approved answer in the
    customer's language. Never raises; the same arguments give the same score.
    """
    topic = policy.topic(proposal.topic.name)
    language = proposal.language or policy.note.language
    if topic is None or not topic.answers.get(language):
        return replace(proposal, score=None)
    index = index_for(policy.topics)
    asked = compared(index, transcript)
    place = place_of(index, asked.texts, topic.name)
    said = [line.text for line in newest_lines(transcript)]
    slots, slot_words = _slots(topic, topic.answers[language], proposal, said)
    signs = Signs(
        lead=place.lead,
        likeness=place.likeness,
        slots=slots,
        slot_words=slot_words,
        words=sum(map(word_count, said)),
        from_first_request=asked.is_first_request,
        language=proposal.language,
    )
    return replace(proposal, score=score_of(signs))


def _slots(topic: Topic, answer: str, proposal: Proposal, said: Sequence[str]) -> tuple[float, str]:
    """How sure the words are that would fill the answer: the least sure slot, and what it is.

    What a record fills is sure: where it cannot be read, no reply is made.
    """
    used = slots_in(answer)
    asked = [slot for slot in quoted_slots(topic) if slot.name in used]
    found = [_slot(slot, proposal, said) for slot in asked]
    if not found:
        return 1.0, "filled from records" if used else "none needed"
    return min(found)


def _slot(slot: Slot, proposal: Proposal, said: Sequence[str]) -> tuple[float, str]:
    if is_found_by_code(slot.kind, slot.pattern):
        values = {v for text in said for v in find_in_message(slot.kind, slot.pattern, text)}
        if len(values) == 1:
            return 1.0, f"{slot.name} found once"
        return NOT_FOUND, f"{slot.name} found {len(values)} times"
    quotes = {
        normal(slot.kind, guess.quote)
        for guess in proposal.slots
        if guess.name == slot.name and any(stands_in(guess.quote.strip(), text) for text in said)
    }
    fitting = [quote for quote in quotes if misfit(slot.kind, slot.pattern, quote) is None]
    if len(fitting) == 1:
        return QUOTED_ONLY, f"{slot.name} quoted by the model only"
    return NOT_FOUND, f"{slot.name} found {len(fitting)} times"
