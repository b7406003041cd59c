"""What a person types, in this process: exit code, stdout and stderr."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import structlog

from agent.cli import main


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of one command."""

    code: int
    out: str
    err: str


class Typed(Protocol):
    """`typed("runs", "--json")`."""

    def __call__(self, *arguments: str) -> Printed: ...


@contextmanager
def only_these(environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """Nothing of this machine's settings; the working folder has no .env."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("KUSTOMER_BASE_URL", "KUSTOMER_API_KEY", "OPENAI_API_KEY", "SIDENOTE_MODEL"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        yield
    structlog.reset_defaults()  # commands log to the stderr of their own test only


def typed_with(capsys: pytest.CaptureFixture[str]) -> Typed:
    """A `Typed` on the environment as it stands."""

    def typed(*arguments: str) -> Printed:
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["sidenote", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = capsys.readouterr()
        code: Any = ended.value.code
        return Printed(int(code or 0), out, err)

    return typed
