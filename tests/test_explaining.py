"""What a receipt lets us say: what would have changed the decision, and the last gate's word."""

from typing import Any

import pytest

from agent.core.team_policy import Level
from agent.explaining import counterfactual_json, counterfactual_of, gate_words
from agent.receipt import render_receipt
from tests.small_world import SmallWorld
from tests.test_receipt import receipt, run

STALE = ["stale", "limit", "note", True, "two days old"]
GRANT = ["routine-topic-send", "grant", "send", True, "spare-part is at send"]


def decided(autonomy: str, *findings: list[object], **more: object) -> dict[str, Any]:
    return receipt(
        decided={"autonomy": autonomy, "because": [], "findings": list(findings), **more}
    )


def test_the_receipt_ends_its_rules_with_what_would_have_changed_it() -> None:
    lines = render_receipt(run(), receipt()).splitlines()

    (line,) = [line.strip() for line in lines if "would have" in line]
    assert line == (
        "would have drafted if: spare-part were at draft, the message were newer than the first "
        "start, and the attachment had been read (as far as was looked at)"
    )


def test_a_run_that_no_rule_decided_has_no_such_line() -> None:
    assert counterfactual_of(decided("nothing")) is None


def test_json_carries_the_rules_and_the_words() -> None:
    assert counterfactual_json(decided("note", STALE, GRANT)) == {
        "autonomy": "send",
        "if": [{"rule": "stale", "words": "the question were fresher"}],
        "certain": False,
        "words": "would have sent if: the question were fresher (as far as was looked at)",
    }


def test_of_a_rehearsal_the_real_run_is_what_counts() -> None:
    would = {"autonomy": "note", "because": ["stale"], "findings": [STALE, GRANT]}
    rehearsal = ["rehearsal", "limit", "nothing", True, "nothing is written"]

    found = counterfactual_of(decided("nothing", rehearsal, would=would))

    assert found is not None
    assert [change.rule for change in found.changes] == ["stale"]


def test_where_the_gate_refused_its_words_are_what_was_missing() -> None:
    found = counterfactual_of(decided("send", GRANT, reply_why="the gate refused a link"))

    assert str(found) == "would have sent if: a reply could be made (the gate refused a link)"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param(
            {"reply": "Hello"}, ["passed: the approved answer with verified slots"], id="ok"
        ),
        pytest.param(
            {"objections": [{"check": "link-host", "evidence": "evil.example"}], "reply_why": "x"},
            ["refused: link-host  evil.example"],
            id="refused",
        ),
        pytest.param({"reply_why": "no order number"}, ["not reached: no order number"], id="slot"),
        pytest.param({}, [], id="never asked"),
    ],
)
def test_the_gates_word_is_told(told: dict[str, Any], words: list[str]) -> None:
    assert gate_words(told) == words


def test_a_real_run_says_what_it_lacked() -> None:
    world = SmallWorld()
    conversation = world.conversation()
    world.live()

    stored = world.store.receipt(world.run(conversation).id)

    assert stored is not None
    found = counterfactual_of(stored)
    assert found is not None
    assert found.changes
    assert stored["decided"]["level"] in {*Level, ""}
