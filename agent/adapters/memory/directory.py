"""A helpdesk in plain Python that also finds and creates customers and conversations."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agent.adapters.memory.helpdesk import MemoryHelpdesk, Request
from agent.core.conversation import Address, Conversation, Customer, Status
from agent.errors import HelpdeskConflict, HelpdeskMissing
from agent.ports import CustomerKey, NewConversation, NewCustomer

_KEYS: dict[CustomerKey, Callable[[Customer], tuple[str, ...]]] = {
    CustomerKey.EXTERNAL_ID: lambda c: (c.external_id,) if c.external_id else (),
    CustomerKey.EMAIL: lambda c: tuple(each.value.lower() for each in c.emails),
    CustomerKey.PHONE: lambda c: tuple(each.value for each in c.phones),
}


class MemoryDirectory(MemoryHelpdesk):
    """`Helpdesk` and `Directory`. E-mail addresses and external ids are unique, phones are not."""

    @contextmanager
    def _called(self, method: str, about: str) -> Iterator[None]:
        """As `_call` does for the other methods."""
        with self.lock:
            fault = self.noticed(Request(method, about))
            if fault is not None and not fault.applied:
                raise fault.error
            yield
            if fault is not None:
                raise fault.error

    def customer_by(self, key: CustomerKey, value: str) -> Customer | None:
        """See `Directory`."""
        wanted = value.lower() if key is CustomerKey.EMAIL else value
        with self._called("customer_by", value):
            there = list(self._customers.values())
        return next((each for each in there if wanted in _KEYS[key](each)), None)

    def customers_like(self, text: str, *, limit: int = 50) -> tuple[Customer, ...]:
        """See `Directory`; the words of the name."""
        words = set(text.lower().split())
        with self._called("customers_like", text):
            there = list(self._customers.values())
        found = [each for each in there if words <= set(each.name.lower().split())]
        return tuple(found[:limit])

    def conversation_by_external_id(self, external_id: str) -> Conversation | None:
        """See `Directory`."""
        with self._called("conversation_by_external_id", external_id):
            there = list(self._conversations.values())
        return next((each for each in there if each.external_id == external_id), None)

    def create_customer(self, new: NewCustomer) -> Customer:
        """See `Directory`."""
        with self._called("create_customer", new.external_id or ""):
            made = Customer(
                id=self._new_id(),
                name=new.name,
                external_id=new.external_id,
                emails=tuple(Address(value=each) for each in new.emails),
                phones=tuple(Address(value=each) for each in new.phones),
            )
            for key in (CustomerKey.EXTERNAL_ID, CustomerKey.EMAIL):
                taken = {value for each in self._customers.values() for value in _KEYS[key](each)}
                if taken & set(_KEYS[key](made)):
                    raise HelpdeskConflict(f"A customer with this {key} exists.")
            self.add_customer(made)
        return made

    def create_conversation(self, new: NewConversation) -> Conversation:
        """See `Directory`."""
        with self._called("create_conversation", new.customer_id):
            if new.customer_id not in self._customers:
                raise HelpdeskMissing("There is no such customer.")
            taken = {each.external_id for each in self._conversations.values()} - {None}
            if new.external_id in taken:
                raise HelpdeskConflict("A conversation with this externalId exists.")
            conversation = Conversation(
                id=self._new_id(),
                updated_at=self._clock.now(),
                customer_id=new.customer_id,
                name=new.name,
                status=Status(new.status),
                channels=(new.channel,) if new.channel else (),
                external_id=new.external_id,
            )
            return self.add(conversation)
