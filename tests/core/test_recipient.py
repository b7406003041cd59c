"""Who a reply goes to, and from where. In doubt: nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.core.conversation import (
    Address,
    Author,
    AuthorKind,
    Customer,
    Direction,
    Message,
    OutboundAccount,
)
from agent.core.recipient import NoRecipient, Route, route

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
MARA, WORK = "mara@homemail.example", "mara.lind@work.example"
HELP, SALES = "help@shop.example", "sales@shop.example"
ACCOUNT = OutboundAccount(channel="email", account=HELP)


def message(
    *,
    sender: str = MARA,
    to: tuple[str, ...] = (HELP,),
    channel: str = "email",
    direction: Direction = Direction.IN,
    minutes: int = 0,
) -> Message:
    at = NOON + timedelta(minutes=minutes)
    return Message(
        id=f"m{minutes}",
        direction=direction,
        text="Where is it?",
        sent_at=at,
        created_at=at,
        author=Author(kind=AuthorKind.CUSTOMER),
        channel=channel,
        sender=sender,
        to=to,
    )


def customer(
    *emails: str, verified: tuple[str, ...] = (), phones: tuple[str, ...] = ()
) -> Customer:
    return Customer(
        id="c1",
        emails=tuple(Address(value=e, verified=e in verified) for e in emails or (MARA,)),
        phones=tuple(Address(value=p) for p in phones),
    )


def test_a_reply_goes_to_the_sender_of_the_newest_message() -> None:
    way = route([message(sender=WORK), message(minutes=1)], customer(WORK, MARA), [ACCOUNT])

    assert way == Route("email", MARA, HELP)


def test_case_and_spaces_make_no_other_address() -> None:
    way = route([message(sender="Mara@Homemail.example ")], customer(), [ACCOUNT])

    assert way.to == MARA


def test_a_sender_who_is_not_the_customer_gets_no_reply() -> None:
    with pytest.raises(NoRecipient, match="not the customer's"):
        route([message(sender="someone@else.example")], customer(), [ACCOUNT])


def test_the_only_address_stands_in_for_a_sender_that_is_not_told() -> None:
    assert route([message(sender="")], customer(MARA), [ACCOUNT]).to == MARA


def test_the_only_verified_address_stands_in_where_there_are_several() -> None:
    two = customer(MARA, WORK, verified=(WORK,))

    assert route([message(sender="")], two, [ACCOUNT]).to == WORK


@pytest.mark.parametrize("verified", [(), (MARA, WORK)], ids=["none verified", "both verified"])
def test_several_addresses_without_one_sure_get_no_reply(verified: tuple[str, ...]) -> None:
    with pytest.raises(NoRecipient, match="2 email addresses"):
        route([message(sender="")], customer(MARA, WORK, verified=verified), [ACCOUNT])


def test_a_message_of_the_team_names_no_recipient() -> None:
    messages = [
        message(sender=MARA),
        message(direction=Direction.OUT, sender=WORK, minutes=1),
    ]

    assert route(messages, customer(MARA, WORK), [ACCOUNT]).to == MARA


def test_the_account_that_received_the_message_answers() -> None:
    accounts = [OutboundAccount(channel="email", account=SALES), ACCOUNT]

    assert route([message(to=(HELP,))], customer(), accounts).sender == HELP


def test_the_only_account_of_the_channel_answers_where_the_message_names_none() -> None:
    accounts = [OutboundAccount(channel="sms", account="+15550000"), ACCOUNT]

    assert route([message(to=())], customer(), accounts).sender == HELP


def test_several_accounts_that_fit_get_no_reply() -> None:
    accounts = [OutboundAccount(channel="email", account=SALES), ACCOUNT]

    with pytest.raises(NoRecipient, match="2 email accounts"):
        route([message(to=())], customer(), accounts)


def test_no_account_of_the_channel_gets_no_reply() -> None:
    with pytest.raises(NoRecipient, match="no email account"):
        route([message()], customer(), [])


def test_the_channel_is_that_of_the_newest_message() -> None:
    messages = [message(), message(channel="chat", minutes=1)]

    assert route(messages, customer(), [ACCOUNT]) == Route("chat", None, None)


def test_phone_numbers_compare_by_their_digits() -> None:
    messages = [message(channel="sms", sender="+1 (555) 010-7788", to=())]
    accounts = [OutboundAccount(channel="sms", account="+15550100000")]

    way = route(messages, customer(phones=("+15550107788",)), accounts)

    assert way == Route("sms", "+15550107788", "+15550100000")


def test_a_chat_that_the_customer_never_used_gets_no_reply() -> None:
    with pytest.raises(NoRecipient, match="not written by chat"):
        route([message()], customer(), [ACCOUNT], channel="chat")


@pytest.mark.parametrize("channel", ["voice", "note", ""])
def test_a_channel_that_we_do_not_know_gets_no_reply(channel: str) -> None:
    with pytest.raises(NoRecipient, match="not known"):
        route([message(channel=channel)], customer(), [ACCOUNT])


def test_a_customer_who_has_not_written_gets_no_reply() -> None:
    with pytest.raises(NoRecipient, match="has not written"):
        route([message(direction=Direction.OUT)], customer(), [ACCOUNT])
