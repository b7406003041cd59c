"""The small changes that `python -m tests.mutants` makes, and that tests notice them."""

import time
from pathlib import Path

import pytest

from tests.mutants.changes import Mutant, mutants
from tests.mutants.forked import Answer, answers
from tests.mutants.targets import TARGETS, explained
from tests.mutants.trial import ROOT, tried

SOURCE = '''"""What it is about."""

MOST = 3  # replies
WORDS = {"one": 1, "two": 2}


def may(count: int, *, paused: bool = False) -> str | None:
    """Whether one more may go."""
    if paused or count >= MOST:
        return f"{count} already"
    return None
'''


def changed(folder: Path, source: str = SOURCE) -> dict[str, Mutant]:
    (folder / "limits.py").write_text(source, "utf-8")
    return {mutant.name: mutant for mutant in mutants(folder, "limits.py")}


def test_every_kind_of_change_is_made_once(tmp_path: Path) -> None:
    assert list(changed(tmp_path)) == [
        "module: 3 -> 4",
        "module: without 'one'",
        "module: without 'two'",
        "module: 'one' -> 'XXoneXX'",
        "module: 'two' -> 'XXtwoXX'",
        "module: 1 -> 2",
        "module: 2 -> 3",
        "may: False -> True",
        "may: paused or count >= MOST -> paused and count >= MOST",
        "may: paused or count >= MOST -> not (paused or count >= MOST)",
        "may: count >= MOST -> count > MOST",
        "may: return f'{count} already' -> return None",
    ]


@pytest.mark.parametrize(
    ("name", "may"),
    [
        pytest.param("module: 3 -> 4", None, id="a limit"),
        pytest.param("may: count >= MOST -> count > MOST", None, id="a comparison"),
        pytest.param("may: return f'{count} already' -> return None", None, id="what is said"),
        pytest.param("may: False -> True", "3 already", id="what may stay as it is"),
    ],
)
def test_a_change_is_in_the_code_it_gives(tmp_path: Path, name: str, may: str | None) -> None:
    held: dict[str, object] = {}

    exec(changed(tmp_path)[name].code(), held)

    assert callable(held["may"])
    assert held["may"](3) == may


def test_one_change_leaves_no_trace_in_the_next(tmp_path: Path) -> None:
    first, *_, last = changed(tmp_path).values()
    before = last.code()

    first.code()

    assert last.code() == before


def test_the_same_change_twice_in_a_function_is_counted(tmp_path: Path) -> None:
    names = changed(tmp_path, "A = [1, 1]\n")

    assert list(names) == ["module: 1 -> 2", "module: 1 -> 2 (number 2)"]


def test_lines_above_do_not_rename_a_change(tmp_path: Path) -> None:
    assert list(changed(tmp_path, f"import re\n\n{SOURCE}")) == list(changed(tmp_path))


# --- asking in children --------------------------------------------------------------------------


def fails() -> bool:
    raise ValueError


def sleeps() -> bool:
    time.sleep(30)
    return True


def test_children_answer_in_the_order_of_the_questions() -> None:
    asked = [lambda: True, lambda: False, lambda: True]

    assert answers(asked) == [Answer.YES, Answer.NO, Answer.YES]


def test_a_child_that_hangs_is_ended() -> None:
    assert answers([sleeps], longest=0.3) == [Answer.HUNG]


# --- the real ones -------------------------------------------------------------------------------


@pytest.mark.parametrize("module", TARGETS)
def test_the_modules_and_their_tests_are_there(module: str) -> None:
    files = [test.partition("::")[0] for test in TARGETS[module]]

    assert mutants(ROOT, module)
    assert [file for file in files if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("module", sorted({module for module, _ in explained()}))
def test_an_explained_survivor_is_still_a_change_of_its_module(module: str) -> None:
    names = {mutant.name for mutant in mutants(ROOT, module)}

    assert [name for of, name in explained() if of == module and name not in names] == []


@pytest.mark.timeout(600)  # imports all of ours anew for some, also on a busy machine
def test_a_sample_of_the_limits_is_caught() -> None:
    wanted = {
        "customer_limit: count >= limit -> count > limit",
        "daily_cap: cap is not None and count >= cap -> cap is not None or count >= cap",
        "module: 24 -> 25",
        "counts_of.since: r.at > asked.at - window -> r.at >= asked.at - window",
    }
    chosen = [m for m in mutants(ROOT, "agent/core/limits.py") if m.name in wanted]

    assert len(chosen) == len(wanted)
    assert tried(chosen, ("tests/core/test_limits.py",)).survivors == []


@pytest.mark.timeout(600)
def test_a_change_that_no_test_meets_survives() -> None:
    (chosen,) = (
        m
        for m in mutants(ROOT, "agent/core/limits.py")
        if m.name == "customer_limit: count >= limit -> count > limit"
    )

    assert tried([chosen], ("tests/core/test_hours.py",)).survivors == [chosen]


def test_tests_that_fail_already_prove_nothing() -> None:
    with pytest.raises(ValueError, match="on the code as it is"):
        tried([], ("tests/core/no_such_test.py",))
