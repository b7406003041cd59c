"""Runs, approvals, topics and the pause over HTTP."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.audit_port import AuditKind
from agent.cli.as_json import run_json
from agent.core.conversation import Direction
from agent.core.tokens import Scope
from agent.errors import HelpdeskUnavailable, StoreUnavailable
from agent.ports import RunState
from tests.console.api.conftest import waiting
from tests.console.api.world import Api, bearer
from tests.test_answering import replies
from tests.test_editing import WORDS


def noted(api: Api, number: int = 1) -> None:
    for _ in range(number):
        api.world.conversation()
    api.world.live()


def test_runs_are_listed_as_the_command_prints_them(api: Api) -> None:
    noted(api)

    (told,) = api.get("/runs").json()["data"]

    (run,) = api.world.store.runs()
    assert run_json(run).items() <= told.items()


def test_pages_follow_one_another_without_a_gap(api: Api) -> None:
    noted(api, 5)
    seen: list[str] = []
    after: str | None = ""

    while after is not None:
        page = api.get("/runs", params={"limit": 2, "after": after}).json()
        seen += [run["id"] for run in page["data"]]
        after = page["next"]

    assert seen == [run.id for run in api.world.store.runs()]


def test_filters_are_those_of_the_search(api: Api) -> None:
    noted(api, 2)
    (first, _) = api.world.store.runs()

    found = api.get("/runs", params={"text": first.turn.conversation_id}).json()["data"]

    assert [run["id"] for run in found] == [first.id]
    assert api.get("/runs", params={"state": "failed"}).json()["data"] == []
    later = api.world.clock.now() + timedelta(days=1)
    assert api.get("/runs", params={"since": later.isoformat()}).json()["data"] == []


@pytest.mark.parametrize(
    "params",
    [{"stat": "failed"}, {"state": "broken"}, {"after": "x"}, {"since": "noon"}, {"limit": 0}],
)
def test_a_filter_that_nobody_knows_is_told_and_not_ignored(
    api: Api, params: dict[str, str]
) -> None:
    assert api.get("/runs", params=params).status_code == 422


def test_a_run_is_told_with_its_receipt_and_writes(api: Api) -> None:
    noted(api)
    (run,) = api.world.store.runs()

    told = api.get(f"/runs/{run.id[:8]}").json()

    assert told["run"]["id"] == run.id
    assert told["receipt"]["decided"]["because"] == list(run.because)
    assert [(d["action"], d["state"]) for d in told["deliveries"]] == [("note", "arrived")]


def test_a_run_that_is_not_there_is_a_404(api: Api) -> None:
    for path in ("/runs/nope", "/runs/nope/retry"):
        answer = api.get(path) if path.endswith("nope") else api.post(path)
        assert answer.status_code == 404
        assert "GET /runs" in answer.json()["detail"]


def test_a_failed_run_goes_on(api: Api) -> None:
    noted(api)
    (run,) = api.world.store.runs()
    api.world.store.save_run(replace(run, state=RunState.FAILED))

    answer = api.post(f"/runs/{run.id}/retry")

    assert answer.json()["run"]["state"] == "held"
    (row,) = [r for r in api.world.store.audit_rows() if r.link.kind == AuditKind.API_CALL]
    assert row.link.subjects == {"run": run.id}


def test_a_run_that_has_not_failed_is_left_alone(api: Api) -> None:
    noted(api)
    (run,) = api.world.store.runs()

    answer = api.post(f"/runs/{run.id}/retry")

    assert answer.status_code == 409
    assert "done" in answer.json()["detail"]


def test_what_waits_is_listed_with_what_would_be_sent(drafting: Api) -> None:
    run = waiting(drafting)

    (told,) = drafting.get("/approvals").json()["data"]

    ((_, draft),) = drafting.world.helpdesk._drafts.values()
    assert (told["run"], [told["to"]], told["body"]) == (run.id, [*draft.to], draft.body)
    assert len(told["binds"]) == 64


def test_an_approved_draft_is_sent_once_and_by_name(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]
    body = {"binds": told["binds"], "by": "Ada"}
    held = bearer(drafting.token(Scope.APPROVE, name="chat-bot"))
    path = f"/api/v1/approvals/{run.id}/approve"

    answers = [drafting.client.post(path, json=body, headers=held).json() for _ in range(2)]

    assert [each["done"] for each in answers] == [True, True]
    assert answers[0]["by"] == "Ada (token chat-bot)"
    assert replies(drafting.world, run.turn.conversation_id) == [told["body"]]


def test_an_approval_of_another_text_is_refused(drafting: Api) -> None:
    run = waiting(drafting)

    answer = drafting.post(f"/approvals/{run.id}/approve", {"binds": "0" * 64})

    assert answer.status_code == 409
    assert replies(drafting.world, run.turn.conversation_id) == []


def test_an_approval_says_which_text_it_means(drafting: Api) -> None:
    answer = drafting.post(f"/approvals/{waiting(drafting).id}/approve", {"by": "Ada"})

    assert answer.status_code == 422
    assert "binds" in answer.json()["detail"]


def test_a_conversation_that_moved_on_is_not_answered(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]
    drafting.world.helpdesk.receive(
        run.turn.conversation_id,
        "Never mind, it came.",
        sent_at=drafting.world.clock.now(),
        created_at=drafting.world.clock.now(),
        channel="email",
    )

    answer = drafting.post(f"/approvals/{run.id}/approve", {"binds": told["binds"]})

    assert (answer.status_code, answer.json()["done"]) == (200, False)
    assert answer.json()["why"]
    messages = drafting.world.helpdesk._messages[run.turn.conversation_id]
    assert all(message.direction is Direction.IN for message in messages)


def words_for(told: dict[str, Any], text: str = WORDS, **more: str) -> dict[str, str]:
    """An edit of the draft as the list told it."""
    return {"binds": told["binds"], "shown_at": told["shown_at"], "text": text, **more}


def test_own_words_are_sent_instead_of_the_draft_and_by_name(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]
    held = bearer(drafting.token(Scope.APPROVE, name="chat-bot"))
    path = f"/api/v1/approvals/{run.id}/edit"
    body = words_for(told, by="Ada")

    answers = [drafting.client.post(path, json=body, headers=held).json() for _ in range(2)]

    assert [(each["done"], each["verdict"]) for each in answers] == [(True, "edited")] * 2
    assert answers[0]["by"] == "Ada (token chat-bot)"
    assert replies(drafting.world, run.turn.conversation_id) == [WORDS]
    assert drafting.world.helpdesk._drafts == {}
    rows = [r for r in drafting.world.store.audit_rows() if r.link.kind == AuditKind.APPROVAL]
    assert [r.content["by"] for r in rows if r.content] == ["Ada (token chat-bot)"] * 2


def test_other_words_than_those_that_were_sent_are_refused(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]
    drafting.post(f"/approvals/{run.id}/edit", words_for(told))

    answer = drafting.post(f"/approvals/{run.id}/edit", words_for(told, "It never left."))

    assert answer.status_code == 409
    assert "Other words were sent" in answer.json()["detail"]
    assert replies(drafting.world, run.turn.conversation_id) == [WORDS]


def test_own_words_after_the_draft_was_approved_are_refused(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]
    drafting.post(f"/approvals/{run.id}/approve", {"binds": told["binds"]})

    answer = drafting.post(f"/approvals/{run.id}/edit", words_for(told))

    assert answer.status_code == 409
    assert replies(drafting.world, run.turn.conversation_id) == [told["body"]]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        pytest.param({"binds": "0" * 64}, 409, "another one", id="another draft"),
        pytest.param({"shown_at": "2026-11-05T11:00:00Z"}, 422, "30 minutes", id="shown long ago"),
        pytest.param({"text": "  "}, 422, "is empty", id="no words"),
        pytest.param({"text": "Hello\u202emoc.live"}, 422, "hide or reorder", id="hidden words"),
    ],
)
def test_an_edit_is_refused_as_on_the_page(
    drafting: Api, change: dict[str, str], status: int, words: str
) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]

    answer = drafting.post(f"/approvals/{run.id}/edit", {**words_for(told), **change})

    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)
    assert replies(drafting.world, run.turn.conversation_id) == []
    assert len(drafting.world.helpdesk._drafts) == 1


def test_own_words_do_not_go_out_while_paused(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]
    drafting.post("/pause")

    answer = drafting.post(f"/approvals/{run.id}/edit", words_for(told))

    assert answer.status_code == 503
    assert replies(drafting.world, run.turn.conversation_id) == []


def test_a_token_that_only_reads_edits_nothing(drafting: Api) -> None:
    run = waiting(drafting)
    (told,) = drafting.get("/approvals").json()["data"]

    answer = drafting.call(
        "POST", f"/approvals/{run.id}/edit", Scope.READ, Scope.SEND, json=words_for(told)
    )

    assert answer.status_code == 403
    assert replies(drafting.world, run.turn.conversation_id) == []


def test_a_rejected_draft_is_withdrawn(drafting: Api) -> None:
    run = waiting(drafting)

    answer = drafting.post(f"/approvals/{run.id}/reject", {"reason": "she called"})

    assert (answer.json()["done"], answer.json()["outcome"]) == (True, "withdrawn")
    assert drafting.world.helpdesk._drafts == {}


def test_what_was_shown_long_ago_is_not_approved(drafting: Api) -> None:
    run = waiting(drafting)
    binds = drafting.get("/approvals").json()["data"][0]["binds"]
    long_ago = {"binds": binds, "shown_at": "2026-11-05T11:00:00Z"}

    answer = drafting.post(f"/approvals/{run.id}/approve", long_ago)

    assert answer.status_code == 422
    assert "30 minutes" in answer.json()["detail"]


def test_what_was_sent_is_not_told_as_withdrawn(drafting: Api) -> None:
    run = waiting(drafting)
    binds = drafting.get("/approvals").json()["data"][0]["binds"]
    assert drafting.post(f"/approvals/{run.id}/approve", {"binds": binds}).json()["done"]

    answer = drafting.post(f"/approvals/{run.id}/reject", {"reason": "too late"})

    assert answer.status_code == 409
    assert "'approved' already" in answer.json()["detail"]


def test_topics_climb_one_step_and_fall_to_any(api: Api) -> None:
    path = "/topics/order-status/level"

    jump = api.post(path, {"level": "send"})
    up = api.post(path, {"level": "draft", "why": "a good month", "by": "Ada"})
    down = api.post(path, {"level": "off"})

    assert jump.status_code == 422
    assert "one step" in jump.json()["detail"]
    assert up.json() == {"topic": "order-status", "was": "note", "level": "draft"}
    assert down.json() == {"topic": "order-status", "was": "draft", "level": "off"}
    assert api.world.store.level_changes()[0].by.startswith("Ada (token ")


def test_topics_are_listed_at_the_level_in_force(api: Api) -> None:
    api.post("/topics/order-status/level", {"level": "draft", "why": "a good month"})

    topics = api.get("/topics").json()["data"]

    (topic,) = [each for each in topics if each["topic"] == "order-status"]
    assert (topic["level"], topic["next"], topic["set_by"]["why"]) == (
        "draft",
        "send",
        "a good month",
    )


def test_a_topic_that_is_not_there_is_a_404(api: Api) -> None:
    answer = api.post("/topics/nonsense/level", {"level": "off"})

    assert answer.status_code == 404
    assert "order-status" in answer.json()["detail"]


def test_a_pause_stops_writing_until_it_is_resumed(api: Api) -> None:
    conversation = api.world.conversation()

    paused = api.post("/pause", {"reason": "answers are reworked", "by": "Ada"})
    api.world.live()
    before = api.world.notes(conversation)
    resumed = api.post("/resume")
    api.world.live()

    assert paused.json()["by"].startswith("Ada (token ")
    assert before == ()
    assert resumed.json() == {"paused": False, "still": []}
    assert len(api.world.notes(conversation)) == 1


def test_the_pause_is_told(api: Api) -> None:
    assert api.get("/pause").json()["paused"] is False

    api.post("/pause", {"reason": "a test"})

    told = api.get("/pause").json()
    assert (told["paused"], told["reason"]) == (True, "a test")


def test_health_says_no_more_than_well_or_not_to_strangers(api: Api) -> None:
    answer = api.client.get("/api/v1/health")

    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_health_tells_its_parts_to_a_token(api: Api) -> None:
    told = api.call("GET", "/health", Scope.METRICS).json()

    assert told["parts"] == [{"name": "Kustomer", "ok": True, "words": "answers"}]


def test_health_without_a_database_is_a_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise StoreUnavailable("the database does not answer")

    monkeypatch.setattr(api.world.store, "count_runs", gone)

    assert api.client.get("/api/v1/health").status_code == 503


def test_a_run_tells_each_attempt_with_its_times(api: Api) -> None:
    api.world.conversation()
    api.world.helpdesk.fail(HelpdeskUnavailable("POST /notes: 503"), on="write_note")
    api.world.live()
    (run,) = api.world.store.runs()

    told = api.get(f"/runs/{run.id}").json()["attempts"]

    assert len(told) == 7  # five steps, and the note twice
    first, second = (each for each in told if each["step"] == "note")
    assert (first["ended"], second["ended"]) == ("HelpdeskUnavailable", "ok")
    times = [
        datetime.fromisoformat(each[when])
        for each in (first, second)
        for when in ("began_at", "ended_at")
    ]
    assert times == sorted(times)
    assert times[1] < times[2]
