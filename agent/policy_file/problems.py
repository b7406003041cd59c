"""What is wrong with a policy, in words that say what to write instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from agent.errors import ConfigError

_LONGEST = 60  # characters of a value that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to change. `line` counts from 1; None when the whole file is meant."""

    file: Path
    words: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{self.file}: {place}{self.words}"


class PolicyProblems(ConfigError):
    """A policy that cannot be used: every problem, by file and line; one a line as text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _order(problem: Problem) -> tuple[bool, str, int]:
    return problem.file.suffix != ".toml", str(problem.file), problem.line or 0


def either(values: Iterable[str]) -> str:
    """`"one", "two" or "three"`."""
    *first, last = [f'"{value}"' for value in values]
    return f"{', '.join(first)} or {last}" if first else last


def quoted(value: object) -> str:
    """A value as it stands in the file, cut when it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def meant(wrong: str, known: Iterable[str]) -> str:
    """The nearest of the names there are, or all of them."""
    names = sorted(known)
    if not names:
        return ""
    close = get_close_matches(wrong, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(names)}"


def place(path: Sequence[int | str]) -> str:
    """How TOML writes it: `[topics.invoice-copy] examples[2]`."""
    *above, name = [str(part) for part in path]
    if isinstance(path[-1], int):
        name = f"{above.pop()}[{name}]"
    return f"[{'.'.join(above)}] {name}" if above else f"[{name}]"
