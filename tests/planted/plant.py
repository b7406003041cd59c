"""Reads the list of bugs, plants one in a copy of the program, and asks tests and simulation."""

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PARTS = ("agent", "tests", "prompts", "fixtures", "pyproject.toml")
SCHEDULES = 200
LONGEST = 900  # seconds for the tests or the simulation of one bug; a hang counts as caught


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Planted:
    """One bug."""

    name: str
    tests: tuple[str, ...]
    edits: tuple[Edit, ...]


def faults() -> tuple[Planted, ...]:
    """All bugs, in the order of the file."""
    table = tomllib.loads((HERE / "faults.toml").read_text(encoding="utf-8"))
    return tuple(
        Planted(each["name"], tuple(each["tests"]), tuple(Edit(**edit) for edit in each["edit"]))
        for each in table["fault"]
    )


def planted(edit: Edit, root: Path) -> str:
    """The file's text with the bug in it.

    Raises:
        ValueError: what is to be replaced does not stand there exactly once (any more).
    """
    text = (root / edit.file).read_text(encoding="utf-8")
    if text.count(edit.old) != 1:
        raise ValueError(f"{edit.file}: {edit.old.strip()!r} stands there {text.count(edit.old)} x")
    return text.replace(edit.old, edit.new)


def copy(to: Path) -> None:
    """A copy of the program to plant in."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, to / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / part)


def plant(fault: Planted, root: Path) -> None:
    """Put the bug into a copy."""
    for edit in fault.edits:
        text = planted(edit, root)
        (root / edit.file).write_text(text, encoding="utf-8")


def tests_fail(fault: Planted, root: Path) -> bool:
    """Whether one of the bug's tests fails."""
    return bool(fault.tests) and _fails(root, "pytest", "-x", "-q", "-n0", *fault.tests)


def simulation_fails(root: Path) -> bool:
    """Whether a schedule goes wrong."""
    return _fails(root, "tests.simulation", "--schedules", str(SCHEDULES), "--until-wrong")


def _fails(root: Path, *module: str) -> bool:
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *module],
            cwd=root,
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return ran.returncode != 0
