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


def failed_test(fault: Planted, root: Path) -> str:
    """The first of the bug's tests that fails, or ""."""
    if not fault.tests:
        return ""
    return _first_line(root, "FAILED ", "pytest", "-x", "-q", "-n0", *fault.tests)


def wrong_schedule(root: Path) -> str:
    """The first schedule that goes wrong, or ""."""
    simulation = ("tests.simulation", "--until-wrong", "--schedules", str(SCHEDULES))
    return _first_line(root, "seed ", *simulation)


def _first_line(root: Path, beginning: str, *module: str) -> str:
    """What a program that fails says first in a line that begins so."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *module],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "it hung"
    if ran.returncode == 0:
        return ""
    lines = (line for line in ran.stdout.splitlines() if line.startswith(beginning))
    return next(lines, f"{module[0]} ended with {ran.returncode}")
