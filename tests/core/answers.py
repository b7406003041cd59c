"""Builders for slots and the outbound gate: one approved answer with one slot, filled."""

from dataclasses import replace
from typing import Any

from agent.core.conversation import Address, Conversation, Customer
from agent.core.disclosure import LINES
from agent.core.outbound import ApprovedText, Outgoing, judge
from agent.core.proposal import Proposal, SlotGuess
from agent.core.reply import composed
from agent.core.slots import Filled, NotFilled, Sources, fill
from agent.core.team_policy import Level, ReplySettings, Slot, SlotKind, TeamPolicy, Topic
from tests.core.facts import NOON, said

ANSWER = "Follow order {{order}} here: https://shop.example/track. Then write to us again."
ORDER = Slot(name="order", source="message", kind=SlotKind.ORDER_NUMBER)
NAME = Slot(name="name", source="customer.first_name", kind=SlotKind.NAME)
MARA = Customer(
    id="c1",
    name="Mara Ames",
    external_id="X-77120",
    emails=(Address(value="mara@home.example", verified=True),),
    custom={"tier": "gold", "spent": 120.5, "vip": True, "tags": ["a"]},
)


def sources(*texts: str, customer: Customer | None = MARA, **conversation: Any) -> Sources:
    """What the customer just wrote, oldest first; messages m1, m2, …"""
    wrote = texts or ("Where is order 40-2291?",)
    return Sources(
        conversation=replace(Conversation(id="t1", updated_at=NOON), **conversation),
        burst=tuple(replace(said(text), id=f"m{n}") for n, text in enumerate(wrote, start=1)),
        customer=customer,
    )


def topic(answer: str = ANSWER, *slots: Slot, **changes: Any) -> Topic:
    plain = Topic(
        name="order-status",
        description="where an order is",
        level=Level.SEND,
        answers={"en": answer},
        slots=slots or (ORDER,),
    )
    return replace(plain, **changes)


def quoting(*guesses: tuple[str, ...]) -> Proposal:
    """A model that quotes words (of m1, unless told otherwise) for slots."""
    slots = tuple(
        SlotGuess(name=guess[0], quote=guess[1], message_id=guess[2] if guess[2:] else "m1")
        for guess in guesses
    )
    return Proposal(statements=(), engine="hostile-1", slots=slots)


def filled(about: Topic, given: Sources, proposal: Proposal | None = None) -> dict[str, str] | str:
    """The values by slot, or why there are none."""
    found = fill(about, "en", proposal or quoting(), given)
    if isinstance(found, NotFilled):
        return found.why
    return {value.name: value.text for value in found.values}


def policy(about: Topic | None = None, **reply: Any) -> TeamPolicy:
    settings = ReplySettings(**{"links": frozenset({"shop.example"}), **reply})
    return TeamPolicy(topics=(about or topic(),), reply=settings)


def outgoing(
    about: Topic | None = None,
    *,
    given: Sources | None = None,
    reply: dict[str, Any] | None = None,
    **changes: Any,
) -> Outgoing:
    """A reply that may go out. `reply` changes what it is made of, the rest what surrounds it."""
    about = about or topic()
    given = given or sources()
    values = fill(about, "en", quoting(), given)
    assert isinstance(values, Filled)
    made = composed(about, "en", values, LINES["en"])
    plain = Outgoing(
        reply=replace(made, **(reply or {})),
        policy=policy(about),
        channel="email",
        sources=given,
    )
    return replace(plain, **changes)


def objections(given: Outgoing) -> dict[str, str]:
    """The checks that refuse it, with their evidence."""
    found = judge(given)
    if isinstance(found, ApprovedText):
        return {}
    return {one.check: one.evidence for one in found.objections}


def with_text(text: str, *, answer: str = "We are here.") -> Outgoing:
    """A text that somebody slipped past whoever puts replies together, letter for letter."""
    about = topic(answer)
    return outgoing(about, reply={"body": f"{text}\n\n{LINES['en']}"})
