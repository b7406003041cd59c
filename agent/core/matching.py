"""Compares a proposed reply with what a teammate sent: the same facts, others, or in doubt.

Conservative: whatever is not understood is in doubt. A word that came while another went is not
understood, unless both are known to mean the same. So most true rewordings get no answer, and what
does get one rests on the same figures, days, links, promises and no's. It proves nothing: a
person audits a sample, and what the matcher gets wrong there is counted in (`core/audits.py`).
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from agent.core.grounding.reading import Sentence
from agent.core.labels import Judgement
from agent.core.reply_facts import Quantity, Said, endings, in_order, matter_of, said_in

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
    """What the teammate's own reply says of the proposed one; None is no label.

    AS_IS: the same text but for greeting, sign-off and white space. EDITED: other words, the same
    facts. CHANGED: about the same thing, and a fact contradicts. Never REJECTED or WRONG.
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
    left, came = _unmatched(one, other), _unmatched(other, one)
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


def _unmatched(one: Said, other: Said) -> list[Quantity]:
    return [
        quantity
        for quantity in one.quantities
        if not any(_alike(quantity, its) for its in other.quantities)
    ]


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


def _pairs(one: Said, other: Said) -> Iterator[tuple[Sentence, Sentence]]:
    """Each sentence with the other's that speaks of the same thing, where there is one."""
    for each in one.sentences:
        matter = matter_of(each)
        best = max(other.sentences, key=lambda its: len(matter & matter_of(its)), default=None)
        if best is not None and matter:
            common = len(matter & matter_of(best))
            if common >= _NEAR * min(len(matter), max(1, len(matter_of(best)))):
                yield each, best


def _both_ways(one: Said, other: Said) -> Iterator[tuple[Sentence, Sentence]]:
    yield from _pairs(one, other)
    yield from _pairs(other, one)


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
        or any(_is_other_sentence(each, its) for each, its in _both_ways(one, other))
        or _turned_round(one, other)
    )


def _differs(one: Said, other: Said) -> bool:
    """What must be the same on both sides, whatever the words."""
    return any(
        getattr(one, part) != getattr(other, part)
        for part in ("links", "days", "binding", "turning", "tenses", "negations", "questions")
    )


def _figures_differ(one: Said, other: Said, question: str) -> bool:
    """Another value, bound, notation or order; a number that the customer gave may come or go."""
    known = frozenset(
        form for quantity in said_in(question).quantities for form in quantity.figure.forms
    )
    for each, its in ((one, other), (other, one)):
        if any(not quantity.figure.forms & known for quantity in _unmatched(each, its)):
            return True
    mine = [quantity for quantity in one.quantities if quantity not in _unmatched(one, other)]
    others = [quantity for quantity in other.quantities if quantity not in _unmatched(other, one)]
    firsts, its_firsts = _firsts(mine), _firsts(others)
    if len(firsts) != len(its_firsts):
        return True
    return not all(map(_is_written_alike, firsts, its_firsts))


def _firsts(quantities: Sequence[Quantity]) -> list[Quantity]:
    """Each value once, in the order in which they come up."""
    return list({(q.figure.forms, q.unit, q.bound): q for q in quantities}.values())


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
    """A word for another; or many more words; or words that answer something else."""
    left, came = one.matter - other.matter, other.matter - one.matter
    if left and came:
        return True
    further = left | came
    most = max(len(one.matter), len(other.matter))
    if not further:
        return False
    asked = said_in(question).matter if question else frozenset[str]()
    if most < _SPOKEN or came & asked:
        return True
    return len(further) > _LONGER * most


def _is_other_sentence(one: Sentence, other: Sentence) -> bool:
    """A word for another in it, another ending, or the words that both have in another order."""
    left, came = matter_of(one) - matter_of(other), matter_of(other) - matter_of(one)
    if left and came:
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
