"""What can go wrong with one call of a model, and what follows from it, as a table.

The words of a failure are read by teammates in the note and stand in logs, so they are ours:
nothing a server said is quoted, because servers quote the prompt.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from agent.errors import AgentError, ModelUnavailable, ModelUnusable

REST = timedelta(seconds=60)  # how long a server that failed is left alone at first


class Trouble(StrEnum):
    """Kinds of failure. What a refusal by the server means is in `refused_with`."""

    NO_CONNECTION = "the connection to the model's server failed"
    TIMEOUT = "the model did not answer"
    SERVER_FAILED = "the model's server failed"
    BUSY = "the model's server asked us to slow down"
    NO_CREDIT = "the model's account is out of credit"
    KEY_REFUSED = "the model's server refused the key: check OPENAI_API_KEY"
    NOT_THERE = "no such model or address: check SIDENOTE_MODEL and OPENAI_BASE_URL"
    REQUEST_REFUSED = "the model's server refused the request"
    TOO_LONG = "the conversation is too long for the model"
    DECLINED = "the model declined to answer"
    FILTERED = "the model's content filter stopped the answer"
    CUT_OFF = "the model's answer was cut off"
    ALL_THOUGHT = "the model spent its whole answer on thinking"
    EMPTY = "the model's answer was empty"
    NOT_AS_ASKED = "the model's answer was not in the form it was asked for"
    PROMPT_CUT = "the model's server cut the prompt short: give the model a larger context window"
    OTHER_PROMPT = "the model's answer belongs to another conversation or an older message"
    NO_MODEL = "what answered at OPENAI_BASE_URL does not speak like a model's server"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What follows: the error it ends as, whether a second try makes sense, and how it counts.

    Two strikes in a row open the circuit for `rest`; 0 means that the server is well.
    """

    error: type[ModelUnavailable | ModelUnusable]
    again: bool
    strikes: int = 0
    rest: timedelta = REST


_GONE, _USELESS = ModelUnavailable, ModelUnusable

TREATMENT: dict[Trouble, Treatment] = {
    Trouble.NO_CONNECTION: Treatment(_GONE, again=True, strikes=1),
    # It has used up the time of a whole run: the next ones do not wait for the same.
    Trouble.TIMEOUT: Treatment(_GONE, again=False, strikes=2),
    Trouble.SERVER_FAILED: Treatment(_GONE, again=True, strikes=1),
    Trouble.BUSY: Treatment(_GONE, again=True, strikes=1),
    Trouble.NO_CREDIT: Treatment(_GONE, again=False, strikes=2, rest=timedelta(minutes=30)),
    Trouble.KEY_REFUSED: Treatment(_GONE, again=False, strikes=2),
    Trouble.NOT_THERE: Treatment(_GONE, again=False, strikes=2),
    Trouble.REQUEST_REFUSED: Treatment(_USELESS, again=False),
    Trouble.TOO_LONG: Treatment(_USELESS, again=True),
    Trouble.DECLINED: Treatment(_USELESS, again=False),
    Trouble.FILTERED: Treatment(_USELESS, again=False),
    Trouble.CUT_OFF: Treatment(_USELESS, again=True),
    Trouble.ALL_THOUGHT: Treatment(_USELESS, again=True),
    Trouble.EMPTY: Treatment(_USELESS, again=True),
    Trouble.NOT_AS_ASKED: Treatment(_USELESS, again=True),
    Trouble.PROMPT_CUT: Treatment(_USELESS, again=True),
    Trouble.OTHER_PROMPT: Treatment(_USELESS, again=True),
    Trouble.NO_MODEL: Treatment(_USELESS, again=True),
}

# What a second try is asked differently for: with more room, with less to read.
NEEDS_ROOM = frozenset({Trouble.CUT_OFF, Trouble.ALL_THOUGHT})
NEEDS_LESS = frozenset({Trouble.TOO_LONG, Trouble.PROMPT_CUT})

_STATUS = {
    401: Trouble.KEY_REFUSED,
    402: Trouble.NO_CREDIT,
    403: Trouble.KEY_REFUSED,
    404: Trouble.NOT_THERE,
    408: Trouble.SERVER_FAILED,
    413: Trouble.TOO_LONG,
    429: Trouble.BUSY,
}
# `code` or `type` of an error. OpenAI answers 429 for both a full minute and an empty account;
# only the code tells them apart. OpenRouter and others put errors into answers with status 200.
_CODE = {
    "quota_exceeded": Trouble.NO_CREDIT,
    "insufficient_quota": Trouble.NO_CREDIT,
    "billing_hard_limit_reached": Trouble.NO_CREDIT,
    "rate_limit_exceeded": Trouble.BUSY,
    "content_filter": Trouble.FILTERED,
    "content_policy_violation": Trouble.FILTERED,
    "context_length_exceeded": Trouble.TOO_LONG,
    "invalid_api_key": Trouble.KEY_REFUSED,
    "model_not_found": Trouble.NOT_THERE,
    "invalid_request_error": Trouble.REQUEST_REFUSED,
    "server_error": Trouble.SERVER_FAILED,
}


class CallFailed(Exception):
    """One call of the model gave nothing. Never leaves this package; see `as_error`.

    `complaint` is what the server said. It may hold the prompt: it is matched, never shown.
    `wait` is the number of seconds the server asked for.
    """

    def __init__(
        self,
        trouble: Trouble,
        detail: str = "",
        *,
        complaint: str = "",
        wait: float | None = None,
    ) -> None:
        super().__init__(f"{trouble.value} ({detail})" if detail else trouble.value)
        self.trouble = trouble
        self.complaint = complaint
        self.wait = wait

    @property
    def treatment(self) -> Treatment:
        """What follows from it."""
        return TREATMENT[self.trouble]

    def as_error(self) -> AgentError:
        """The error of ours that the pipeline knows."""
        return self.treatment.error(str(self))


def refused_with(
    status: int, *codes: object, complaint: str = "", wait: float | None = None
) -> CallFailed:
    """The failure that a status and an error's `code` and `type` stand for.

    The code says more than the status, except that 401 and 403 are always about the key.
    """
    coded = next((_CODE[code] for code in codes if isinstance(code, str) and code in _CODE), None)
    by_status = _STATUS.get(status)
    if by_status is None:
        by_status = Trouble.SERVER_FAILED if status >= 500 else Trouble.REQUEST_REFUSED
    # "invalid_request_error" is the type of nearly every 4xx of OpenAI: it decides nothing.
    vague = coded in {None, Trouble.REQUEST_REFUSED}
    trouble = by_status if vague or by_status is Trouble.KEY_REFUSED else coded
    return CallFailed(trouble or by_status, str(status), complaint=complaint, wait=wait)
