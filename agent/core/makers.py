"""All that shapes a proposed reply, as short hashes. One differs: earlier reviews say nothing.

What changes no word of a reply and finds no other topic is left out: a topic's level, daily cap and
share, hours, limits, how a note looks, and the line that says who wrote it.
"""

import json
from collections.abc import Iterable
from hashlib import sha256

from agent.core.labels import MadeBy
from agent.core.proposal import Proposal
from agent.core.team_policy import TeamPolicy, Topic

OFFLINE = "offline"
# Raised by hand whenever the same question may get another topic, margin or score, or a rule lets
# pass what it held back.
TOPIC_ENGINE = "1"
SCORING = "1"
RULE_TABLE = "1"
_DIGITS = 16  # of a hash

# Of labels that a team brought along without saying that they are of today's replies.
ELSEWHERE = MadeBy(engine="elsewhere", prompt="", topic="", answers="", knowledge="", rules="")


def made_by(policy: TeamPolicy, topic: str, proposal: Proposal) -> MadeBy:
    """The makers of a proposal that names that topic of the policy.

    Raises:
        ValueError: the policy has no such topic.
    """
    return makers_of(policy, topic, engine=proposal.engine, prompt=proposal.prompt_version)


def makers_of(policy: TeamPolicy, topic: str, *, engine: str, prompt: str = "") -> MadeBy:
    """The makers as they would be now; `engine` is "offline" or a model's name. Raises the same."""
    found = policy.topic(topic)
    if found is None:
        raise ValueError(f"the policy has no topic {topic!r}")
    return MadeBy(
        engine=f"{OFFLINE}/{TOPIC_ENGINE}" if engine == OFFLINE else engine,
        prompt=prompt,
        topic=_hash([_wording(found), _slots(found), sorted(found.channels), _languages(found)]),
        answers=_hash(found.answers),
        knowledge=_hash(
            [
                [_wording(other) for other in _by_name(policy.topics) if other.name != topic],
                policy.min_margin,
                policy.send_margin,
            ]
        ),
        rules=_hash(
            [
                RULE_TABLE,
                SCORING,
                sorted(policy.languages),
                sorted(policy.person_words),
                sorted(policy.person_subjects),
                _audience(policy),
            ]
        ),
    )


def _wording(topic: Topic) -> list[object]:
    """What tells it from others. The order of its examples makes no difference."""
    return [topic.name, topic.description, sorted(topic.examples)]


def _slots(topic: Topic) -> list[list[str]]:
    slots = sorted(topic.slots, key=lambda slot: slot.name)
    return [[slot.name, slot.source, slot.kind.value, slot.pattern] for slot in slots]


def _languages(topic: Topic) -> list[str]:
    return sorted(topic.languages)


def _audience(policy: TeamPolicy) -> list[object]:
    audience = policy.audience
    listed = (
        audience.only_tags,
        audience.never_tags,
        audience.only_teams,
        audience.never_teams,
        audience.only_queues,
        audience.never_queues,
        audience.never_domains,
    )
    attributes = sorted((name, sorted(values)) for name, values in audience.attributes)
    return [*(sorted(names) for names in listed), attributes]


def _by_name(topics: Iterable[Topic]) -> list[Topic]:
    return sorted(topics, key=lambda topic: topic.name)


def _hash(value: object) -> str:
    """Of the canonical JSON: sorted keys, no spaces, ASCII."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]
