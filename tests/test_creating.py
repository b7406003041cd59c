"""A customer or a conversation is created once, whatever becomes of the requests."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from agent.adapters.memory import ManualClock, MemoryDirectory, MemoryStore
from agent.core.conversation import Conversation, Customer
from agent.creating import (
    create_conversation,
    create_customer,
    external_id_of,
    find_customer,
    search_customers,
)
from agent.errors import (
    Held,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskLocked,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    InputError,
    OutcomeUnknown,
)
from agent.making import Made
from agent.notes import NoteDesk
from agent.ports import CustomerKey, NewConversation, NewCustomer
from agent.retries import NO_RETRIES
from tests.small_world import NOON

MARA = NewCustomer(
    name="Mara Lind",
    emails=("mara@example.test",),
    phones=("+491511234567",),
    external_id="shop/77",
)
UNKNOWN = OutcomeUnknown("POST /v1/customers: sent, and no answer")


@dataclass
class Office:
    """A helpdesk and one process that creates in it."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    paused: bool = False

    def __post_init__(self) -> None:
        self.directory = MemoryDirectory(self.clock)
        self.store = MemoryStore()

    def desk(self, owner: str = "command/1") -> NoteDesk:
        return NoteDesk(
            reader=self.directory,
            writer=self.directory,
            store=self.store,
            clock=self.clock,
            owner=owner,
            guard=self.guard,
        )

    def guard(self) -> None:
        if self.paused:
            raise Held("paused")

    def create(self, new: NewCustomer = MARA, *, allow_duplicate: bool = False) -> Made[Customer]:
        return create_customer(self.desk(), self.directory, new, allow_duplicate=allow_duplicate)

    def open(
        self,
        new: NewConversation | None = None,
        *,
        key: str | None = None,
        allow_duplicate: bool = False,
    ) -> Made[Conversation]:
        return create_conversation(
            self.desk(),
            self.directory,
            new or self.case(),
            key=key,
            allow_duplicate=allow_duplicate,
        )

    def case(self, **changes: str | None) -> NewConversation:
        """A conversation with Mara."""
        if "c" * 24 not in self.directory._customers:
            self.directory.add_customer(Customer(id="c" * 24, name="Mara"))
        new = NewConversation(customer_id="c" * 24, name="New lid", external_id="case/12")
        return replace(new, **changes)  # type: ignore[arg-type]

    def asked(self, method: str) -> int:
        return sum(each.method == method for each in self.directory.requests)

    @property
    def customers(self) -> int:
        return len(self.directory._customers)

    @property
    def conversations(self) -> int:
        return len(self.directory._conversations)


@pytest.fixture
def office() -> Office:
    return Office()


# --- looking first -------------------------------------------------------------------------------


def test_a_customer_that_is_not_there_is_created(office: Office) -> None:
    made = office.create()

    assert (made.created, made.record.external_id, office.customers) == (True, "shop/77", 1)


@pytest.mark.parametrize(
    "same_as",
    [
        pytest.param(NewCustomer(external_id="shop/77"), id="external id"),
        pytest.param(NewCustomer(emails=("x@example.test", "MARA@example.test")), id="e-mail"),
        pytest.param(NewCustomer(phones=("+49 (151) 123-4567",)), id="phone"),
    ],
)
def test_one_with_the_same_key_is_given_as_it_is(office: Office, same_as: NewCustomer) -> None:
    first = office.create()

    again = office.create(replace(same_as, name="Somebody"))

    assert (again.created, again.record) == (False, first.record)
    assert office.asked("create_customer") == 1


def test_keys_of_different_customers_are_told_and_nothing_is_created(office: Office) -> None:
    mara = office.create().record
    ben = office.create(NewCustomer(name="Ben", emails=("ben@example.test",))).record

    with pytest.raises(InputError) as raised:
        office.create(replace(MARA, emails=("ben@example.test",)))

    assert all(each in str(raised.value) for each in (mara.id, ben.id))
    assert office.customers == 2


def test_a_customer_without_a_key_needs_consent(office: Office) -> None:
    with pytest.raises(InputError, match="--allow-duplicate"):
        office.create(NewCustomer(name="Mara Lind"))

    assert office.directory.requests == []


def test_with_consent_each_call_creates_another_one(office: Office) -> None:
    for _ in range(2):
        assert office.create(NewCustomer(name="Mara Lind"), allow_duplicate=True).created

    assert office.customers == 2


def test_one_that_exists_is_given_also_while_paused(office: Office) -> None:
    first = office.create()
    office.paused = True

    assert office.create().record == first.record


def test_nothing_is_created_while_paused(office: Office) -> None:
    office.paused = True

    with pytest.raises(Held):
        office.create()

    assert office.customers == 0


# --- when it is not known what became of it ------------------------------------------------------


def test_one_created_by_a_request_without_an_answer_is_found(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer", applied=True)

    made = office.create()

    assert (made.created, office.customers, office.asked("create_customer")) == (True, 1, 1)


def test_one_that_was_not_created_is_created_after_looking_twice(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer")
    office.create()

    methods = [each.method for each in office.directory.requests]
    looks = [3, 3]  # external id, e-mail, phone
    assert methods == [
        *["customer_by"] * 3,
        "create_customer",
        *["customer_by"] * sum(looks),
        "create_customer",
    ]


def test_one_that_is_applied_a_little_late_is_not_created_twice(office: Office) -> None:
    class Late(MemoryDirectory):
        """Takes the request, and shows the customer two seconds later."""

        def customer_by(self, key: CustomerKey, value: str) -> Customer | None:
            found = super().customer_by(key, value)
            return found if self._clock.now() >= shows_at else None

    shows_at = NOON.replace(second=2)
    office.directory = Late(office.clock)
    office.directory.fail(UNKNOWN, on="create_customer", applied=True)

    assert office.create().created
    assert (office.customers, office.asked("create_customer")) == (1, 1)


def test_without_a_key_an_unknown_one_is_left_to_a_person(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer")

    with pytest.raises(OutcomeUnknown, match="look in Kustomer"):
        office.create(NewCustomer(name="Mara Lind"), allow_duplicate=True)

    assert office.asked("create_customer") == 1


def test_a_look_that_fails_leaves_it_unknown(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer", applied=True)
    office.directory.fail(HelpdeskUnavailable("no answer"), on="customer_by", nth=4)

    with pytest.raises(OutcomeUnknown, match="run it again"):
        office.create()

    assert office.asked("create_customer") == 1


def test_the_next_call_finds_what_the_last_one_left_unknown(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer", applied=True)
    office.directory.fail(HelpdeskUnavailable("no answer"), on="customer_by", nth=4)
    with pytest.raises(OutcomeUnknown):
        office.create()

    assert (office.create().created, office.customers) == (False, 1)


def test_it_is_given_up_after_all_attempts(office: Office) -> None:
    for nth in range(1, 6):
        office.directory.fail(UNKNOWN, on="create_customer", nth=nth)

    with pytest.raises(OutcomeUnknown, match="may or may not exist"):
        office.create()

    assert office.asked("create_customer") == 5


def test_a_policy_without_retries_asks_once(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer")
    desk = replace(office.desk(), retries=NO_RETRIES)

    with pytest.raises(OutcomeUnknown):
        create_customer(desk, office.directory, MARA)

    assert office.asked("create_customer") == 1


@pytest.mark.parametrize("error", [HelpdeskUnavailable("not sent"), HelpdeskBusy("429")])
def test_what_was_not_applied_is_tried_again(office: Office, error: Exception) -> None:
    office.directory.fail(error, on="create_customer")

    assert (office.create().created, office.customers) == (True, 1)


def test_a_refused_key_is_not_tried_again(office: Office) -> None:
    office.directory.fail(HelpdeskLocked("401"), on="create_customer")

    with pytest.raises(HelpdeskLocked):
        office.create()

    assert office.asked("create_customer") == 1


# --- duplicates ----------------------------------------------------------------------------------


def _appears(office: Office, *, nth_look: int) -> None:
    """Somebody else creates Mara right before that look for her external id."""
    look: Callable[[CustomerKey, str], Customer | None] = office.directory.customer_by
    looks = 0

    def customer_by(key: CustomerKey, value: str) -> Customer | None:
        nonlocal looks
        looks += key is CustomerKey.EXTERNAL_ID
        if looks == nth_look and not office.customers:
            office.directory.add_customer(Customer(id="f" * 24, external_id="shop/77"))
        return look(key, value)

    office.directory.customer_by = customer_by  # type: ignore[method-assign]


@pytest.mark.parametrize("error", [HelpdeskConflict("409"), HelpdeskRefused("400")])
def test_one_that_somebody_else_created_meanwhile_is_adopted(
    office: Office, error: Exception
) -> None:
    office.directory.fail(error, on="create_customer")
    _appears(office, nth_look=2)

    made = office.create()

    assert (made.created, made.record.id) == (False, "f" * 24)


def test_after_a_conflict_a_look_up_that_lags_is_waited_for(office: Office) -> None:
    office.directory.fail(HelpdeskConflict("409"), on="create_customer")
    _appears(office, nth_look=4)

    assert office.create().record.id == "f" * 24


def test_a_conflict_after_an_unknown_outcome_is_our_own(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_customer", nth=1)
    office.directory.fail(HelpdeskConflict("409"), on="create_customer", nth=2)
    _appears(office, nth_look=4)

    assert office.create().created


def test_what_is_refused_for_itself_stays_refused(office: Office) -> None:
    office.directory.fail(HelpdeskRefused("400 badparam"), on="create_customer")

    with pytest.raises(HelpdeskRefused, match="badparam"):
        office.create()

    assert office.asked("create_customer") == 1


def test_two_processes_do_not_create_the_same_one_at_once(office: Office) -> None:
    create = office.directory.create_customer
    other_said: list[str] = []

    def meanwhile(new: NewCustomer) -> Customer:
        with pytest.raises(Held) as raised:
            create_customer(office.desk("command/2"), office.directory, MARA)
        other_said.append(str(raised.value))
        return create(new)

    office.directory.create_customer = meanwhile  # type: ignore[method-assign]
    office.create()

    assert office.customers == 1
    assert other_said == ["another process is creating this customer; try again in a minute"]


def test_a_claim_is_let_go_of_after_an_error(office: Office) -> None:
    office.directory.fail(HelpdeskRefused("400"), on="create_customer")
    with pytest.raises(HelpdeskRefused):
        office.create()

    made = create_customer(office.desk("command/2"), office.directory, MARA)

    assert made.created


def test_a_claim_on_one_key_that_is_taken_leaves_none_on_the_others(office: Office) -> None:
    create = office.directory.create_customer

    def meanwhile(new: NewCustomer) -> Customer:
        with pytest.raises(Held):
            create_customer(office.desk("command/2"), office.directory, other)
        return create(new)

    other = NewCustomer(emails=("a@example.test", "mara@example.test", "z@example.test"))
    office.directory.create_customer = meanwhile  # type: ignore[method-assign]
    office.create()
    office.directory.create_customer = create  # type: ignore[method-assign]

    third = NewCustomer(emails=("a@example.test", "z@example.test"))
    assert create_customer(office.desk("command/3"), office.directory, third).created


def test_what_it_is_known_by_is_not_stored_with_us(office: Office) -> None:
    office.create()

    stored = repr(office.store.deliveries())
    assert not any(each in stored for each in ("mara", "Mara", "151123", "shop/77"))


# --- conversations -------------------------------------------------------------------------------


def test_a_conversation_is_opened_once_for_its_external_id(office: Office) -> None:
    first, again = office.open(), office.open()

    assert (first.created, again.created) == (True, False)
    assert again.record.id == first.record.id


def test_a_key_stands_for_one_conversation(office: Office) -> None:
    first = office.open(office.case(external_id=None), key="order 40-2291")
    again = office.open(office.case(external_id=None), key="order 40-2291")

    assert first.record.external_id == external_id_of("order 40-2291")
    assert (again.created, again.record.id) == (False, first.record.id)


def test_an_external_id_of_another_customer_is_an_error(office: Office) -> None:
    office.open()
    office.directory.add_customer(Customer(id="d" * 24, name="Ben"))

    with pytest.raises(InputError, match="another customer"):
        office.open(office.case(customer_id="d" * 24))

    assert office.conversations == 1


def test_a_conversation_without_external_id_needs_consent(office: Office) -> None:
    with pytest.raises(InputError, match="--external-id or --key"):
        office.open(office.case(external_id=None))

    assert office.open(office.case(external_id=None), allow_duplicate=True).created


def test_an_external_id_and_a_key_are_one_too_many(office: Office) -> None:
    with pytest.raises(InputError, match="not both"):
        office.open(key="order 40-2291")


def test_a_conversation_opened_by_a_request_without_an_answer_is_found(office: Office) -> None:
    office.directory.fail(UNKNOWN, on="create_conversation", applied=True)

    assert (office.open().created, office.conversations) == (True, 1)


def test_a_customer_that_is_not_there_is_told(office: Office) -> None:
    with pytest.raises(HelpdeskMissing, match=f"no customer {'e' * 24}"):
        office.open(office.case(customer_id="e" * 24))

    assert office.asked("create_conversation") == 1


# --- what cannot be used -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(NewCustomer(), id="nothing"),
        pytest.param(NewCustomer(emails=("mara",)), id="no address"),
        pytest.param(NewCustomer(emails=("mara@example.test, ben@example.test",)), id="two"),
        pytest.param(NewCustomer(emails=("",)), id="empty address"),
        pytest.param(NewCustomer(phones=("0151 abc",)), id="no number"),
        pytest.param(NewCustomer(external_id=" "), id="empty external id"),
        pytest.param(NewCustomer(external_id="x" * 257), id="long external id"),
        pytest.param(replace(MARA, name="Mara\x1b[2J"), id="control characters"),
        pytest.param(
            NewCustomer(emails=tuple(f"m{n}@example.test" for n in range(11))), id="eleven"
        ),
    ],
)
def test_a_customer_that_cannot_be_is_refused_before_anything_is_asked(
    office: Office, new: NewCustomer
) -> None:
    with pytest.raises(InputError):
        office.create(new, allow_duplicate=True)

    assert office.directory.requests == []


@pytest.mark.parametrize(
    "changes",
    [
        {"customer_id": "Mara"},
        {"status": "snoozed"},
        {"name": "x" * 257},
        {"channel": ""},
        {"external_id": "\n"},
    ],
    ids=str,
)
def test_a_conversation_that_cannot_be_is_refused_before_anything_is_asked(
    office: Office, changes: dict[str, str]
) -> None:
    with pytest.raises(InputError):
        office.open(office.case(**changes))

    assert office.directory.requests == []


# --- finding -------------------------------------------------------------------------------------


def test_a_phone_number_is_found_as_people_write_it(office: Office) -> None:
    made = office.create().record

    assert find_customer(office.directory, CustomerKey.PHONE, "+49 151 / 1234567") == made


def test_a_key_that_cannot_be_is_not_looked_up(office: Office) -> None:
    with pytest.raises(InputError, match="no e-mail address"):
        find_customer(office.directory, CustomerKey.EMAIL, "Mara")

    assert office.directory.requests == []


@pytest.mark.parametrize("text", ["", "  "])
def test_a_search_needs_words(office: Office, text: str) -> None:
    with pytest.raises(InputError):
        search_customers(office.directory, text, limit=50)
