"""Runs, approvals, topics and the pause: what the team looks at and decides."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Security
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.approving import Ended, WaitingDraft, waiting_draft
from agent.console.api.admission import SCHEME, admit, call_of, needing
from agent.console.api.changing import a_place, record_call
from agent.console.api.parts import ApiParts, Call
from agent.console.api.problems import Refused
from agent.console.api.shapes import (
    Approve,
    AttemptOut,
    DeliveryOut,
    Edit,
    Health,
    LevelOut,
    LightOut,
    Name,
    PauseIn,
    PauseOut,
    Receipt,
    Reject,
    Resumed,
    RunFilters,
    RunId,
    RunOut,
    Runs,
    Said,
    SetLevel,
    TopicOut,
    Topics,
    VerdictOut,
    Waiting,
    WaitingOut,
    as_utc,
)
from agent.core.levels import LADDER, effective, in_force, newest
from agent.core.tokens import Scope
from agent.editing import edit as send_words
from agent.editing import other_words_went
from agent.errors import InputError
from agent.levels import Word, lower_topic, raise_topic
from agent.ports import Run, RunState
from agent.reviewing import Shown, must_be_as_shown
from agent.run_search import RunQuery, place_from, place_text
from agent.team_port import Verdict
from agent.topic_figures import figures_of

WEEK = timedelta(days=7)
Caller = Annotated[Call, Depends(call_of)]


def _router(scope: Scope, tag: str) -> APIRouter:
    return APIRouter(route_class=needing(scope), dependencies=[Security(SCHEME)], tags=[tag])


looking = _router(Scope.READ, "team")
retrying = _router(Scope.RETRY, "team")
deciding = _router(Scope.APPROVE, "team")
climbing = _router(Scope.TOPICS, "team")
pausing = _router(Scope.PAUSE, "team")
anybody = APIRouter(tags=["team"])


# --- runs ---------------------------------------------------------------------------------------


@looking.get("/runs")
def runs(asked: Annotated[RunFilters, Query()], call: Caller) -> Runs:
    """Find runs, newest first, a page at a time."""
    after = place_from(asked.after) if asked.after else None
    if asked.after and after is None:
        raise InputError("after: give the 'next' of the page above, as it is")
    found = call.api.parts.search.find_runs(
        RunQuery(
            state=asked.state,
            disposition=asked.disposition,
            topic=asked.topic,
            rule=asked.rule,
            text=asked.text,
            since=as_utc(asked.since),
            until=as_utc(asked.until),
            after=after,
            limit=asked.limit + 1,
        )
    )
    shown = found[: asked.limit]
    more = place_text(shown[-1]) if len(found) > asked.limit else None
    return Runs(data=[RunOut.of(run) for run in shown], next=more)


@looking.get("/runs/{run_id}")
def receipt(run_id: RunId, call: Caller) -> Receipt:
    """One run with its receipt: what was read, proposed, decided and done, and why."""
    store = call.api.parts.store
    run = _run(call, run_id)
    return Receipt(
        run=RunOut.of(run),
        receipt=store.receipt(run.id),
        deliveries=[DeliveryOut.of(each) for each in store.deliveries(run_id=run.id)],
        attempts=[AttemptOut.of(each) for each in store.attempts(run.id)],
    )


@retrying.post("/runs/{run_id}/retry")
def retry(run_id: RunId, call: Caller) -> Said:
    """Let a failed run go on from the step that failed; what was done is not done again."""
    run = _run(call, run_id)
    if run.state is not RunState.FAILED:
        raise Refused(
            HTTPStatus.CONFLICT, f"Run {run.id} has not failed; its state is {run.state}."
        )
    record_call(call, "retry", {"run": run.id})
    said = call.api.parts.acts.retry(run)
    return Said(run=RunOut.of(call.api.parts.store.run(run.id) or run), said=said)


# --- approvals ----------------------------------------------------------------------------------


@looking.get("/approvals")
def approvals(call: Caller) -> Waiting:
    """The drafts that wait for a teammate, oldest first, with what an approval would send."""
    store = call.api.parts.store
    found = reversed(store.runs(states=(RunState.AWAITING_APPROVAL,)))
    return Waiting(data=[_waiting(call, run, waiting_draft(store, run)) for run in found])


@deciding.post("/approvals/{run_id}/approve")
def approve(run_id: RunId, asked: Approve, call: Caller) -> VerdictOut:
    """Send the draft of a run as it stands, to the customer it was written for.

    `binds` must be that of the list: a draft that is another one by now is not sent, nor one
    whose `shown_at` is over 30 minutes ago. Safe to repeat: it is one message. `done: false` says
    that nothing was sent, and why.
    """
    run = _run(call, run_id)
    _must_bind(call, run, asked.binds)
    shown_at = as_utc(asked.shown_at)
    with a_place(call):
        if shown_at is not None:
            shown = Shown(binds=asked.binds, at=shown_at)
            must_be_as_shown(call.api.parts.desk(), run, shown)
        return _verdict(call.api.parts.acts.approve(run, call.by(asked.by)))


@deciding.post("/approvals/{run_id}/edit")
def edit(run_id: RunId, asked: Edit, call: Caller) -> VerdictOut:
    """Send a teammate's own words instead of the draft, which is taken back first.

    To the same customer, on the same channel, and only while nothing has changed since. Safe to
    repeat with the same words: it is one message. Once other words were sent, these are refused.
    """
    run = _run(call, run_id)
    _must_bind(call, run, asked.binds)
    store, desk = call.api.parts.store, call.api.parts.desk()
    shown = Shown(binds=asked.binds, at=as_utc(asked.shown_at) or desk.clock.now())
    with a_place(call):
        ended = send_words(desk, run, asked.text, shown=shown, by=call.by(asked.by))
    if other_words_went(store, ended, asked.text):
        raise Refused(HTTPStatus.CONFLICT, f"Other words were sent: {ended.why}.")
    return _verdict(ended)


@deciding.post("/approvals/{run_id}/reject")
def reject(run_id: RunId, asked: Reject, call: Caller) -> VerdictOut:
    """Withdraw the draft of a run; one that a teammate has changed is left alone.

    Safe to repeat. Where another word was quicker, 409 says what became of it.
    """
    run = _run(call, run_id)
    with a_place(call):
        ended = call.api.parts.acts.reject(run, call.by(asked.by), asked.reason)
    if ended.is_done and ended.approval.verdict is not Verdict.REJECTED:
        said = ended.approval.verdict.value
        raise Refused(HTTPStatus.CONFLICT, f"Not withdrawn: the verdict is '{said}' already.")
    return _verdict(ended)


# --- topics -------------------------------------------------------------------------------------


@looking.get("/topics")
def topics(call: Caller) -> Topics:
    """The routine topics, how far each has climbed, and its last seven days."""
    parts = call.api.parts
    policy, changes = parts.policy(), parts.store.level_changes()
    counts = parts.store.topic_counts(parts.clock.now() - WEEK)
    held = newest(changes)
    return Topics(
        data=[
            TopicOut.of(
                now, in_force(policy.topic(now.name) or now, held), figures_of(now.name, counts)
            )
            for now in effective(policy, changes).topics
        ]
    )


@climbing.post("/topics/{name}/level")
def set_level(name: Name, asked: SetLevel, call: Caller) -> LevelOut:
    """Raise a topic by one step, or lower it to any level; in force at once."""
    parts = call.api.parts
    policy = parts.policy()
    topic = effective(policy, parts.store.level_changes()).topic(name)
    if topic is None:
        known = ", ".join(sorted(each.name for each in policy.topics)) or "none"
        raise Refused(HTTPStatus.NOT_FOUND, f"The policy has no such topic; it has: {known}.")
    word = Word(
        topic=name, to=asked.level, by=call.by(asked.by), at=parts.clock.now(), why=asked.why
    )
    is_up = LADDER.index(asked.level) >= LADDER.index(topic.level)
    change = (raise_topic if is_up else lower_topic)(parts.store, policy, word)
    return LevelOut(topic=change.topic, was=change.was, level=change.level)


# --- pause and health ---------------------------------------------------------------------------


@looking.get("/pause")
def paused(call: Caller) -> PauseOut:
    """Whether all writes are stopped, by whom, when and why."""
    pause = call.api.parts.paused()
    if pause is None:
        return PauseOut(paused=False)
    return PauseOut(paused=True, by=pause.by, at=pause.at, reason=pause.reason)


@pausing.post("/pause")
def pause(call: Caller, asked: PauseIn | None = None) -> PauseOut:
    """Stop all writes, of every worker, within seconds. Safe to repeat."""
    parts, asked = call.api.parts, asked or PauseIn()
    at, by = parts.clock.now(), call.by(asked.by)
    parts.controls.pause(by, at, asked.reason)
    return PauseOut(paused=True, by=by, at=at, reason=asked.reason)


@pausing.post("/resume")
def resume(call: Caller, asked: PauseIn | None = None) -> Resumed:
    """Go on after a pause. Safe to repeat."""
    parts, asked = call.api.parts, asked or PauseIn()
    still = parts.controls.resume(call.by(asked.by), parts.clock.now())
    return Resumed(paused=bool(still), still=list(still))


@anybody.get(
    "/health",
    response_model=Health,
    responses={HTTPStatus.SERVICE_UNAVAILABLE: {"model": Health, "description": "Not well"}},
)
def health(request: Request) -> Response:
    """200 when everything does its work, 503 when not. Without a token it says no more."""
    api: ApiParts = request.app.state.api
    lights = api.parts.lights()
    api.parts.store.count_runs()  # raises when the database does not answer
    told = Health(ok=all(light.is_well for light in lights))
    if "authorization" in request.headers:
        admit(request, api, Scope.READ, Scope.METRICS)
        told.parts = [LightOut(name=one.name, ok=one.is_well, words=one.words) for one in lights]
    status = HTTPStatus.OK if told.ok else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(told.model_dump(exclude_none=True), status_code=status)


def _run(call: Call, run_id: str) -> Run:
    run = call.api.parts.store.run(run_id)
    if run is None:
        raise Refused(
            HTTPStatus.NOT_FOUND, "No run has this id, or several begin so; GET /runs lists them."
        )
    return run


def _must_bind(call: Call, run: Run, binds: str) -> None:
    draft = waiting_draft(call.api.parts.store, run)
    if draft is not None and draft.binds != binds:
        raise Refused(
            HTTPStatus.CONFLICT,
            "The draft is another one than the one you looked at; GET /approvals shows it.",
        )


def _waiting(call: Call, run: Run, draft: WaitingDraft | None) -> WaitingOut:
    verdict = call.api.parts.store.approval(run.id)
    return WaitingOut(
        run=run.id,
        conversation_id=run.turn.conversation_id,
        topic=run.topic or None,
        since=run.updated_at,
        to=draft and draft.staged.to,
        channel=draft and draft.staged.channel,
        body=draft and draft.delivery.body,
        binds=draft and draft.binds,
        shown_at=call.api.parts.clock.now(),
        because=list(run.because),
        approved_by=verdict.by if verdict is not None and not verdict.outcome else None,
    )


def _verdict(ended: Ended) -> VerdictOut:
    approval = ended.approval
    return VerdictOut(
        done=ended.is_done,
        verdict=approval.verdict.value,
        outcome=approval.outcome or None,
        by=approval.by,
        why=ended.why,
        run=RunOut.of(ended.run),
    )
