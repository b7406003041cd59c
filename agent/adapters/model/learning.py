"""What is known of one model's server: remembered in this process, and in the book for all."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from threading import Lock

import structlog

from agent.adapters.model.dialect import Dialect, Format, read_dialect
from agent.errors import StoreUnavailable
from agent.model_port import ModelBook
from agent.ports import Clock

BELIEVED = timedelta(days=7)  # servers get better: after that we ask for everything again
_OFTEN = 2  # answers in another form than was asked, before the form is given up

_log = structlog.get_logger()


class Learned:
    """The dialect to begin with, made simpler by what the server refuses or does not keep to.

    `asked` names server and model. Safe to share between threads. A book that cannot be used
    costs a few calls that are refused, nothing else.
    """

    def __init__(self, first: Dialect, *, book: ModelBook, asked: str, clock: Clock) -> None:
        self._book = book
        self._asked = asked
        self._clock = clock
        self._lock = Lock()
        self._broken: Counter[Format] = Counter()  # answers in a row that did not keep to it
        self._dialect = first
        self._is_read = False

    def dialect(self) -> Dialect:
        """What to ask with at first."""
        with self._lock:
            if not self._is_read:
                self._is_read = True
                self._dialect = self._read() or self._dialect
            return self._dialect

    def taken(self, dialect: Dialect) -> None:
        """The server takes a request like this one."""
        with self._lock:
            simpler = replace(dialect, form=self._dialect.form)
            if dialect.form is not self._dialect.form and not self._broken[self._dialect.form]:
                simpler = dialect  # refused, not broken: for good
            self._keep(simpler)

    def broken(self, form: Format) -> Format:
        """An answer did not keep to this form; gives the one for the next try."""
        with self._lock:
            self._broken[form] += 1
            lower = [*Format][[*Format].index(form) + 1 :]
            return min(lower, key=lambda one: self._broken[one], default=form)

    def kept(self, form: Format) -> None:
        """An answer was as asked."""
        with self._lock:
            if form is not self._dialect.form and self._broken[self._dialect.form] >= _OFTEN:
                self._keep(replace(self._dialect, form=form))
            self._broken[form] = 0

    def _keep(self, dialect: Dialect) -> None:
        if dialect == self._dialect:
            return
        self._dialect = dialect
        _log.info("model.learned", model=self._asked, form=dialect.form.value)
        try:
            self._book.save_dialect(self._asked, dialect.written(), self._clock.now())
        except StoreUnavailable as error:
            _log.warning("model.not_remembered", why=str(error))

    def _read(self) -> Dialect | None:
        try:
            written = self._book.dialect(self._asked, self._clock.now() - BELIEVED)
        except StoreUnavailable as error:
            _log.warning("model.not_remembered", why=str(error))
            return None
        return read_dialect(written) if written else None
