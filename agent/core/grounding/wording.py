"""Whether words stand in a message as they are claimed to: quotes, and whole statements."""

import re

from agent.core.grounding.evidence import Evidence
from agent.core.grounding.reading import is_negation, matter_of, tokens_of, tongue_of
from agent.core.proposal import Statement
from agent.core.transcript import Line

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'"})
# fmt: off
_QUOTED = re.compile(r'"([^"\n]{2,300})"')
# fmt: on
_BEFORE = 4  # tokens before a fragment in which a negation would turn it round
_ELSEWHERE = 0.8  # share of a statement's words that another message has
_BARELY = 0.5  # share that the cited ones have, where another has nearly all
_CLOSE = 0.65  # share from which it is the message's sentence with something changed
_WEAK = 0.25  # share below which the words are hardly those of the message
_ENOUGH = 4  # words of matter; shorter statements say too little to be compared


def misquoted(statement: Statement, evidence: Evidence) -> str:
    """Words given as a quote that no cited message has; "" when there are none."""
    spoken = [squeezed(line.text) for line in evidence.cited]
    inside = (words for words in _QUOTED.findall(statement.text.translate(_QUOTES)))
    for quote in (*statement.quotes, *inside):
        wanted = squeezed(quote).strip(" .,;:!?…\"'")
        if not any(wanted in text for text in spoken):
            return "it quotes words that are not in the messages it cites"
    return ""


def says_word_for_word(line: Line, text: str) -> bool:
    """Whether the message says it as it stands, from the beginning of a word to the end of one.

    What a negation stands right before is not taken: "want a refund" of "I do not want a refund".
    """
    said, wanted = squeezed(line.text), squeezed(text)
    found = re.search(rf"(?<![\w.,]){re.escape(wanted)}(?!\w)", said)
    if found is None:
        return False
    before = re.split(r"[.!?\n]", said[max(0, found.start() - 60) : found.start()])[-1]
    return not any(map(is_negation, tokens_of(before)[-_BEFORE:]))


def from_another_message(statement: Statement, evidence: Evidence) -> str:
    """The words of a message that it does not cite, of the other side; "" when they are not."""
    matter = matter_of(statement.text)
    if len(matter) < _ENOUGH or _share(matter, evidence.text) >= _BARELY:
        return ""
    cited = {line.message_id for line in evidence.cited}
    sides = {line.direction for line in evidence.cited}
    for line in evidence.known.transcript.lines:
        is_other = line.message_id not in cited and line.direction not in sides
        if is_other and _share(matter, line.text) >= _ELSEWHERE:
            return "it is what another message says"
    return ""


def hardly_said(statement: Statement, evidence: Evidence) -> str:
    """Why it is doubtful: same language, but other words than the message's; "" when it is not."""
    tongue = tongue_of(statement.text)
    matter = matter_of(statement.text)
    if len(matter) < _ENOUGH or not tongue or tongue != evidence.tongue:
        return ""
    said = evidence.text + "\n" + evidence.known.transcript.subject
    return "hardly a word of it is in the messages it cites" if _share(matter, said) < _WEAK else ""


def is_close(text: str, evidence: Evidence) -> bool:
    """Whether most of its words are the cited messages' own: the same language, little changed."""
    return _share(matter_of(text), evidence.text) >= _CLOSE


def squeezed(text: str) -> str:
    """As compared word for word: small letters, single spaces, straight quotes."""
    return " ".join(text.translate(_QUOTES).split()).casefold()


def _share(matter: frozenset[str], text: str) -> float:
    return len(matter & matter_of(text)) / len(matter) if matter else 0.0
