"""Approvals: the drafts that wait, one at a time, and a teammate's word on each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from agent.approving import Ended, WaitingDraft, has_lapsed, waiting_draft
from agent.console.answers import Refusal, refusal
from agent.console.looks import page
from agent.console.pages.run import LONGEST_REASON, Said, findings_of, messages_of, told
from agent.console.parts import Parts
from agent.core.conversation import Message
from agent.editing import edit as send_words
from agent.errors import AgentError, Held, InputError, StoreUnavailable
from agent.explaining import counterfactual_of
from agent.notes import NoteDesk
from agent.ports import Run, RunState
from agent.reviewing import Look, Shown, approve_shown, look

MOST = 500  # drafts of the list; more wait behind them
NEAR, BEFORE = 8, 2  # drafts that are named on the page, and how many of them before the shown one


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form that was refused: the page is shown again, with what was typed."""

    problem: str
    text: str


def show(request: Request, *, asked: Asked | None = None) -> Response:
    """The oldest draft that waits, or the one that the address names."""
    parts: Parts = request.app.state.parts
    queue = _queue(parts)
    run_id = request.path_params.get("run_id")
    run = parts.store.run(run_id) if run_id else next(iter(queue), None)
    if run_id and run is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "There is no such run any more.")
    if run is not None and run.state is not RunState.AWAITING_APPROVAL:
        return told(f"/runs/{run.id}", "Nothing of this run waits for a teammate any more.")
    if run is None:
        return page(request, "approvals.html", queue=queue, near=(), run=None)
    ids = [each.id for each in queue]
    place = ids.index(run.id) if run.id in ids else 0
    return page(
        request,
        "approvals.html",
        status=200 if asked is None else 422,
        queue=queue,
        run=run,
        path=f"/approvals/{run.id}",  # also where a form was refused: its address cannot be read
        place=place + 1,
        near=queue[max(place - BEFORE, 0) :][:NEAR],
        previous=ids[place - 1] if place else "",
        following=ids[place + 1] if place + 1 < len(ids) else "",
        asked=asked,
        **_draft_shown(request, run),
    )


def approve(request: Request) -> Response:
    """Send the draft as it was shown."""
    return _decided(
        request, lambda run, by: approve_shown(_desk(request), run, _seen(request), by=by)
    )


def edit(request: Request) -> Response:
    """Send the teammate's own words in its place; refused, they are shown again."""
    parts: Parts = request.app.state.parts
    run, text = _run(request), request.state.form.get("text", "")
    if run is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "There is no such run any more.")
    goes_to = _after(parts, run)
    try:
        ended = send_words(
            _desk(request), run, text, shown=_seen(request), by=request.state.who.name
        )
    except StoreUnavailable:
        raise
    except AgentError as error:
        if parts.store.run(run.id) != run:
            return told(f"/runs/{run.id}", str(error))
        return show(request, asked=Asked(problem=_words(parts, run, error), text=text))
    return told(goes_to, _outcome(ended))


def reject(request: Request) -> Response:
    """Withdraw the draft."""
    parts: Parts = request.app.state.parts
    reason = request.state.form.get("reason", "").strip()[:LONGEST_REASON]
    if not reason:
        return told(f"/approvals/{request.path_params['run_id']}", "Say why it is rejected.")
    return _decided(request, lambda run, by: parts.acts.reject(run, by, reason))


def _decided(request: Request, decide: Callable[[Run, str], Ended]) -> Response:
    parts: Parts = request.app.state.parts
    run = _run(request)
    if run is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "There is no such run any more.")
    goes_to = _after(parts, run)
    try:
        ended = decide(run, request.state.who.name)
    except StoreUnavailable:
        raise
    except AgentError as error:
        return told(f"/approvals/{run.id}", _words(parts, run, error))
    if ended.run.state is RunState.AWAITING_APPROVAL:  # nothing was sent, and it goes on waiting
        goes_to = f"/approvals/{run.id}"
    return told(goes_to, _outcome(ended))


def _run(request: Request) -> Run | None:
    parts: Parts = request.app.state.parts
    return parts.store.run(request.path_params["run_id"])


def _desk(request: Request) -> NoteDesk:
    parts: Parts = request.app.state.parts
    return parts.desk()


def _seen(request: Request) -> Shown:
    form: Mapping[str, str] = request.state.form
    try:
        at = datetime.fromisoformat(form.get("shown_at", ""))
        aware = at.tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise InputError("the form is not whole; open the page again")
    return Shown(binds=form.get("binds", ""), at=at)


def _queue(parts: Parts) -> tuple[Run, ...]:
    """Oldest first: who has waited longest is looked at first."""
    waiting = parts.store.runs(states=(RunState.AWAITING_APPROVAL,), limit=MOST)
    return tuple(reversed(waiting))


def _after(parts: Parts, run: Run) -> str:
    """The page of the next draft, as the list is before this one is decided."""
    ids = [each.id for each in _queue(parts)]
    if run.id not in ids:
        return "/approvals"
    place = ids.index(run.id)
    rest = [*ids[place + 1 :], *ids[:place]]
    return f"/approvals/{rest[0]}" if rest else "/approvals"


def _outcome(ended: Ended) -> str:
    short, by = ended.run.id[:6], ended.approval.by
    if ended.is_done:
        done = {"sent": "Sent", "withdrawn": "Withdrawn"}.get(ended.approval.outcome, "Done")
        return f"{done}: run {short}." + (f" {ended.why}." if ended.why else "")
    if ended.run.state is RunState.AWAITING_APPROVAL:
        return f"Not done, {by}: {ended.why}. It goes on waiting."
    return f"Run {short} was not sent: {ended.why or ended.approval.outcome}."


def _words(parts: Parts, run: Run, error: AgentError) -> str:
    stands = parts.store.approval(run.id)
    now = parts.clock.now()
    if not isinstance(error, Held) or stands is None or stands.outcome or has_lapsed(stands, now):
        return f"Not done: {error}."
    return (
        f"Not sent yet: {error}. The word of {stands.by} stands for 30 minutes; a daemon sends it "
        "as soon as it may."
    )


# --- what is shown of a draft -------------------------------------------------------------------


def _draft_shown(request: Request, run: Run) -> dict[str, Any]:
    parts: Parts = request.app.state.parts
    receipt = parts.store.receipt(run.id) or {}
    read, decided = receipt.get("read") or {}, receipt.get("decided") or {}
    draft = waiting_draft(parts.store, run)
    seen, trouble = _looked(request, draft)
    stands = parts.store.approval(run.id)
    messages = messages_of(read.get("messages") or (), run)
    return {
        "draft": draft,
        "seen": seen,
        "trouble": trouble,
        "messages": [*messages, *_newer(seen.messages, len(messages))],
        "left_out": read.get("left_out") or 0,
        "reasons": [f for f in findings_of(decided) if f.applies],
        "would_have": counterfactual_of(receipt),
        "values": (decided.get("composed") or {}).get("values") or (),
        "stands": stands if stands is not None and not stands.outcome else None,
        "numbers": {m.id: m.number for m in messages},
    }


def _looked(request: Request, draft: WaitingDraft | None) -> tuple[Look, str]:
    """What has changed since; or why that is not known."""
    if draft is None or request.headers.get("hx-request") == "true":
        return Look(), ""
    try:
        parts: Parts = request.app.state.parts
        return look((parts.to_look or parts.desk)(), draft), ""
    except StoreUnavailable:
        raise
    except AgentError as error:
        return Look(), str(error)


def _newer(messages: tuple[Message, ...], number: int) -> list[Said]:
    return [
        Said(
            id=message.id,
            number=number + at,
            direction=message.direction.value,
            author=message.author.name or message.author.kind.value.capitalize(),
            text=message.text,
            at=message.sent_at,
            is_turn=False,
            files=tuple(each.name for each in message.attachments),
            is_new=True,
        )
        for at, message in enumerate(messages, start=1)
    ]
