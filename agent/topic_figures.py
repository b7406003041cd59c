"""How a topic did lately: counted runs as a few numbers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from agent.core.policy import NO_GRANT
from agent.ports import Disposition
from agent.team_port import TopicCount

_GRANTS = ("routine-topic-",)  # how the ids of rules begin that hold nothing back


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFigures:
    """Runs of one topic. `held` are notes of runs that could have had a reply, but for a rule."""

    notes: int = 0
    drafts: int = 0
    replies: int = 0
    held: int = 0
    held_by: str = ""  # the rule that held most of them


def figures_of(topic: str, counts: Iterable[TopicCount]) -> TopicFigures:
    """The figures of one topic. A reply that a teammate sent from our draft counts as a reply."""
    mine = [count for count in counts if count.topic == topic]
    held = [c for c in mine if c.disposition == Disposition.NOTED and NO_GRANT not in c.because]
    rules: Counter[str] = Counter()
    for count in held:
        for rule in count.because:
            if not rule.startswith(_GRANTS):
                rules[rule] += count.runs

    def runs(disposition: Disposition) -> int:
        return sum(c.runs for c in mine if c.disposition == disposition)

    most = sorted(rules.items(), key=lambda each: (-each[1], each[0]))
    return TopicFigures(
        notes=runs(Disposition.NOTED),
        drafts=runs(Disposition.DRAFTED),
        replies=runs(Disposition.REPLIED),
        held=sum(count.runs for count in held),
        held_by=most[0][0] if most else "",
    )
