"""`sidenote labels`: what there is, what comes from a file, and what a person judges."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.cli import cli
from agent.core.labels import Judgement, Proposed, Source
from agent.core.makers import makers_of
from agent.settings import load_settings
from agent.wiring import App
from tests.cli.typed import Typed
from tests.labelled import MAKERS, SAMPLED, a_compared, a_label, a_proposal

FILE = (
    "topic,channel,question,score,judgement,by,at,made_by\n"
    "order-status,email,Q-1,0.83,as-is,Ada,2026-03-02T09:30:00Z,current\n"
    "order-status,chat,Q-2,0.6,changed,Ben,2026-03-03,\n"
)


def keep(*rows: Proposed) -> None:
    with closing(App(load_settings())) as app:
        app.store.add_all_proposed(rows)


def kept() -> tuple[Proposed, ...]:
    with closing(App(load_settings())) as app:
        return app.store.proposals()


def in_force() -> Any:
    with closing(App(load_settings())) as app:
        return makers_of(app.policy, "order-status", engine="offline")


@pytest.fixture
def typed(typed_without_settings: Typed) -> Typed:
    """Nothing of this needs Kustomer."""
    return typed_without_settings


@pytest.fixture
def file(typed: Typed, tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text(FILE, "utf-8")
    return path


def listed(typed: Typed, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(typed("labels", *more, "--json").out)
    return found


# --- the list ------------------------------------------------------------------------------------


def test_at_first_there_is_nothing_and_it_says_so(typed: Typed) -> None:
    printed = typed("labels")

    assert (printed.code, printed.out) == (0, "")
    assert "No reply was proposed yet" in printed.err
    assert listed(typed) == []


def test_a_topic_that_nobody_knows_is_told(typed: Typed) -> None:
    printed = typed("labels", "--topic", "no-such")

    assert (printed.code, printed.out) == (2, "")
    assert "the policy has no topic 'no-such'; it has: " in printed.err


def test_labels_are_counted_by_topic_and_channel(typed: Typed) -> None:
    made_by = in_force()
    keep(
        a_proposal("r1", made_by=made_by, label=a_label(Judgement.AS_IS)),
        a_proposal("r2", made_by=made_by, label=a_label(Judgement.REJECTED, Source.COMPOSER)),
        a_proposal("r3", made_by=made_by),
        a_proposal("r4", channel="chat", made_by=MAKERS, label=a_label(Judgement.WRONG)),
    )

    chat, email = listed(typed)

    assert email == {
        "topic": "order-status",
        "channel": "email",
        "proposals": 3,
        "reviewed": 2,
        "as_is": 1,
        "edited": 0,
        "changed": 0,
        "rejected": 1,
        "wrong": 0,
        "doubtful": 0,
        "by": {"person": 2, "matcher": 0, "imported": 0},
        "set_aside": 0,
        "to_audit": 0,
        "newest": "2026-03-02T13:00:00+00:00",
    }
    assert (chat["channel"], chat["wrong"], chat["set_aside"]) == ("chat", 1, 1)


def test_the_table_says_what_to_do_next(typed: Typed) -> None:
    keep(a_proposal("r1", label=a_label()), a_compared(SAMPLED[0]))

    printed = typed("labels")

    assert printed.code == 0
    assert "order-status" in printed.out
    assert "1 wait for a person's look: 'sidenote labels audit --by NAME'" in printed.err


@pytest.mark.parametrize(
    ("options", "runs"),
    [
        ((), ["r3", "r2", "r1"]),
        (("--topic", "refund"), ["r3"]),
        (("--channel", "chat"), ["r2"]),
        (("--since", "2026-03-03"), []),
    ],
)
def test_the_listing_is_newest_first_and_can_be_narrowed(
    typed: Typed, options: tuple[str, ...], runs: list[str]
) -> None:
    keep(a_proposal("r1"), a_proposal("r2", channel="chat"), a_proposal("r3", topic="refund"))

    assert [each["run"] for each in listed(typed, "--list", *options)] == runs


def test_the_listing_tells_each_label_and_whether_it_counts(typed: Typed) -> None:
    keep(a_proposal("r1", label=a_label(Judgement.CHANGED, reason="the price")))

    (each,) = listed(typed, "--list")

    assert each["label"] == {
        "judgement": "changed",
        "source": "console",
        "by": "Ada",
        "at": "2026-03-02T13:00:00+00:00",
        "reason": "the price",
    }
    assert (each["score"], each["set_aside"], each["sent_at"]) == (0.83, True, None)


def test_who_audits_does_not_learn_what_the_matcher_said(typed: Typed) -> None:
    keep(a_compared(SAMPLED[0], Judgement.CHANGED))

    (each,) = listed(typed, "--list")
    shown = typed("labels", "--list").out

    assert (each["to_audit"], each["label"]) == (True, None)
    assert "to audit" in shown
    assert "changed" not in shown


# --- import --------------------------------------------------------------------------------------


def test_a_file_is_imported_once(typed: Typed, file: Path) -> None:
    first, again = (typed("labels", "import", str(file)) for _ in range(2))

    assert (first.code, first.out) == (0, "2 imported, 0 known already.\n")
    assert "1 without made_by=current: kept, and set aside." in first.err
    assert (again.code, again.out) == (0, "0 imported, 2 known already.\n")
    assert len(kept()) == 2


def test_only_lines_that_say_so_are_of_todays_makers(typed: Typed, file: Path) -> None:
    typed("labels", "import", str(file))

    chat, email = listed(typed)
    assert (email["by"]["imported"], email["set_aside"]) == (1, 0)
    assert (chat["by"]["imported"], chat["set_aside"]) == (1, 1)


def test_a_rehearsed_import_writes_nothing(typed: Typed, file: Path) -> None:
    printed = typed("labels", "import", str(file), "--dry-run", "--json")

    assert json.loads(printed.out) == {
        "lines": 2,
        "new": 2,
        "known": 0,
        "set_aside": 1,
        "imported": False,
    }
    assert kept() == ()


def test_a_rehearsed_import_knows_what_is_there(typed: Typed, file: Path) -> None:
    typed("labels", "import", str(file))

    assert typed("labels", "import", str(file), "--dry-run").out == (
        "0 would be imported, 2 known already.\n"
    )


def test_a_wrong_line_is_named_and_nothing_is_imported(typed: Typed, file: Path) -> None:
    file.write_text(FILE.replace("changed", "so-so"), "utf-8")

    printed = typed("labels", "import", str(file))

    assert printed.code == 2
    assert "line 3: judgement 'so-so' is none of" in printed.err
    assert kept() == ()


def test_a_file_in_another_encoding_is_refused(typed: Typed, file: Path) -> None:
    file.write_text(FILE.replace("Ada", "Zoë"), "latin-1")

    printed = typed("labels", "import", str(file))

    assert printed.code == 2
    assert "not UTF-8" in printed.err


# --- give ----------------------------------------------------------------------------------------


def test_one_reply_is_judged_by_name(typed: Typed) -> None:
    keep(a_proposal("r1"))

    printed = typed("labels", "give", "r1", "changed", "--by", "Ada", "--reason", "the price")

    assert (printed.code, printed.out) == (0, "r1  changed, by Ada\n")
    (row,) = kept()
    assert row.label is not None
    assert (row.label.judgement, row.label.reason) == (Judgement.CHANGED, "the price")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("r9", "as-is", "--by", "Ada"), "no proposed reply of run 'r9'"),
        (("r1", "as-is", "--by", " "), "who judges"),
        (("r1", "fine", "--by", "Ada"), "'fine' is not one of"),
        (("r1", "doubtful", "--by", "Ada"), "'doubtful' is not one of"),
        (("r1", "as-is"), "--by"),
    ],
)
def test_a_judgement_that_cannot_be_taken_is_wrong_usage(
    typed: Typed, arguments: Sequence[str], words: str
) -> None:
    keep(a_proposal("r1"))

    printed = typed("labels", "give", *arguments)

    assert printed.code == 2
    assert words in printed.err
    assert kept() == (a_proposal("r1"),)


# --- audit ---------------------------------------------------------------------------------------


def test_with_nothing_sampled_nothing_waits(typed: Typed) -> None:
    printed = typed("labels", "audit")

    assert (printed.code, printed.out, printed.err) == (0, "", "Nothing waits for an audit.\n")
    assert listed(typed, "audit") == []


def test_what_waits_is_listed_without_what_the_matcher_said(typed: Typed) -> None:
    keep(a_compared(SAMPLED[0]))

    assert listed(typed, "audit") == [
        {
            "run": SAMPLED[0],
            "topic": "order-status",
            "channel": "email",
            "conversation_id": "c1",
            "message_id": "m1",
            "at": "2026-03-02T12:00:00+00:00",
        }
    ]
    printed = typed("labels", "audit")
    assert SAMPLED[0] in printed.out
    assert "edited" not in printed.out
    assert "1 wait" in printed.err


def test_asking_needs_a_terminal(typed: Typed) -> None:
    keep(a_compared(SAMPLED[0]))

    printed = typed("labels", "audit", "--by", "Ada")

    assert printed.code == 2
    assert "needs a terminal" in printed.err


def audited(monkeypatch: pytest.MonkeyPatch, answers: str) -> str:
    """The audit on a terminal, with these keys pressed."""
    monkeypatch.setattr("agent.cli.labels_audit._is_terminal", lambda: True)
    ended = CliRunner().invoke(cli, ["labels", "audit", "--by", "Ada"], input=answers)
    assert ended.exit_code == 0, ended.output
    return ended.output


@pytest.mark.usefixtures("typed")
def test_each_is_asked_for_and_kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(*(a_compared(run_id) for run_id in SAMPLED[:3]))

    shown = audited(monkeypatch, "r\ns\na\n")

    labels = {row.run_id: row.label for row in kept()}
    judged = {run_id: label.judgement for run_id, label in labels.items() if label and label.by}
    assert sorted(judged.values()) == [Judgement.AS_IS, Judgement.REJECTED]
    assert "asked:" in shown
    assert "(not kept; look in Kustomer)" in shown
    assert "2 judged, 1 wait." in shown


@pytest.mark.usefixtures("typed")
def test_who_quits_leaves_the_rest_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(*(a_compared(run_id) for run_id in SAMPLED[:3]))

    assert "1 judged, 2 wait." in audited(monkeypatch, "e\nq\n")
