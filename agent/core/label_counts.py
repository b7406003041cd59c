"""What a topic's history on one channel holds, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.core.audits import awaits_audit
from agent.core.labels import BY_MATCHER, Judgement, Label, MadeBy, Proposed, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCounts:
    """`set_aside` are labels of proposals that were made by others than those in force now.

    A certificate rests on the rest. `to_audit` are the matcher's labels that wait for a person.
    """

    topic: str
    channel: str
    proposals: int
    judged: Mapping[Judgement, int]
    by_person: int
    by_matcher: int
    imported: int
    set_aside: int
    to_audit: int
    newest: datetime | None  # label

    @property
    def labelled(self) -> int:
        """How many have a label."""
        return sum(self.judged.values())


def counted(
    topic: str, channel: str, rows: Sequence[Proposed], made_by: MadeBy | None
) -> LabelCounts:
    """Count the rows of one topic and channel. `made_by` None: no such topic is in force."""
    labelled = [(row, row.label) for row in rows if row.label is not None]
    labels = [label for _, label in labelled]
    judged = Counter(label.judgement for label in labels)
    return LabelCounts(
        topic=topic,
        channel=channel,
        proposals=len(rows),
        judged={each: judged[each] for each in Judgement},
        by_person=sum(label.is_by_person for label in labels) - _from(labels, Source.IMPORTED),
        by_matcher=_from(labels, *BY_MATCHER),
        imported=_from(labels, Source.IMPORTED),
        set_aside=sum(row.made_by != made_by for row, _ in labelled),
        to_audit=sum(map(awaits_audit, rows)),
        newest=max((label.at for label in labels), default=None),
    )


def by_topic_and_channel(rows: Iterable[Proposed]) -> dict[tuple[str, str], list[Proposed]]:
    """The rows of each, sorted by topic and channel; their order stays."""
    found: dict[tuple[str, str], list[Proposed]] = {}
    for row in rows:
        found.setdefault((row.topic, row.channel), []).append(row)
    return dict(sorted(found.items()))


def _from(labels: Sequence[Label], *sources: Source) -> int:
    return sum(label.source in sources for label in labels)
