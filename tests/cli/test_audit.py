"""`sidenote audit` and `sidenote erase`, as typed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.cli.pause import user_name
from agent.sandbox.server import Sandbox
from tests.cli.typed import Typed


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sidenote" / "sidenote.sqlite"


@pytest.fixture
def noted(typed: Typed, conversation: str) -> str:
    """A conversation with a note, and so with a receipt; gives its id."""
    typed("summarize", conversation, "--post")
    return conversation


def customer_of(sandbox: Sandbox, conversation: str) -> str:
    customer: str = sandbox.world.conversations[conversation].customer_id
    return customer


def change(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as file, file:
        file.execute(statement)


def test_an_untouched_record_holds(typed: Typed, noted: str) -> None:
    said = typed("audit", "verify")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("1 rows hold; 1 contents fit, 0 were erased")
    assert "only with --head" in said.out


def test_a_record_can_be_checked_before_there_is_one(typed: Typed) -> None:
    said = typed("audit", "verify")

    assert (said.code, said.out) == (0, "Nothing is recorded yet.\n")


def test_a_change_is_found_and_the_row_named(typed: Typed, noted: str, database: Path) -> None:
    change(database, "UPDATE sidenote_receipts SET content = replace(content, 'lid', 'refund')")

    said, as_json = typed("audit", "verify"), typed("audit", "verify", "--json")

    assert (said.code, as_json.code) == (1, 1)
    assert said.out == "Row 1: its content (run.finished) was changed afterwards.\n"
    found = json.loads(as_json.out)
    assert (found["valid"], found["first_bad_row"]) == (False, 1)


def test_rows_missing_at_the_end_show_against_a_head(
    typed: Typed, noted: str, database: Path
) -> None:
    head = json.loads(typed("audit", "verify", "--json").out)["head"]
    change(database, "DELETE FROM sidenote_audit")
    change(database, "DELETE FROM sidenote_audit_contents")

    assert typed("audit", "verify").code == 0
    said = typed("audit", "verify", "--head", head)
    assert (said.code, "missing at the end" in said.out) == (1, True)


def test_half_a_head_is_wrong_input(typed: Typed) -> None:
    said = typed("audit", "verify", "--head", "9f2c")

    assert (said.code, said.out) == (2, "")
    assert "64 hex digits" in said.err


def test_the_list_names_what_was_done_without_its_text(typed: Typed, noted: str) -> None:
    said, as_json = typed("audit", "list"), typed("audit", "list", "--json")

    assert "run.finished" in said.out
    assert noted in said.out
    assert "lid" not in said.out + as_json.out
    (row,) = json.loads(as_json.out)
    assert (row["sequence"], row["subjects"]["conversation"]) == (1, noted)


def test_a_list_that_goes_into_a_file_is_cut_nowhere(typed: Typed, noted: str) -> None:
    why = " ".join(f"reason {number}" for number in range(60))
    typed("pause", "--by", "Ada", "--reason", why)
    known = [f"conversation-{number:03}" for number in range(40)]
    further = [part for name in known for part in ("--conversation", name)]
    typed("erase", "--customer", "k1", *further, "--yes", "--by", "Ben")

    said = typed("audit", "list")

    head, erased, paused, finished = said.out.splitlines()
    assert head.split() == ["row", "at", "what", "about", "said"]
    assert f"conversations {' '.join(known)}  by Ben" in erased
    assert paused.endswith(f"by Ada, reason {why}")
    assert noted in finished
    assert said.out == "\n".join(line.rstrip() for line in said.out.splitlines()) + "\n"


def test_the_list_can_be_of_one_kind(typed: Typed, noted: str) -> None:
    assert json.loads(typed("audit", "list", "--kind", "approval", "--json").out) == []


# erase


def test_an_erased_customer_leaves_no_text_and_a_record_that_holds(
    typed: Typed, sandbox: Sandbox, noted: str, database: Path
) -> None:
    customer = customer_of(sandbox, noted)

    said = typed("erase", "--customer", customer, "--yes", "--json")

    assert said.code == 0
    assert json.loads(said.out) == {
        "customer_id": customer,
        "conversations": 1,
        "receipts": 1,
        "bodies": 1,
        "contents": 1,
    }
    assert b"lid" not in database.read_bytes()
    assert typed("audit", "verify").code == 0


@pytest.mark.parametrize(
    ("more", "by"),
    [
        pytest.param(("--by", "Ada"), "Ada", id="by name"),
        pytest.param((), user_name(), id="whoever works at this terminal"),
    ],
)
def test_the_record_names_who_erased(
    typed: Typed, sandbox: Sandbox, noted: str, more: tuple[str, ...], by: str
) -> None:
    assert typed("erase", "--customer", customer_of(sandbox, noted), "--yes", *more).code == 0

    (row,) = json.loads(typed("audit", "list", "--kind", "erased", "--json").out)
    assert row["said"] == {"by": by}


def test_nothing_is_erased_without_a_yes(typed: Typed, sandbox: Sandbox, noted: str) -> None:
    said = typed("erase", "--customer", customer_of(sandbox, noted))

    assert said.code == 1
    assert json.loads(typed("explain", noted, "--json").out)["has_receipt"]


def test_erasing_somebody_unknown_says_so(typed: Typed) -> None:
    said = typed("erase", "--customer", "nobody", "--yes")

    assert (said.code, said.out) == (0, "")
    assert "Nothing of customer nobody" in said.err


def test_a_conversation_that_only_a_send_knows_can_be_named(
    typed: Typed, conversation: str, database: Path
) -> None:
    typed("send", "--conversation-id", conversation, "--body", "Called back about the samovar.")

    said = typed("erase", "--customer", "k1", "--conversation", conversation, "--yes", "--json")

    assert json.loads(said.out)["bodies"] == 1
    assert b"samovar" not in database.read_bytes()


def test_a_customer_whose_run_goes_on_is_not_erased(
    typed: Typed, sandbox: Sandbox, noted: str, database: Path
) -> None:
    change(database, "UPDATE sidenote_runs SET state = 'held'")

    said = typed("erase", "--customer", customer_of(sandbox, noted), "--yes")

    assert (said.code, said.out) == (1, "")
    assert "have not ended" in said.err
