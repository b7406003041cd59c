"""One run: the conversation beside the note, why it was decided so, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.attempt_port import DRAFT, FINE, NOTE, RELEASE, Attempt
from agent.audit_port import AuditEntry, AuditKind
from agent.console.answers import Refusal, refusal
from agent.console.looks import page, span
from agent.console.parts import Parts
from agent.core.turn import Action
from agent.errors import AgentError, Held, InputError
from agent.explaining import counterfactual_of, gate_words, score_lines
from agent.objecting import may_object, object_to
from agent.ports import Delivery, DeliveryState, Run, RunState

LONGEST_REASON = 500  # characters
_WRITES = {NOTE: "write the note", DRAFT: "stage the draft", RELEASE: "release the draft"}
_ORDER = ("read", "propose", "decide", "act", DRAFT, RELEASE, NOTE, "finish")  # of one moment
_SECTIONS = {"request": "Asks", "done": "Done", "open": "Open", "next": "Next"}


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it was read."""

    id: str
    number: int
    direction: str
    author: str
    text: str
    at: datetime | None
    is_turn: bool
    files: tuple[str, ...] = ()  # names of those that were not read
    is_new: bool = False  # it came after the draft


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of the note, with the numbers of the messages it rests on."""

    label: str
    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A rule's finding."""

    rule: str
    is_grant: bool
    level: str
    applies: bool
    evidence: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt at a step, or at a write within the step `act`."""

    step: str
    is_write: bool
    began_at: datetime
    took: str
    ended: str
    is_trouble: bool


def show(request: Request) -> Response:
    """The page of a run, by its id or a beginning of it that no other run has."""
    parts: Parts = request.app.state.parts
    run = parts.store.run(request.path_params["run_id"])
    if run is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "There is no such run any more.")
    receipt = parts.store.receipt(run.id) or {}
    read, decided = receipt.get("read") or {}, receipt.get("decided") or {}
    proposed, did = receipt.get("proposed") or {}, receipt.get("did") or {}
    messages = messages_of(read.get("messages") or (), run)
    findings = findings_of(decided)
    written = parts.store.deliveries(run_id=run.id)
    return page(
        request,
        "run.html",
        run=run,
        has_receipt=bool(receipt),
        messages=messages,
        left_out=read.get("left_out") or 0,
        statements=_statements(proposed, {m.id: m.number for m in messages}),
        dropped=proposed.get("dropped") or (),
        engine=proposed.get("engine") or "",
        stood_in=proposed.get("stood_in") or "",
        topic=proposed.get("topic") or {},
        score=score_lines(proposed),
        note=decided.get("note") or "",
        reply=decided.get("reply") or "",
        reply_why=did.get("reply_why") or decided.get("reply_why") or "",
        applying=[f for f in findings if f.applies or f.decides],
        silent=[f for f in findings if not f.applies and not f.decides],
        words_by=did.get("by") or "a teammate",
        own_words=_own_words(written, decided.get("reply") or ""),
        deliveries=tuple(reversed(written)),
        attempts=_tried(parts.store.attempts(run.id), run),
        versions=receipt.get("versions") or {},
        approval=parts.store.approval(run.id),
        gate=gate_words(decided),
        would_have=counterfactual_of(receipt),
        can_object=may_object(run),
        can_retry=run.state is RunState.FAILED,
        is_waiting=run.state is RunState.AWAITING_APPROVAL,
    )


def retry(request: Request) -> Response:
    """Continue a failed run from the failed step."""
    parts: Parts = request.app.state.parts
    run = parts.store.run(request.path_params["run_id"])
    if run is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "There is no such run any more.")
    asked = AuditEntry(
        kind=AuditKind.RETRIED,
        subjects={"run": run.id, "conversation": run.turn.conversation_id},
        content={"by": request.state.who.name},
    )
    try:
        if run.state is RunState.FAILED:
            parts.store.append_audit(asked, parts.clock.now())
        said = parts.acts.retry(run)
    except AgentError as error:
        said = str(error)
    return told(f"/runs/{run.id}", said)


def wrong(request: Request) -> Response:
    """Keep that what was sent or noted was wrong."""
    parts: Parts = request.app.state.parts
    run = parts.store.run(request.path_params["run_id"])
    if run is None:
        return refusal(request.scope, Refusal.NOT_FOUND, "There is no such run any more.")
    reason = request.state.form.get("reason", "").strip()[:LONGEST_REASON]
    who = request.state.who.name
    try:
        object_to(parts.store, run, by=who, reason=reason, at=parts.clock.now())
        said = "Kept with the run: this was wrong."
    except (InputError, Held) as error:
        said = str(error)
    return told(f"/runs/{run.id}", said)


def told(path: str, said: str) -> Response:
    """Back to a page, with a line on what happened."""
    return RedirectResponse(f"{path}?said={quote(said[:200])}", status_code=303)


def _own_words(written: Sequence[Delivery], reply: str) -> str:
    """What a teammate sent in place of our reply."""
    sent = (d for d in written if d.action == Action.REPLY and d.state is DeliveryState.ARRIVED)
    return next((d.body for d in sent if d.body != reply), "")


def messages_of(read: Sequence[Mapping[str, Any]], run: Run) -> tuple[Said, ...]:
    """The messages that a receipt keeps, as they were read; oldest first."""
    return tuple(
        Said(
            id=str(message.get("message_id", "")),
            number=number,
            direction=str(message.get("direction", "")),
            author=_author(message.get("author") or {}),
            text=str(message.get("text", "")),
            at=_time(message.get("sent_at")),
            is_turn=message.get("message_id") == run.turn.message_id,
            files=tuple(str(name) for name in message.get("unread") or ()),
        )
        for number, message in enumerate(read, start=1)
    )


def _author(author: Mapping[str, Any]) -> str:
    unnamed = {"customer": "Customer", "teammate": "Teammate", "sidenote": "Sidenote"}
    return str(author.get("name") or unnamed.get(str(author.get("kind")), "Somebody"))


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _statements(proposed: Mapping[str, Any], number: Mapping[str, int]) -> tuple[Stated, ...]:
    return tuple(
        Stated(
            label=_SECTIONS.get(str(statement.get("section")), ""),
            text=str(statement.get("text", "")),
            numbers=tuple(number[i] for i in statement.get("message_ids") or () if i in number),
        )
        for statement in proposed.get("statements") or ()
    )


def findings_of(decided: Mapping[str, Any]) -> tuple[Found, ...]:
    """The rules' answers that a receipt keeps: what decided first, then what applied."""
    because = set(decided.get("because") or ())
    rows = decided.get("findings") or ()
    found = [
        Found(str(name), kind == "grant", str(level), bool(applies), str(words), name in because)
        for name, kind, level, applies, words in rows
    ]
    known = {one.rule for one in found}
    others = [
        Found(name, is_grant=False, level="", applies=True, evidence="", decides=True)
        for name in sorted(because - known)
    ]
    return tuple(sorted([*found, *others], key=lambda f: (not f.decides, not f.applies)))


def _tried(found: Sequence[Attempt], run: Run) -> tuple[Tried, ...]:
    attempts = sorted(found, key=lambda each: (each.began_at, _ORDER.index(each.step)))
    newest = attempts[-1].began_at if attempts else None
    return tuple(
        Tried(
            step=_WRITES.get(each.step, each.step),
            is_write=each.step in _WRITES,
            began_at=each.began_at,
            took=_took(each),
            ended=_ended(each, run, is_newest=each.began_at == newest),
            is_trouble=each.ended not in {FINE, ""},
        )
        for each in attempts
    )


def _took(attempt: Attempt) -> str:
    if attempt.ended_at is None:
        return "–"
    seconds = (attempt.ended_at - attempt.began_at).total_seconds()
    return span(seconds) if seconds >= 0.1 else "under 0.1 s"


def _ended(attempt: Attempt, run: Run, *, is_newest: bool) -> str:
    if attempt.ended_at is None:
        return "under way" if is_newest and run.state is RunState.RUNNING else "cut off"
    if attempt.ended == FINE:
        return "done"
    return f"{attempt.ended} {attempt.status}" if attempt.status else attempt.ended
