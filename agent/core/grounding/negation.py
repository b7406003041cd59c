"""Whether a statement says no where the messages it cites say no, and yes where they say yes."""

from difflib import SequenceMatcher
from itertools import pairwise

from agent.core.grounding.evidence import Evidence
from agent.core.grounding.reading import Sentence, is_matter, is_negation, sentences

DROPPED = "the messages it cites say not so: a negation is missing"
ADDED = "the messages it cites say so: it adds a negation"
_NEAR = 0.6  # share of a sentence's words of matter that its source has
_WHOLE = 0.85  # with fewer, two sentences of the message are taken together
_CARRIES_NOT = frozenset("can could would should will do does did is are was were has have".split())
_WHETHER = frozenset("whether if ob si se of".split())


def wrong_negation(text: str, evidence: Evidence) -> tuple[str, str]:
    """Why it says the opposite of what was said, and why it may, in freer words; "" if not."""
    doubt = ""
    for one in sentences(text):
        source = _source_of(one, evidence.sentences)
        if source is None:
            doubt = doubt or _turned_round(one, _all_of(evidence.sentences))
        elif found := _turned_round(one, source) or _between_the_lines(one, source):
            # What another cited sentence says the same way is told of that one.
            if _turned_round(one, _all_of(evidence.sentences)) or _share(one, source) >= _WHOLE:
                return found, ""
            doubt = doubt or found
    return "", doubt


def _turned_round(one: Sentence, source: Sentence) -> str:
    """A word that one denies and the other does not."""
    leaves_open = bool(_WHETHER.intersection(one.tokens)) or one.is_question
    if one.negated & (source.plain - source.negated) - one.plain and not source.is_soft:
        return ADDED
    if one.plain & (source.negated - source.plain) - one.negated and not leaves_open:
        return DROPPED
    return ""


def _between_the_lines(one: Sentence, source: Sentence) -> str:
    """Word for word: a "not" alone that came or went."""
    matcher = SequenceMatcher(None, source.tokens, one.tokens, autojunk=False)
    for tag, begin, end, start, stop in matcher.get_opcodes():
        if tag == "equal":
            continue
        left, came = source.tokens[begin:end], one.tokens[start:stop]
        if any(map(is_matter, (*left, *came))) or _is_cut_off(one, stop):
            continue
        was, now = any(map(is_negation, left)), any(map(is_negation, came))
        if was == now or (begin <= 1 and source.is_question):  # "Isn't it …?" denies nothing
            continue
        return DROPPED if was else ADDED
    return ""


def _is_cut_off(one: Sentence, stop: int) -> bool:
    """The statement ends here, and not on a word that the negation belonged to."""
    return stop == len(one.tokens) and one.tokens[-1] not in _CARRIES_NOT


def _source_of(one: Sentence, said: tuple[Sentence, ...]) -> Sentence | None:
    """The cited sentence, or two neighbours, that say most of it; None when none is near."""
    best = max(said, key=lambda other: _share(one, other), default=None)
    if best is None:
        return None
    if _share(one, best) < _WHOLE:
        pairs = [_joined(first, second) for first, second in pairwise(said)]
        best = max((best, *pairs), key=lambda other: _share(one, other))
    return best if _share(one, best) >= _NEAR else None


def _share(one: Sentence, other: Sentence) -> float:
    return len(one.matter & other.matter) / max(1, len(one.matter))


def _joined(first: Sentence, second: Sentence) -> Sentence:
    return _all_of((first, second))


def _all_of(some: tuple[Sentence, ...]) -> Sentence:
    """Sentences as one."""
    return Sentence(
        tokens=tuple(token for one in some for token in one.tokens),
        matter=frozenset[str]().union(*(one.matter for one in some)),
        negated=frozenset[str]().union(*(one.negated for one in some)),
        plain=frozenset[str]().union(*(one.plain for one in some)),
        is_question=any(one.is_question for one in some),
        is_soft=any(one.is_soft for one in some),
    )
