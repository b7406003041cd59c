"""Holds every statement of a proposal against the messages it cites.

Two laws: a statement stands only on messages that are there, and it holds no figure (amount,
date, order number, e-mail address) that none of them has. It says nothing of a statement's
words: a wrong sentence without figures passes.
"""

import re
from dataclasses import replace

from agent.core.figures import figures, forms_in, forms_of_day
from agent.core.proposal import Proposal, Statement
from agent.core.transcript import Line, Transcript

NO_MESSAGE = "it cites no message"
UNKNOWN_MESSAGE = "it cites a message that is not there"


def ground(proposal: Proposal, transcript: Transcript) -> Proposal:
    """The proposal without the statements that its messages do not bear out.

    Each of those is added to `dropped` with the reason. Doing it again changes nothing.
    """
    lines = {line.message_id: line for line in transcript.lines}
    kept: list[Statement] = []
    dropped = list(proposal.dropped)
    for statement in proposal.statements:
        reason = _reason_to_drop(statement, lines, transcript.subject)
        if reason:
            dropped.append((statement.text, reason))
        else:
            kept.append(statement)
    return replace(proposal, statements=tuple(kept), dropped=tuple(dropped))


def is_usable(proposal: Proposal) -> bool:
    """Whether enough is left for a note: something, and at least half of what was proposed."""
    return 0 < len(proposal.statements) >= len(proposal.dropped)


def _reason_to_drop(statement: Statement, lines: dict[str, Line], subject: str) -> str:
    """Why the statement cannot stay, in words for the receipt; "" when it can."""
    if not statement.message_ids:
        return NO_MESSAGE
    if not all(message_id in lines for message_id in statement.message_ids):
        return UNKNOWN_MESSAGE
    cited = [lines[message_id] for message_id in statement.message_ids]
    if any(_says(line, statement.text) for line in cited):
        return ""
    # The subject belongs to the whole conversation: order numbers often stand only there.
    known = frozenset[str]().union(
        forms_in(subject),
        *(forms_in(" ".join((line.text, *line.unread))) for line in cited),
        *(forms_of_day(line.sent_at) for line in cited),
    )
    missing = [figure.written for figure in figures(statement.text) if not figure.forms & known]
    if not missing:
        return ""
    return f"not in the messages it cites: {', '.join(missing)}"


def _says(line: Line, text: str) -> bool:
    """Whether the message says it word for word, and not from the middle of a number on."""
    pattern = rf"(?<![\w.,]){re.escape(_squeeze(text))}(?!\w)"
    return re.search(pattern, _squeeze(line.text)) is not None


def _squeeze(text: str) -> str:
    return " ".join(text.split()).casefold()
