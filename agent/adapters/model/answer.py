"""What we ask a model for, as a schema, and the strict reading of what it gave.

Nothing is repaired: one closed `<think>` block before the answer and one code fence around it
are taken off, anything else that is not the schema is refused.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.adapters.model.trouble import CallFailed, Trouble
from agent.core.proposal import Proposal, Section, Statement, TopicGuess, Usage
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript

MAX_TEXT = 500  # characters; a longer statement is no sentence
MAX_STATEMENTS = 40  # over all sections; a note has room for a few

_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\r?\n(?P<inside>.*)\n[ \t]*```\s*", re.DOTALL)
_LEAK = re.compile(r"</?think\b|<\||\|>", re.IGNORECASE)
# References belong beside a statement; some models repeat them in its text.
_REFS_IN_TEXT = re.compile(r"\s*[(\[]\s*m\d+(?:\s*(?:,|;|and|-|–)\s*m\d+)*\s*[)\]]")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Said(_Strict):
    """One statement and the messages it rests on."""

    text: str = Field(description="One sentence, without references in it.")
    refs: list[str] = Field(description='The messages it rests on, such as ["m1", "m4"].')


class Answer(_Strict):
    """The statements by section, the topic and the customer's language."""

    # No field has a default: strict servers demand that every one is required.

    request: list[Said] = Field(description="What the customer asks for.")
    done: list[Said] = Field(description="What was done so far.")
    open: list[Said] = Field(description="What is not settled.")
    next: list[Said] = Field(description="What a teammate should do next.")
    topic: str | None = Field(description="The topic's name from the list, or null.")
    language: str = Field(description="ISO 639-1 code of the customer's newest message.")


def schema_for(policy: TeamPolicy) -> dict[str, Any]:
    """The JSON schema of an answer; its topic is one of the policy's, or null."""
    schema = Answer.model_json_schema()
    names = [topic.name for topic in policy.topics]
    described = {"description": schema["properties"]["topic"]["description"]}
    choice = {"anyOf": [{"type": "string", "enum": names}, {"type": "null"}]}
    schema["properties"]["topic"] = described | (choice if names else {"type": "null"})
    return schema


def parse_answer(text: str) -> Answer:
    """Read what a model wrote.

    Raises:
        CallFailed: it is empty, or anything but the schema.
    """
    text = _THOUGHTS.sub("", text, count=1) if _THOUGHTS.match(text) else text
    if not text.strip():
        raise CallFailed(Trouble.EMPTY)
    fenced = _FENCE.fullmatch(text)
    text = fenced["inside"] if fenced else text
    if _LEAK.search(text):  # a chat template's own words inside a statement
        raise CallFailed(Trouble.NOT_AS_ASKED)
    try:
        return Answer.model_validate_json(text.strip())
    except ValidationError:
        # Not chained: pydantic's message quotes the text.
        raise CallFailed(Trouble.NOT_AS_ASKED) from None


def to_proposal(
    answer: Answer, transcript: Transcript, policy: TeamPolicy, *, engine: str, version: str
) -> Proposal:
    """The answer with references turned into message ids.

    A statement without usable references or text is dropped with the reason. A topic that is
    not on the list is none. A model gives no margin: a topic it names is taken as clear.
    """
    ids = {line.ref: line.message_id for line in transcript.lines}
    kept: list[Statement] = []
    dropped: list[tuple[str, str]] = []
    for section, said in _in_order(answer):
        # ⏎ is how the transcript shows a line break inside a message.
        raw = said.text[:MAX_TEXT]  # what is longer is dropped, and costs no work
        text = " ".join(_REFS_IN_TEXT.sub("", raw).replace("⏎", " ").split())
        reason = _reason_to_drop(said, ids, text=text, kept=len(kept))
        if reason:
            dropped.append((text, reason))
            continue
        message_ids = tuple(dict.fromkeys(ids[ref] for ref in said.refs))
        kept.append(Statement(section=section, text=text, message_ids=message_ids))
    topic = policy.topic(answer.topic)
    return Proposal(
        statements=tuple(kept),
        engine=engine,
        topic=TopicGuess(name=topic.name, margin=1.0) if topic else TopicGuess(),
        language=answer.language if re.fullmatch("[a-z]{2}", answer.language) else "",
        prompt_version=version,
        dropped=tuple(dropped),
    )


def _in_order(answer: Answer) -> Iterator[tuple[Section, Said]]:
    for section in Section:
        said: list[Said] = getattr(answer, section.value)
        yield from ((section, one) for one in said)


def _reason_to_drop(said: Said, ids: dict[str, str], *, text: str, kept: int) -> str:
    if len(said.text) > MAX_TEXT:
        return "it is too long"
    if not text:
        return "it says nothing"
    if not said.refs:
        return "it cites no message"
    if not all(ref in ids for ref in said.refs):
        return "it cites a message that is not there"
    return "there are too many statements" if kept >= MAX_STATEMENTS else ""


def add_usage(one: Usage, other: Usage) -> Usage:
    """What two calls cost together."""
    return Usage(
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        calls=one.calls + other.calls,
    )
