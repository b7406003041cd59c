"""`sidenote topics`: who may climb, what it says, and that it counts at once."""

import json
from datetime import timedelta

import pytest

from agent.sandbox.server import Sandbox
from agent.wiring import SystemClock
from tests.cli.drafted import drafted
from tests.cli.typed import Printed, Typed


def topic(typed: Typed, name: str = "order-status") -> dict[str, object]:
    listed = json.loads(typed("topics", "--json").out)
    found: dict[str, object] = next(each for each in listed if each["topic"] == name)
    return found


def raised(typed: Typed, level: str, *more: str) -> Printed:
    return typed("topics", "raise", "order-status", "--to", level, "--by", "Ada", *more)


def test_the_list_needs_no_key(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("topics")

    assert printed.code == 0
    assert "order-status" in printed.out
    assert "sidenote topics raise" in printed.err


def test_raised_it_says_so_and_the_list_does(typed: Typed) -> None:
    printed = raised(typed, "draft", "--why", "good notes")

    assert (printed.code, printed.out) == (0, "order-status: note -> draft, in force now.\n")
    shown = topic(typed)
    assert (shown["level"], shown["next"]) == ("draft", "send")
    set_by = shown["set_by"]
    assert isinstance(set_by, dict)
    assert (set_by["by"], set_by["why"]) == ("Ada", "good notes")


def test_what_the_file_says_was_set_by_nobody(typed: Typed) -> None:
    assert topic(typed)["set_by"] is None


def test_a_jump_is_refused_and_says_what_to_do(typed: Typed) -> None:
    printed = raised(typed, "send", "--yes")

    assert printed.code == 2
    assert "raise it to draft first" in printed.err
    assert topic(typed)["level"] == "note"


def test_raising_to_send_where_nobody_can_answer_needs_yes(typed: Typed) -> None:
    raised(typed, "draft")
    printed = raised(typed, "send")

    assert printed.code == 2
    assert "no teammate looks first" in printed.err
    assert "--yes" in printed.err
    assert topic(typed)["level"] == "draft"


def test_without_a_certificate_it_does_not_climb_to_send(typed: Typed) -> None:
    raised(typed, "draft")
    printed = raised(typed, "send", "--yes")

    assert printed.code == 2
    assert "sidenote certify order-status" in printed.err
    assert topic(typed)["level"] == "draft"


def test_waived_and_with_yes_it_climbs_to_send(typed: Typed) -> None:
    raised(typed, "draft")
    until = str((SystemClock().now() + timedelta(days=30)).date())
    waived = typed(
        *("certify", "order-status", "--waive", "--until", until),
        *("--by", "Ada", "--reason", "the autumn sale"),
    )
    assert waived.code == 0
    printed = raised(typed, "send", "--yes", "--json")

    assert json.loads(printed.out) == {"topic": "order-status", "was": "draft", "level": "send"}
    assert topic(typed)["next"] is None


def test_lowered_it_is_at_note_at_once(typed: Typed) -> None:
    raised(typed, "draft")
    printed = typed("topics", "lower", "order-status", "--by", "Ben")

    assert printed.out == "order-status: draft -> note, in force now.\n"


def test_lowered_to_where_it_stands_it_is_written_down_all_the_same(typed: Typed) -> None:
    printed = typed("topics", "lower", "order-status", "--by", "Ben")

    assert (printed.code, printed.out) == (
        0,
        "order-status: note already, now also by Ben's word.\n",
    )
    assert "older policy file" in printed.err


@pytest.mark.parametrize("command", ["raise", "lower"])
def test_somebody_must_answer_for_it(typed: Typed, command: str) -> None:
    printed = typed("topics", command, "order-status", "--to", "draft")

    assert printed.code == 2
    assert "--by" in printed.err


def test_an_unknown_topic_names_those_there_are(typed: Typed) -> None:
    printed = typed("topics", "raise", "lids", "--to", "draft", "--by", "Ada")

    assert printed.code == 2
    assert "order-status" in printed.err


def test_the_weeks_runs_are_counted(typed: Typed, sandbox: Sandbox) -> None:
    raised(typed, "draft")
    drafted(sandbox)

    week = topic(typed)["last_7_days"]

    assert isinstance(week, dict)
    assert (week["drafts"], week["notes"], week["held"]) == (1, 0, 0)
