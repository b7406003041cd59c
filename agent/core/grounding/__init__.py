"""Holds every statement of a proposal against the messages it cites.

The law: a statement stands only on messages that are there, by the one whom it is about, with
nothing in it that they do not have (quotes, figures, days, names, actions) and no negation that
came or went. What fails is dropped. What passes, but shares hardly a word with its messages or
names somebody in another language than theirs, stays and is marked as unverified. A sentence of
a message as it stands always passes. It proves no statement true: a wrong one made of the
message's own words passes.
"""

from dataclasses import replace

from agent.core.grounding.actions import invented_action
from agent.core.grounding.evidence import Evidence, Known
from agent.core.grounding.facts_said import missing_days, missing_figures, missing_names
from agent.core.grounding.negation import wrong_negation
from agent.core.grounding.reading import tongue_of
from agent.core.grounding.speakers import no_request, wrong_speaker
from agent.core.grounding.wording import (
    from_another_message,
    hardly_said,
    is_close,
    misquoted,
    says_word_for_word,
)
from agent.core.proposal import Ask, Proposal, Section, Statement
from agent.core.transcript import Transcript

NO_MESSAGE = "it cites no message"
UNKNOWN_MESSAGE = "it cites a message that is not there"
NAMES_IN_ANOTHER_LANGUAGE = "a name in it is not in the messages, which are in another language"


def ground(proposal: Proposal, transcript: Transcript) -> Proposal:
    """The proposal without the statements and asks that its messages do not bear out.

    Each of those is added to `dropped` with the reason; doubtful ones get `unverified`. Doing it
    again changes nothing.
    """
    known = Known(transcript)
    kept: list[Statement] = []
    asks: list[Ask] = []
    dropped = list(proposal.dropped)
    for statement in proposal.statements:
        reason, doubt = judge(statement, known)
        if reason:
            dropped.append((statement.text, reason))
        else:
            kept.append(replace(statement, unverified=doubt))
    for ask in proposal.asks:
        reason, _ = judge(_as_statement(ask), known)
        if reason:
            dropped.append((ask.text, reason))
        else:
            asks.append(ask)
    return replace(proposal, statements=tuple(kept), asks=tuple(asks), dropped=tuple(dropped))


def judge(statement: Statement, known: Known) -> tuple[str, str]:
    """Why a statement cannot stay, and why it is doubtful, in words for the receipt; "" if not."""
    if not statement.message_ids:
        return NO_MESSAGE, ""
    if not all(message_id in known.lines for message_id in statement.message_ids):
        return UNKNOWN_MESSAGE, ""
    cited = [known.lines[message_id] for message_id in statement.message_ids]
    evidence = Evidence(cited, known)
    if reason := no_request(statement, evidence) or misquoted(statement, evidence):
        return reason, ""
    if any(says_word_for_word(line, statement.text) for line in cited):
        return "", ""
    return _judge_words(statement, evidence)


def is_usable(proposal: Proposal) -> bool:
    """Whether enough is left for a note: something, and at least half of what was proposed."""
    return 0 < len(proposal.statements) >= len(proposal.dropped)


def lost_every_request(before: Proposal, after: Proposal) -> bool:
    """Whether there were requests, and grounding left none of them."""
    had = any(one.section is Section.REQUEST for one in before.statements)
    return had and not any(one.section is Section.REQUEST for one in after.statements)


def _judge_words(statement: Statement, evidence: Evidence) -> tuple[str, str]:
    missing = list(missing_figures(statement.text, evidence))
    dates = " ".join(missing)  # "4 november" says it already
    missing += [day for day in missing_days(statement.text, evidence) if day not in dates]
    names = list(missing_names(statement.text, evidence))
    # A country or a product may be called otherwise in the note's language.
    translated = names and _other_tongue(statement, evidence)
    if not translated:
        missing += names
    if missing:
        return f"not in the messages it cites: {', '.join(dict.fromkeys(missing))}", ""
    turned_round, doubt = wrong_negation(statement.text, evidence)
    reason = (
        wrong_speaker(statement, evidence)
        or from_another_message(statement, evidence)
        or turned_round
        or invented_action(statement, evidence)
    )
    if reason:
        return reason, ""
    doubt = NAMES_IN_ANOTHER_LANGUAGE if translated else doubt
    return "", doubt or hardly_said(statement, evidence)


def _other_tongue(statement: Statement, evidence: Evidence) -> bool:
    tongues = {tongue_of(statement.text), evidence.tongue}
    return len(tongues) > 1 and "" not in tongues and not is_close(statement.text, evidence)


def _as_statement(ask: Ask) -> Statement:
    return Statement(section=Section.REQUEST, text=ask.text, message_ids=(ask.message_id,))
