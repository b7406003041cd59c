"""Whose questions may be answered by a reply; all others get a note at most."""

from collections.abc import Iterable

from agent.core.conversation import Conversation, Customer
from agent.core.team_policy import Audience


def outside(
    audience: Audience, conversation: Conversation, customer: Customer | None
) -> str | None:
    """Why this conversation, or its customer, is not among those to answer; None when it is.

    The words come from the policy, never from the customer. Ids, tags, domains and values are
    compared whole, whatever their case; a domain's own sub-domains belong to it. Where the policy
    asks for something about the customer, an unread customer (None) is outside.
    """
    return (
        _tags(audience, conversation)
        or _place("team", audience.only_teams, audience.never_teams, conversation.assigned_teams)
        or _place("queue", audience.only_queues, audience.never_queues, _queue(conversation))
        or _customer(audience, customer)
    )


def needs_customer(audience: Audience) -> bool:
    """True when the policy asks for something that only the customer's record tells."""
    return bool(audience.never_domains or audience.attributes)


def _tags(audience: Audience, conversation: Conversation) -> str | None:
    return _place("tag", audience.only_tags, audience.never_tags, conversation.tags)


def _queue(conversation: Conversation) -> tuple[str, ...]:
    return (conversation.queue_id,) if conversation.queue_id else ()


def _place(
    kind: str, only: frozenset[str], never: frozenset[str], there: Iterable[str]
) -> str | None:
    found = _folded(there)
    for name in sorted(never):
        if name.casefold() in found:
            return f"{kind} {name}"
    if only and not _folded(only) & found:
        return f"none of the {kind}s {', '.join(sorted(only))}"
    return None


def _customer(audience: Audience, customer: Customer | None) -> str | None:
    if not needs_customer(audience):
        return None
    if customer is None:
        return "the customer was not read"
    return _domain(audience.never_domains, customer) or _attribute(audience, customer)


def _domain(never: frozenset[str], customer: Customer) -> str | None:
    hosts = [email.value.strip().casefold().rpartition("@")[2] for email in customer.emails]
    for domain in sorted(never):
        wanted = domain.casefold()
        if any(host == wanted or host.endswith(f".{wanted}") for host in hosts):
            return f"an address at {domain}"
    return None


def _attribute(audience: Audience, customer: Customer) -> str | None:
    for name, values in audience.attributes:
        held = _folded(values) & _folded(_words(customer.custom.get(name)))
        if held:
            return f"customer's {name} is {min(held)}"
    return None


def _words(value: object) -> list[str]:
    """A custom field's value as the policy writes it, whatever the case: true, 3, gold."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [word for one in value for word in _words(one)]
    return [str(value).strip()]


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)
