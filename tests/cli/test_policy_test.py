"""`sidenote policy test`: what is printed of scenarios that hold, fail or cannot be read."""

import json
from pathlib import Path

from tests.cli.typed import Typed
from tests.test_scenarios import PLAIN, written

ANGRY = PLAIN.replace('["no-grant"]', '["angry"]')


def test_the_shipped_scenarios_are_run_where_the_folder_has_none(
    typed_without_settings: Typed,
) -> None:
    printed = typed_without_settings("policy", "test")

    assert printed.code == 0
    assert " passed, 0 failed." in printed.out
    assert printed.out.endswith("Every rule is exercised.\n")


def test_the_folders_own_scenarios_come_first(typed_without_settings: Typed) -> None:
    folder = Path("fixtures/scenarios")
    folder.mkdir(parents=True)
    written(folder)

    printed = typed_without_settings("policy", "test")

    assert printed.out.startswith("1 scenario: 1 passed, 0 failed.")


def test_a_failure_is_told_with_the_rules_and_their_evidence(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    text = PLAIN.replace("[conversation]", "[conversation]\nspam = true")

    printed = typed_without_settings("policy", "test", str(written(tmp_path, text)))

    assert printed.code == 1
    assert printed.out.splitlines()[:3] == [
        f"✗ a question about an order ({tmp_path / 'ours.toml'})",
        "  expected note because no-grant; got nothing because spam",
        "  * spam                   NOTHING  marked as spam",
    ]


def test_rules_that_were_never_exercised_are_named(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    printed = typed_without_settings("policy", "test", str(written(tmp_path)))

    assert printed.code == 0
    assert "Rules never exercised: no-customer-message, our-own-message, spam," in printed.out


def test_a_script_gets_each_scenario(typed_without_settings: Typed, tmp_path: Path) -> None:
    file = written(tmp_path, ANGRY)

    printed = typed_without_settings("policy", "test", "--json", str(file))

    told = json.loads(printed.out)
    assert printed.code == 1
    assert set(told) == {"passed", "failed", "scenarios", "rules_never_exercised"}
    assert (told["passed"], told["failed"]) == (0, 1)
    assert told["scenarios"] == [
        {
            "name": "a question about an order",
            "file": str(file),
            "ok": False,
            "expected": {"autonomy": "note", "because": ["angry"]},
            "got": {"autonomy": "note", "because": ["no-grant"], "topic": "order-status"},
            "wrong": ["expected note because angry; got note because no-grant"],
            "applies": [],
        }
    ]
    assert "angry" in told["rules_never_exercised"]


def test_a_file_that_cannot_be_read_ends_with_2(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    file = written(tmp_path, PLAIN + "also = 1\n")

    printed = typed_without_settings("policy", "test", "--json", str(file))

    assert printed.code == 2
    assert printed.out == ""
    assert f"{file}: line 12: [expect] also: not known here" in printed.err


def test_a_policy_that_cannot_be_used_ends_with_3(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    policy = written(tmp_path, "x = 1\n", "policy.toml")

    printed = typed_without_settings("policy", "test", "--policy", str(policy))

    assert printed.code == 3


def test_scenarios_that_are_named_are_decided_under_the_policy_in_use(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    typed_without_settings("policy", "init", "team")
    policy = tmp_path / "team" / "policy.toml"
    policy.write_text(policy.read_text("utf-8").replace('level = "note"', 'level = "draft"'))
    (tmp_path / ".env").write_text(f"SIDENOTE_POLICY={policy}\n")

    printed = typed_without_settings("policy", "test", str(written(tmp_path)))

    assert "got draft because routine-topic-draft" in printed.out
