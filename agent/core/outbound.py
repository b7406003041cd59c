"""The last gate before a customer sees text that Sidenote decided to write. No model in it.

One law: what goes out is an approved answer with verified slots and the disclosure, letter for
letter. The other checks say the same again without trusting that law. It fails closed: whatever
breaks in here refuses.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import InitVar, dataclass

from agent.core.commitments import brought_in
from agent.core.disclosure import disclosure_for
from agent.core.outgoing_links import disguised, folded_hosts, link_problem, links
from agent.core.outgoing_marks import hidden, lookalike, markup, residue
from agent.core.outgoing_text import reply_problem
from agent.core.phrases import fold
from agent.core.reply import Composed
from agent.core.slots import FROM_MESSAGE, GAP, Sources, slots_in, still_true
from agent.core.team_policy import Level, SlotKind, TeamPolicy

_MAY_BIND = frozenset({SlotKind.AMOUNT, SlotKind.DATE})
_WORD = re.compile(r"\w+")
_INTERNAL_WORDS = 4  # in a row; fewer are small talk, and may stand anywhere
_CODE = re.compile(r"(?<![\w-])[\w-]*\d[\w-]*")  # from its start only: a long word costs little
_CODE_LENGTH = 5  # characters; an internal figure this long belongs to somebody
_ONLY_HERE = object()


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """Text that passed the gate, for one channel. Only `judge` can make one.

    Raises:
        TypeError: somebody else tried.
    """

    body: str
    channel: str
    made_by: InitVar[object]

    def __post_init__(self, made_by: object) -> None:
        if made_by is not _ONLY_HERE:
            raise TypeError("only core/outbound.py approves text")


@dataclass(frozen=True, slots=True)
class Objection:
    """One check that says no. `evidence` is in words, without the customer's text."""

    check: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why the text reaches nobody; at least one objection."""

    objections: tuple[Objection, ...]

    @property
    def why(self) -> str:
        """In words, for a note."""
        return "; ".join(one.evidence for one in self.objections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """All that the gate looks at. `internal` are texts that no customer may see."""

    reply: Composed
    policy: TeamPolicy
    channel: str
    sources: Sources
    internal: tuple[str, ...] = ()


def judge(outgoing: Outgoing) -> ApprovedText | Refused:
    """The text, allowed to be staged on that channel; or every check that refuses it.

    Never raises. Asking again gives the same.
    """
    objections = tuple(
        Objection(check, evidence)
        for check, test in CHECKS.items()
        if (evidence := _asked(test, outgoing)) is not None
    )
    if objections:
        return Refused(objections)
    return ApprovedText(outgoing.reply.body, outgoing.channel, _ONLY_HERE)


def _asked(test: Callable[[Outgoing], str | None], outgoing: Outgoing) -> str | None:
    try:
        return test(outgoing)
    except Exception as error:  # noqa: BLE001 - any bug in a check must end in a refusal
        return f"a check of the outbound gate broke ({type(error).__name__})"


def answer_not_approved(outgoing: Outgoing) -> str | None:
    """The answer must stand in the policy, for that topic and language, right now."""
    reply = outgoing.reply
    topic = outgoing.policy.topic(reply.topic)
    if topic is None or topic.level is Level.OFF:
        return "the topic is not in the policy any more"
    same = topic.answers.get(reply.language) == reply.answer
    return None if same else "the answer is not the one that the policy holds"


def text_differs(outgoing: Outgoing) -> str | None:
    """The body must be the approved parts, put together once more here."""
    reply = outgoing.reply
    by_name = {value.name: value.text for value in reply.values}
    rest = reply.body
    for number, part in enumerate(GAP.split(reply.answer)):
        expected = by_name.get(part) if number % 2 else part
        if expected is None or not rest.startswith(expected):
            return "the text is not the approved answer with its slots filled"
        rest = rest[len(expected) :]
    if rest != f"\n\n{reply.disclosure}":
        return "something stands beside the approved answer and the disclosure"
    return None


def slot_unverified(outgoing: Outgoing) -> str | None:
    """Every value must be what its source says; none may be missing, doubled or left over."""
    reply = outgoing.reply
    topic = outgoing.policy.topic(reply.topic)
    by_name = {slot.name: slot for slot in topic.slots} if topic else {}
    if Counter(v.name for v in reply.values) != Counter(slots_in(reply.answer)):
        return "the values are not those of the answer's slots"
    for value in reply.values:
        slot = by_name.get(value.name)
        if slot is None or not still_true(value, slot, outgoing.sources):
            return f"slot {value.name} is not what its source says"
    return None


def no_disclosure(outgoing: Outgoing) -> str | None:
    """It must end with the line that a machine wrote it."""
    wanted = disclosure_for(outgoing.policy.reply, outgoing.reply.language)
    if not wanted:
        return f"there is no disclosure line in {outgoing.reply.language or 'that language'}"
    ends = outgoing.reply.body.endswith(f"\n\n{wanted}") and outgoing.reply.disclosure == wanted
    return None if ends else "the disclosure line is not there"


def internal_text(outgoing: Outgoing) -> str | None:
    """No words or numbers of a note, unless the team approved them or the customer wrote them."""
    reply = outgoing.reply
    by_name = {value.name: value.text for value in reply.values}
    approved = GAP.sub(lambda gap: by_name.get(gap[1], ""), reply.answer) + f"\n{reply.disclosure}"
    records = (value.text for value in reply.values if value.source != FROM_MESSAGE)
    said = _runs(reply.body) - _runs(approved)
    said = said.union(*map(_runs, records))
    numbers = _codes(reply.body) - _codes(approved)
    for text in outgoing.internal:
        if said & _runs(text):
            return "holds words of an internal text"
        if numbers & _codes(text):
            return "holds a number of an internal text"
    return None


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every so many words in a row."""
    words = _WORD.findall(fold(text))
    return set(zip(*(words[start:] for start in range(_INTERNAL_WORDS)), strict=False))


def _codes(text: str) -> set[str]:
    return {code for code in _CODE.findall(fold(text)) if len(code) >= _CODE_LENGTH}


def commitment(outgoing: Outgoing) -> str | None:
    """Money, dates, promises and law: only those the team approved, or an amount or date slot."""
    reply = outgoing.reply
    carried = tuple(value.text for value in reply.values if value.kind in _MAY_BIND)
    extra = brought_in(reply.body, f"{reply.answer}\n{reply.disclosure}", carried)
    return f"a slot brings in what may bind the team ({len(extra)} words)" if extra else None


def link(outgoing: Outgoing) -> str | None:
    """Only plain links to listed hosts, and none that the approved answer lacks."""
    reply = outgoing.reply
    approved = links(f"{reply.answer}\n{reply.disclosure}")
    found = links(reply.body)
    if disguised(reply.body):
        return "a link in disguise"
    problems = (link_problem(one, outgoing.policy.reply.links, approved) for one in found)
    if problem := next((p for p in problems if p), None):
        return problem
    same = folded_hosts(found) == folded_hosts(approved)
    return None if same else "a link that the approved answer lacks"


def bad_text(outgoing: Outgoing) -> str | None:
    """Empty, too long for the channel, control characters, the head of a note."""
    problem = reply_problem(outgoing.reply.body, outgoing.channel)
    return f"the text {problem} (channel {outgoing.channel})" if problem else None


def hidden_characters(outgoing: Outgoing) -> str | None:
    """Nothing that hides, reorders, cannot be seen, or only looks like a plain letter."""
    found = hidden(outgoing.reply.body)
    if found:
        return f"a character that nobody sees ({found})"
    found = lookalike(outgoing.reply.body)
    return f"a letter that only looks like another ({found})" if found else None


def marked_up(outgoing: Outgoing) -> str | None:
    """Plain text only."""
    found = markup(outgoing.reply.body)
    return f"it holds {found}" if found else None


def model_residue(outgoing: Outgoing) -> str | None:
    """Nothing that only a model writes."""
    found = residue(outgoing.reply.body)
    return f"it holds {found}" if found else None


# Ids are never renamed, only retired.
CHECKS: dict[str, Callable[[Outgoing], str | None]] = {
    "answer-not-approved": answer_not_approved,
    "text-differs": text_differs,
    "slot-unverified": slot_unverified,
    "no-disclosure": no_disclosure,
    "internal-text": internal_text,
    "commitment": commitment,
    "link": link,
    "bad-text": bad_text,
    "hidden-characters": hidden_characters,
    "markup": marked_up,
    "model-residue": model_residue,
}
