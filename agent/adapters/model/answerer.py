"""Who answers: a server may put another model behind a name, and tell it only in passing."""

import re
from threading import Lock

import structlog

from agent.errors import StoreUnavailable
from agent.model_port import ModelBook
from agent.ports import Clock

OPENAI = "https://api.openai.com/v1"  # where a client asks that is told nothing else
_ODD = re.compile(r"[^\w.:/@+-]")
_LONGEST = 80  # characters of a model's name

_log = structlog.get_logger()


def asked_name(base_url: str, model: str) -> str:
    """How the book names a model: by its server too, since names are no more than that."""
    return f"{base_url.rstrip('/')} {model}"


class Answerer:
    """Knows the model that a team tried, and tells when another one answers in its place.

    `asked` names server and model. Safe to share between threads.
    """

    def __init__(self, book: ModelBook, *, asked: str, clock: Clock) -> None:
        self._book = book
        self._asked = asked
        self._clock = clock
        self._lock = Lock()
        self._accepted: set[str] = set()
        self._told: set[str] = set()

    def new_model(self, answered: str) -> str:
        """That a model answered whom nobody has accepted, in words for a rule; "" if not so.

        A server that does not say who answers leaves nothing to compare. Never raises: what
        cannot be looked up counts as new.
        """
        name = _ODD.sub("?", answered)[:_LONGEST]
        if not name or name in self._accepted:
            return ""
        if self._is_accepted(name):
            with self._lock:
                self._accepted.add(name)
            return ""
        with self._lock:
            is_news = name not in self._told
            self._told.add(name)
        if is_news:
            _log.error("model.changed", asked=self._asked, answered=name)
        return f"{name} answers now, which nobody has accepted"

    def _is_accepted(self, name: str) -> bool:
        try:
            return self._book.answered(self._asked, name, self._clock.now())
        except StoreUnavailable as error:
            _log.warning("model.not_remembered", why=str(error))
            return False
