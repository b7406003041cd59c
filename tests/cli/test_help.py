"""Help shows examples, and costs little."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from agent.cli import COMMANDS, cli

HEAVY = {"dbos", "openai", "sqlalchemy", "pydantic", "httpx", "starlette", "rich", "structlog"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_of_itself(name: str) -> None:
    shown = CliRunner().invoke(cli, [name, "--help"])

    assert shown.exit_code == 0
    examples = [line for line in shown.stdout.splitlines() if line.startswith(f"  sidenote {name}")]
    assert examples


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_prints_json_on_request(name: str) -> None:
    assert "--json" in CliRunner().invoke(cli, [name, "--help"]).stdout


def test_the_list_of_commands_names_them_all() -> None:
    shown = CliRunner().invoke(cli, ["--help"]).stdout

    assert all(name in shown for name in COMMANDS)


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(cli, ["sumarize"]).exit_code == 2


def loaded_by(*arguments: str) -> set[str]:
    """Names of the top-level modules that a command's process has loaded at its end."""
    code = (
        "import sys\n"
        "from agent.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('LOADED', *{name.split('.')[0] for name in sys.modules})\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return set(ended.stdout.splitlines()[-1].split())


def test_the_first_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help") & HEAVY == set()


@pytest.mark.parametrize("name", ["summarize", "explain", "runs", "send", "start", "retry", "demo"])
def test_no_help_loads_the_engine(name: str) -> None:
    assert loaded_by(name, "--help") & {"dbos", "openai"} == set()
