"""Whether the one a statement is about is the one who wrote the messages it cites."""

from itertools import islice

from agent.core.grounding.evidence import Evidence
from agent.core.grounding.reading import is_negation, tokens_of
from agent.core.grounding.vocabulary import (
    ARTICLES,
    CUSTOMER,
    NO_NAMES,
    SPEECH,
    TEAM,
    TEAM_DEEDS,
    TITLES,
)
from agent.core.phrases import fold
from agent.core.proposal import Section, Statement

NOT_THE_CUSTOMER = "it tells what the customer said, but cites only the team"
NOT_THE_TEAM = "it tells what the team did, but cites only the customer"
NOT_A_REQUEST = "a request must rest on a message of the customer"
NOT_THEM = "it tells what somebody said who wrote none of the messages it cites"
_SUBJECT = 5  # tokens within which the one who speaks and what they do are named
_IS = frozenset("is are was were".split())
_BESIDE = frozenset("has have had also then again already hat haben a ha heeft that".split())


def no_request(statement: Statement, evidence: Evidence) -> str:
    """Why it is no request: only the team wrote the messages it cites; "" when it may be."""
    is_request = statement.section is Section.REQUEST
    return NOT_A_REQUEST if is_request and evidence.is_outbound else ""


def wrong_speaker(statement: Statement, evidence: Evidence) -> str:
    """Why the cited messages are not of the one whom it is about; "" when they may be."""
    tokens = tokens_of(statement.text)
    tokens = tokens[1:] if tokens and tokens[0] in ARTICLES - TEAM else tokens
    if not tokens or statement.section is Section.NEXT:
        return ""
    if statement.section is Section.DONE and tokens[0] in TEAM_DEEDS and evidence.is_inbound:
        return NOT_THE_TEAM
    subject = tokens[0]
    rest = tuple(islice((t for t in tokens[1:] if t not in _BESIDE), _SUBJECT))
    speaks = _speaks(rest, statement.text, subject)
    return _of_subject(subject, evidence, written=statement.text) if speaks else ""


def _of_subject(subject: str, evidence: Evidence, *, written: str) -> str:
    if subject in CUSTOMER:
        return NOT_THE_CUSTOMER if evidence.is_outbound else ""
    if subject in TEAM:
        return NOT_THE_TEAM if evidence.is_inbound else ""
    if subject in evidence.known.customers:
        return NOT_THE_CUSTOMER if evidence.is_outbound else ""
    if subject in evidence.known.teammates:
        return NOT_THE_TEAM if evidence.is_inbound else ""
    first = written.split(maxsplit=1)[0]
    is_name = first[0].isupper() and subject not in _PRONOUNS and fold(first) == subject
    return NOT_THEM if is_name and subject not in evidence.words else ""


def _speaks(rest: tuple[str, ...], text: str, subject: str) -> bool:
    """The subject says or does something itself: "Mara asks", "Team: …", "Ben Keller offered"."""
    head = text[:60].partition(":")
    if head[1] and len(head[0].split()) <= 3 and subject in tokens_of(head[0]):
        return True
    rest = rest[1:] if rest[1:] and rest[0] in _IS and rest[1].endswith("ing") else rest
    for at, token in enumerate(rest[:3]):
        if is_negation(token) or token in _IS:  # "is asked" is said by somebody else
            return False
        if token in SPEECH:
            # "Customer Mara Osei asks": names may stand between, nothing else.
            between = text.split()[1 : 1 + at]
            return all(word[:1].isupper() for word in between)
    return False


_PRONOUNS = (
    NO_NAMES
    | TITLES
    | frozenset(
        """
he she they it someone somebody nobody everyone this that both who er sie es elle il el ella lui lei
zij hij ze ele ela has have had also again was were is are not please once when after
""".split()
    )
)
