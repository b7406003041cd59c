"""`sidenote check` and `policy check` on topics at "send": whether they may, and what to do."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent.core.makers import makers_of
from agent.core.team_policy import Level
from agent.levels import Word, lower_topic
from agent.settings import load_settings
from agent.wiring import App
from tests.cli.typed import Typed
from tests.reviews import DAY, reviews

SOON = date.today() + timedelta(days=20)  # noqa: DTZ011 - the command asks the machine's clock
WAIVER = "sidenote certify order-status --waive --until"
TOPIC = "[topics.order-status]\n"


@pytest.fixture
def policy(typed_without_settings: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy in use: order-status starts at send, the rest at note."""
    typed_without_settings("policy", "init")
    file = tmp_path / "policy.toml"
    before, topic, after = file.read_text("utf-8").partition(TOPIC)
    after = after.replace('level = "note"', 'level = "send"', 1)
    file.write_text(before + topic + after, "utf-8")
    monkeypatch.setenv("SIDENOTE_POLICY", str(file))
    return file


def sending(typed: Typed) -> list[str]:
    """What `check` says of topics at send."""
    tried = json.loads(typed("check", "--json").out)["tried"]
    assert all(each["found"] == "ok" for each in tried if each["name"] == "sending")
    return [each["words"] for each in tried if each["name"] == "sending"]


def with_reviews(count: int) -> None:
    """So many clean reviews of order-status by e-mail, of the last days."""
    with closing(App(load_settings())) as app:
        made_by = makers_of(app.policy, "order-status", engine="offline")
        since = datetime.now(UTC) - 10 * DAY  # noqa: TID251 - the command asks it, too
        app.store.add_all_proposed(
            [replace(row, made_by=made_by) for row in reviews(count, since=since)]
        )


def waive(typed: Typed) -> None:
    words = ("--until", str(SOON), "--by", "Ada", "--reason", "peak season")
    assert typed("certify", "order-status", "--waive", *words).code == 0


def test_a_policy_without_a_topic_at_send_is_told_nothing(typed_without_settings: Typed) -> None:
    assert sending(typed_without_settings) == []


def test_a_topic_at_send_without_a_right_is_told_what_is_missing_and_what_to_do(
    typed_without_settings: Typed, policy: Path
) -> None:
    with_reviews(40)

    (line,) = sending(typed_without_settings)

    assert line.startswith("order-status ONLY DRAFTS: by e-mail 141 more clean reviews. More: ")
    assert f"{WAIVER} 20" in line


def test_a_topic_that_nothing_is_known_of_drafts(
    typed_without_settings: Typed, policy: Path
) -> None:
    (line,) = sending(typed_without_settings)

    assert line.startswith("order-status ONLY DRAFTS: no reply of it was proposed yet. More: ")


def test_a_certified_topic_may_send(typed_without_settings: Typed, policy: Path) -> None:
    with_reviews(320)
    typed_without_settings("certify")

    (line,) = sending(typed_without_settings)

    assert line.startswith("order-status may send: by e-mail certified until ")
    assert "--waive" not in line


def test_a_waived_topic_may_send_uncertified(typed_without_settings: Typed, policy: Path) -> None:
    waive(typed_without_settings)

    (line,) = sending(typed_without_settings)

    assert line.startswith("order-status may send: waived by Ada until ")
    assert line.endswith("(peak season), uncertified")


def test_a_topic_with_a_right_that_was_lowered_is_told_how_to_climb(
    typed_without_settings: Typed, policy: Path
) -> None:
    waive(typed_without_settings)
    with closing(App(load_settings())) as app:
        word = Word(topic="order-status", to=Level.NOTE, by="Ben", at=app.clock.now(), why="sale")
        lower_topic(app.store, app.policy, word)

    (line,) = sending(typed_without_settings)

    assert line.startswith("order-status may send, but stands at note: waived by Ada")
    assert line.endswith("sidenote topics raise order-status --to draft --by NAME")


def test_a_policy_with_a_topic_at_send_is_warned_of_with_the_command(
    typed_without_settings: Typed, policy: Path
) -> None:
    printed = typed_without_settings("policy", "check", str(policy))

    assert printed.code == 0
    (warning,) = [line for line in printed.err.splitlines() if line.startswith("! ")]
    assert warning.startswith('! order-status is at "send": its replies are drafted until it has')
    assert f"{WAIVER} DATE --by NAME --reason TEXT" in warning


def test_a_script_gets_the_warnings_of_a_policy(
    typed_without_settings: Typed, policy: Path
) -> None:
    told = json.loads(typed_without_settings("policy", "check", "--json", str(policy)).out)

    assert told["ok"]
    assert [each.partition(" ")[0] for each in told["warnings"]] == ["order-status"]


def test_a_policy_without_a_topic_at_send_has_no_warnings(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("policy", "check", "--json")

    assert json.loads(printed.out)["warnings"] == []
