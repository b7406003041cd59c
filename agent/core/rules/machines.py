"""Rules on mail that a machine wrote, and on machines that answer our replies."""

from collections.abc import Callable
from datetime import timedelta

from agent.core import automatic, limits
from agent.core.conversation import AuthorKind, Direction, Message
from agent.core.policy import NO_HEADERS, Facts
from agent.core.rules.allowance import of_limit
from agent.core.situation import burst, is_by_teammate, turn_message


def bounce(facts: Facts) -> str | None:
    """Everything the customer said since the team spoke is a bounce."""
    return _all_of_burst(facts, automatic.bounce)


def bulk(facts: Facts) -> str | None:
    """Everything since the team spoke is mail to many."""
    return _all_of_burst(facts, automatic.bulk)


def auto_submitted(facts: Facts) -> str | None:
    """Everything since the team spoke was written by a machine.

    A no-reply sender counts until a teammate has answered: behind some web forms is a person.
    """
    answered = any(is_by_teammate(m) for m in facts.messages)

    def by_machine(message: Message) -> str | None:
        no_reply = None if answered else automatic.no_reply(message)
        return automatic.auto_submitted(message) or no_reply

    return _all_of_burst(facts, by_machine) or _told_without_headers(facts)


def maybe_automatic(facts: Facts) -> str | None:
    """A machine may have written it."""
    message = turn_message(facts)
    return automatic.maybe_automatic(message) if message else None


def own_address(facts: Facts) -> str | None:
    """It came from one of our own addresses: a forwarding rule, a web form, or our own mail.

    A note is right for the form, and a reply would go in a circle.
    """
    message = turn_message(facts)
    if message is None or not message.sender.strip():
        return None
    ours = {_address(each) for each in (*facts.own_addresses, *message.to)}
    return "sent from one of the team's own addresses" if _address(message.sender) in ours else None


def answered_at_once(facts: Facts) -> str | None:
    """It came so soon after our reply that nobody can have read that."""
    quick = _quick_answers(facts)
    if any(message in quick for message in burst(facts)):
        return f"came within {limits.AT_ONCE.seconds} s of our reply"
    return _at_once_elsewhere(facts)


def ping_pong(facts: Facts) -> str | None:
    """It keeps answering at once, here or in other conversations."""
    times = [message.sent_at for message in _quick_answers(facts)]
    return limits.suppressed(times, facts.now) or _ping_pong_elsewhere(facts)


_at_once_elsewhere = of_limit(limits.answered_at_once)
_ping_pong_elsewhere = of_limit(limits.ping_pong)


def _quick_answers(facts: Facts) -> list[Message]:
    quick, replied = [], None
    for message in facts.messages:
        if message.direction is Direction.OUT:
            replied = message if message.author.kind is AuthorKind.SIDENOTE else None
        elif replied and timedelta(0) <= message.sent_at - replied.sent_at < limits.AT_ONCE:
            quick.append(message)
    return quick


def _all_of_burst(facts: Facts, test: Callable[[Message], str | None]) -> str | None:
    """The turn's evidence, when every message of the burst has some.

    A person's question followed by the same mailbox's absence note is still a question. Once our
    note stands, only the turn's own message can be news.
    """
    message = turn_message(facts)
    if message is None:
        return None
    others = () if facts.already_noted else burst(facts)
    return test(message) if all(test(m) for m in others) else None


def _told_without_headers(facts: Facts) -> str | None:
    message = turn_message(facts)
    by_mail = message is not None and message.channel == "email"
    return NO_HEADERS if by_mail and message is not None and not message.headers else None


def _address(written: str) -> str:
    """The bare address of 'Name <a@b>', in small letters."""
    return written.rpartition("<")[2].rstrip("> ").strip().casefold()
