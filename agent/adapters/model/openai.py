"""Any OpenAI-compatible server as the model step.

Importing this costs 0.8 s of CPU (the openai package), so it is imported only when a key is set.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from agent.adapters.model.answer import add_usage, parse_answer, schema_for, to_proposal
from agent.adapters.model.circuit import STRIKES, Circuit
from agent.adapters.model.completion import Completion, parse_completion
from agent.adapters.model.dialect import NEW_LIMIT, NO_LIMIT, OLD_LIMIT, Dialect
from agent.adapters.model.trouble import CallFailed, Trouble, refused_with
from agent.adapters.model.whole_timeout import WholeTimeout
from agent.core.proposal import Proposal, Usage
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.errors import ConfigError
from agent.ports import Clock

OPENAI = "https://api.openai.com/v1"
LOOPBACK = {None, "localhost", "127.0.0.1", "::1"}
LONGEST_WAIT = 1800.0  # seconds; what a server asks for beyond that is not believed


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

    def render(self, transcript: Transcript, policy: TeamPolicy) -> tuple[str, str]:
        """What stays the same between conversations, and what does not."""


def openai_client(api_key: str, base_url: str | None = None) -> openai.OpenAI:
    """A client for `OpenAIModel`: no retries of its own, no redirects, every exchange bounded.

    Proxies are taken from the environment, as usual, except for this machine's own servers.

    Raises:
        ConfigError: the key cannot stand in an HTTP header, or the proxy cannot be used.
    """
    if not api_key.isascii() or not api_key.isprintable():
        raise ConfigError("OPENAI_API_KEY holds characters that no key has; copy it again")
    # At debug level the package logs whole prompts; OPENAI_LOG=debug would switch that on.
    logging.getLogger("openai").setLevel(logging.WARNING)
    url = base_url or OPENAI
    no_keep_alive = httpx2.Limits(max_keepalive_connections=0)  # see WholeTimeout
    try:
        inner = httpx2.HTTPTransport(proxy=_proxy_for(url), limits=no_keep_alive)
    except (ImportError, ValueError):
        # Not chained: a proxy's address often holds a password.
        raise ConfigError(
            "the proxy that the environment names cannot be used; it must be http:// or https://"
        ) from None
    http = httpx2.Client(transport=WholeTimeout(inner))
    seconds = Patience().total.total_seconds()
    return openai.OpenAI(
        api_key=api_key, base_url=url, max_retries=0, timeout=seconds, http_client=http
    )


class OpenAIModel:
    """A model behind the chat completions API. Safe to share between threads.

    `client` comes from `openai_client`, which is what bounds a call. What the server refuses of
    the request, and that it failed, is remembered as long as this object lives.
    """

    def __init__(
        self,
        client: openai.OpenAI,
        *,
        model: str,
        instructions: Instructions,
        clock: Clock,
        patience: Patience | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._instructions = instructions
        self._clock = clock
        self._patience = patience or Patience()
        self._circuit = Circuit(clock)
        is_openai = urlsplit(str(client.base_url)).hostname == urlsplit(OPENAI).hostname
        # Others ignore a field they do not know, and would answer without any limit.
        limits = (NEW_LIMIT, OLD_LIMIT) if is_openai else (OLD_LIMIT, NEW_LIMIT)
        self._dialect = Dialect(limits=(*limits, NO_LIMIT))

    @property
    def name(self) -> str:
        """The model's name, as notes and receipts show it."""
        return self._model

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        """A summary with references, not yet grounded. Takes at most `Patience.total`.

        Calling again is safe: it costs money and changes nothing.

        Raises:
            ModelUnavailable: no answer, a server that failed or refused us, or one that is left
                alone because it just did. The message says which, in words for a teammate.
            ModelUnusable: an answer that is not what was asked: refused, cut off, not the schema.
        """
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
        self._circuit.failed(
            str(failed),
            strikes=STRIKES if told_to_wait else treatment.strikes,
            rest=max(treatment.rest, asked),
        )

    def _propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        patience = self._patience
        fixed, growing = self._instructions.render(transcript, policy)
        schema = schema_for(policy)
        ends = self._clock.monotonic() + patience.total.total_seconds()
        usage = Usage()
        tokens = patience.tokens
        for left in reversed(range(patience.tries)):
            try:
                completion = self._ask(fixed, growing, schema=schema, tokens=tokens, ends=ends)
                usage = add_usage(usage, completion.usage)
                answer = parse_answer(completion.usable_text())
            except CallFailed as failed:
                if not left or not failed.treatment.again or not self._may_wait(failed, ends):
                    raise
                if failed.trouble is Trouble.CUT_OFF:
                    tokens *= 2
                continue
            found = to_proposal(
                answer,
                transcript,
                policy,
                engine=self._model,
                version=self._instructions.version,
            )
            return replace(found, usage=usage)
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

    def _ask(
        self, fixed: str, growing: str, *, schema: dict[str, Any], tokens: int, ends: float
    ) -> Completion:
        """One try, in a dialect that the server takes."""
        while True:
            dialect = self._dialect
            try:
                return self._call(
                    dialect.request(fixed, growing, schema=schema, tokens=tokens), ends
                )
            except CallFailed as failed:
                if failed.trouble not in {Trouble.REQUEST_REFUSED, Trouble.TOO_LONG}:
                    raise
                simpler = dialect.without(failed.complaint)
                if simpler is None:
                    raise
                self._dialect = simpler

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


def _refusal(error: openai.APIStatusError) -> CallFailed:
    asked = error.response.headers.get("retry-after", "")
    return refused_with(
        error.status_code,
        error.code,
        error.type,
        complaint=f"{error.param} {error.body}",
        wait=min(float(asked), LONGEST_WAIT) if asked.isdecimal() else None,
    )


def _proxy_for(url: str) -> str | None:
    # httpx2 looks at the environment only when it makes the transport itself.
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
