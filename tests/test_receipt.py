"""One run as text that a person reads."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.core.turn import Turn
from agent.ports import Delivery, DeliveryState, Disposition, Run, RunError, RunState
from agent.receipt import render_receipt

AT = datetime(2026, 11, 5, 16, 40, tzinfo=UTC)
READ = "14 messages, 1 note, 12 left out for length, 1 attachment not read"
WOULD = (
    "would have drafted if: spare-part were at draft, the message were newer than the first start, "
    "and the attachment had been read (as far as was looked at)"
)
TURN = Turn("c" * 24, "5" * 24)


@pytest.fixture(autouse=True)
def _in_utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def run(**changed: Any) -> Run:
    return replace(
        Run(
            id="7f3a00000000",
            turn=TURN,
            message_at=AT,
            state=RunState.DONE,
            due_at=AT,
            created_at=AT,
            updated_at=AT,
            disposition=Disposition.NOTED,
            autonomy="note",
            because=("attachment-unread", "no-grant"),
            tries=1,
            note_id="6b02",
            snapshot={"name": "Kettle lid"},
        ),
        **changed,
    )


def receipt(**changed: Any) -> dict[str, Any]:
    return {
        "read": {
            "messages": [
                {"message_id": "4" * 24, "text": "Hello", "unread": []},
                {"message_id": "5" * 24, "text": "Any news\non the lid?", "unread": ["kettle.jpg"]},
            ],
            "message_count": 14,
            "notes_read": 1,
            "left_out": 12,
            "read_at": "2026-11-05T16:41:07+00:00",
        },
        "proposed": {
            "engine": "offline",
            "topic": {"name": "spare-part", "margin": 0.21},
            "statements": [
                {"section": "open", "text": "Any news on the lid?", "message_ids": ["5" * 24]}
            ],
        },
        "decided": {
            "autonomy": "note",
            "because": ["attachment-unread", "no-grant"],
            "findings": [
                ["spam", "limit", "nothing", False, ""],
                ["team-spoke-last", "limit", "note", False, ""],
                ["backlog", "limit", "note", True, "older than the first start"],
                ["attachment-unread", "limit", "note", True, '"kettle.jpg" not read'],
            ],
        },
        "did": {"note_id": "6b02", "disposition": "noted"},
        **changed,
    }


def delivery(**changed: Any) -> Delivery:
    return replace(
        Delivery(
            marker="sidenote-1",
            conversation_id=TURN.conversation_id,
            action="note",
            body="Sidenote · …",
            created_at=AT,
            updated_at=AT,
            state=DeliveryState.ARRIVED,
            remote_id="6b02",
            attempts=1,
        ),
        **changed,
    )


def line(text: str, label: str) -> str:
    return next(each for each in text.splitlines() if each.strip().startswith(label))


def test_a_receipt_tells_the_whole_run() -> None:
    text = render_receipt(run(), receipt(), [delivery()])

    assert text.splitlines() == [
        "note · noted   because  attachment-unread, no-grant",
        "       run      7f3a00000000  done",
        f'       turn     5 Nov 16:40  "Any news on the lid?"  conversation {"c" * 24}  Kettle lid',
        f"       read     {READ}  at 16:41:07",
        "       topic    spare-part (margin 0.21)",
        "       engine   offline",
        "       open     Any news on the lid?  [555555]",
        '     * attachment-unread  at most NOTE     "kettle.jpg" not read',
        "       backlog            at most NOTE     older than the first start",
        "     * no-grant",
        "                2 other rules did not apply",
        f"                {WOULD}",
        "       did      note 6b02, arrived 16:40:00, 1 attempt",
    ]


def test_an_e_mail_whose_headers_are_not_known_says_so() -> None:
    silent = ["auto-submitted", "limit", "nothing", False, "headers not available"]
    decided = {"because": [], "findings": [silent]}

    assert "e-mail headers not available" in render_receipt(run(), receipt(decided=decided))


def test_all_rules_can_be_listed() -> None:
    text = render_receipt(run(), receipt(), [delivery()], with_all=True)

    assert "does not apply" in line(text, "team-spoke-last")
    assert "did not apply" not in text


def test_a_grant_says_up_to() -> None:
    decided = {
        "because": ["routine-topic-draft"],
        "findings": [["routine-topic-draft", "grant", "draft", True, "lid is at draft"]],
    }

    text = render_receipt(run(), receipt(decided=decided), [delivery()])

    assert line(text, "* routine-topic-draft").split()[2:5] == ["up", "to", "DRAFT"]


def test_the_customers_first_words_are_cut() -> None:
    messages = [{"message_id": "5" * 24, "text": "x" * 61}]

    text = render_receipt(run(), receipt(read={"messages": messages}), [])

    assert f'"{"x" * 59}…"' in text


def test_sixty_characters_are_not_cut() -> None:
    messages = [{"message_id": "5" * 24, "text": "x" * 60}]

    assert f'"{"x" * 60}"' in render_receipt(run(), receipt(read={"messages": messages}), [])


def test_a_model_that_failed_is_named_with_what_stood_in() -> None:
    proposed = {"engine": "offline", "stood_in": "the model gave no answer", "statements": []}

    text = render_receipt(run(), receipt(proposed=proposed), [])

    assert line(text, "engine").endswith("offline  stood in: the model gave no answer")


def test_tokens_are_told_where_a_model_answered() -> None:
    usage = {"calls": 1, "input_tokens": 800, "output_tokens": 90}

    text = render_receipt(run(), receipt(proposed={"engine": "gpt", "usage": usage}), [])

    assert line(text, "engine").endswith("gpt  800 + 90 tokens")


def test_a_score_is_told_with_what_it_is_made_of() -> None:
    part = {"name": "slots", "value": 0.8, "words": "colour quoted by the model only"}
    scored = {"value": 0.614, "familiarity": 0.5, "parts": [part]}

    text = render_receipt(run(), receipt(proposed={"engine": "gpt", "score": scored}), [])

    assert line(text, "score").endswith("0.61: slots 0.80 (colour quoted by the model only)")


def test_a_proposal_without_a_score_has_no_line_for_it() -> None:
    text = render_receipt(run(), receipt(proposed={"engine": "gpt", "score": None}), [])

    assert not any(each.strip().startswith("score") for each in text.splitlines())


def test_what_grounding_took_out_is_told_with_its_reason() -> None:
    proposed = {"engine": "gpt", "dropped": [["She wants a refund.", "cites no message"]]}

    text = render_receipt(run(), receipt(proposed=proposed), [])

    assert line(text, "dropped").endswith("She wants a refund.  (cites no message)")


def test_a_doubtful_statement_is_told_with_its_reason() -> None:
    statement = {
        "section": "open",
        "text": "Asks.",
        "message_ids": ["5"],
        "unverified": "few words",
    }
    text = render_receipt(run(), receipt(proposed={"engine": "gpt", "statements": [statement]}))

    assert line(text, "open").endswith("Asks.  [5]  unverified: few words")


def test_what_the_note_leaves_out_is_told() -> None:
    proposed = {"engine": "gpt", "left_out": ["open question: Is it in stock?"]}

    assert line(render_receipt(run(), receipt(proposed=proposed)), "untold").endswith(
        "untold   open question: Is it in stock?"
    )


def test_every_write_is_told_oldest_first() -> None:
    newer = delivery(remote_id="6b03", state=DeliveryState.UNKNOWN, attempts=2, error="no answer")

    text = render_receipt(run(), receipt(), [newer, delivery()])

    assert [each.strip() for each in text.splitlines()[-2:]] == [
        "did      note 6b02, arrived 16:40:00, 1 attempt",
        "did      note 6b03, unknown 16:40:00, 2 attempts  no answer",
    ]


def test_a_run_that_wrote_nothing_says_so() -> None:
    left = run(disposition=Disposition.LEFT, note_id=None)

    text = render_receipt(left, receipt(did={}), [])

    assert line(text, "did").endswith("nothing was written")


def test_a_note_that_was_there_already_is_told() -> None:
    assert "note 6b02 was there already" in render_receipt(run(), receipt(), [])


def test_a_failed_run_says_where_it_stopped_and_how_to_go_on() -> None:
    error = RunError(step="act", kind="HelpdeskRefused", message="POST notes: 400", at=AT)
    failed = run(state=RunState.FAILED, disposition=Disposition.FAILED, error=error, tries=3)

    text = render_receipt(failed, None, [])

    assert line(text, "run").endswith("7f3a00000000  failed, tried 3 times")
    assert line(text, "stopped").endswith("at act, 5 Nov 16:40: POST notes: 400")
    assert "sidenote retry 7f3a00000000" in text


def test_a_held_run_says_when_it_goes_on() -> None:
    error = RunError(step="read", kind="HelpdeskUnavailable", message="no answer", at=AT)
    held = run(state=RunState.HELD, disposition=None, autonomy="", because=(), error=error)

    text = render_receipt(held, None, [])

    assert text.splitlines()[0] == "held · not ended"
    assert "goes on by itself, not before 5 Nov 16:40" in text


def test_a_receipt_that_was_pruned_is_said_to_be() -> None:
    assert "its content was removed (SIDENOTE_KEEP_DAYS)" in render_receipt(run(), None, [])


def test_a_run_under_way_has_no_receipt_yet() -> None:
    running = run(state=RunState.RUNNING, disposition=None)

    assert "none yet" in render_receipt(running, None, [])


def test_long_lines_are_folded_under_their_text() -> None:
    text = render_receipt(run(), receipt(), [delivery()], width=60)

    lines = text.splitlines()
    assert max(map(len, lines)) <= 60
    below = lines.index(next(each for each in lines if "read " in each)) + 1
    assert lines[below].startswith(" " * 16 + "1 attachment not read")
