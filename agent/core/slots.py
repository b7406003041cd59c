"""Fills the gaps of an approved answer: from a record, or from the customer's own words.

A model may quote words; code checks that they stand in what the customer just wrote. What is not
there, or is there in two ways, is not filled, and then there is no reply.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.core.conversation import Conversation, Customer, Direction, Message
from agent.core.proposal import Proposal
from agent.core.slot_values import find_in_message, is_found_by_code, misfit, normal, stands_in
from agent.core.team_policy import Slot, SlotKind, Topic

FROM_MESSAGE = "message"
GAP = re.compile(r"\{\{[ \t]*(\w+)[ \t]*\}\}")  # a slot's place in an answer
_CUSTOMER_CUSTOM, _CONVERSATION_CUSTOM = "customer.custom.", "conversation.custom."
_FIRST_NAME = re.compile(r"[^\W\d_]{2,}(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where values may come from. `burst` is what the customer said since the team last spoke,
    cleaned; `customer` is None when it was not read.
    """

    conversation: Conversation
    burst: tuple[Message, ...]
    customer: Customer | None = None
    # By message, the text before it was cleaned: cleaning defuses tags and drops what nobody sees,
    # and what it made of a message is not what the customer wrote.
    as_written: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotValue:
    """One filled slot. `message_id` is the message that says so; "" when a record does."""

    name: str
    kind: SlotKind
    source: str
    text: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """Every slot of the answer, in the order in which it names them."""

    values: tuple[SlotValue, ...]


@dataclass(frozen=True, slots=True)
class NotFilled:
    """Why there is no reply, in words without customer text."""

    why: str


def fill(topic: Topic, language: str, proposal: Proposal, sources: Sources) -> Filled | NotFilled:
    """The values of the slots that the topic's answer in that language names.

    The first that cannot be filled is named. An answer without slots is filled at once.
    """
    by_name = {slot.name: slot for slot in topic.slots}
    values: list[SlotValue] = []
    for name in slots_in(topic.answers.get(language, "")):
        if name not in by_name:
            return NotFilled(f"slot {name}: the policy does not say what fills it")
        found = _fill(by_name[name], proposal, sources)
        if isinstance(found, NotFilled):
            return NotFilled(f"slot {name}: {found.why}")
        values.append(found)
    return Filled(tuple(values))


def quoted_slots(topic: Topic) -> tuple[Slot, ...]:
    """The topic's slots that words of the customer's own message fill."""
    return tuple(slot for slot in topic.slots if slot.source == FROM_MESSAGE)


def slots_in(answer: str) -> tuple[str, ...]:
    """The names in `{{…}}`, each once, in their order."""
    return tuple(dict.fromkeys(GAP.findall(answer)))


def needs_customer(topic: Topic, language: str) -> bool:
    """Whether a slot of that answer is filled from the customer's record."""
    used = set(slots_in(topic.answers.get(language, "")))
    return any(s.source.startswith("customer.") for s in topic.slots if s.name in used)


def is_source(path: str) -> bool:
    """Whether a slot may be filled from there."""
    return path == FROM_MESSAGE or path in _FIELDS or bool(_custom_name(path))


def still_true(value: SlotValue, slot: Slot, sources: Sources) -> bool:
    """Whether the sources say this very value: asked again by the outbound gate."""
    if (value.name, value.kind, value.source) != (slot.name, slot.kind, slot.source):
        return False
    if misfit(slot.kind, slot.pattern, value.text) is not None:
        return False
    if slot.source != FROM_MESSAGE:
        return _from_record(slot, sources) == value
    if not _is_written(value, sources):
        return False
    said = [m for m in _said(sources) if m.id == value.message_id]
    return any(stands_in(value.text, m.text) or stands_in(f"#{value.text}", m.text) for m in said)


def _fill(slot: Slot, proposal: Proposal, sources: Sources) -> SlotValue | NotFilled:
    if slot.source != FROM_MESSAGE:
        return _from_record(slot, sources)
    found = _from_message(slot, proposal, _said(sources))
    if isinstance(found, SlotValue) and not _is_written(found, sources):
        return NotFilled("it is not written so in the message")
    return found


def _is_written(value: SlotValue, sources: Sources) -> bool:
    raw = dict(sources.as_written).get(value.message_id)
    return raw is None or value.text in raw


def _said(sources: Sources) -> tuple[Message, ...]:
    return tuple(m for m in sources.burst if m.direction is Direction.IN)


# --- from the customer's own words ---------------------------------------------------------------


def _from_message(slot: Slot, proposal: Proposal, said: Sequence[Message]) -> SlotValue | NotFilled:
    quoted = _quoted(slot, proposal, said)
    if isinstance(quoted, NotFilled):
        return quoted
    found = quoted
    if is_found_by_code(slot.kind, slot.pattern):
        found = {
            value: message.id
            for message in reversed(said)
            for value in find_in_message(slot.kind, slot.pattern, message.text)
        }
        # Whatever a model picked: two different ones stay two.
        if not set(quoted) <= set(found):
            return NotFilled("the model quotes something else than the message says")
    if len(found) != 1:
        many = f"{len(found)} different ones stand" if found else "none stands"
        return NotFilled(f"{many} in what the customer just wrote")
    ((text, message_id),) = found.items()
    return _value(slot, text, message_id)


def _quoted(slot: Slot, proposal: Proposal, said: Sequence[Message]) -> dict[str, str] | NotFilled:
    """What the model quoted for this slot, and from which message; checked word for word."""
    texts = {message.id: message.text for message in said}
    found: dict[str, str] = {}
    for guess in proposal.slots:
        if guess.name != slot.name:
            continue
        if not stands_in(guess.quote.strip(), texts.get(guess.message_id, "")):
            return NotFilled("the model's quote is not in what the customer just wrote")
        value = normal(slot.kind, guess.quote)
        problem = misfit(slot.kind, slot.pattern, value)
        if problem is not None:
            return NotFilled(f"the model's quote {problem}")
        found[value] = guess.message_id
    return found


# --- from a record -------------------------------------------------------------------------------


def _from_record(slot: Slot, sources: Sources) -> SlotValue | NotFilled:
    if slot.source.startswith("customer.") and sources.customer is None:
        return NotFilled("the customer was not read")
    raw = _read(slot.source, sources)
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        return NotFilled(f"{slot.source} has no value")
    value = normal(slot.kind, str(raw))
    problem = misfit(slot.kind, slot.pattern, value)
    return NotFilled(f"{slot.source} {problem}") if problem else _value(slot, value)


def _read(path: str, sources: Sources) -> object:
    if path in _FIELDS:
        return _FIELDS[path](sources)
    name = _custom_name(path)
    if path.startswith(_CUSTOMER_CUSTOM):
        return sources.customer.custom.get(name) if sources.customer else None
    if path.startswith(_CONVERSATION_CUSTOM):
        return dict(sources.conversation.custom).get(name)
    return None


def _custom_name(path: str) -> str:
    for prefix in (_CUSTOMER_CUSTOM, _CONVERSATION_CUSTOM):
        name = path.removeprefix(prefix)
        if name != path and re.fullmatch(r"\w+", name):
            return name
    return ""


def _first_name(sources: Sources) -> str:
    words = sources.customer.name.split() if sources.customer else []
    # "Dr. Ames", "Ames, Mara", "mara@…": which one is the first name is not certain.
    sure = bool(words) and "," not in " ".join(words) and _FIRST_NAME.fullmatch(words[0])
    return words[0] if sure else ""


_FIELDS: dict[str, Callable[[Sources], object]] = {
    "customer.name": lambda s: s.customer.name if s.customer else None,
    "customer.first_name": _first_name,
    "customer.external_id": lambda s: s.customer.external_id if s.customer else None,
    "conversation.name": lambda s: s.conversation.name,
    "conversation.external_id": lambda s: s.conversation.external_id,
}


def _value(slot: Slot, text: str, message_id: str = "") -> SlotValue:
    return SlotValue(
        name=slot.name, kind=slot.kind, source=slot.source, text=text, message_id=message_id
    )
