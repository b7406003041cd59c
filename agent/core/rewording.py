"""Which words of an approved answer teammates keep changing, and into what.

Only a change that was made in several conversations is told: what one customer alone was told
stays in that conversation.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

AT_LEAST = 2  # conversations that a change was made in
MOST_WORDS = 12  # of a change that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A draft of ours, and what a teammate sent in its place."""

    conversation_id: str
    draft: str
    sent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewording:
    """`was` became `now` in that many conversations; one of the two may be empty."""

    was: str
    now: str
    times: int


def rewordings(edits: Iterable[Edit], *, without: frozenset[str] = frozenset()) -> list[Rewording]:
    """What was changed in the same way again and again, the most frequent first.

    `without` are whole lines that do not count, such as the one that says who wrote it.
    """
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    for edit in edits:
        for change in _changes(_words(edit.draft, without), _words(edit.sent, without)):
            made[change].add(edit.conversation_id)
    found = [
        Rewording(was=_cut(was), now=_cut(now), times=len(conversations))
        for (was, now), conversations in made.items()
        if len(conversations) >= AT_LEAST
    ]
    return sorted(found, key=lambda each: (-each.times, each.was, each.now))


def _words(text: str, without: frozenset[str]) -> list[str]:
    return [
        word for line in text.splitlines() if line.strip() not in without for word in line.split()
    ]


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    # Without autojunk: in a long answer frequent words would not count as the same.
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield " ".join(old[i:j]), " ".join(new[k:m])


def _cut(text: str) -> str:
    words = text.split()
    return text if len(words) <= MOST_WORDS else f"{' '.join(words[:MOST_WORDS])} …"
