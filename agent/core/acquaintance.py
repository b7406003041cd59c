"""Whether anybody knows the sender: by a verified address, or by having written with them."""

from agent.core.conversation import Address, Customer, Message
from agent.core.policy import Facts
from agent.core.recipient import BY_ADDRESS, known_addresses, same_address
from agent.core.situation import is_by_teammate, turn_message


def is_first_contact(facts: Facts) -> bool:
    """Nobody has verified the sender, and no teammate has written in this conversation.

    A forged sender makes a new customer whom nobody knows; answering it mails a stranger.
    """
    message = turn_message(facts)
    if message is None or facts.customer is None:
        return True
    if any(is_by_teammate(each) for each in facts.messages):
        return False
    return not is_verified(facts.customer, message)


def is_verified(customer: Customer, message: Message) -> bool:
    """The address it came from is a verified one of the customer's.

    Where the channel names no address (a chat), any verified address, or the shop's own id for
    the customer, which only the shop can have given.
    """
    if message.channel not in BY_ADDRESS:
        everything = (*customer.emails, *customer.phones, *customer.whatsapps)
        return bool(customer.external_id) or _any_verified(everything)
    known = known_addresses(message.channel, customer)
    if not message.sender:
        return _any_verified(known)
    return _any_verified(
        tuple(a for a in known if same_address(message.channel, a.value, message.sender))
    )


def _any_verified(addresses: tuple[Address, ...]) -> bool:
    return any(address.verified for address in addresses)
