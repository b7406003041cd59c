"""`sidenote approvals`: what waits, to whom it goes, and that approving sends it once."""

import json
from pathlib import Path

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


def test_edited_it_is_sent_once_in_the_teammates_words(
    typed: Typed, sandbox: Sandbox, waiting: Run, tmp_path: Path
) -> None:
    words = tmp_path / "reply.txt"
    words.write_text("It left us this morning.\n\nAda\n", encoding="utf-8")
    asked = ("approvals", "edit", waiting.id[:6], "--by", "Ada", "--body-file", str(words))

    first, again = typed(*asked), typed(*asked, "--json")

    assert (first.code, first.out) == (0, f"{waiting.id}  sent\n")
    assert sent(sandbox) == ["It left us this morning.\n\nAda"]
    assert [d for d in sandbox.world.drafts.values() if d.gone_at is None] == []
    told = json.loads(again.out)
    assert (again.code, told["verdict"], told["by"], told["outcome"]) == (
        0,
        "edited",
        "Ada",
        "sent",
    )
    assert "draft    edited by Ada" in typed("explain", waiting.id).out


def test_other_words_after_that_are_refused(typed: Typed, sandbox: Sandbox, waiting: Run) -> None:
    typed("approvals", "edit", waiting.id, "--by", "Ada", "--body", "It left us.")

    printed = typed("approvals", "edit", waiting.id, "--by", "Ben", "--body", "It did not.")

    assert printed.code == 2
    assert "other words were sent: Ada edited it already" in printed.err
    assert sent(sandbox) == ["It left us."]


def test_an_edit_of_a_conversation_that_moved_on_sends_nothing(
    typed: Typed, sandbox: Sandbox, waiting: Run
) -> None:
    sandbox.customer_says(waiting.turn.conversation_id, "Never mind, it has come!")

    printed = typed("approvals", "edit", waiting.id, "--by", "Ada", "--body", "It left us.")

    assert printed.code != 0
    assert "the customer wrote again" in printed.err
    assert sent(sandbox) == []


def test_an_edit_of_another_draft_than_the_script_saw_sends_nothing(
    typed: Typed, sandbox: Sandbox, waiting: Run
) -> None:
    words = ("--by", "Ada", "--body", "It left us.", "--binds", "0" * 64)

    printed = typed("approvals", "edit", waiting.id, *words)

    assert printed.code == 2
    assert "another than the one that was shown" in printed.err
    assert sent(sandbox) == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((), id="no words"),
        pytest.param(("--body", "a", "--body-file", "b"), id="twice"),
        pytest.param(("--body-file", "/nonexistent/reply.txt"), id="no such file"),
    ],
)
def test_an_edit_without_its_words_is_wrong_usage(
    typed: Typed, waiting: Run, words: tuple[str, ...]
) -> None:
    printed = typed("approvals", "edit", waiting.id, "--by", "Ada", *words)

    assert printed.code == 2
    assert printed.out == ""


def test_rejected_it_is_gone(typed: Typed, sandbox: Sandbox, waiting: Run) -> None:
    printed = typed("approvals", "reject", waiting.id, "--by", "Ada", "--reason", "she called")

    assert (printed.code, printed.out) == (0, f"{waiting.id}  withdrawn\n")
    assert [d for d in sandbox.world.drafts.values() if d.gone_at is None] == []
    assert "No draft waits" in typed("approvals").err


def test_a_run_that_is_not_there_is_wrong_usage(typed: Typed) -> None:
    printed = typed("approvals", "approve", "7f3a", "--by", "Ada")

    assert printed.code == 2
    assert "sidenote approvals" in printed.err


@pytest.mark.parametrize("word", ["approve", "edit", "reject"])
def test_somebody_must_answer_for_it(typed: Typed, waiting: Run, word: str) -> None:
    assert typed("approvals", word, waiting.id).code == 2
