"""`sidenote prompts`: what there is, in which version, and which runs used it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.adapters.memory import MemoryStore
from agent.core.turn import Turn
from agent.errors import ConfigError
from agent.ports import Run, RunState
from agent.prompt_figures import prompt_figures
from agent.prompt_uses import Use, prompt_uses
from agent.prompts import load_prompts
from tests.cli.typed import Typed

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def ran(store: MemoryStore, number: int, proposed: dict[str, str] | None) -> None:
    """An ended run, `number` hours after noon, with what was proposed in it."""
    at = NOON + timedelta(hours=number)
    turn = Turn(f"c{number}", f"m{number}")
    store.save_run(
        Run(
            id=turn.run_id,
            turn=turn,
            message_at=at,
            state=RunState.DONE,
            due_at=at,
            created_at=at,
            updated_at=at,
        )
    )
    if proposed is not None:
        store.save_receipt(turn.run_id, {"proposed": proposed}, at)


def test_uses_are_counted_by_version_from_the_first_to_the_last_run() -> None:
    store = MemoryStore()
    ran(store, 1, {"prompt_version": "aaa", "engine": "m-1"})
    ran(store, 3, {"prompt_version": "aaa", "engine": "m-2"})
    ran(store, 2, {"prompt_version": "bbb", "engine": "m-1"})
    ran(store, 4, {"prompt_version": "", "engine": "offline"})
    ran(store, 5, None)

    assert prompt_uses(store) == {
        "aaa": Use(
            runs=2,
            first=NOON + timedelta(hours=1),
            last=NOON + timedelta(hours=3),
            engines=("m-1", "m-2"),
        ),
        "bbb": Use(
            runs=1,
            first=NOON + timedelta(hours=2),
            last=NOON + timedelta(hours=2),
            engines=("m-1",),
        ),
    }


def test_every_prompt_is_listed_with_its_version_and_inputs(
    typed_without_settings: Typed,
) -> None:
    printed = typed_without_settings("prompts", "--json")

    listed = {one["name"]: one for one in json.loads(printed.out)}
    for name, prompt in load_prompts().items():
        assert listed[name]["version"] == prompt.version
        assert listed[name]["purpose"] == prompt.purpose
        assert listed[name]["inputs"] == sorted(prompt.inputs)
        assert listed[name]["used"]["runs"] == 0


def test_a_list_without_a_run_says_so(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("prompts")

    assert "summary" in printed.out
    assert "No run used a prompt yet" in printed.err


def test_a_prompt_is_shown_as_it_is(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("prompts", "show", "summary")

    assert printed.out.strip() == load_prompts()["summary"].text
    assert "version" in printed.err


def test_a_prompt_that_is_not_there_names_those_that_are(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("prompts", "show", "reply")

    assert printed.code == 2
    assert "no prompt 'reply'; there are: summary" in printed.err


@pytest.mark.parametrize("name", load_prompts())
def test_every_prompt_has_figures_of_its_newest_version(name: str) -> None:
    version = load_prompts()[name].version

    assert version in prompt_figures(), (
        f"prompts/{name}.md changed: measure it and add [{version}] to prompts/figures.toml"
    )
    assert prompt_figures()[version].prompt == name


def test_figures_that_cannot_be_read_name_their_file(tmp_path: Path) -> None:
    file = tmp_path / "figures.toml"
    file.write_text('[abc]\nprompt = "summary"\n')

    with pytest.raises(ConfigError, match=r"prompts/figures\.toml: .*missing"):
        prompt_figures(file)
