"""Who a reply goes to, and from which of the team's accounts. By code, never from text.

In doubt there is no recipient: a reply to the wrong person cannot be taken back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.conversation import Address, Customer, Direction, Message, OutboundAccount
from agent.errors import PermanentError

EMAIL, SMS, WHATSAPP = "email", "sms", "whatsapp"
BY_ADDRESS = frozenset({EMAIL, SMS, WHATSAPP})
# The conversation itself is the way to the customer; there is no address to choose.
BY_CONVERSATION = frozenset({"chat", "facebook", "instagram", "twitter-dm"})
CHANNELS = BY_ADDRESS | BY_CONVERSATION
_NOT_DIGITS = re.compile(r"[^0-9]")


class NoRecipient(PermanentError):
    """It is not certain whom a reply would reach, or from where; the message says why."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a reply goes. `to` and `sender` are None where the conversation decides."""

    channel: str
    to: str | None
    sender: str | None


def route(
    messages: Sequence[Message],
    customer: Customer,
    accounts: Sequence[OutboundAccount],
    *,
    channel: str | None = None,
) -> Route:
    """The way to the customer of a conversation, whose messages are oldest first.

    `channel` None means that of the newest message from the customer.

    Raises:
        NoRecipient: not certain.
    """
    inbound = [m for m in messages if m.direction is Direction.IN]
    if not inbound:
        raise NoRecipient("the customer has not written in this conversation")
    chosen = channel or inbound[-1].channel
    if chosen not in CHANNELS:
        raise NoRecipient(f"replies on channel {chosen or '(none)'!r} are not known to Sidenote")
    newest = next((m for m in reversed(inbound) if m.channel == chosen), None)
    if chosen in BY_CONVERSATION:
        if newest is None:
            raise NoRecipient(f"the customer has not written by {chosen} in this conversation")
        return Route(chosen, None, None)
    return Route(chosen, _to(chosen, newest, customer), _sender(chosen, newest, accounts))


def _to(channel: str, newest: Message | None, customer: Customer) -> str:
    known = known_addresses(channel, customer)
    if newest is not None and newest.sender:
        own = next((a for a in known if same_address(channel, a.value, newest.sender)), None)
        if own is None:
            raise NoRecipient("the newest message came from an address that is not the customer's")
        return own.value
    verified = [a for a in known if a.verified]
    sure = known if len(known) == 1 else verified
    if len(sure) != 1:
        raise NoRecipient(
            f"the newest message names no sender, and the customer has {len(known)} {channel} "
            f"addresses, {len(verified)} of them verified"
        )
    return sure[0].value


def known_addresses(channel: str, customer: Customer) -> tuple[Address, ...]:
    """The customer's addresses on a channel that has addresses, each once."""
    of_channel = {EMAIL: customer.emails, SMS: customer.phones, WHATSAPP: customer.whatsapps}
    by_value = {_folded(channel, a.value): a for a in reversed(of_channel[channel])}
    return tuple(reversed(by_value.values()))


def _sender(channel: str, newest: Message | None, accounts: Sequence[OutboundAccount]) -> str:
    ours = [a.account for a in accounts if a.channel == channel and a.account]
    reached = newest.to if newest is not None else ()
    received = [a for a in ours if any(same_address(channel, a, to) for to in reached)]
    fitting = list(dict.fromkeys(received or ours))
    if len(fitting) == 1:
        return fitting[0]
    if not ours:
        raise NoRecipient(f"the organization has no {channel} account to send from")
    raise NoRecipient(
        f"{len(fitting)} {channel} accounts of the organization fit, and the newest message does "
        "not tell which of them it was sent to"
    )


def same_address(channel: str, one: str, other: str) -> bool:
    """Whether two ways of writing an address reach the same mailbox or number."""
    return _folded(channel, one) == _folded(channel, other)


def _folded(channel: str, address: str) -> str:
    if channel == EMAIL:
        return address.strip().casefold()
    # "+1 (555) 010-7788" and "whatsapp:+15550107788" are one number.
    return _NOT_DIGITS.sub("", address) or address.strip().casefold()
