"""Imports run one way, modules stay small, and only wiring names an adapter."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "agent"
PURE = frozenset(
    """
    bisect collections dataclasses datetime decimal difflib enum functools hashlib holidays html
    itertools json math operator phonenumbers pydantic re statistics stdnum string types
    typing unicodedata urllib zoneinfo
    """.split()
)
ADAPTERS_MAY = frozenset(
    """
    access_port attempt_port audit_port core doorbell_port engine errors figures_port
    label_port limits_port log model_port
    plain ports prompts retries run_search shipped team_port token_port trace_port urgency
    """.split()
)
WIRING = {
    "wiring.py",
    "daemon_wiring.py",
    "rehearsal_wiring.py",
    "console_wiring.py",
    "api_wiring.py",
    "model_wiring.py",
    "traces_wiring.py",
    "mcp_wiring.py",
}
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((PACKAGE / module).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def ours(module: Path) -> set[str]:
    """First folder or module below `agent` of each import of ours."""
    return {name.split(".")[1] for name in imports(module) if name.startswith("agent.")}


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "core"], ids=str)
def test_core_imports_nothing_that_touches_the_world(module: Path) -> None:
    outside = {name.split(".")[0] for name in imports(module)} - {"agent"}

    assert outside <= PURE
    assert ours(module) <= {"core", "errors"}


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "adapters"], ids=str)
def test_adapters_know_core_and_ports_only(module: Path) -> None:
    assert ours(module) - {"adapters"} <= ADAPTERS_MAY


@pytest.mark.parametrize(
    "module", [m for m in MODULES if len(m.parts) == 1 and m.name not in WIRING], ids=str
)
def test_only_wiring_names_an_adapter(module: Path) -> None:
    assert "adapters" not in ours(module)
    assert "cli" not in ours(module)


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "sandbox"], ids=str)
def test_the_sandbox_stands_alone(module: Path) -> None:
    # A sandbox that shared our reading of Kustomer would agree with every mistake in it.
    assert ours(module) <= {"sandbox", "errors", "shipped"}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_short(module: Path) -> None:
    source = (PACKAGE / module).read_text("utf-8")
    code = [line for line in source.splitlines() if line.strip() and not _is_comment(line)]

    assert len(code) <= 380  # 300 lines of code and what its docstrings take
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


def _is_comment(line: str) -> bool:
    return line.strip().startswith("#")


def test_only_a_text_past_the_gate_or_a_persons_own_is_staged() -> None:
    """A run's draft is made in one place, from an `ApprovedText`; the send action has its own."""
    making = {
        module.name
        for module in MODULES
        if module.parts[0] not in {"adapters", "sandbox"}
        for node in ast.walk(ast.parse((PACKAGE / module).read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "NewDraft"
    }

    assert making <= {"answering.py", "outgoing.py", "approving.py", "editing.py"}
