"""Stops all writes and lets them go on: in the database, or by a file when that is out of reach.

A pause that stands in the file alone is not in the record yet. Whoever removes the file, the next
pause or the next resume that reaches the database, writes down who made it and when.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from errno import EISDIR
from pathlib import Path

from agent.audit_port import AuditEntry, AuditKind
from agent.errors import ConfigError, StoreUnavailable
from agent.log import logger
from agent.ports import Pause, Store

OURS = "paused by sidenote: "  # how a pause file of ours begins; others are a person's
_FILE = re.compile(r"(?P<by>.*?), (?P<at>\d{4}-\d\d-\d\dT\S+) (?P<reason>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Controls:
    """The ways to pause. `store` opens the database, and may fail."""

    store: Callable[[], Store]
    file: Path
    from_environment: bool

    def pause(self, by: str, at: datetime, reason: str) -> str:
        """Stop all writes; gives where that is written. Safe to call again.

        The file comes first: it stops this machine at once, also while somebody holds the
        database locked. It goes when the database has taken the pause, which stops all machines.

        Raises:
            StoreUnavailable: neither the database nor the file can be written.
        """
        text = f"{OURS}{by}, {at.isoformat()} {reason}\n"
        unwritten = self._write_file(text)
        try:
            store = self.store()
            store.pause(Pause(by=by, at=at, reason=reason))
        except (StoreUnavailable, ConfigError, OSError) as error:
            if unwritten is not None:
                raise StoreUnavailable(
                    f"nothing is paused: the database cannot be written ({type(error).__name__}), "
                    f"nor the file {self.file} ({unwritten.strerror}). Set SIDENOTE_PAUSED=1 and "
                    "restart the daemon, or stop it."
                ) from error
            return f"file {self.file}"
        self._remove_ours(store, at, but=text)
        self._record(store, AuditKind.PAUSED, {"by": by, "reason": reason}, at)
        return "database"

    def _write_file(self, text: str) -> OSError | None:
        """Write the pause file, unless there is one; gives why it could not."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.file.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return None if self.file.is_file() else OSError(EISDIR, "it is no file")
        except OSError as error:
            return error
        return None

    def resume(self, by: str, at: datetime) -> tuple[str, ...]:
        """Go on; gives what still pauses, in words. Safe to call again.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        store = self.store()
        was_paused = store.paused() is not None
        store.resume()
        still, removed = [], False
        if self.file.exists():
            removed = self._remove_ours(store, at)
            if not removed:
                still.append(f"the file {self.file}; remove it")
        if self.from_environment:
            still.append("SIDENOTE_PAUSED in the environment; unset it and restart the daemon")
        if was_paused or removed:
            self._record(store, AuditKind.RESUMED, {"by": by, "reason": ""}, at)
        return tuple(still)

    def _record(
        self, store: Store, kind: AuditKind, content: Mapping[str, str], at: datetime
    ) -> None:
        """Who, when and why. What was paused stays so if that cannot be written."""
        try:
            store.append_audit(AuditEntry(kind=kind, content=content), at)
        except StoreUnavailable as error:
            logger().error("record.not-written", kind=kind.value, why=str(error))

    def _remove_ours(self, store: Store, now: datetime, *, but: str = "") -> bool:
        """Remove the pause file if `pause` wrote it. One that a person made is theirs to remove.

        What it says is recorded first, unless that is `but`.
        """
        try:
            text = self.file.read_text(encoding="utf-8", errors="replace")
            if not text.startswith(OURS):
                return False
            if text != but:
                self._record(store, AuditKind.PAUSED, _told(text), now)
            self.file.unlink()
        except OSError:
            return False
        return True


def _told(text: str) -> dict[str, str]:
    """Who paused, why and when, as a pause file of ours says it."""
    found = _FILE.fullmatch(text.removeprefix(OURS).rstrip("\n"))
    return found.groupdict() if found else {"by": "", "reason": "the pause file cannot be read"}
