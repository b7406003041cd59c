"""What the pages for drafts and topics take and refuse, whatever form comes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from agent.approving import waiting_draft
from agent.audit_port import AuditKind
from agent.console.pages.topics import marked
from agent.core.team_policy import Level
from agent.objecting import object_to
from agent.ports import RunState
from tests.browser.team import Team, served


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with served(Team(tmp_path)) as running:
        yield running


@pytest.fixture
def client(team: Team) -> Iterator[httpx.Client]:
    """Signed in, and sending forms as the console's own pages do."""
    ours = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=team.url, headers=ours, timeout=30, follow_redirects=True) as opened:
        opened.get(team.link()).raise_for_status()
        yield opened


@pytest.mark.parametrize("shown_at", ["", "yesterday", "2026-11-05T12:00:00"])
def test_a_form_without_its_time_approves_nothing(
    team: Team, client: httpx.Client, shown_at: str
) -> None:
    run = team.waiting()
    answer = client.post(f"/approvals/{run.id}/approve", data={"shown_at": shown_at})

    assert "the form is not whole" in answer.text
    assert team.replies(run) == []


def test_a_form_without_the_hash_of_what_it_showed_approves_nothing(
    team: Team, client: httpx.Client
) -> None:
    run = team.waiting()
    shown_at = team.world.clock.now().isoformat()
    answer = client.post(f"/approvals/{run.id}/approve", data={"shown_at": shown_at})

    assert "another than the one that was shown" in answer.text
    assert team.replies(run) == []


def test_a_form_without_the_hash_sends_no_words(team: Team, client: httpx.Client) -> None:
    run = team.waiting()
    form = {"shown_at": team.world.clock.now().isoformat(), "text": "My words."}
    answer = client.post(f"/approvals/{run.id}/edit", data=form)

    assert answer.status_code == 422
    assert "My words." in answer.text
    assert f'name="back" value="/approvals/{run.id}"' in answer.text
    assert team.replies(run) == []


def test_the_run_shows_the_words_that_were_sent(team: Team, client: httpx.Client) -> None:
    run = team.waiting()
    draft = waiting_draft(team.world.store, run)
    assert draft is not None
    shown_at = team.world.clock.now().isoformat()
    form = {"binds": draft.binds, "shown_at": shown_at, "text": "It left us this morning."}
    client.post(f"/approvals/{run.id}/edit", data=form).raise_for_status()
    object_to(team.world.store, team.run(run), by="Eve", reason="no", at=team.world.clock.now())
    shown = client.get(f"/runs/{run.id}").text

    assert team.replies(run) == ["It left us this morning."]
    assert "Sent, in the words of this machine" in shown
    assert "Drafted, and not sent" in shown


def test_a_draft_is_not_rejected_without_a_reason(team: Team, client: httpx.Client) -> None:
    run = team.waiting()
    client.post(f"/approvals/{run.id}/reject", data={"reason": "  "})

    assert team.run(run).state is RunState.AWAITING_APPROVAL


@pytest.mark.parametrize("what", ["approve", "edit", "reject"])
def test_nothing_is_decided_of_a_run_that_is_not_there(client: httpx.Client, what: str) -> None:
    form = {"reason": "none", "text": "none", "shown_at": "2026-11-05T12:00:00+00:00"}

    assert client.post(f"/approvals/ffffffffffff/{what}", data=form).status_code == 404


def test_the_page_of_a_decided_draft_leads_to_its_run(team: Team, client: httpx.Client) -> None:
    run = team.waiting()
    client.post(f"/approvals/{run.id}/reject", data={"reason": "wrong question"})
    answer = client.get(f"/approvals/{run.id}")

    assert answer.url.path == f"/runs/{run.id}"
    assert "Nothing of this run waits" in answer.text


def test_a_draft_that_waits_is_not_called_wrong(team: Team, client: httpx.Client) -> None:
    run = team.waiting()
    client.post(f"/runs/{run.id}/wrong", data={"reason": "all of it"})

    assert team.world.store.approval(run.id) is None


def test_who_let_a_failed_run_go_on_is_on_record(team: Team, client: httpx.Client) -> None:
    run = team.waiting()
    team.world.store.save_run(replace(run, state=RunState.FAILED))
    client.post(f"/runs/{run.id}/retry")
    client.post(f"/runs/{run.id}/retry")  # it has not failed any more

    told = [row for row in team.world.store.audit_rows() if row.link.kind == AuditKind.RETRIED]
    assert [(row.link.subjects["run"], row.content) for row in told] == [
        (run.id, {"by": "this machine"})
    ]


def test_without_the_tick_no_topic_is_raised_to_send(team: Team, client: httpx.Client) -> None:
    answer = client.post("/topics/order-status/raise", data={"to": "send", "why": "good drafts"})

    assert "tick that no teammate looks first" in answer.text
    assert team.world.store.level_changes() == ()


@pytest.mark.parametrize("to", ["", "everything", "draft"])
def test_a_level_that_is_no_step_up_is_refused(team: Team, client: httpx.Client, to: str) -> None:
    client.post("/topics/order-status/raise", data={"to": to, "why": "x", "sure": "yes"})

    assert team.world.store.level_changes() == ()


def test_a_topic_that_the_policy_does_not_have_is_refused(team: Team, client: httpx.Client) -> None:
    answer = client.post("/topics/refunds/lower", data={"to": Level.OFF, "why": "x"})

    assert "the policy has no topic" in answer.text


def test_the_slots_of_an_answer_are_marked_and_nothing_else_is_markup() -> None:
    shown = marked("Hello {{ first_name }}, <b>order</b> {{order}}.")

    assert shown == (
        'Hello <mark class="slot">first_name</mark>, &lt;b&gt;order&lt;/b&gt; '
        '<mark class="slot">order</mark>.'
    )
