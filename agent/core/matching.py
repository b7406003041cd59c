"""Compares a proposed reply with what a teammate sent: the same facts, others, or in doubt.

Conservative: whatever is not understood is in doubt. A word that came while another went is not
understood, unless both are known to mean the same. So most true rewordings get no answer, and what
does get one rests on the same figures, days, links, promises and no's. It proves nothing: a
person audits a sample, and what the matcher gets wrong there is counted in (`core/audits.py`).
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from difflib import SequenceMatcher

from agent.core.grounding.reading import Sentence
from agent.core.labels import Judgement
from agent.core.reply_facts import Quantity, Said, endings, in_order, matter_of, said_in, words_of

_LONGER = 0.25  # share of further matter that a reply may have, or lack, beside the other
_ONE_TOPIC = 0.5  # share of the shorter one's matter from which they speak of the same thing
_NEAR = 0.6  # the same for two sentences, whose yes and no are compared
_LONG_NUMBER = 5  # digits: an order, a telephone, a customer number
_VALUE = re.compile(r"\d+(?:\.\d+)?")
_SPOKEN = 4  # words of matter; of a shorter reply the words say too little


def same_facts(proposed: str, sent: str, *, ignored: Sequence[str] = ()) -> bool | None:
    """Whether an edited text says what the proposed one did; None when in doubt.

    Words, order and courtesies may differ. `ignored` are lines that say nothing of the matter,
    such as a team's own disclosure; the built-in ones are known.
    """
    one, other = said_in(proposed, ignored=ignored), said_in(sent, ignored=ignored)
    if _is_same_text(one, other, proposed, sent):
        return True
    if _contradiction(one, other):
        return False
    return None if _doubt(one, other) else True


def match(
    proposed: str, human: str, question: str, *, ignored: Sequence[str] = ()
) -> Judgement | None:
    """What the teammate's own reply says of the proposed one; None when in doubt.

    AS_IS: the same text but for greeting, sign-off and white space. EDITED: other words, the same
    facts. CHANGED: about the same thing, and a fact contradicts. Never another.
    """
    one, other = said_in(proposed, ignored=ignored), said_in(human, ignored=ignored)
    if _is_same_text(one, other, proposed, human):
        return Judgement.AS_IS
    if _contradiction(one, other):
        return Judgement.CHANGED if _share(one, other) >= _ONE_TOPIC else None
    if _doubt(one, other, question=question):
        return None
    return Judgement.EDITED


def _is_same_text(one: Said, other: Said, proposed: str, sent: str) -> bool:
    if not one.sentences or not other.sentences:  # nothing but courtesies: all of it counts
        return proposed.split() == sent.split()
    return one.plain == other.plain


# --- contradictions ------------------------------------------------------------------------------


def _contradiction(one: Said, other: Said) -> bool:
    """A figure of the same kind with another value on each side, or a no where there was none."""
    left = _unmatched(one.quantities, other.quantities)
    came = _unmatched(other.quantities, one.quantities)
    kinds = {kind for kind in map(_kind, left) if kind}
    if kinds & set(map(_kind, came)):
        return True
    weekdays = ({day for day, _ in said.days if day < 7} for said in (one, other))
    days, others = weekdays
    if days and others and not days & others:
        return True
    return any(_flipped(each, its) for each, its in _pairs(one, other))


def _kind(quantity: Quantity) -> str:
    """What two figures must have in common for one to contradict the other; "" for none."""
    if quantity.is_date:
        return "date"
    if quantity.unit:
        return quantity.unit
    digits = sum(character.isdigit() for character in quantity.figure.written)
    return "number" if digits >= _LONG_NUMBER else ""


def _unmatched(mine: Sequence[Quantity], others: Sequence[Quantity]) -> list[Quantity]:
    return [quantity for quantity in mine if not any(_alike(quantity, its) for its in others)]


def _alike(one: Quantity, other: Quantity) -> bool:
    """The same value and unit; a year that only one of them names makes no difference."""
    if one.unit != other.unit:
        return False
    forms, others = one.figure.forms, other.figure.forms
    if one.is_date and other.is_date and _years(forms) != _years(others):
        forms, others = map(_without_year, (forms, others))
    return bool(forms & others)


def _years(forms: frozenset[str]) -> bool:
    return any(form.count("/") == 2 for form in forms)


def _without_year(forms: frozenset[str]) -> frozenset[str]:
    return frozenset("/".join(form.split("/")[-2:]) for form in forms)


def _pairs(one: Said, other: Said) -> list[tuple[Sentence, Sentence]]:
    """Each sentence with the other's that speaks of the same thing, where there is one."""
    found = ((each, _nearest(each, other.sentences)) for each in one.sentences)
    return [(each, its) for each, its in found if its is not None]


def _nearest(one: Sentence, some: Sequence[Sentence]) -> Sentence | None:
    matter, words = matter_of(one), set(words_of(one))
    best = max(
        some,
        key=lambda its: (len(matter & matter_of(its)), len(words & set(words_of(its)))),
        default=None,
    )
    if best is None:
        return None
    mine, others = (matter, matter_of(best)) if matter else (words, set(words_of(best)))
    fewest = min(len(mine), len(others))
    return best if fewest and len(mine & others) >= _NEAR * fewest else None


def _sentences_differ(one: Said, other: Said) -> bool:
    """One of them in other words, or sentences on both sides that the other lacks."""
    pairs, its_pairs = _pairs(one, other), _pairs(other, one)
    if len(pairs) < len(one.sentences) and len(its_pairs) < len(other.sentences):
        return True
    both = [*pairs, *((its, each) for each, its in its_pairs)]
    return any(
        _is_other_sentence(each, its) or _exchanged(one.figures_of(each), other.figures_of(its))
        for each, its in both
    )


def _flipped(one: Sentence, other: Sentence) -> bool:
    """A word that one of them denies and the other does not."""
    no, yes = one.negated - one.plain, one.plain - one.negated
    its_no, its_yes = other.negated - other.plain, other.plain - other.negated
    return bool(no & its_yes or yes & its_no)


# --- doubts --------------------------------------------------------------------------------------


def _doubt(one: Said, other: Said, *, question: str = "") -> bool:
    """Whether anything is left that might be another fact."""
    return (
        not one.sentences
        or not other.sentences
        or (one.tongue != other.tongue and "" not in (one.tongue, other.tongue))
        or _differs(one, other)
        or _figures_differ(one, other, question)
        or _words_differ(one, other, question)
        or _sentences_differ(one, other)
        or _turned_round(one, other)
    )


def _differs(one: Said, other: Said) -> bool:
    """What must be the same on both sides, whatever the words."""
    return any(
        getattr(one, part) != getattr(other, part)
        for part in ("links", "days", "binding", "turning", "tenses", "negations", "questions")
    )


def _figures_differ(one: Said, other: Said, question: str) -> bool:
    """Another value, bound or notation; a number that the customer gave may come or go."""
    known = frozenset(
        form for quantity in said_in(question).quantities for form in quantity.figure.forms
    )
    for each, its in ((one.quantities, other.quantities), (other.quantities, one.quantities)):
        for quantity in each:
            twins = [twin for twin in its if _alike(quantity, twin)]
            if not twins and not quantity.figure.forms & known:
                return True
            if twins and not any(_is_written_alike(quantity, twin) for twin in twins):
                return True
    return False


def _exchanged(mine: Sequence[Quantity], others: Sequence[Quantity]) -> bool:
    """Figures of two sentences about the same thing that are another's, or in another order."""
    left, came = _unmatched(mine, others), _unmatched(others, mine)
    if left and came:
        return True
    pairs = zip(
        [quantity for quantity in mine if quantity not in left],
        [quantity for quantity in others if quantity not in came],
        strict=False,
    )
    return not all(_alike(quantity, twin) for quantity, twin in pairs)


def _is_written_alike(one: Quantity, other: Quantity) -> bool:
    """The same for sure: of "3/11" beside "3 Nov" nobody can say whether it is."""
    if one.bound != other.bound or not _alike(one, other):
        return False
    if one.figure.written == other.figure.written:
        return True
    return not any(map(_is_ambiguous, (one, other)))


def _is_ambiguous(quantity: Quantity) -> bool:
    forms = quantity.figure.forms
    days = [form for form in forms if "/" in form]
    values = {Decimal(form) for form in forms if _VALUE.fullmatch(form)}
    return len(days) > 1 or (not days and len(values) > 1)


def _words_differ(one: Said, other: Said, question: str) -> bool:
    """More in one of them than a short sentence of its own, or what answers another ask."""
    left, came = one.matter - other.matter, other.matter - one.matter
    if left and came:
        return True
    further = left | came
    if not further:
        return False
    most = max(len(one.matter), len(other.matter))
    asked = said_in(question).matter if question else frozenset[str]()
    if most < _SPOKEN or came & asked or len(further) > _LONGER * most:
        return True
    return not further <= _alone(one, other) | _alone(other, one)


def _alone(one: Said, other: Said) -> frozenset[str]:
    """The matter of the sentences that have no counterpart."""
    return frozenset(
        word
        for each in one.sentences
        if _nearest(each, other.sentences) is None
        for word in matter_of(each)
    )


def _is_other_sentence(one: Sentence, other: Sentence) -> bool:
    """A word for another in it, another ending, or the words that both have in another order."""
    left, came = matter_of(one) - matter_of(other), matter_of(other) - matter_of(one)
    if left and came:
        return True
    changes = SequenceMatcher(None, words_of(one), words_of(other), autojunk=False)
    if any(tag == "replace" for tag, *_ in changes.get_opcodes()):
        return True
    ends, others = endings(one), endings(other)
    if any(not ends[word] & others[word] for word in ends.keys() & others.keys()):
        return True
    common = set(in_order(one)) & set(in_order(other))
    mine, its = ([word for word in in_order(each) if word in common] for each in (one, other))
    return list(dict.fromkeys(mine)) != list(dict.fromkeys(its))


def _turned_round(one: Said, other: Said) -> bool:
    """Who does it to whom is the other way round: "we send you" and "you send us"."""
    mine, others = one.persons, other.persons
    return any(
        (right, left) in others and (left, right) not in others and (right, left) not in mine
        for left, right in mine
    )


def _share(one: Said, other: Said) -> float:
    fewest = min(len(one.matter), len(other.matter))
    return len(one.matter & other.matter) / fewest if fewest else 0.0
