"""The team's approved answer for a topic, or none. Free text never comes from here."""

from dataclasses import dataclass

from agent.core.proposal import Proposal
from agent.core.team_policy import Level, TeamPolicy


@dataclass(frozen=True, slots=True)
class SuggestedReply:
    """An approved answer, word for word."""

    topic: str
    language: str
    text: str


def suggested_reply(proposal: Proposal, policy: TeamPolicy, channel: str) -> SuggestedReply | None:
    """The approved answer to the topic the proposal names, in the customer's language.

    None when the topic is off, unsure, not for this channel or has no answer in that language:
    an answer in the wrong language is no answer.
    """
    topic = policy.topic(proposal.topic.name)
    if topic is None or topic.level is Level.OFF or proposal.topic.margin < policy.min_margin:
        return None
    if topic.channels and channel not in topic.channels:
        return None
    language = proposal.language or policy.note.language
    text = topic.answers.get(language)
    return SuggestedReply(topic.name, language, text) if text else None
