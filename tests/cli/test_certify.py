"""`sidenote certify`: what is earned and what is missing, in words; waivers by name."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from agent.core.makers import makers_of
from agent.settings import load_settings
from agent.wiring import App
from tests.cli.typed import Printed, Typed
from tests.reviews import DAY, reviews

SOON = date.today() + timedelta(days=20)  # noqa: DTZ011 - the command asks the machine's clock


def with_reviews(count: int) -> None:
    """So many clean reviews of order-status by e-mail, of the last days."""
    with closing(App(load_settings())) as app:
        made_by = makers_of(app.policy, "order-status", engine="offline")
        since = datetime.now(UTC) - 10 * DAY  # noqa: TID251 - the command asks it, too
        app.store.add_all_proposed(
            [replace(row, made_by=made_by) for row in reviews(count, since=since)]
        )


def waive(typed: Typed, *more: str, until: date = SOON) -> Printed:
    words = ("--waive", "--until", str(until), "--by", "Ada", "--reason", "peak season")
    return typed("certify", "order-status", *words, *more)


def row(typed: Typed) -> dict[str, object]:
    (found,) = json.loads(typed("certify", "order-status", "--json").out)
    assert isinstance(found, dict)
    return found


def test_where_nothing_was_proposed_it_says_so(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("certify")

    assert printed.code == 0
    assert "order-status, at note\n    no reply of it was proposed yet" in printed.out
    assert "at most 2 % wrong with 95 % confidence, valid for 90 days" in printed.err


def test_what_is_missing_is_counted(typed_without_settings: Typed) -> None:
    with_reviews(40)

    printed = typed_without_settings("certify", "order-status")

    assert "e-mail: 141 more clean reviews to a certificate of at most 2 % wrong" in printed.out


def test_what_is_earned_is_unlocked_and_said_as_a_sentence(typed_without_settings: Typed) -> None:
    with_reviews(320)

    printed = typed_without_settings("certify", "order-status")

    sentence = (
        "e-mail: With 95 % confidence at most 2 % of automatic order-status replies by e-mail are "
        "wrong: 181 reviewed, 0 wrong, threshold 0.60, answers 100 % of such questions, valid until"
    )
    assert sentence in printed.out
    assert "unlocked (e-mail) by the watch" in printed.out


def test_a_script_gets_the_figures(typed_without_settings: Typed) -> None:
    with_reviews(40)

    found = row(typed_without_settings)

    assert (found["topic"], found["channel"], found["level"]) == ("order-status", "email", "note")
    assert (found["standing"], found["may_send"]) == ("missing", False)
    assert (found["reviewed"], found["wrong"], found["more_clean"]) == (40, 0, 141)


def test_one_channel_may_be_asked_for(typed_without_settings: Typed) -> None:
    with_reviews(40)

    printed = typed_without_settings("certify", "--channel", "chat", "--json")

    assert all(each["channel"] is None for each in json.loads(printed.out))


def test_an_unknown_topic_is_told_with_those_there_are(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("certify", "lids")

    assert printed.code == 2
    assert "no topic 'lids'; it has: " in printed.err


# --- waivers -------------------------------------------------------------------------------------


def test_a_waiver_is_told_and_counts(typed_without_settings: Typed) -> None:
    with_reviews(40)

    printed = waive(typed_without_settings)

    assert printed.code == 0
    assert printed.out.startswith("order-status: waived by Ada until ")
    found = row(typed_without_settings)
    assert (found["standing"], found["may_send"]) == ("waived", True)
    assert "uncertified" in str(found["words"])


def test_a_waiver_is_ended_by_name(typed_without_settings: Typed) -> None:
    with_reviews(40)
    waive(typed_without_settings)

    printed = typed_without_settings("certify", "order-status", "--end-waiver", "--by", "Ben")

    assert printed.out == "order-status: the waiver is over, in force now.\n"
    assert row(typed_without_settings)["standing"] == "missing"


@pytest.mark.parametrize(
    ("typed_words", "said"),
    [
        pytest.param(("--waive",), "--waive needs --until", id="no last day"),
        pytest.param(("--waive", "--until", str(SOON)), "--by must name", id="nobody"),
        pytest.param(
            ("--waive", "--until", str(SOON), "--by", "Ada"), "needs a reason", id="no reason"
        ),
        pytest.param(("--until", str(SOON)), "go with --waive", id="a day for nothing"),
        pytest.param(("--end-waiver", "--by", "Ada"), "no waiver stands", id="nothing to end"),
        pytest.param(("--waive", "--end-waiver"), "choose one", id="both"),
    ],
)
def test_half_a_word_is_refused(
    typed_without_settings: Typed, typed_words: tuple[str, ...], said: str
) -> None:
    printed = typed_without_settings("certify", "order-status", *typed_words)

    assert printed.code == 2
    assert said in printed.err


@pytest.mark.parametrize(("days", "said"), [(-2, "is past"), (95, "90 days at the latest")])
def test_a_waiver_ends_within_ninety_days(
    typed_without_settings: Typed, days: int, said: str
) -> None:
    until = date.today() + timedelta(days=days)  # noqa: DTZ011 - the command asks that clock

    printed = waive(typed_without_settings, until=until)

    assert printed.code == 2
    assert said in printed.err


def test_a_waiver_without_its_topic_is_refused(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("certify", "--waive")

    assert printed.code == 2
    assert "name the topic" in printed.err
