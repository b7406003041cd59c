"""What a run's page tells of its attempts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from agent.attempt_port import Attempt
from agent.errors import HelpdeskUnavailable
from agent.ports import Disposition, Run, RunState
from tests.browser.team import A_WHILE, Team, served


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with served(Team(tmp_path)) as running:
        yield running


@pytest.fixture
def client(team: Team) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=team.url, timeout=30, follow_redirects=True) as opened:
        opened.get(team.link()).raise_for_status()
        yield opened


def noted(team: Team) -> Run:
    conversation = team.world.conversation(minutes_ago=0)
    team.world.live(A_WHILE)
    return team.world.run(conversation)


def rows(client: httpx.Client, run: Run) -> list[str]:
    """The table's rows, without their times."""
    table = client.get(f"/runs/{run.id}").text.partition('<table class="attempts">')[2]
    lines = table.partition("</table>")[0].split("<tr>")[2:]
    return [line.partition("<time")[0] + line.rpartition("</time>")[2] for line in lines]


def test_attempts_that_went_well_are_folded_away(team: Team, client: httpx.Client) -> None:
    text = client.get(f"/runs/{noted(team).id}").text

    assert "<details><summary>6 attempts at its steps and writes</summary>" in text


def test_one_that_failed_is_shown_at_once_with_the_answers_code(
    team: Team, client: httpx.Client
) -> None:
    error = HelpdeskUnavailable("POST /notes: 503")
    error.status = 503
    team.world.helpdesk.fail(error, on="write_note")
    run = noted(team)
    text = client.get(f"/runs/{run.id}").text

    assert "<details open><summary>7 attempts at its steps and writes</summary>" in text
    assert any(
        "write the note" in row and "HelpdeskUnavailable 503" in row for row in rows(client, run)
    )


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(RunState.RUNNING, "under way", id="while the run is running"),
        pytest.param(RunState.HELD, "cut off", id="once it is not"),
    ],
)
def test_one_without_an_end_is_under_way_or_was_cut_off(
    team: Team, client: httpx.Client, state: RunState, words: str
) -> None:
    run = noted(team)
    later = team.world.clock.now() + timedelta(seconds=1)
    team.world.store.save_attempts([Attempt(run_id=run.id, step="act", began_at=later)])
    team.world.store.save_run(replace(run, state=state))

    assert words in rows(client, run)[-1]


def test_an_attempt_before_the_newest_that_has_no_end_was_cut_off(
    team: Team, client: httpx.Client
) -> None:
    run = noted(team)
    begun = Attempt(run_id=run.id, step="act", began_at=run.created_at)
    team.world.store.save_attempts([begun])
    team.world.store.save_run(replace(run, state=RunState.RUNNING))

    assert "cut off" in rows(client, run)[0]


def test_a_run_that_was_overtaken_before_it_began_is_not_called_removed(
    team: Team, client: httpx.Client
) -> None:
    run = noted(team)
    other = replace(run, id="aaaaaaaaaaaa", turn=replace(run.turn, message_id="f" * 24))
    early = replace(other, disposition=Disposition.OVERTAKEN, autonomy="")
    team.world.store.save_run(early)
    text = client.get(f"/runs/{early.id}").text

    assert "overtaken before anything was decided" in text
    assert "was removed" not in text


def test_a_run_without_attempts_shows_no_table(team: Team, client: httpx.Client) -> None:
    run = noted(team)
    old = replace(run, id="aaaaaaaaaaaa", turn=replace(run.turn, message_id="f" * 24))
    team.world.store.save_run(old)

    assert rows(client, old) == []
