"""Whether a statement says no where the messages it cites say no, and yes where they say yes."""

from difflib import SequenceMatcher
from itertools import pairwise

from agent.core.grounding.evidence import Evidence
from agent.core.grounding.reading import Sentence, is_matter, is_negation, sentences
from agent.core.grounding.vocabulary import SOFT_NEGATIONS

DROPPED = "the messages it cites say not so: a negation is missing"
ADDED = "the messages it cites say so: it adds a negation"
_NEAR = 0.5  # share of a sentence's words of matter that its source has
_WHOLE = 0.85  # with fewer, two sentences of the message are taken together
_WHETHER = frozenset("whether if ob si se of".split())


def wrong_negation(text: str, evidence: Evidence) -> str:
    """Why what it denies or claims is the opposite of what was said; "" when it is not."""
    negated = frozenset[str]().union(*(one.negated for one in evidence.sentences))
    plain = frozenset[str]().union(*(one.plain for one in evidence.sentences))
    for one in sentences(text):
        if not one.matter:
            continue
        leaves_open = bool(_WHETHER.intersection(one.tokens)) or one.is_question
        if one.negated & (plain - negated) - one.plain and not SOFT_NEGATIONS & evidence.words:
            return ADDED
        if one.plain & (negated - plain) - one.negated and not leaves_open:
            return DROPPED
        if found := _between_the_lines(one, evidence):
            return found
    return ""


def _between_the_lines(one: Sentence, evidence: Evidence) -> str:
    """Beside its source, word for word: a "not" alone that came or went."""
    source = _source_of(one, evidence.sentences)
    if source is None:
        return ""
    matcher = SequenceMatcher(None, source.tokens, one.tokens, autojunk=False)
    for tag, begin, end, start, stop in matcher.get_opcodes():
        if tag == "equal":
            continue
        left, came = source.tokens[begin:end], one.tokens[start:stop]
        if any(map(is_matter, (*left, *came))) or stop == len(one.tokens):
            continue
        was, now = any(map(is_negation, left)), any(map(is_negation, came))
        if was == now or (begin == 0 and source.is_question):  # "Isn't it …?" denies nothing
            continue
        return DROPPED if was else ADDED
    return ""


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
    return len(one.matter & other.matter) / len(one.matter)


def _joined(first: Sentence, second: Sentence) -> Sentence:
    return Sentence(
        tokens=first.tokens + second.tokens,
        matter=first.matter | second.matter,
        negated=first.negated | second.negated,
        plain=first.plain | second.plain,
        is_question=first.is_question or second.is_question,
    )
