"""`sidenote report`: the letter word for word, and that it tells no more than it may."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.cli.letter_page import page_of
from agent.cli.letter_text import (
    WIDTH,
    letter_document,
    outcomes_document,
    text_of,
)
from agent.core.handled import OutcomeReport, Share
from agent.core.letter import Eye, Line, Worth
from agent.core.rewording import Rewording
from agent.core.standing import percent
from agent.sandbox.server import Sandbox
from agent.weekly import EditedAnswer, Letter
from tests.cli.drafted import drafted
from tests.cli.typed import Typed

SUNDAY = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
OUTCOMES = OutcomeReport(
    since=SUNDAY - timedelta(days=35),
    until=SUNDAY,
    handled=Share(hits=48, cases=160),
    silent=Share(hits=71, cases=160),
    too_young=12,
    sent=80,
    uncertified=12,
    wrong=Share(hits=0, cases=74),
    cost=1_440_000,
    note_seconds=(64.2, 91.0),
)
LETTER = Letter(
    since=SUNDAY - timedelta(days=7),
    until=SUNDAY,
    runs=214,
    ended={"noted": 150, "drafted": 9, "replied": 31, "left": 22, "failed": 1, "unknown": 1},
    eyes=(
        Eye(
            run_id="7f3a2b90c1d4",
            topic="order-status",
            worth=Worth.DISAGREED,
            words="scored 0.91, and a teammate changed its facts",
        ),
        Eye(
            run_id="0a1b2c3d4e5f",
            topic="",
            worth=Worth.NEW_RULE,
            words="ping-pong decided for the first time in weeks",
        ),
    ),
    certificates=(
        Line(
            topic="opening-hours",
            channel="chat",
            words="taken back by the watch: 4 of the last 12 replies that went out by themselves "
            "went wrong; at most 2 % may",
        ),
    ),
    ready=(
        Line(
            topic="invoice-copy",
            channel="email",
            words="12 more clean reviews to a certificate of at most 2 % wrong: 169 reviewed, "
            "0 wrong at threshold 0.60, which answers 71 % of such questions.",
        ),
    ),
    come_down=(
        Line(topic="return-label", words="teammates corrected or threw away 9 of 12 drafts"),
    ),
    edited=(
        EditedAnswer(
            topic="order-status",
            edited=6,
            sent=14,
            how=(
                Rewording(was="5", now="7", times=4),
                Rewording(was="", now="Sorry for the wait.", times=2),
            ),
        ),
        EditedAnswer(topic="password-reset", edited=2, sent=20, how=()),
    ),
    unmet=("bounce", "legal", "spam"),
    looked_at=871,
    outcomes=OUTCOMES,
)
BOUND = percent(OUTCOMES.bound or 1.0)
PRINTED = f"""\
Sidenote, the week to 22 Nov 2026
214 runs: 150 notes, 9 drafts that wait, 31 replies, 2 failed.

Worth your eye ('sidenote explain RUN' says more)
  7f3a2b90c1d4  order-status: scored 0.91, and a teammate changed its facts
  0a1b2c3d4e5f  no topic: ping-pong decided for the first time in weeks

Certificates this week
  opening-hours by chat: taken back by the watch: 4 of the last 12 replies that went out by
    themselves went wrong; at most 2 % may

Ready to send, or nearly
  invoice-copy by e-mail: 12 more clean reviews to a certificate of at most 2 % wrong: 169
    reviewed, 0 wrong at threshold 0.60, which answers 71 % of such questions.

Should come down
  return-label: teammates corrected or threw away 9 of 12 drafts

Answers that teammates keep changing
  order-status: 6 of 14 sent drafts, "5" became "7" (4 times); added "Sorry for the wait."
    (2 times)
  password-reset: 2 of 20 sent drafts, each time otherwise

Conversations that began since 18 Oct 2026 and are seven days old (12 are younger)
  handled: no teammate, no word for 7 days    48 of 160, 30 % (23 % to 38 %)
  as vendors count: nobody wrote there again  71 of 160, 44 % (37 % to 52 %)
  replies that went out by themselves         80, 12 of them uncertified
  wrong replies, of those seven days old      0 of 74; surely below {BOUND}
  cost for each that was handled              0.03
  from message to note                        half within 64 s, 19 of 20 within 91 s
  teammates' minutes saved                    not measured: Sidenote does not see how long a
                                              teammate works

Rules that none of the last 871 runs met
  bounce, legal, spam"""


def test_the_letter_word_for_word() -> None:
    assert text_of(letter_document(LETTER)) == PRINTED


def test_no_line_is_too_long_for_a_mail() -> None:
    assert max(len(line) for line in text_of(letter_document(LETTER)).splitlines()) <= WIDTH


def test_a_week_without_anything_says_so_and_leaves_the_rest_out() -> None:
    quiet = replace(LETTER, eyes=(), certificates=(), ready=(), come_down=(), edited=(), unmet=())
    printed = text_of(letter_document(quiet))

    assert "Nothing out of the ordinary." in printed
    assert "Should come down" not in printed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cost": None}, "not measured: SIDENOTE_PRICES names no price of the model"),
        ({"handled": Share(hits=0, cases=9)}, "1.44 in all, and none was handled"),
        ({"note_seconds": None}, "not measured: no note yet"),
        ({"sent": 0, "wrong": Share(hits=0, cases=0)}, "not measured: none was sent by itself"),
        ({"wrong": Share(hits=0, cases=0)}, "what came of 80 replies is open yet"),
    ],
)
def test_what_is_not_measured_says_why(change: dict[str, object], said: str) -> None:
    report = replace(OUTCOMES, **change)  # type: ignore[arg-type] # the cases name the fields

    assert said in " ".join(text_of(outcomes_document(report)).split())


def test_the_page_takes_no_words_as_markup() -> None:
    rewording = Rewording(was="<script>alert(1)</script>", now="ok", times=2)
    edited = EditedAnswer(topic="t", edited=2, sent=2, how=(rewording,))
    page = page_of(letter_document(replace(LETTER, edited=(edited,))))

    assert "<script" not in page
    assert "&lt;script&gt;" in page


# --- as it is typed -------------------------------------------------------------------------------


def test_the_letter_of_a_team_that_has_just_begun(typed: Typed, sandbox: Sandbox) -> None:
    typed("topics", "raise", "order-status", "--to", "draft", "--by", "Ada")
    run = drafted(sandbox)
    printed = typed("report", "--json")
    letter = json.loads(printed.out)

    assert (printed.code, letter["runs"], letter["ended"]) == (0, 1, {"drafted": 1})
    assert run.turn.conversation_id not in printed.out
    assert letter["outcomes"]["handled"] == {
        "hits": 0,
        "of": 0,
        "share": "not measured",
        "interval": "not measured",
    }
    assert letter["rules_never_met"] == {"of_runs": 1, "rules": []}  # one run says nothing


def test_the_outcome_report_alone_needs_no_key(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("report", "--outcomes", "--since", "60d", "--json")

    assert (printed.code, json.loads(printed.out)["minutes_saved"]) == (0, "not measured")


def test_a_page_is_written_beside(typed_without_settings: Typed, tmp_path: Path) -> None:
    place = tmp_path / "letter.html"
    printed = typed_without_settings("report", "--week", "--html", str(place))

    assert (printed.code, "Written:" in printed.err) == (0, True)
    assert place.read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize("wrong", [("--week", "--outcomes"), ("--since", "7d")])
def test_what_does_not_go_together_is_said(
    typed_without_settings: Typed, wrong: tuple[str, ...]
) -> None:
    printed = typed_without_settings("report", *wrong)

    assert (printed.code, printed.out) == (2, "")
