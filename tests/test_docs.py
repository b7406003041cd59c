"""What users read names what there is."""

import re
from pathlib import Path

import pytest

from agent.cli import COMMANDS
from agent.cli.checking import shown_settings
from agent.settings import load_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
SETTINGS = sorted({*shown_settings(load_settings({})), "SIDENOTE_PAUSED"})
FILES = re.findall(r"`((?:agent|tests|prompts|fixtures)/[\w./-]+\.\w+)`", README)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"sidenote {command}" in README


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_readme_and_in_the_example(name: str) -> None:
    assert f"`{name}`" in README
    assert name in ENV_EXAMPLE


@pytest.mark.parametrize("file", FILES)
def test_files_that_the_readme_names_exist(file: str) -> None:
    assert (ROOT / file).is_file()


@pytest.mark.parametrize("text", [README, ENV_EXAMPLE], ids=["README", ".env.example"])
def test_nothing_is_left_to_fill_in(text: str) -> None:
    assert not re.search(r"PLACEHOLDER|_TABLE|TODO|FIXME|lorem", text)
