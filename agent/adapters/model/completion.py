"""The body of a chat completion, read without trust: servers leave out, null and invent fields."""

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from agent.adapters.model.trouble import CallFailed, Trouble, refused_with
from agent.core.proposal import Usage


class _Part(BaseModel):
    type: str = ""
    text: str | None = None


class _Message(BaseModel):
    content: str | list[_Part] | None = None
    refusal: str | None = None

    @property
    def text(self) -> str:
        """What was written. Some thinking models give parts, of which only `text` is meant."""
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content if part.type == "text")
        return self.content or ""


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message | None = None


class _Details(BaseModel):
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    completion_tokens_details: _Details | None = None
    prompt_tokens_details: _Details | None = None


class _Body(BaseModel):
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What one call gave. `usage` counts it whether the text is of use or not.

    `model` is the name under which the server answered, "" when it gave none.
    """

    text: str
    finish: str
    refusal: str
    model: str = ""
    thought: int = 0  # tokens of the answer that were spent before it
    read: int = 0  # tokens of the prompt at the most; 0 when the server does not tell
    usage: Usage = field(default_factory=lambda: Usage(calls=1))

    def usable_text(self) -> str:
        """The text, when the model says that it is whole.

        Raises:
            CallFailed: refused, filtered, cut off, spent on thinking, or empty.
        """
        if self.refusal:
            raise CallFailed(Trouble.DECLINED)
        if self.finish == "content_filter":
            raise CallFailed(Trouble.FILTERED)
        is_empty = not self.text.strip()
        if is_empty and self.thought:  # some servers call that "stop", not "length"
            raise CallFailed(Trouble.ALL_THOUGHT)
        if self.finish == "length":
            raise CallFailed(Trouble.CUT_OFF)
        if is_empty:
            raise CallFailed(Trouble.EMPTY)
        return self.text


def parse_completion(body: bytes) -> Completion:
    """Read the body of an answer with status 200.

    Raises:
        CallFailed: an error in place of an answer, no choice, or no chat completion at all.
    """
    try:
        read = _Body.model_validate_json(body)
    except ValidationError:
        # Not chained: pydantic's message quotes the body.
        raise CallFailed(Trouble.NO_MODEL) from None
    if read.error:
        raise _failure(read.error)
    if read.choices is None:
        raise CallFailed(Trouble.NO_MODEL)
    if not read.choices:
        raise CallFailed(Trouble.EMPTY)
    choice = read.choices[0]
    message = choice.message or _Message()
    usage = read.usage or _Usage()
    details = usage.completion_tokens_details or _Details()
    # Some servers count what they had cached among the prompt's tokens, some beside them.
    cached = usage.prompt_tokens_details or _Details()
    return Completion(
        text=message.text,
        finish=choice.finish_reason or "",
        refusal=message.refusal or "",
        model=read.model or "",
        thought=details.reasoning_tokens or 0,
        read=(usage.prompt_tokens or 0) + (cached.cached_tokens or 0),
        usage=Usage(
            input_tokens=usage.prompt_tokens or 0,
            output_tokens=usage.completion_tokens or 0,
            calls=1,
        ),
    )


def _failure(error: object) -> CallFailed:
    """OpenRouter and vLLM answer 200 with an error, whose `code` may be the status."""
    told = error if isinstance(error, dict) else {"message": error}
    code = told.get("code")
    status = int(str(code)) if re.fullmatch("[1-5][0-9][0-9]", str(code)) else 500
    return refused_with(status, code, told.get("type"), complaint=str(told))
