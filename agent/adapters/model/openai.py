"""Any OpenAI-compatible server as the model step.

Importing this costs 0.8 s of CPU (the openai package), so it is imported only when a key is set.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

import openai
import structlog

from agent.adapters.model.answer import Answer, add_usage, parse_answer, schema_for, to_proposal
from agent.adapters.model.answerer import Answerer, asked_name
from agent.adapters.model.check_words import Secretly
from agent.adapters.model.circuit import STRIKES, Circuit
from agent.adapters.model.completion import Completion, parse_completion
from agent.adapters.model.connection import is_openai
from agent.adapters.model.dialect import NEW_LIMIT, NO_LIMIT, OLD_LIMIT, Dialect, Format
from agent.adapters.model.learning import Learned
from agent.adapters.model.meter import Meter, unanswered, usage_of
from agent.adapters.model.trouble import (
    NEEDS_LESS,
    NEEDS_ROOM,
    CallFailed,
    Trouble,
    refused_with,
)
from agent.core.proposal import Proposal, Usage
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript, characters_of, shorter
from agent.ports import Clock
from agent.trace_port import NO_TRACES, Span, Traces

LONGEST_WAIT = 1800.0  # seconds; what a server asks for beyond that is not believed
SMALL_WINDOW = 6_000  # characters of a transcript that fits 4,096 tokens beside our instructions
SHORT = 2_000  # characters; a transcript of that size is not what was too long
_MODEL_NAME = re.compile(r"[\w.:/@+-]{1,80}")
# Every tokenizer that we know makes at least one token of a word.
HONEST = 0.9  # of a prompt's words: a server that counts fewer tokens has not read all of it

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often we ask for one proposal."""

    total: timedelta = timedelta(seconds=60)  # tries, pauses and step-downs together
    connect: timedelta = timedelta(seconds=10)
    tries: int = 2
    pause: timedelta = timedelta(seconds=1)  # before the second try, when the server names none
    longest_pause: timedelta = timedelta(seconds=5)  # asked to wait longer, we do not try again
    tokens: int = 4_000  # of the answer; models that think spend most of it before they write


class Instructions(Protocol):
    """What the model is told: `agent.prompts.SummaryPrompt`."""

    @property
    def version(self) -> str:
        """Goes into the receipt."""

    def render(
        self, transcript: Transcript, policy: TeamPolicy, *, first_word: str, last_word: str
    ) -> tuple[str, str]:
        """What stays the same between conversations, and what does not."""


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """How one proposal is asked for; changes from try to try."""

    transcript: Transcript
    tokens: int
    ends: float  # monotonic seconds
    form: Format | None = None  # None: what the dialect says
    usage: Usage = field(default_factory=Usage)


class OpenAIModel:
    """A model behind the chat completions API. Safe to share between threads.

    `client` comes from `openai_client`, which is what bounds a call. What the server refuses of
    the request is remembered in the meter's book, that it failed only as long as this object lives.
    `traces` may be set to where each call is told.
    """

    def __init__(
        self,
        client: openai.OpenAI,
        *,
        model: str,
        instructions: Instructions,
        clock: Clock,
        meter: Meter,
        patience: Patience | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._instructions = instructions
        self._clock = clock
        self._meter = meter
        self._patience = patience or Patience()
        self.traces: Traces = NO_TRACES
        self._circuit = Circuit(clock)
        self._words = Secretly(client.api_key)
        asked = asked_name(str(client.base_url), model)
        # Others ignore a field they do not know, and would answer without any limit.
        limits = (NEW_LIMIT, OLD_LIMIT) if is_openai(client) else (OLD_LIMIT, NEW_LIMIT)
        first = Dialect(limits=(*limits, NO_LIMIT))
        self._learned = Learned(first, book=meter.book, asked=asked, clock=clock)
        self._answerer = Answerer(meter.book, asked=asked, clock=clock)

    @property
    def name(self) -> str:
        """The model's name as it was configured."""
        return self._model

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """Ask once, and once more when the first answer was of no use.

        Raises:
            ModelUnavailable: no answer, left alone after failures, or a cap is reached. The text
                says why in words for a teammate.
            ModelUnusable: an answer that is not what was asked: refused, cut off, not the schema.
            StoreUnavailable: what it costs cannot be counted; nothing was asked.
        """
        self._meter.enter()
        self._circuit.enter()
        try:
            proposal = self._propose(transcript, policy)
        except CallFailed as failed:
            self._take_note(failed)
            # Not chained: the package's errors hold the request and quote what the server said.
            raise failed.as_error() from None
        self._circuit.answered()
        return proposal

    def _take_note(self, failed: CallFailed) -> None:
        treatment = failed.treatment
        if not treatment.strikes:
            self._circuit.answered()
            return
        asked = timedelta(seconds=failed.wait or 0)
        told_to_wait = asked > self._patience.longest_pause
        has_opened = self._circuit.failed(
            str(failed),
            strikes=STRIKES if told_to_wait else treatment.strikes,
            rest=max(treatment.rest, asked),
        )
        if has_opened:
            _log.error("model.left_alone", model=self._model, because=str(failed))

    def _propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        ends = self._clock.monotonic() + self._patience.total.total_seconds()
        attempt = _Attempt(transcript=transcript, tokens=self._patience.tokens, ends=ends)
        for left in reversed(range(self._patience.tries)):
            try:
                found = self._try(attempt, policy)
            except CallFailed as failed:
                if not left or not failed.treatment.again or not self._may_wait(failed, ends):
                    raise
                _change(attempt, failed)
                continue
            return replace(found, usage=attempt.usage, **_unseen(transcript, attempt.transcript))
        raise AssertionError("the last try returns or raises")

    def _may_wait(self, failed: CallFailed, ends: float) -> bool:
        """Pause before another try; False when the server, or our time, does not allow one."""
        if not failed.treatment.strikes:
            return True  # it answered: there is nothing to wait for
        pause = failed.wait if failed.wait is not None else self._patience.pause.total_seconds()
        if pause > self._patience.longest_pause.total_seconds():
            return False
        if self._clock.monotonic() + pause >= ends:
            return False
        self._clock.sleep(pause)
        return True

    def _try(self, attempt: _Attempt, policy: TeamPolicy) -> Proposal:
        """One try: an answer that is whole, as asked, and to this very prompt."""
        version = self._instructions.version
        words = self._words.words(version, attempt.transcript)
        parts = self._instructions.render(
            attempt.transcript, policy, first_word=words.first, last_word=words.last
        )
        completion, form = self._ask(parts, attempt, schema=schema_for(policy))
        attempt.usage = add_usage(attempt.usage, completion.usage)
        if 0 < completion.read < len(" ".join(parts).split()) * HONEST:
            raise CallFailed(Trouble.PROMPT_CUT)
        answer = self._read(completion, form, attempt)
        words.check(answer.first_word, answer.last_word)
        found = to_proposal(answer, attempt.transcript, policy, engine=self._model, version=version)
        return replace(found, new_model=self._answerer.new_model(completion.model))

    def _read(self, completion: Completion, form: Format, attempt: _Attempt) -> Answer:
        try:
            answer = parse_answer(completion.usable_text())
        except CallFailed as failed:
            if failed.trouble in {Trouble.NOT_AS_ASKED, Trouble.EMPTY}:
                attempt.form = self._learned.broken(form)
            raise
        self._learned.kept(form)
        return answer

    def _ask(
        self, parts: tuple[str, str], attempt: _Attempt, *, schema: dict[str, Any]
    ) -> tuple[Completion, Format]:
        """One try, in a dialect that the server takes; gives the form that it was asked in."""
        dialect = self._learned.dialect()
        dialect = replace(dialect, form=attempt.form or dialect.form)
        while True:
            body = dialect.request(*parts, schema=schema, tokens=attempt.tokens)
            try:
                completion = self._counted(body, attempt)
            except CallFailed as failed:
                if failed.trouble not in {Trouble.REQUEST_REFUSED, Trouble.TOO_LONG}:
                    raise
                simpler = dialect.without(failed.complaint)
                if simpler is None:
                    raise
                dialect = simpler
                continue
            self._learned.taken(dialect)
            return completion, dialect.form

    def _counted(self, body: dict[str, Any], attempt: _Attempt) -> Completion:
        """One call, counted at its worst before it and as it was after it."""
        prompt = f"{body['messages']}{body.get('response_format', '')}"
        conversation = attempt.transcript.conversation_id
        call = self._meter.reserve(conversation, prompt, answer_tokens=attempt.tokens)
        spent = unanswered(prompt)
        try:
            completion = self._traced(body, attempt)
            spent = usage_of(completion, prompt)
        except CallFailed as failed:
            if failed.trouble not in {Trouble.NO_CONNECTION, Trouble.TIMEOUT}:
                spent = Usage()  # an error in place of an answer is not charged
            raise
        finally:
            self._meter.settle(call, spent)
        return completion

    def _traced(self, body: dict[str, Any], attempt: _Attempt) -> Completion:
        """The call within a span, by OpenTelemetry's names; without prompt and answer."""
        address = self._client.base_url
        attributes: dict[str, str | int] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",  # whose way of speaking it is
            "gen_ai.request.model": self._model,
            "gen_ai.request.max_tokens": attempt.tokens,
            "gen_ai.conversation.id": attempt.transcript.conversation_id,
            "server.address": address.host,
            "server.port": address.port or (443 if address.scheme == "https" else 80),
        }
        with self.traces.span(f"chat {self._model}", attributes, is_call=True) as span:
            try:
                completion = self._call(body, attempt.ends)
            except CallFailed as failed:
                span.failed(failed.trouble.name.lower())
                raise
            _tell(span, completion)
            return completion

    def _call(self, body: dict[str, Any], ends: float) -> Completion:
        started = self._clock.monotonic()
        seconds = ends - started
        if seconds <= 0:
            raise self._no_answer()
        connect = min(seconds, self._patience.connect.total_seconds())
        try:
            answered = self._client.chat.completions.with_raw_response.create(
                model=self._model, timeout=openai.Timeout(seconds, connect=connect), **body
            )
        except openai.APITimeoutError:
            # The connect timeout is the shorter one.
            if self._clock.monotonic() - started < seconds * 0.9:
                raise CallFailed(Trouble.NO_CONNECTION) from None
            raise self._no_answer() from None
        except openai.APIConnectionError:
            raise CallFailed(Trouble.NO_CONNECTION) from None
        except openai.APIStatusError as error:
            raise _refusal(error) from None
        return parse_completion(answered.http_response.content)

    def _no_answer(self) -> CallFailed:
        return CallFailed(Trouble.TIMEOUT, f"waited {self._patience.total.total_seconds():g} s")


def _tell(span: Span, completion: Completion) -> None:
    told: dict[str, str | int] = {
        "gen_ai.usage.input_tokens": completion.usage.input_tokens,
        "gen_ai.usage.output_tokens": completion.usage.output_tokens,
    }
    if _MODEL_NAME.fullmatch(completion.model):  # a server may say anything there
        told["gen_ai.response.model"] = completion.model
    span.tell(told)


def _change(attempt: _Attempt, failed: CallFailed) -> None:
    """What the second try is asked differently for."""
    if failed.trouble in NEEDS_ROOM:
        attempt.tokens *= 2
    size = characters_of(attempt.transcript)
    if failed.trouble in NEEDS_LESS and size > SHORT:
        attempt.transcript = shorter(attempt.transcript, min(SMALL_WINDOW, size // 2))


def _unseen(whole: Transcript, shown: Transcript) -> dict[str, Any]:
    """What a proposal says about the part of the transcript that the model was not shown."""
    if shown is whole:
        return {}
    total = len(whole.lines)
    words = f"the model was shown {len(shown.lines)} of {total} messages"
    if len(shown.lines) == total:
        words = "the model was shown a long message only in part"
    return {"shortened": words, "unshown": total - len(shown.lines)}


def _refusal(error: openai.APIStatusError) -> CallFailed:
    asked = error.response.headers.get("retry-after", "")
    return refused_with(
        error.status_code,
        error.code,
        error.type,
        complaint=f"{error.param} {error.body}",
        wait=min(float(asked), LONGEST_WAIT) if asked.isdecimal() else None,
    )
