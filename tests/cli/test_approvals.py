"""`sidenote approvals`: what waits, to whom it goes, and that approving sends it once."""

import json

import pytest

from agent.ports import Run
from agent.sandbox.server import Sandbox
from tests.cli.drafted import QUESTION, drafted
from tests.cli.typed import Typed


@pytest.fixture
def waiting(typed: Typed, sandbox: Sandbox) -> Run:
    """A draft that waits for a teammate."""
    assert typed("topics", "raise", "order-status", "--to", "draft", "--by", "Ada").code == 0
    return drafted(sandbox)


def sent(sandbox: Sandbox) -> list[str]:
    return [m.text for m in sandbox.world.messages.values() if m.direction == "out"]


def test_nothing_waits_at_first(typed: Typed) -> None:
    printed = typed("approvals")

    assert (printed.code, printed.out) == (0, "")
    assert "No draft waits" in printed.err


def test_what_waits_shows_text_recipient_and_reason(typed: Typed, waiting: Run) -> None:
    printed = typed("approvals").out

    assert printed.startswith(f"{waiting.id[:6]}  order-status  email to mara@mail.example")
    assert "routine-topic-draft" in printed
    assert "You can follow your order" in printed


def test_customers_words_go_to_a_terminal_only(typed: Typed, waiting: Run) -> None:
    assert QUESTION[:20] not in typed("approvals").out
    assert QUESTION[:20] not in typed("approvals", "--json").out


def test_a_script_gets_what_would_be_sent_to_whom(typed: Typed, waiting: Run) -> None:
    (each,) = json.loads(typed("approvals", "--json").out)

    assert (each["run"], each["to"], each["channel"]) == (waiting.id, "mara@mail.example", "email")
    assert each["draft"] == "waiting"
    assert len(each["binds"]) == 64


def test_approved_it_is_sent_once(typed: Typed, sandbox: Sandbox, waiting: Run) -> None:
    (each,) = json.loads(typed("approvals", "--json").out)

    first = typed("approvals", "approve", waiting.id[:6], "--by", "Ada")
    again = typed("approvals", "approve", waiting.id[:6], "--by", "Ben", "--json")

    assert (first.code, first.out) == (0, f"{waiting.id}  sent\n")
    assert sent(sandbox) == [each["body"]]
    told = json.loads(again.out)
    assert (again.code, told["by"], told["outcome"]) == (0, "Ada", "sent")
    assert told["run"]["disposition"] == "replied"


def test_it_is_explained_afterwards(typed: Typed, waiting: Run) -> None:
    typed("approvals", "approve", waiting.id, "--by", "Ada")

    assert "draft    approved by Ada" in typed("explain", waiting.id).out
    assert "draft-approved" in typed("runs").out


def test_a_conversation_that_moved_on_says_what_changed(
    typed: Typed, sandbox: Sandbox, waiting: Run
) -> None:
    sandbox.customer_says(waiting.turn.conversation_id, "Never mind, it has come!")

    printed = typed("approvals", "approve", waiting.id, "--by", "Ada")

    assert printed.code == 1
    assert "the customer wrote again" in printed.err
    assert sent(sandbox) == []


def test_a_pause_holds_it_and_says_so(typed: Typed, sandbox: Sandbox, waiting: Run) -> None:
    typed("pause", "--by", "Eve")

    printed = typed("approvals", "approve", waiting.id, "--by", "Ada")

    assert printed.code == 1
    assert "paused by Eve" in printed.err
    assert "30 minutes" in printed.err
    assert sent(sandbox) == []


def test_rejected_it_is_gone(typed: Typed, sandbox: Sandbox, waiting: Run) -> None:
    printed = typed("approvals", "reject", waiting.id, "--by", "Ada", "--reason", "she called")

    assert (printed.code, printed.out) == (0, f"{waiting.id}  withdrawn\n")
    assert [d for d in sandbox.world.drafts.values() if d.gone_at is None] == []
    assert "No draft waits" in typed("approvals").err


def test_a_run_that_is_not_there_is_wrong_usage(typed: Typed) -> None:
    printed = typed("approvals", "approve", "7f3a", "--by", "Ada")

    assert printed.code == 2
    assert "sidenote approvals" in printed.err


@pytest.mark.parametrize("word", ["approve", "reject"])
def test_somebody_must_answer_for_it(typed: Typed, waiting: Run, word: str) -> None:
    assert typed("approvals", word, waiting.id).code == 2
