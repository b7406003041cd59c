"""Helpdesks that must behave alike, each with the same few hands on its world."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from agent.adapters.kustomer import Kustomer, Patience, Unlimited, kustomer_client
from agent.adapters.memory import ManualClock, MemoryHelpdesk
from agent.core.conversation import Conversation, Customer, OutboundAccount, Status
from agent.ports import Helpdesk
from agent.retries import NO_RETRIES
from agent.sandbox.server import Sandbox

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
STEP = timedelta(seconds=1)


class World(Protocol):
    """A helpdesk and what people do in it. Nothing happens at the same instant as another thing."""

    helpdesk: Helpdesk

    def opens(self, key: str, *texts: str) -> Conversation:
        """A customer of their own opens a conversation with these messages; read back."""

    def customer_says(self, conversation_id: str, text: str) -> str:
        """A customer's message now; gives its id."""

    def teammate_says(self, conversation_id: str, text: str) -> str:
        """A teammate's message now; gives its id."""

    def passes(self, span: timedelta) -> None:
        """Time goes by, and what is due happens: index, deliveries."""

    def now(self) -> datetime:
        """The helpdesk's time."""


class MemoryWorld:
    """The one in memory."""

    def __init__(self) -> None:
        self._clock = ManualClock(NOON)
        account = OutboundAccount(channel="email", account="help@example.test")
        self._memory = MemoryHelpdesk(self._clock, accounts=[account])
        self._opened = 0
        self.helpdesk: Helpdesk = self._memory

    def opens(self, key: str, *texts: str) -> Conversation:
        self._opened += 1
        number, customer = f"{self._opened:024x}", f"{0xC0 + self._opened:024x}"
        self._memory.add_customer(Customer(id=customer, name="Mara Lind"))
        self._memory.add(
            Conversation(
                id=number,
                customer_id=customer,
                name=key,
                status=Status.OPEN,
                channels=("email",),
                updated_at=self.now(),
            )
        )
        for text in texts:
            self.customer_says(number, text)
        return self.helpdesk.conversation(number)

    def customer_says(self, conversation_id: str, text: str) -> str:
        self.passes(STEP)
        return self._memory.receive(conversation_id, text).id

    def teammate_says(self, conversation_id: str, text: str) -> str:
        self.passes(STEP)
        return self._memory.answer(conversation_id, text).id

    def passes(self, span: timedelta) -> None:
        self._clock.advance(span)

    def now(self) -> datetime:
        return self._clock.now()


class SandboxWorld:
    """The client, over HTTP, against the sandbox."""

    def __init__(self, sandbox: Sandbox, helpdesk: Helpdesk) -> None:
        self._sandbox = sandbox
        self.helpdesk = helpdesk

    def opens(self, key: str, *texts: str) -> Conversation:
        made = self._sandbox.add_conversation(
            key, subject=key, customer_email=f"{key}@example.test"
        )
        for text in texts:
            self.customer_says(made.id, text)
        return self.helpdesk.conversation(made.id)

    def customer_says(self, conversation_id: str, text: str) -> str:
        self.passes(STEP)
        return self._sandbox.customer_says(conversation_id, text).id

    def teammate_says(self, conversation_id: str, text: str) -> str:
        self.passes(STEP)
        return self._sandbox.teammate_says(conversation_id, text).id

    def passes(self, span: timedelta) -> None:
        self._sandbox.advance(span)

    def now(self) -> datetime:
        return self._sandbox.world.now()


@contextmanager
def sandbox_world(**switches: str) -> Iterator[SandboxWorld]:
    """A fresh sandbox whose clock moves only when told."""
    with (
        Sandbox(frozen_at=NOON, switches=switches) as sandbox,
        kustomer_client(sandbox.url, sandbox.key) as http,
    ):
        patience = Patience(retries=NO_RETRIES)
        clock, budget = ManualClock(NOON), Unlimited()
        user = Kustomer(http, clock=clock, budget=budget, patience=patience).current_user()
        client = Kustomer(http, clock=clock, budget=budget, own_user_id=user.id, patience=patience)
        yield SandboxWorld(sandbox, client)
