"""`sidenote replay` and `sidenote policy diff`, as typed."""

import json
from pathlib import Path

import pytest

from agent.cli import redecided
from tests.cli.typed import Typed


@pytest.fixture
def policies(typed: Typed, tmp_path: Path) -> tuple[str, str]:
    """The starter policy, and one in which every topic is at draft."""
    typed("policy", "init", str(tmp_path / "old"))
    typed("policy", "init", str(tmp_path / "new"))
    old, new = (tmp_path / name / "policy.toml" for name in ("old", "new"))
    new.write_text(new.read_text("utf-8").replace('level = "note"', 'level = "draft"'), "utf-8")
    return str(old), str(new)


def test_a_diff_names_what_differs(typed: Typed, policies: tuple[str, str]) -> None:
    said = json.loads(typed("policy", "diff", *policies, "--json").out)

    wheres = {each["where"] for each in said["differences"]}
    assert "topics.order-status.level" in wheres
    assert all(where.endswith(".level") for where in wheres)


def test_without_runs_the_shipped_conversations_stand_in_and_it_says_so(
    typed: Typed, policies: tuple[str, str]
) -> None:
    said = typed("policy", "diff", *policies)

    assert said.code == 0
    assert "No stored runs" in said.err
    assert "would end otherwise" in said.out
    assert "note → draft" in said.out
    assert "Replies sent a day" not in said.out


def test_the_same_policy_twice_changes_nothing(typed: Typed, policies: tuple[str, str]) -> None:
    said = json.loads(typed("policy", "diff", policies[0], policies[0], "--json").out)

    assert (said["differences"], said["changed"]) == ([], 0)


def test_stored_runs_are_what_a_diff_is_about(
    typed: Typed, conversation: str, policies: tuple[str, str]
) -> None:
    typed("summarize", conversation, "--post")

    said = json.loads(typed("policy", "diff", *policies, "--json").out)

    assert (said["source"], said["conversations"]) == ("runs", 1)
    assert said["sends_a_day"] == {"old": 0.0, "new": 0.0}


def test_a_replay_under_the_policy_in_use_changes_nothing(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")

    said = json.loads(typed("replay", "--since", "7d", "--json").out)

    assert (said["runs"], said["changed"], said["skipped"]) == (1, 0, 0)


def test_a_replay_tells_what_another_policy_would_do(
    typed: Typed, conversation: str, tmp_path: Path, policies: tuple[str, str]
) -> None:
    typed("summarize", conversation, "--post")
    strict = Path(policies[0])
    text = strict.read_text("utf-8").replace('words = ["journalist*"', 'words = ["lid"')
    strict.write_text(text, "utf-8")

    said = typed("replay", "--policy", str(strict))
    as_json = json.loads(typed("replay", "--policy", str(strict), "--json").out)

    assert "1 runs decided again: 0 would end otherwise, 1 alike" in said.out
    assert "Any news" not in said.out
    assert (as_json["changed"], as_json["other_reasons"]) == (0, 1)
    (change,) = as_json["changes"]
    assert "person-word" not in change["before"]["because"]
    assert "person-word" in change["after"]["because"]


def test_older_runs_than_asked_for_are_left_alone(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")

    assert json.loads(typed("replay", "--since", "2999-01-01", "--json").out or "{}") == {}
    assert typed("replay", "--since", "soon").code == 2


def test_a_policy_that_cannot_be_read_is_a_setting_that_cannot_work(typed: Typed) -> None:
    assert typed("replay", "--policy", "nowhere.toml").code == 3


def test_progress_counts_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    with redecided.counting("Reading", 40) as step:
        for _ in range(40):
            step()

    assert capsys.readouterr().err == ""
