"""What a backtest has done so far, in a file, so that one that was stopped can go on.

One line for each conversation: when it last changed, and what was tried. Ids and figures, no text.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from agent.backtesting import Tried
from agent.core.conversation import Conversation
from agent.errors import InputError
from agent.plain import from_plain, to_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    conversation_id: str
    updated_at: datetime
    tried: tuple[Tried, ...]


@dataclass(slots=True)
class BacktestBook:
    """One backtest's. `path` None: nothing is remembered after the process."""

    path: Path | None
    _done: dict[tuple[str, datetime], tuple[Tried, ...]] = field(default_factory=dict)

    def load(self) -> int:
        """Read what an earlier process did; gives how many conversations.

        A line that was cut off, or that another version wrote, is passed over: it is done again.

        Raises:
            InputError: the file cannot be read.
        """
        if self.path is None or not self.path.exists():
            return 0
        try:
            text = self.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{self.path}: cannot be read ({type(error).__name__})") from error
        for line in text.splitlines():
            try:
                found = from_plain(_Line, json.loads(line))
            except (ValueError, ValidationError):
                continue
            self._done[found.conversation_id, found.updated_at] = found.tried
        return len(self._done)

    def done(self, conversation: Conversation) -> tuple[Tried, ...] | None:
        """What was tried of it; None when it was not, or has changed since."""
        return self._done.get((conversation.id, conversation.updated_at))

    def add(self, conversation: Conversation, tried: Sequence[Tried]) -> None:
        """Remember it, at once: whatever ends the process after this loses nothing."""
        line = _Line(
            conversation_id=conversation.id,
            updated_at=conversation.updated_at,
            tried=tuple(tried),
        )
        self._done[line.conversation_id, line.updated_at] = line.tried
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(to_plain(line)) + "\n")

    def remove(self) -> None:
        """It is through: nothing of it is needed any more."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)
