"""What we ask a model for, as a schema, and the strict reading of what it gave.

Nothing is repaired: one closed `<think>` block before the answer and one code fence around it
are taken off, anything else that is not the schema is refused.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.adapters.model.trouble import CallFailed, Trouble
from agent.core.proposal import Ask, Proposal, Section, SlotGuess, Statement, TopicGuess, Usage
from agent.core.slots import quoted_slots
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript

MAX_TEXT = 500  # characters; a longer statement is no sentence
MAX_STATEMENTS = 40  # over all sections; a note has room for a few
MAX_ASKS = 20
MAX_QUOTES = 3  # of one statement
MAX_QUOTE = 300  # characters; what bears a sentence out is short
MOODS = ("calm", "worried", "angry", "unclear")

_THOUGHTS = re.compile(r"\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\r?\n(?P<inside>.*)\n[ \t]*```\s*", re.DOTALL)
_LEAK = re.compile(r"</?think\b|<\||\|>", re.IGNORECASE)
# References belong beside a statement; some models repeat them in its text.
_REFS_IN_TEXT = re.compile(r"\s*[(\[]\s*m\d+(?:\s*(?:,|;|and|-|–)\s*m\d+)*\s*[)\]]")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Said(_Strict):
    """One statement, the messages it rests on, and their words that bear it out."""

    text: str = Field(description="One sentence, without references in it.")
    refs: list[str] = Field(description='The messages it rests on, such as ["m1", "m4"].')
    quotes: list[str] = Field(description="Words of those messages, letter by letter.")


class Asked(_Strict):
    """One thing that the customer asks."""

    text: str = Field(description="What is asked, in a few words.")
    ref: str = Field(description='The message it stands in, such as "m1".')
    open: bool = Field(description="Nobody on the team has answered it yet.")


class Filling(_Strict):
    """Words that would fill a slot of the topic."""

    slot: str = Field(description="The slot's name.")
    quote: str = Field(description="The words, letter by letter.")
    ref: str = Field(description='The message they stand in, such as "m1".')


class Answer(_Strict):
    """The check words, the statements by section, and what the customer asks and means."""

    # No field has a default: strict servers demand that every one is required.

    first_word: str = Field(description="The first check word.")
    request: list[Said] = Field(description="What the customer asks for.")
    done: list[Said] = Field(description="What was done so far.")
    open: list[Said] = Field(description="What is not settled.")
    next: list[Said] = Field(description="What a teammate should do next.")
    asks: list[Asked] = Field(description="Every single thing the customer asks.")
    topic: str | None = Field(description="The topic's name from the list, or null.")
    slots: list[Filling] = Field(description="The slots of that topic that have words.")
    language: str = Field(description="ISO 639-1 code of the customer's newest message.")
    mood: str = Field(description="How the customer feels in the newest message.")
    last_word: str = Field(description="The last check word.")


def schema_for(policy: TeamPolicy) -> dict[str, Any]:
    """The JSON schema of an answer; its topic is one of the policy's, or null."""
    schema: dict[str, Any] = _without_titles(Answer.model_json_schema())
    fields = schema["properties"]
    names = [topic.name for topic in policy.topics]
    choice = {"anyOf": [{"type": "string", "enum": names}, {"type": "null"}]}
    described = {"description": fields["topic"]["description"]}
    fields["topic"] = described | (choice if names else {"type": "null"})
    fields["mood"]["enum"] = list(MOODS)
    if slots := _slots(policy):
        schema["$defs"]["Filling"]["properties"]["slot"]["enum"] = slots
    return schema


def _without_titles(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """They repeat the names, and every call would pay for them."""
    if isinstance(schema, dict):
        return {
            key: _without_titles(value)
            for key, value in schema.items()
            if key != "title" or not isinstance(value, str)
        }
    return [_without_titles(value) for value in schema] if isinstance(schema, list) else schema


def _slots(policy: TeamPolicy) -> list[str]:
    names = (slot.name for topic in policy.topics for slot in quoted_slots(topic))
    return list(dict.fromkeys(names))


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
    try:
        answer = Answer.model_validate_json(text.strip())
    except ValidationError:
        # Not chained: pydantic's message quotes the text.
        raise CallFailed(Trouble.NOT_AS_ASKED) from None
    # A chat template's own words inside a statement, whether written plainly or as escapes.
    if _LEAK.search(text) or _LEAK.search(str(answer.model_dump())):
        raise CallFailed(Trouble.NOT_AS_ASKED)
    return answer


def to_proposal(
    answer: Answer, transcript: Transcript, policy: TeamPolicy, *, engine: str, version: str
) -> Proposal:
    """The answer with references turned into message ids.

    A statement or ask without usable references or text is dropped with the reason. A topic that
    is not on the list is none, a slot that is in no topic is left out. A model gives no margin:
    a topic it names is taken as clear.
    """
    ids = {line.ref: line.message_id for line in transcript.lines}
    dropped: list[tuple[str, str]] = []
    statements = tuple(_statements(answer, ids, dropped))
    asks = tuple(_asks(answer, ids, dropped))
    topic = policy.topic(answer.topic)
    known = _slots(policy)
    return Proposal(
        statements=statements,
        engine=engine,
        topic=TopicGuess(name=topic.name, margin=1.0) if topic else TopicGuess(),
        asks=asks,
        slots=tuple(
            SlotGuess(name=one.slot, quote=one.quote.strip(), message_id=ids[one.ref])
            for one in answer.slots[:MAX_ASKS]
            if one.slot in known and one.ref in ids and 0 < len(one.quote.strip()) <= MAX_QUOTE
        ),
        mood=answer.mood if answer.mood in MOODS[:-1] else "",
        language=answer.language if re.fullmatch("[a-z]{2}", answer.language) else "",
        prompt_version=version,
        dropped=tuple(dropped),
    )


def _statements(
    answer: Answer, ids: dict[str, str], dropped: list[tuple[str, str]]
) -> Iterator[Statement]:
    kept = 0
    for section, said in _in_order(answer):
        text = _one_line(_REFS_IN_TEXT.sub("", said.text[:MAX_TEXT]))
        reason = _reason_to_drop(said, ids, text=text, kept=kept)
        if reason:
            dropped.append((text, reason))
            continue
        kept += 1
        yield Statement(
            section=section,
            text=text,
            message_ids=tuple(dict.fromkeys(ids[ref] for ref in said.refs)),
            quotes=_quotes(said),
        )


def _asks(answer: Answer, ids: dict[str, str], dropped: list[tuple[str, str]]) -> Iterator[Ask]:
    for asked in answer.asks[:MAX_ASKS]:
        text = _one_line(_REFS_IN_TEXT.sub("", asked.text[:MAX_TEXT]))
        if not text or asked.ref not in ids:
            dropped.append((text, "it cites a message that is not there"))
            continue
        yield Ask(text=text, message_id=ids[asked.ref], is_open=asked.open)


def _in_order(answer: Answer) -> Iterator[tuple[Section, Said]]:
    for section in Section:
        said: list[Said] = getattr(answer, section.value)
        yield from ((section, one) for one in said)


def _quotes(said: Said) -> tuple[str, ...]:
    """Those that can be held against a message; too long or too many cost work and prove less."""
    quotes = (_one_line(quote) for quote in said.quotes if len(quote) <= MAX_QUOTE)
    return tuple(quote for quote in quotes if quote)[:MAX_QUOTES]


def _one_line(text: str) -> str:
    # ⏎ is how the transcript shows a line break inside a message.
    return " ".join(text.replace("⏎", " ").split())


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
