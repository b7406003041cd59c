"""What can go wrong, sorted by what to do about it.

AgentError
+ ConfigError            fix the settings and start again
+ InputError             fix what was typed or sent, nothing was done
+ TransientError         the run waits and tries again
  - HelpdeskUnavailable  no answer, or 5xx
  - HelpdeskBusy         429: not applied; wait until `retry_at`
  - HelpdeskLocked       401, 403 or a wrong pod: no run's fault, everything is held
  - ModelUnavailable
  - StoreUnavailable     the database is busy, full, read-only or gone
  - Held                 pause, or an outage: the run goes on afterwards
+ PermanentError         the run stops; a person looks
  - HelpdeskRefused      a 4xx that a retry cannot mend
    - HelpdeskMissing    404, 410: deleted or merged meanwhile
    - HelpdeskConflict   409: something with this id or version exists
  - ReplyUnreadable      an answer that lacks what we need
  - ModelUnusable        the model answered, but nothing that can be used

A write adds one question, "was it applied?": `OutcomeUnknown` is raised for a write that may
or may not have happened. It is neither transient nor permanent: look first.

No message text, key or prompt stands in a message of these.
"""

from datetime import datetime


class AgentError(Exception):
    """Anything this package raises on purpose. `status`: of Kustomer's answer, if one caused it."""

    status: int | None = None


class ConfigError(AgentError):
    """The settings cannot work. Raised at start-up only; lists every problem, one a line."""


class InputError(AgentError):
    """What was typed or sent cannot be used. Nothing was done."""


class TransientError(AgentError):
    """Trying again may work, and not before `retry_at` when the other side named a time."""

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class HelpdeskUnavailable(TransientError):
    """The helpdesk did not answer, or answered 5xx."""


class HelpdeskBusy(TransientError):
    """The helpdesk asked us to slow down (429). A write was not applied."""


class HelpdeskLocked(TransientError):
    """The key is refused: wrong, expired, of another pod, or without the role. See the message."""


class ModelUnavailable(TransientError):
    """The model did not answer, or asked us to slow down."""


class StoreUnavailable(TransientError):
    """Our own database is busy, full, read-only or gone. Nothing was written."""


class Held(TransientError):
    """Somebody paused us, or the helpdesk is out. The run goes on afterwards."""


class PermanentError(AgentError):
    """Trying again will not help."""


class HelpdeskRefused(PermanentError):
    """The helpdesk refused the request with a 4xx. A write was not applied."""


class HelpdeskMissing(HelpdeskRefused):
    """What we asked for is not there (404, 410): deleted or merged meanwhile."""


class HelpdeskConflict(HelpdeskRefused):
    """Something with this id or version exists already (409): look, then adopt it."""


class ReplyUnreadable(PermanentError):
    """An answer lacks a field that we cannot do without."""


class ModelUnusable(PermanentError):
    """The model answered, but nothing that can be used: refusal, cut off, not what was asked."""


class OutcomeUnknown(AgentError):
    """A write may or may not have been applied (timeout, reset, 5xx, unreadable answer).

    Never send it again without looking first.
    """
