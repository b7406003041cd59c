"""Whether what a statement says was done, or is to be done, is in the messages it cites."""

from collections.abc import Iterator
from functools import lru_cache

from agent.core.grounding.action_words import DONE, HAPPENED, LOOSE, NOT_YET, SMALL_STEPS, STRICT
from agent.core.grounding.evidence import Evidence
from agent.core.phrases import fold
from agent.core.proposal import Section, Statement
from agent.core.sentences import sentences_of


def invented_action(statement: Statement, evidence: Evidence) -> str:
    """What it adds to the messages, in words for the receipt; "" when it adds nothing."""
    for action in sorted(actions_in(statement.text)):
        # What a teammate should do next may well be a small step that nobody has named.
        if statement.section is Section.NEXT and action in SMALL_STEPS:
            continue
        if action == "send" and any(line.unread for line in evidence.cited):
            continue  # an attachment was sent, whether or not the message says so
        if action not in _supported(evidence.folded):
            return f"the messages it cites say nothing of this: {action}"
    if statement.section is Section.NEXT:
        return ""
    told = next(_told_as_done(statement.text, evidence), "")
    return f"the messages it cites do not say that it was done: {told}" if told else ""


@lru_cache(maxsize=512)
def actions_in(text: str) -> frozenset[str]:
    """The actions that a text names, by our own names for them."""
    folded = fold(text)
    return frozenset(action for action, pattern in STRICT.items() if pattern.search(folded))


@lru_cache(maxsize=512)
def _supported(folded: str) -> frozenset[str]:
    loose = (action for action, pattern in LOOSE.items() if pattern.search(folded))
    return actions_in(folded) | frozenset(loose)


def _told_as_done(text: str, evidence: Evidence) -> Iterator[str]:
    """Actions told as done where the messages only ask for them, offer or promise them.

    In English only: elsewhere what was done is not told from what will be.
    """
    if evidence.tongue != "en":
        return
    folded = fold(text)
    said = [fold(one) for one in sentences_of(evidence.text)]
    for action, pattern in DONE.items():
        done = pattern.search(folded)
        if done is None or NOT_YET.search(folded[: done.start()]):
            continue
        named = [one for one in said if STRICT[action].search(one) or LOOSE[action].search(one)]
        if named and not any(pattern.search(one) or HAPPENED.search(one) for one in named):
            yield done.group()
