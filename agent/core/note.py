"""A grounded summary as the plain text of an internal note, within its word limit.

Whole statements are left out to fit, never parts of one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from agent.core.amended import Amended
from agent.core.conversation import AuthorKind, Direction
from agent.core.coverage import left_out, worth_a_line
from agent.core.note_words import Words, words_for
from agent.core.proposal import Proposal, Section, Statement
from agent.core.reply import SuggestedReply
from agent.core.team_policy import NoteSettings
from agent.core.transcript import Line, Transcript

MAX_CHARACTERS = 10_240  # Kustomer's limit for a note's body
# Kept longest when the note is too long: what is asked and what is open, then what was done.
_KEEP_FIRST = (Section.REQUEST, Section.OPEN, Section.NEXT, Section.DONE)
# However long the suggested reply, so many words are left for the summary and its references.
_SUMMARY_WORDS = 72
_AMOUNTS = 3  # that the note names; the receipt lists them all
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_DIRECTION_MARKS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContent:
    """All that a note is made of. `previous` are the statements of our last note that still rest
    on what was said, `amended` what became of the others.
    """

    transcript: Transcript
    proposal: Proposal
    settings: NoteSettings
    run_id: str
    previous: tuple[Statement, ...] = ()
    amended: Amended = field(default_factory=Amended)
    reply: SuggestedReply | None = None
    to_a_person: bool = False


def render_note(content: NoteContent) -> str:
    """The note's text: at most `settings.max_words` words and Kustomer's 10,240 characters.

    A suggested reply counts, but is never cut; where it takes too much, the note grows.
    """
    statements = [*_earlier(content), *content.proposal.statements, *_next_step(content)]
    reply_words = len(content.reply.text.split()) if content.reply else 0
    limit = max(content.settings.max_words, reply_words + _SUMMARY_WORDS)
    while True:
        text = _text(content, statements, with_missing=True)
        if len(text.split()) > limit:
            text = _text(content, statements, with_missing=False)
        if len(text.split()) <= limit or len(statements) <= 1:
            return text[:MAX_CHARACTERS]
        statements.remove(_least_needed(statements))


def _text(content: NoteContent, statements: Sequence[Statement], *, with_missing: bool) -> str:
    words = words_for(content.settings.language)
    lines = [_header(content, words), *_section_lines(content, statements, words)]
    if content.reply and content.reply.text:
        label, step = (
            words.sections[Section.NEXT],
            words.suggested.format(topic=content.reply.topic),
        )
        lines += [f"{label:{_width(words)}}  {step}", content.reply.text]
    rest = [
        *_unsuggested(content.reply, words),
        *_news(content, words),
        *_amended(content.amended, words),
        *_left_out(content.transcript, content.proposal.unshown, words),
        *(_not_here(content, statements, words) if with_missing else ()),
    ]
    if rest:
        lines.append(" ".join(rest))
    lines.append(f"{_engine(content.proposal, words)} · run {content.run_id}")
    return "\n".join(lines)


def _header(content: NoteContent, words: Words) -> str:
    lines, left_out = content.transcript.lines, content.transcript.left_out
    count = len(lines) + left_out
    said = words.messages[count != 1].format(count)
    if not lines:
        return f"Sidenote · {said}"
    first = _moment(lines[0].sent_at, content.settings, words)
    last = _moment(lines[-1].sent_at, content.settings, words)
    return f"Sidenote · {said}, {first}" + (f" – {last}" if last != first else "")


def _section_lines(
    content: NoteContent, statements: Sequence[Statement], words: Words
) -> list[str]:
    width = _width(words)
    lines: list[str] = []
    for section in Section:
        label = words.sections[section]
        for statement in statements:
            if statement.section is section:
                reference = _reference(statement, content, words)
                lines.append(f"{label:{width}}  {_isolated(statement.text)}  ({reference})")
                label = ""
    return lines


def _width(words: Words) -> int:
    return max(len(label) for label in words.sections.values())


def _reference(statement: Statement, content: NoteContent, words: Words) -> str:
    by_id = {line.message_id: line for line in content.transcript.lines}
    cited = [by_id[i] for i in statement.message_ids if i in by_id]
    told = [
        f"{_author(line, words)}, {_moment(line.sent_at, content.settings, words)}"
        for line in cited[:2]
    ]
    told = told or [words.earlier]  # it rests on messages that the budget left out
    return "; ".join([*told, words.unverified] if statement.unverified else told)


def _author(line: Line, words: Words) -> str:
    if line.author.kind is AuthorKind.SIDENOTE:
        return "Sidenote"
    fallback = words.customer if line.direction is Direction.IN else words.team
    # Only the first name: enough for a teammate, less personal data in the note.
    names = line.author.name.split()
    return _isolated(names[0]) if names else fallback


def _moment(at: datetime, settings: NoteSettings, words: Words) -> str:
    local = at.astimezone(ZoneInfo(settings.time_zone))
    return f"{local.day} {words.months[local.month - 1]} {local:%H:%M}"


def _isolated(text: str) -> str:
    # First-strong isolate … pop: right-to-left words leave the rest of the line in its order. A
    # mark that the text itself has could end ours.
    if not _RIGHT_TO_LEFT.search(text):
        return text
    return f"\u2068{_DIRECTION_MARKS.sub('', text)}\u2069"


def _next_step(content: NoteContent) -> list[Statement]:
    """What to do, from the facts, when the model did not say."""
    lines = content.transcript.lines
    said = any(s.section is Section.NEXT for s in content.proposal.statements)
    if not lines or said or (content.reply and content.reply.text):
        return []
    words = words_for(content.settings.language)
    if content.to_a_person:
        step = words.to_a_person
    elif lines[-1].direction is Direction.OUT:
        step = words.wait
    else:
        step = words.answer
    return [Statement(section=Section.NEXT, text=step, message_ids=(lines[-1].message_id,))]


def _news(content: NoteContent, words: Words) -> list[str]:
    if not content.previous:
        return []
    told = {fold(statement.text) for statement in content.previous}
    fresh = [s for s in content.proposal.statements if fold(s.text) not in told]
    if not fresh:
        return [words.repeated]
    # The newest of them; the rest stands in its section above.
    order = {line.message_id: n for n, line in enumerate(content.transcript.lines)}
    newest = max(fresh, key=lambda s: max((order.get(i, -1) for i in s.message_ids), default=-1))
    return [words.new.format(_isolated(newest.text))]


def _earlier(content: NoteContent) -> list[Statement]:
    """What the last note said of messages that are left out now, unless it is said again."""
    said = {fold(statement.text) for statement in content.proposal.statements}
    return [s for s in content.transcript.earlier if fold(s.text) not in said]


def _amended(changes: Amended, words: Words) -> list[str]:
    said = []
    if changes.edited:
        said.append(words.edited[changes.edited > 1].format(changes.edited))
    if changes.redacted:
        said.append(words.redacted[changes.redacted > 1].format(changes.redacted))
    return said


def _unsuggested(reply: SuggestedReply | None, words: Words) -> list[str]:
    if reply is None or reply.text:
        return []
    return [words.no_suggestion.format(topic=reply.topic, why=reply.why)]


def _left_out(transcript: Transcript, unshown: int, words: Words) -> list[str]:
    names = [name or "?" for line in transcript.lines for name in line.unread]
    said = []
    if names:
        shown = ", ".join(map(_isolated, names[:3])) + (", …" if len(names) > 3 else "")
        said.append(words.unread[len(names) > 1].format(n=len(names), names=shown))
    left_out = transcript.left_out + unshown
    if left_out:
        said.append(words.left_out[left_out > 1].format(left_out))
    return said


def _not_here(content: NoteContent, statements: Sequence[Statement], words: Words) -> list[str]:
    """Open asks and amounts of the conversation that the shown statements do not tell of."""
    shown = replace(content.proposal, statements=tuple(statements))
    asks, amounts = worth_a_line(left_out(content.transcript, shown))
    missing = [words.asks[asks > 1].format(asks)] if asks else []
    if amounts:
        missing.append(", ".join(amounts[:_AMOUNTS]) + (", …" if len(amounts) > _AMOUNTS else ""))
    return [words.not_here.format("; ".join(missing))] if missing else []


def _engine(proposal: Proposal, words: Words) -> str:
    if proposal.stood_in:
        return words.stood_in.format(proposal.stood_in)
    return words.offline if proposal.engine == "offline" else proposal.engine


def _least_needed(statements: Sequence[Statement]) -> Statement:
    """Of the section that matters least among those with several, the last; else the last."""
    for section in reversed(_KEEP_FIRST):
        of_section = [s for s in statements if s.section is section]
        if len(of_section) > 1 or (of_section and section is Section.DONE):
            return of_section[-1]
    return statements[-1]


class ReplyOutcome(StrEnum):
    """What a note says of a reply."""

    DRAFTED = "drafted"
    REPLIED = "replied"
    NO_REPLY = "no_reply"
    FAILED = "reply_failed"
    UNKNOWN = "reply_unknown"


def with_outcome(
    note: str, outcome: ReplyOutcome, *, topic: str, why: str, settings: NoteSettings
) -> str:
    """The note with a line, before its last, that says what became of the reply."""
    words = words_for(settings.language)
    sentence: str = getattr(words, outcome)
    *above, engine = note.split("\n")
    if outcome in (ReplyOutcome.DRAFTED, ReplyOutcome.REPLIED):  # then nobody need answer it
        above = [line for line in above if words.answer not in line]
    return "\n".join([*above, sentence.format(topic=topic, why=why), engine])[:MAX_CHARACTERS]


def fold(text: str) -> str:
    """Text as compared: one case, single spaces."""
    return " ".join(text.casefold().split())
