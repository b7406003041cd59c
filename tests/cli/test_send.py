"""`sidenote send` as typed, on a sandbox over HTTP."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from agent.sandbox.server import Sandbox
from tests.cli.typed import Typed
from tests.processes import wait_until

SHIPS = "It ships today."


@pytest.fixture
def conversation(sandbox: Sandbox) -> str:
    return sandbox.add_conversation("lid", "Where is the lid of order 40-2291?").id


def said_by_team(sandbox: Sandbox, text: str) -> list[Any]:
    return [m for m in sandbox.world.messages.values() if (m.direction, m.text) == ("out", text)]


def write(path: Path, *lines: dict[str, Any] | str) -> str:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return str(path)


def answers(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_out_delivers_the_text_and_gives_the_messages_id(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    said = typed(
        "send", "--conversation-id", conversation, "--body", SHIPS, "--direction", "out", "--json"
    )

    (message,) = said_by_team(sandbox, SHIPS)
    assert json.loads(said.out) == {
        "data": {
            "id": message.id,
            "attributes": {
                "body": SHIPS,
                "direction": "out",
                "channel": "email",
                "state": "arrived",
            },
        }
    }
    assert (said.code, message.auto) == (0, True)


def test_an_email_carries_what_other_robots_look_for(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    typed("send", "--conversation-id", conversation, "--body", SHIPS, "--direction", "out")

    (message,) = said_by_team(sandbox, SHIPS)
    assert "auto-replied" in json.dumps(message.headers)


def test_in_records_a_message_of_the_customer(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    said = typed(
        "send", "--conversation-id", conversation, "--body", "Thanks!", "--direction", "in"
    )

    recorded = [m for m in sandbox.world.messages.values() if m.text == "Thanks!"]
    assert [m.direction for m in recorded] == ["in"]
    assert (said.code, said.out.split()[:2]) == (0, ["Message", recorded[0].id])


def test_a_bounce_is_told_with_its_reason_and_exits_1(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    customer = sandbox.world.customers[sandbox.world.conversations[conversation].customer_id]
    sandbox.world.bouncing.update(email["email"] for email in customer.emails)

    said = typed(
        "send", "--conversation-id", conversation, "--body", SHIPS, "--direction", "out", "--json"
    )

    assert json.loads(said.out)["data"]["attributes"]["state"] == "failed"
    assert (said.code, "could not deliver" in said.err) == (1, True)


def test_a_customer_who_writes_in_between_is_not_written_to(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    # The draft is saved, its answer lost a second later: time for the customer to write.
    sandbox.fault("timeout-after", route="POST */drafts", count=1, seconds=1.0)

    def write_once_staged() -> None:
        wait_until(lambda: bool(sandbox.world.drafts))
        sandbox.customer_says(conversation, "Never mind, I found it.")

    customer = threading.Thread(target=write_once_staged)
    customer.start()
    said = typed("send", "--conversation-id", conversation, "--body", SHIPS, "--direction", "out")
    customer.join()

    assert said.out == "Overtaken, and not sent: the customer wrote again.\n"
    assert (said.code, said_by_team(sandbox, SHIPS)) == (0, [])


def test_variables_fill_every_field(typed: Typed, sandbox: Sandbox, conversation: str) -> None:
    typed(
        *("send", "--conversation-id", "{{c}}", "--body", "Order {{o.id}}, {{name}}"),
        *("--var", f"c={conversation}", "--var", '{"o": {"id": 7}}', "--var", "name={{o.id}}"),
    )

    assert [note.body for note in sandbox.world.notes.values()] == ["Order 7, {{o.id}}"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--conversation-id", "c1", "--body", "Hi {{name}}"), "variable name is missing"),
        (("--conversation-id", "c1", "--body", "Hi {{"), "no variable"),
        (("--conversation-id", "c1", "--body", "Hi", "--direction", "up"), "direction"),
        (("--conversation-id", "c1", "--body", "Hi", "--var", "x"), "--var"),
        (("--conversation-id", "c1", "--body", "Hi", "--batch", "b"), "--batch"),
        (("--conversation-id", "c1"), "--body missing"),
        (("--input", "nowhere.jsonl"), "nowhere.jsonl"),
        (("--input", "-"), "--batch"),
        (("--input", "x.jsonl", "--key", "k"), "single send"),
    ],
)
def test_wrong_usage_exits_2_and_says_why(
    typed: Typed, arguments: tuple[str, ...], words: str
) -> None:
    said = typed("send", *arguments)

    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_file_is_answered_line_by_line_in_order(
    typed: Typed, sandbox: Sandbox, tmp_path: Path
) -> None:
    ids = [sandbox.add_conversation(f"k{n}", "Where is it?").id for n in range(6)]
    path = write(
        tmp_path / "july.jsonl",
        *({"conversation_id": id_, "order": {"id": n}} for n, id_ in enumerate(ids)),
        {"conversation_id": ids[0]},
        "{",
    )
    command = ("send", "--input", path, "--direction", "out", "--body", "Order {{order.id}} ships.")

    first, second = typed(*command), typed(*command)

    printed = answers(first.out)
    assert [line["line"] for line in printed] == list(range(1, 9))
    assert [line["data"]["attributes"]["state"] for line in printed[:6]] == ["arrived"] * 6
    assert "order.id is missing" in printed[6]["error"]
    assert "not JSON" in printed[7]["error"]
    assert (first.code, second.code) == (1, 1)
    assert answers(second.out) == printed
    assert [len(said_by_team(sandbox, f"Order {n} ships.")) for n in range(6)] == [1] * 6


def test_a_file_without_trouble_exits_0(
    typed: Typed, sandbox: Sandbox, conversation: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "july.jsonl", {"conversation_id": conversation, "body": "Called."})

    said = typed("send", "--input", path)

    assert (said.code, len(sandbox.world.notes)) == (0, 1)
    assert "1 through" in said.err


def test_a_batch_is_known_by_its_name_not_its_folder(
    typed: Typed, sandbox: Sandbox, conversation: str, tmp_path: Path
) -> None:
    (tmp_path / "copy").mkdir()
    line = {"conversation_id": conversation, "body": "Called."}
    first = write(tmp_path / "july.jsonl", line)
    copy = write(tmp_path / "copy" / "july.jsonl", line)
    other = write(tmp_path / "august.jsonl", line)

    typed("send", "--input", first)
    typed("send", "--input", copy)
    typed("send", "--input", other, "--batch", "july.jsonl")
    assert len(sandbox.world.notes) == 1

    typed("send", "--input", other)
    assert len(sandbox.world.notes) == 2


def test_a_paused_batch_sends_nothing_and_says_so(
    typed: Typed, sandbox: Sandbox, conversation: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "july.jsonl", {"conversation_id": conversation, "body": "Called."})
    typed("pause", "--by", "Ben")

    said = typed("send", "--input", path)

    assert (said.code, said.out) == (1, "")
    assert "paused by Ben" in said.err
    assert len(sandbox.world.notes) == 0
