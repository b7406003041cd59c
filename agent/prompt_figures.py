"""What was measured with each version of a prompt: `prompts/figures.toml`, kept beside them.

A prompt that changes gets a new entry, with the scenario run and the figures of that change.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.errors import ConfigError
from agent.shipped import shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One entry. `words` says in a line what changed and what came of it."""

    prompt: str
    measured_on: str  # the day
    fixed_tokens: int  # of the part that is the same for every conversation, estimated
    times_cleaned: float  # what a conversation costs beyond it, by its cleaned words
    unchanged_prefix: float  # share, after one more message
    scenarios: str  # what the scenarios came to
    words: str

    def as_json(self) -> dict[str, object]:
        """All fields."""
        return asdict(self)


def prompt_figures(file: Path | None = None) -> Mapping[str, Measured]:
    """Entries by the prompt's version.

    Raises:
        ConfigError: the file cannot be read as it should.
    """
    path = file or shipped("prompts") / "figures.toml"
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
        return {version: Measured(**entry) for version, entry in entries.items()}
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ConfigError(f"prompts/figures.toml: {error}") from None
