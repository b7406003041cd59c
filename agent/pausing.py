"""Stops all writes and lets them go on: in the database, or by a file when that is out of reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.errors import ConfigError, StoreUnavailable
from agent.ports import Pause, Store

OURS = "paused by sidenote: "  # how a pause file of ours begins; others are a person's


@dataclass(frozen=True, slots=True)
class Controls:
    """The ways to pause. `store` opens the database, and may fail."""

    store: Callable[[], Store]
    file: Path
    from_environment: bool

    def pause(self, by: str, at: datetime, reason: str) -> str:
        """Stop all writes; gives where that is written. Safe to call again.

        Raises:
            StoreUnavailable: neither the database nor the file can be written.
        """
        try:
            self.store().pause(Pause(by=by, at=at, reason=reason))
        except (StoreUnavailable, ConfigError, OSError) as error:
            self._write_file(f"{OURS}{by}, {at.isoformat()} {reason}\n", error)
            return f"file {self.file}"
        return "database"

    def _write_file(self, text: str, why: Exception) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StoreUnavailable(
                f"nothing is paused: the database cannot be written ({type(why).__name__}), nor "
                f"the file {self.file} ({error.strerror}). Set SIDENOTE_PAUSED=1 and restart the "
                "daemon, or stop it."
            ) from error

    def resume(self) -> tuple[str, ...]:
        """Go on; gives what still pauses, in words. Safe to call again.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        self.store().resume()
        still = []
        if self.file.exists() and not self._remove_ours():
            still.append(f"the file {self.file}; remove it")
        if self.from_environment:
            still.append("SIDENOTE_PAUSED in the environment; unset it and restart the daemon")
        return tuple(still)

    def _remove_ours(self) -> bool:
        """Remove the pause file if `pause` wrote it. One that a person made is theirs to remove."""
        try:
            if not self.file.read_text(encoding="utf-8", errors="replace").startswith(OURS):
                return False
            self.file.unlink()
        except OSError:
            return False
        return True
