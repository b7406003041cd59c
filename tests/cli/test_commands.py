"""The commands that need no engine, as typed: result on stdout, story on stderr, exit code."""

import io
import json
import sqlite3
from pathlib import Path

import pytest

from agent.sandbox.server import Sandbox
from tests.cli.typed import Typed

RUN_FIELDS = {
    "id",
    "conversation_id",
    "message_id",
    "state",
    "disposition",
    "autonomy",
    "because",
    "error",
}


def notes(sandbox: Sandbox, conversation: str) -> list[str]:
    found = [n for n in sandbox.world.notes.values() if n.conversation_id == conversation]
    return [note.body for note in found]


# summarize


def test_summarize_prints_the_note_and_writes_nothing(
    typed: Typed, sandbox: Sandbox, conversation: str, tmp_path: Path
) -> None:
    said = typed("summarize", conversation)

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Sidenote · 3 messages")
    assert notes(sandbox, conversation) == []
    assert not list(tmp_path.rglob("sidenote.sqlite"))


def test_summarize_works_where_nothing_can_be_stored(
    typed: Typed, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDENOTE_DATABASE_URL", "sqlite:////proc/nowhere/sidenote.sqlite")

    assert typed("summarize", conversation).code == 0


def test_summarize_json_has_its_fixed_shape(typed: Typed, conversation: str) -> None:
    summary = json.loads(typed("summarize", conversation, "--json").out)

    assert set(summary) == {
        "conversation_id",
        "engine",
        "statements",
        "note",
        "posted",
        "note_id",
        "because",
    }
    assert (summary["conversation_id"], summary["engine"]) == (conversation, "offline")
    assert (summary["posted"], summary["note_id"]) == (False, None)
    statement = summary["statements"][0]
    assert set(statement) == {"section", "text", "message_ids"}
    assert all(len(message_id) == 24 for message_id in statement["message_ids"])


def test_summarize_post_writes_once(typed: Typed, sandbox: Sandbox, conversation: str) -> None:
    first = json.loads(typed("summarize", conversation, "--post", "--json").out)
    second = json.loads(typed("summarize", conversation, "--post", "--json").out)

    assert (first["posted"], second["posted"]) == (True, False)
    assert first["note_id"] == second["note_id"]
    assert notes(sandbox, conversation) == [first["note"]]


def test_summarize_post_again_writes_a_further_note(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    typed("summarize", conversation, "--post")

    said = typed("summarize", conversation, "--post", "--again")

    assert said.err.startswith("Posted as note")
    assert len(notes(sandbox, conversation)) == 2


def test_again_without_post_is_wrong_usage(typed: Typed, conversation: str) -> None:
    said = typed("summarize", conversation, "--again")

    assert (said.code, said.out) == (2, "")
    assert "--post" in said.err


def test_an_unknown_conversation_fails_on_stderr_also_with_json(typed: Typed) -> None:
    said = typed("summarize", "65f0c0ffee00000000000001", "--json")

    assert (said.code, said.out) == (1, "")
    assert "no conversation 65f0c0ffee00000000000001" in said.err


def test_an_address_is_wrong_input(typed: Typed) -> None:
    said = typed("summarize", "https://shop.kustomerapp.com/app/65f0c0ffee00000000000001")

    assert said.code == 2
    assert "Is it 65f0c0ffee00000000000001?" in said.err


def test_summarize_without_a_key_says_what_to_set(typed_without_settings: Typed) -> None:
    said = typed_without_settings("summarize", "65f0c0ffee00000000000001")

    assert said.code == 3
    assert "KUSTOMER_BASE_URL and KUSTOMER_API_KEY not set" in said.err
    assert "sidenote demo" in said.err


# runs and explain


def test_runs_json_is_an_array_of_the_fixed_shape(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")

    (run,) = json.loads(typed("runs", "--json").out)

    assert set(run) == RUN_FIELDS
    assert run["conversation_id"] == conversation
    assert (run["state"], run["disposition"], run["error"]) == ("done", "noted", None)


def test_runs_are_exported_with_their_receipts(
    typed: Typed, conversation: str, tmp_path: Path
) -> None:
    typed("summarize", conversation, "--post")
    file = tmp_path / "runs.jsonl"

    done = typed("runs", "--export", str(file))

    (line,) = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert done.code == 0
    assert line["conversation_id"] == conversation
    assert line["receipt"]["did"]["disposition"] == "noted"


def test_runs_of_an_empty_database_are_an_empty_array(typed_without_settings: Typed) -> None:
    said = typed_without_settings("runs", "--json")

    assert (said.code, json.loads(said.out)) == (0, [])


def test_runs_can_be_filtered_by_state(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")

    assert json.loads(typed("runs", "--state", "failed", "--json").out) == []
    assert len(json.loads(typed("runs", "--state", "done", "--json").out)) == 1


def test_the_table_of_runs_cannot_be_steered_by_a_subject(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")

    said = typed("runs")

    assert conversation in said.out
    assert "lid" in said.out
    assert "\x1b" not in said.out


def test_explain_prints_the_receipt_of_a_run(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")
    run_id = json.loads(typed("runs", "--json").out)[0]["id"]

    said = typed("explain", run_id[:6])

    assert said.code == 0
    assert run_id in said.out
    assert "no-grant" in said.out
    assert '"Any news on the lid?' in said.out
    assert "\x1b" not in said.out


def test_explain_takes_a_conversation_and_means_its_newest_run(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    typed("summarize", conversation, "--post")
    newer = sandbox.customer_says("kettle", "And do you have it in red?")
    typed("summarize", conversation, "--post")

    receipt = json.loads(typed("explain", conversation, "--json").out)

    assert receipt["message_id"] == newer.id
    assert set(receipt) >= RUN_FIELDS | {"read", "proposed", "decided", "did", "deliveries"}
    assert receipt["deliveries"][0]["state"] == "arrived"


def test_explain_of_what_is_unknown_is_wrong_input_and_says_where_to_look(typed: Typed) -> None:
    said = typed("explain", "7f3a")

    assert (said.code, said.out) == (2, "")
    assert "sidenote runs" in said.err


# send


def test_send_writes_a_note(typed: Typed, sandbox: Sandbox, conversation: str) -> None:
    said = typed("send", "--conversation-id", conversation, "--body", "Called back.", "--json")

    answer = json.loads(said.out)["data"]
    assert answer["attributes"] == {
        "body": "Called back.",
        "direction": "note",
        "channel": None,
        "state": "arrived",
    }
    assert answer["id"] in sandbox.world.notes
    assert notes(sandbox, conversation) == ["Called back."]


def test_send_reads_the_body_from_standard_input(
    typed: Typed, sandbox: Sandbox, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = io.TextIOWrapper(io.BytesIO("Zurück­gerufen.\r\nJa\n".encode()), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", given)

    typed("send", "--conversation-id", conversation, "--body", "-")

    assert notes(sandbox, conversation) == ["Zurück­gerufen.\nJa"]


def test_the_same_send_at_once_is_wrong_input(typed: Typed, conversation: str) -> None:
    typed("send", "--conversation-id", conversation, "--body", "Called back.")

    said = typed("send", "--conversation-id", conversation, "--body", "Called back.")

    assert (said.code, said.out) == (2, "")
    assert "--again" in said.err
    assert "Called back" not in said.err


# pause and resume


def test_a_pause_stops_writing_until_resume(
    typed: Typed, sandbox: Sandbox, conversation: str
) -> None:
    paused = json.loads(typed("pause", "--by", "Ben", "--reason", "tea", "--json").out)
    stopped = typed("summarize", conversation, "--post")
    resumed = json.loads(typed("resume", "--json").out)
    posted = typed("summarize", conversation, "--post")

    assert (paused["by"], paused["reason"], paused["where"]) == ("Ben", "tea", "database")
    assert stopped.code == 1
    assert "paused by Ben" in stopped.err
    assert resumed == {"paused": False, "still": []}
    assert posted.code == 0
    assert len(notes(sandbox, conversation)) == 1


def test_a_pause_needs_no_settings(typed_without_settings: Typed) -> None:
    assert typed_without_settings("pause").code == 0


def test_resume_fails_while_something_else_pauses(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDENOTE_PAUSED", "1")

    said = typed("resume")

    assert said.code == 1
    assert "SIDENOTE_PAUSED" in said.err


def test_a_pause_without_a_usable_database_says_where_it_stands(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.sqlite").write_text("this is no database, whatever its name says" * 50)
    monkeypatch.setenv("SIDENOTE_DATABASE_URL", f"sqlite:///{tmp_path / 'broken.sqlite'}")

    said = typed("pause")

    assert said.code == 0
    assert "sidenote.pause" in said.err
    assert (tmp_path / "sidenote.pause").exists()


# check


def test_check_tries_everything(typed: Typed) -> None:
    said = typed("check", "--json")

    told = json.loads(said.out)
    assert said.code == 0
    assert {each["name"]: each["found"] for each in told["tried"]} == {
        "policy": "ok",
        "database": "ok",
        "pause": "ok",
        "breaker": "ok",
        "kustomer key": "ok",
        "search": "ok",
        "request limit": "ok",
        "notes, drafts": "not tried",
        "model": "ok",
    }


def test_check_shows_no_secret(typed: Typed, sandbox: Sandbox) -> None:
    for said in (typed("check"), typed("check", "--json")):
        assert sandbox.key not in said.out + said.err
        assert f"set, {len(sandbox.key)} characters" in said.out


def test_check_hides_the_password_of_a_database(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "SIDENOTE_DATABASE_URL", "postgresql://ann:hush@127.0.0.1:1/notes?password=hush"
    )

    said = typed("check")

    assert "hush" not in said.out + said.err
    assert "postgresql://…@127.0.0.1:1/notes" in said.out


def test_check_fails_with_a_key_that_is_refused(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUSTOMER_API_KEY", "not-the-key")

    said = typed("check", "--json")

    found = {each["name"]: each for each in json.loads(said.out)["tried"]}
    assert said.code == 1
    assert found["kustomer key"]["found"] == "failed"
    assert "KUSTOMER_API_KEY" in found["kustomer key"]["words"]
    assert "search" not in found


def test_check_fails_when_the_model_does_not_answer(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "made-up")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("SIDENOTE_MODEL", "some-model")

    said = typed("check", "--json")

    found = {each["name"]: each for each in json.loads(said.out)["tried"]}
    assert said.code == 1
    assert found["model"]["found"] == "failed"
    assert found["model"]["words"].startswith("some-model: ")


def test_a_folder_that_cannot_be_made_is_one_line(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDENOTE_DATABASE_URL", "sqlite:////proc/nowhere/sidenote.sqlite")

    said = typed("start", "--once")

    assert said.code == 1
    assert said.err.startswith("sidenote: /proc/nowhere")
    assert len(said.err.splitlines()) == 1


def test_check_without_a_key_tries_the_rest_and_asks_for_it(typed_without_settings: Typed) -> None:
    said = typed_without_settings("check")

    assert said.code == 3
    assert "schema" in said.out
    assert "KUSTOMER_API_KEY" in said.err


def test_every_problem_of_the_settings_is_told_at_once(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDENOTE_POLL_SECONDS", "soon")
    monkeypatch.setenv("SIDENOTE_CONSOLE", "everywhere")

    said = typed("check", "--json")

    assert (said.code, said.out) == (3, "")
    assert "SIDENOTE_POLL_SECONDS" in said.err
    assert "SIDENOTE_CONSOLE" in said.err


# retry, where there is nothing to do


def test_retry_of_an_unknown_run_is_wrong_input(typed: Typed) -> None:
    said = typed("retry", "7f3a")

    assert (said.code, said.out) == (2, "")
    assert "no run 7f3a" in said.err


def test_retry_of_a_run_that_is_done_fails_and_says_so(typed: Typed, conversation: str) -> None:
    typed("summarize", conversation, "--post")
    run_id = json.loads(typed("runs", "--json").out)[0]["id"]

    said = typed("retry", run_id)

    assert said.code == 1
    assert "has not failed" in said.out


@pytest.mark.parametrize("arguments", [(), ("7f3a", "--all-failed")])
def test_retry_needs_runs_or_all_of_them(typed: Typed, arguments: tuple[str, ...]) -> None:
    assert typed("retry", *arguments).code == 2


def test_retry_all_failed_of_none_is_fine(typed: Typed) -> None:
    said = typed("retry", "--all-failed", "--json")

    assert (said.code, json.loads(said.out)) == (0, [])


def test_retry_pressed_twice_says_that_it_goes_on_already(
    typed: Typed, conversation: str, tmp_path: Path
) -> None:
    typed("summarize", conversation, "--post")
    with sqlite3.connect(tmp_path / "state" / "sidenote" / "sidenote.sqlite") as database:
        database.execute("update sidenote_runs set state = 'held'")
    database.close()
    run_id = json.loads(typed("runs", "--json").out)[0]["id"]

    said = typed("retry", run_id)

    assert said.code == 0
    assert "retried already" in said.out
