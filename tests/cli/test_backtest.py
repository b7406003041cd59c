"""`sidenote backtest`, as typed: past conversations of a Sandbox and of a file."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from agent.policy_file import load_policy
from agent.sandbox.server import Sandbox
from tests.cli.drafted import QUESTION
from tests.cli.typed import Typed
from tests.processes import Sidenote, environment_of

CHANGED = "I have asked the carrier for you."
GOES_ON = "goes on from there"
PAST = 12  # conversations
FEW = 20  # requests a minute for all of us
OTHERS = 2  # of them: who are we, and the search


def answer() -> str:
    topic = load_policy(None).topic("order-status")
    assert topic is not None
    return topic.answers["en"]


def asked_and_answered(sandbox: Sandbox, key: str = "where", reply: str = "") -> None:
    """A past question of a routine topic with what a teammate wrote: the approved answer."""
    sandbox.add_conversation(key, QUESTION, f"out: {reply or answer()}", "Thanks!")


def lines(*replies: str) -> str:
    """The same as a file: one conversation for each reply."""
    return "".join(
        json.dumps(
            {
                "key": f"k{number}",
                "customer_name": "Mara Lind",
                "messages": [
                    {"direction": "in", "text": QUESTION},
                    {"direction": "out", "text": reply, "author": "Ben"},
                ],
            }
        )
        + "\n"
        for number, reply in enumerate(replies)
    )


def told(typed: Typed, *more: str) -> dict[str, Any]:
    printed = typed("backtest", "--json", *more)
    assert printed.code == 0, printed.err
    found: dict[str, Any] = json.loads(printed.out)
    return found


def writes(sandbox: Sandbox) -> list[str]:
    """Requests that may change something; a search is a POST too."""
    return [
        f"{each.method} {each.path}"
        for each in sandbox.world.requests
        if each.method != "GET" and not each.path.endswith("/search")
    ]


def test_the_teammates_real_answer_is_what_a_proposal_is_compared_with(
    typed: Typed, sandbox: Sandbox
) -> None:
    asked_and_answered(sandbox, "same")
    asked_and_answered(sandbox, "doubt", CHANGED)

    found = told(typed)

    assert (found["source"], found["whole"], found["kept"]) == ("kustomer", True, None)
    assert (found["conversations"], found["answered"], found["proposed"]) == (2, 2, 2)
    (topic,) = found["topics"]
    assert (topic["topic"], topic["channel"]) == ("order-status", "email")
    assert (topic["proposed"], topic["same"], topic["other"], topic["in_doubt"]) == (2, 1, 0, 1)
    assert [line["from"] for line in topic["by_score"]] == [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
    assert "to a certificate of at most 2 % wrong" in topic["certificate"]["words"]


def test_a_person_reads_a_table_and_what_is_missing(typed: Typed, sandbox: Sandbox) -> None:
    asked_and_answered(sandbox)

    printed = typed("backtest")

    assert "score from" in printed.out
    assert "order-status by e-mail:" in printed.out
    assert "Nothing was written." in printed.out
    assert QUESTION not in printed.out + printed.err


def test_nothing_is_written_to_kustomer_and_no_label_without_keep(
    typed: Typed, sandbox: Sandbox
) -> None:
    asked_and_answered(sandbox)
    typed("backtest")

    assert writes(sandbox) == []
    assert json.loads(typed("labels", "--list", "--json").out) == []


def test_keep_stores_the_comparisons_once_and_the_record_tells(
    typed: Typed, sandbox: Sandbox
) -> None:
    asked_and_answered(sandbox)

    assert [told(typed, "--keep")["kept"], told(typed, "--keep")["kept"]] == [1, 0]
    (row,) = json.loads(typed("labels", "--list", "--json").out)
    assert row["run"].startswith("backtest:")
    assert writes(sandbox) == []
    assert typed("audit", "verify").code == 0


def test_another_topic_counts_as_nothing_proposed(typed: Typed, sandbox: Sandbox) -> None:
    asked_and_answered(sandbox)

    found = told(typed, "--topic", "invoice-copy")

    assert (found["answered"], found["proposed"], found["topics"]) == (1, 0, [])


def test_a_topic_that_the_policy_has_not_is_named(typed: Typed) -> None:
    printed = typed("backtest", "--topic", "ordr-status")

    assert printed.code == 2
    assert "'ordr-status'" in printed.err
    assert "order-status" in printed.err


def test_a_limit_ends_it_early(typed: Typed, sandbox: Sandbox) -> None:
    for number in range(3):
        asked_and_answered(sandbox, f"k{number}")

    assert told(typed, "--limit", "2")["conversations"] == 2


def test_what_nobody_answered_costs_no_request(typed: Typed, sandbox: Sandbox) -> None:
    sandbox.add_conversation("alone", QUESTION)

    assert told(typed)["conversations"] == 0
    assert not [each for each in sandbox.world.requests if each.path.endswith("/messages")]


def test_older_questions_are_left_out(typed: Typed, sandbox: Sandbox) -> None:
    old = [
        {"direction": "in", "text": QUESTION, "minutes_ago": 90},
        {"direction": "out", "text": answer(), "minutes_ago": 80},
        {"direction": "in", "text": "Thanks!", "minutes_ago": 1},
    ]
    sandbox.add_conversation("old", messages=old)

    assert told(typed, "--since", "1h")["answered"] == 0
    assert told(typed, "--since", "2h")["answered"] == 1


def test_a_file_needs_no_key_and_no_database(typed_without_settings: Typed, tmp_path: Path) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text(lines(answer(), CHANGED), "utf-8")

    found = told(typed_without_settings, "--input", str(file))

    assert (found["source"], found["since"]) == ("file", None)
    assert (found["topics"][0]["same"], found["topics"][0]["in_doubt"]) == (1, 1)
    assert not list((tmp_path / "state").rglob("*.sqlite"))
    assert not list((tmp_path / "state").rglob("*.jsonl"))


def test_a_file_needs_no_key_of_kustomer_for_a_models_words_either(
    typed_without_settings: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "made-up")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")  # the offline engine stands in
    monkeypatch.setenv("SIDENOTE_MODEL", "made-up")
    file = tmp_path / "past.jsonl"
    file.write_text(lines(answer()), "utf-8")

    assert told(typed_without_settings, "--input", str(file))["proposed"] == 1


def test_a_line_of_a_file_that_does_not_fit_is_named(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text(lines(answer()) + '{"key": "k9"}\n', "utf-8")

    printed = typed_without_settings("backtest", "--input", str(file))

    assert printed.code == 2
    assert "past.jsonl:2: field 'messages' is missing" in printed.err


def test_an_outage_keeps_what_is_done(
    typed: Typed, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("policy", "init", str(tmp_path / "mine"))
    policy = tmp_path / "mine" / "policy.toml"
    text = policy.read_text("utf-8").replace('retries = "default"', 'retries = "none"')
    policy.write_text(text, "utf-8")
    monkeypatch.setenv("SIDENOTE_POLICY", str(policy))
    asked_and_answered(sandbox, "first")
    last = sandbox.add_conversation("last", QUESTION, f"out: {answer()}")
    sandbox.fault("500-before", route=f"GET /v1/conversations/{last.id}/messages")

    out = typed("backtest", "--json")
    sandbox.faults.set()
    whole = told(typed)

    assert (out.code, out.out) == (1, "")
    assert GOES_ON in out.err
    assert (whole["conversations"], whole["answered"]) == (2, 2)
    assert messages_read(sandbox) == 3  # the first once, the last twice


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(
    sandbox: Sandbox, tmp_path: Path, number: signal.Signals
) -> None:
    for each in range(PAST):
        asked_and_answered(sandbox, f"k{each}")
    database = f"sqlite:///{tmp_path / 'sidenote.sqlite'}"

    def process(per_minute: int) -> Sidenote:
        environment = environment_of(
            sandbox, database, SIDENOTE_REQUESTS_PER_MINUTE=str(per_minute)
        )
        return Sidenote("backtest", "--json", folder=tmp_path / "it", environment=environment)

    with process(FEW) as first:  # it gets to its half, and waits for a minute
        first.until(lambda: messages_read(sandbox) == FEW // 2 - OTHERS)
        first.until(lambda: remembered(tmp_path) == FEW // 2 - OTHERS)
        first.process.send_signal(number)
        code, stopped, said = first.ended(), json.loads(first.out), first.err
    with process(1_000_000) as second:
        whole = second.printed()

    assert (code, stopped["whole"]) == (130, False)
    assert (stopped["conversations"], stopped["answered"]) == (FEW // 2 - OTHERS,) * 2
    assert GOES_ON in said
    assert "Traceback" not in said
    assert (whole["whole"], whole["conversations"], whole["answered"]) == (True, PAST, PAST)
    assert messages_read(sandbox) == PAST
    assert not list(tmp_path.glob("backtest-*"))


def messages_read(sandbox: Sandbox) -> int:
    return sum(each.path.endswith("/messages") for each in tuple(sandbox.world.requests))


def remembered(folder: Path) -> int:
    return sum(len(file.read_text("utf-8").splitlines()) for file in folder.glob("backtest-*"))
