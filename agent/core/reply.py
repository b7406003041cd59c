"""The team's approved answer for a topic with its slots filled, or none. Free text never comes
from here.
"""

from dataclasses import dataclass, replace

from agent.core.conversation import Conversation, Customer, Message
from agent.core.disclosure import disclosure_for
from agent.core.proposal import Proposal
from agent.core.situation import burst_of
from agent.core.slots import GAP, Filled, NotFilled, SlotValue, Sources, fill, needs_customer
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.core.transcript import transcript_of


@dataclass(frozen=True, slots=True)
class SuggestedReply:
    """An approved answer, word for word."""

    topic: str
    language: str
    text: str  # with its gaps as chosen; filled in a note, or "" where a slot could not be …
    why: str = ""  # … and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What an automatic reply is made of, and the text that makes. Not yet allowed to go out."""

    topic: str
    language: str
    answer: str  # as the team approved it, with its gaps
    values: tuple[SlotValue, ...]
    disclosure: str
    body: str  # the filled answer, an empty line, the disclosure

    @property
    def filled(self) -> str:
        """The answer alone, as a teammate would send it."""
        return self.body.removesuffix(self.disclosure).rstrip()


def suggested_reply(proposal: Proposal, policy: TeamPolicy, channel: str) -> SuggestedReply | None:
    """The approved answer to the topic the proposal names, in the customer's language.

    None when the topic is off, unsure, not for this channel or language, or has no answer in that
    language: an answer in the wrong language is no answer.
    """
    topic = policy.topic(proposal.topic.name)
    if topic is None or topic.level is Level.OFF or proposal.topic.margin < policy.min_margin:
        return None
    if topic.channels and channel not in topic.channels:
        return None
    language = proposal.language or policy.note.language
    if topic.languages and language not in topic.languages:
        return None
    text = topic.answers.get(language)
    return SuggestedReply(topic.name, language, text) if text else None


def compose(
    chosen: SuggestedReply, proposal: Proposal, policy: TeamPolicy, sources: Sources
) -> Composed | NotFilled:
    """The reply with its slots filled and the line that says who wrote it.

    Whether it may go out is for `core/outbound.py` to say.
    """
    topic = policy.topic(chosen.topic)
    if topic is None:
        return NotFilled("the topic is not in the policy")
    found = fill(topic, chosen.language, proposal, sources)
    if isinstance(found, NotFilled):
        return found
    return composed(topic, chosen.language, found, disclosure_for(policy.reply, chosen.language))


def composed(topic: Topic, language: str, filled: Filled, disclosure: str) -> Composed:
    """The parts put together; a value is never read as a gap again."""
    by_name = {value.name: value.text for value in filled.values}
    answer = topic.answers[language]
    text = GAP.sub(lambda gap: by_name.get(gap[1], gap[0]), answer)
    return Composed(
        topic=topic.name,
        language=language,
        answer=answer,
        values=filled.values,
        disclosure=disclosure,
        body=f"{text}\n\n{disclosure}",
    )


def sources_of(
    conversation: Conversation,
    messages: tuple[Message, ...],
    message_id: str,
    customer: Customer | None = None,
) -> Sources:
    """Where slots may be filled from: the records, and the burst that ends in that message.

    `messages` are oldest first, as Kustomer gave them. What a message quotes is not the customer's
    own word, so it is cleaned away here.
    """
    lines = transcript_of(conversation, messages).lines
    cleaned = {line.message_id: line.text for line in lines}
    own = tuple(replace(m, text=cleaned.get(m.id, "")) for m in messages)
    return Sources(
        conversation=conversation,
        burst=burst_of(own, message_id),
        customer=customer,
        as_written=tuple((m.id, m.text) for m in messages),
    )


def wants_customer(chosen: SuggestedReply | None, policy: TeamPolicy) -> bool:
    """Whether that answer can only be filled once the customer's record was read."""
    topic = policy.topic(chosen.topic) if chosen else None
    return bool(chosen and topic and needs_customer(topic, chosen.language))
