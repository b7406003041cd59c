"""What a teammate does on a Sandbox is a label in the same moment."""

import json
from typing import Any

import pytest

from agent.ports import Run
from agent.sandbox.server import Sandbox
from tests.cli.drafted import drafted
from tests.cli.typed import Typed


@pytest.fixture
def waiting(typed: Typed, sandbox: Sandbox) -> Run:
    """A draft that waits for a teammate."""
    assert typed("topics", "raise", "order-status", "--to", "draft", "--by", "Ada").code == 0
    return drafted(sandbox)


def the_row(typed: Typed) -> dict[str, Any]:
    (row,) = json.loads(typed("labels", "--list", "--json").out)
    found: dict[str, Any] = row
    return found


def test_a_draft_is_in_the_history_before_anybody_has_looked(typed: Typed, waiting: Run) -> None:
    row = the_row(typed)

    assert (row["run"], row["topic"], row["channel"]) == (waiting.id, "order-status", "email")
    assert (row["label"], row["set_aside"], row["sent_at"]) == (None, False, None)


@pytest.mark.parametrize(
    ("words", "judgement"),
    [
        (("approve",), "as-is"),
        (("reject", "--reason", "wrong order"), "rejected"),
        (("edit", "--body", "We have lost it, sorry."), "changed"),
    ],
)
def test_a_word_on_the_draft_is_its_label(
    typed: Typed, waiting: Run, words: tuple[str, ...], judgement: str
) -> None:
    verb, *more = words
    assert typed("approvals", verb, waiting.id, "--by", "Ada", *more).code == 0

    label = the_row(typed)["label"]
    assert (label["judgement"], label["source"], label["by"]) == (judgement, "console", "Ada")


def test_a_shortened_run_is_enough_to_judge_it(typed: Typed, waiting: Run) -> None:
    printed = typed("labels", "give", waiting.id[:5], "edited", "--by", "Ben", "--json")

    assert json.loads(printed.out) == {
        "run": waiting.id,
        "topic": "order-status",
        "channel": "email",
        "judgement": "edited",
        "by": "Ben",
    }


def test_a_judgement_by_hand_is_on_a_record_that_still_verifies(typed: Typed, waiting: Run) -> None:
    typed("labels", "give", waiting.id, "rejected", "--by", "Ben", "--reason", "not hers")

    assert typed("audit", "verify").code == 0


def test_erasing_the_customer_takes_the_ids_off_and_leaves_the_figures(
    typed: Typed, sandbox: Sandbox, waiting: Run
) -> None:
    typed("approvals", "approve", waiting.id, "--by", "Ada")
    customer = sandbox.world.conversations[waiting.turn.conversation_id].customer_id

    assert typed("erase", "--customer", customer, "--yes").code == 0

    row = the_row(typed)
    assert row["run"].startswith("erased:")
    assert (row["conversation_id"], row["message_id"]) == ("", "")
    assert (row["label"]["judgement"], row["topic"]) == ("as-is", "order-status")
