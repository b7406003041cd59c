"""What every call that writes to Kustomer passes: a place among few, and a row in the record."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from typing import TypeVar

from pydantic import BaseModel

from agent.audit_port import AuditEntry, AuditKind
from agent.console.api.parts import Call
from agent.console.api.problems import SOON, Refused
from agent.errors import HelpdeskRefused, InputError
from agent.making import Made

T = TypeVar("T")


@contextmanager
def a_place(call: Call) -> Iterator[None]:
    """One of the few places for calls that talk to Kustomer or to a model.

    Raises:
        Refused: all are taken; call again.
    """
    if not call.api.places.acquire(blocking=False):
        raise Refused(
            HTTPStatus.TOO_MANY_REQUESTS,
            "Too many calls at once; call again in a moment, and not all at the same time.",
            headers={"Retry-After": str(SOON)},
        )
    try:
        yield
    finally:
        call.api.places.release()


def record_call(call: Call, action: str, subjects: Mapping[str, str]) -> None:
    """Write down which token asks for a change, before it is made. Ids only.

    Raises:
        StoreUnavailable: it cannot be written; then nothing is done either.
    """
    parts = call.api.parts
    entry = AuditEntry(
        kind=AuditKind.API_CALL, subjects=subjects, content={"by": call.by(), "action": action}
    )
    parts.store.append_audit(entry, parts.clock.now())


@dataclass(frozen=True, slots=True)
class Once:
    """A call under an idempotency key. Without a key every call stands for itself."""

    call: Call
    action: str
    key: str | None

    def make(self, asked: BaseModel, work: Callable[[], Made[T]]) -> Made[T]:
        """Do the work, and say of it what the first call with this key said.

        Raises:
            Refused: the key stood for another request.
        """
        if self.key is None:
            return work()
        book, key = self.call.api.book, _digest(self.action, self.key)
        # Made with the key, which is not kept: what was asked cannot be guessed from it.
        print_ = _digest(self.key, json.dumps(asked.model_dump(mode="json"), sort_keys=True))
        called = book.begin_call(key, print_, self.call.api.parts.clock.now())
        if called.fingerprint != print_:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "This Idempotency-Key was used for another request; take a new one.",
            )
        try:
            made = work()
        except (InputError, HelpdeskRefused):
            book.drop_call(key)  # nothing was done, so a mended request may have the key
            raise
        if called.created is not None:
            return replace(made, created=called.created)
        book.end_call(key, created=made.created)
        return made


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
