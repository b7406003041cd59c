"""Attempts as a dictionary: the part of `MemoryStore` for them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import RLock

from agent.attempt_port import Attempt, of_write
from agent.ports import Delivery

_Key = tuple[str, str, str, object]


class AttemptMemory:
    """Attempts. `MemoryStore` calls `_forget_attempts` when it is made."""

    def _open(self) -> RLock:
        raise NotImplementedError

    def _forget_attempts(self) -> None:
        self._attempts: dict[_Key, Attempt] = {}

    def save_attempts(self, attempts: Sequence[Attempt], *, most: int | None = None) -> None:
        """See `AttemptLog`."""
        with self._open():
            self._attempts |= {_key(each): each for each in attempts}
            for run_id in {each.run_id for each in attempts} if most is not None else ():
                self._keep_newest(run_id, most or 0)

    def attempts(self, run_id: str) -> tuple[Attempt, ...]:
        """See `AttemptLog`."""
        with self._open():
            found = [each for each in self._attempts.values() if each.run_id == run_id]
        return tuple(sorted(found, key=lambda each: (each.began_at, each.step, each.marker)))

    def _begin_attempt(self, written: Delivery, now: datetime, *, is_release: bool = False) -> None:
        begun = of_write(written.run_id, written.action, written.marker, now, is_release=is_release)
        self.save_attempts([begun] if begun is not None else [])

    def _keep_newest(self, run_id: str, most: int) -> None:
        beginnings = sorted((each.began_at for each in self.attempts(run_id)), reverse=True)
        if len(beginnings) > most:
            last_to_go = beginnings[most]
            self._drop(each for each in self.attempts(run_id) if each.began_at <= last_to_go)

    def _drop_attempts_of(self, run_ids: set[str]) -> None:
        self._drop(each for each in list(self._attempts.values()) if each.run_id in run_ids)

    def _drop(self, gone: Iterable[Attempt]) -> None:
        for each in gone:
            del self._attempts[_key(each)]


def _key(attempt: Attempt) -> _Key:
    return attempt.run_id, attempt.step, attempt.marker, attempt.began_at
