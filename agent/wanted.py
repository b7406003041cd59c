"""What a send asks for: four inputs, which may hold variables, checked before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.core.outgoing_text import note_problem, reply_problem
from agent.core.recipient import CHANNELS
from agent.core.templates import fill
from agent.core.turn import Action
from agent.errors import InputError
from agent.on_demand import parse_conversation_id

INPUTS = ("conversation_id", "channel", "body", "direction")
LONGEST_KEY = 256  # characters
# What a recorded message may be of. Source: `channel` of the create-message schema.
RECORDED_CHANNELS = frozenset(
    "email sms chat facebook twitter-dm twitter-tweet voice instagram whatsapp".split()
)


class SendDirection(StrEnum):
    """What becomes of the text."""

    NOTE = "note"  # an internal note for the team
    OUT = "out"  # a reply, delivered to the customer
    IN = "in"  # a customer's message, recorded and delivered to nobody


_ACTIONS = {
    SendDirection.NOTE: Action.NOTE,
    SendDirection.OUT: Action.REPLY,
    SendDirection.IN: Action.IN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One send as it was asked for.

    `key`, when given, is its identity: the same key is the same send. `batch_key` is that of a
    batch's line without a key.
    """

    conversation_id: str
    body: str
    direction: SendDirection = SendDirection.NOTE
    channel: str | None = None
    key: str | None = None
    again: bool = False
    batch_key: str | None = None

    @property
    def action(self) -> Action:
        """The kind of write."""
        return _ACTIONS[self.direction]

    @property
    def identity(self) -> str | None:
        """What tells this send from any other; None for a new one."""
        if self.key is not None:
            return f"key:{self.key}"
        return None if self.batch_key is None else f"batch:{self.batch_key}"


def parse_wanted(
    inputs: Mapping[str, object],
    variables: Mapping[str, object],
    *,
    key: str | None = None,
    again: bool = False,
) -> Wanted:
    """The send that these inputs ask for, with its variables in place. Touches nothing.

    Raises:
        InputError: an input is unknown, missing or of no use, or a variable is missing.
    """
    unknown = sorted(str(name) for name in inputs if name not in INPUTS)
    if unknown:
        raise InputError(f"unknown input {', '.join(unknown)}; the inputs are {', '.join(INPUTS)}")
    texts = {name: _text(name, inputs.get(name), variables) for name in INPUTS}
    wanted = Wanted(
        conversation_id=parse_conversation_id(_required("conversation_id", texts)),
        body=_required("body", texts),
        direction=_direction(texts["direction"]),
        channel=(texts["channel"] or "").strip() or None,
        key=key,
        again=again,
    )
    check(wanted)
    return wanted


def check(wanted: Wanted) -> None:
    """Refuse what cannot be sent, as far as that can be told without asking Kustomer.

    Raises:
        InputError: and why.
    """
    parse_conversation_id(wanted.conversation_id)
    is_reply = wanted.direction is SendDirection.OUT
    allowed = CHANNELS if is_reply else RECORDED_CHANNELS | CHANNELS
    if wanted.channel is not None and wanted.channel not in allowed:
        raise InputError(f"no channel of that name; possible are {', '.join(sorted(allowed))}")
    problem = (
        reply_problem(wanted.body, wanted.channel)
        if is_reply and wanted.channel is not None
        else note_problem(wanted.body)
    )
    if problem is not None:
        on = f" (channel {wanted.channel})" if is_reply and wanted.channel else ""
        raise InputError(f"the body {problem}{on}")
    if wanted.key is not None and not 0 < len(wanted.key) <= LONGEST_KEY:
        raise InputError(f"a key must have 1 to {LONGEST_KEY} characters")


def _text(name: str, value: object, variables: Mapping[str, object]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text")
    try:
        return fill(value, variables)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _required(name: str, texts: Mapping[str, str | None]) -> str:
    value = texts[name]
    if value is None:
        raise InputError(f"{name} is missing")
    return value


def _direction(text: str | None) -> SendDirection:
    if text is None:
        return SendDirection.NOTE
    try:
        return SendDirection(text.strip())
    except ValueError:
        raise InputError(
            f"direction must be one of {', '.join(d.value for d in SendDirection)}"
        ) from None
