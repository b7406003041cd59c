"""Writes the note that a person asked for, effectively once.

It takes the steps of the daemon with a run in the same tables, so that a daemon never repeats it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent.core.proposal import Proposal
from agent.core.turn import Action, Turn, again_marker, marker_of
from agent.engine import STEPS, StepStopped
from agent.errors import Held, PermanentError, TransientError
from agent.handover import Did, Reading, did_from
from agent.on_demand import Asked, Found, Summary, read_conversation
from agent.pipeline import Pipeline
from agent.plain import from_plain, to_plain
from agent.ports import Delivery, DeliveryState, Disposition, Run, RunState, SeenTurn
from agent.runner import Runner

OURS_FOR = timedelta(minutes=5)  # longer than a model's 60 s and a note's attempts together

Plain = dict[str, Any]


def post(pipeline: Pipeline, conversation_id: str, *, again: bool = False) -> Summary:
    """Write the note under the key of the newest customer message.

    Noted already: gives that note. `again` writes a further note even so; cut off, the next call
    with `again` goes on with that same note.

    Raises:
        Held: paused, or another process works on this very run.
        TransientError: not written, or not known to be. The run is held: call again, or a daemon
            goes on with it.
        HelpdeskMissing, NothingToSummarize: there is nothing to write on.
        PermanentError: refused; the run failed.
    """
    desk = pipeline.desk
    desk.guard()
    found = read_conversation(desk.reader, conversation_id)
    asked = Asked.of(pipeline)
    run = _take(asked, found)
    if run is not None:
        return _carry_out(asked, found.turn, run)
    return _write_again(asked, found) if again else _standing(asked, found)


def _take(pipeline: Pipeline, found: Found) -> Run | None:
    """The turn's run, now ours to carry out; None when it ended with a note.

    Raises:
        Held: somebody else is carrying it out.
    """
    store, now = pipeline.desk.store, pipeline.desk.clock.now()
    seen = SeenTurn(
        turn=found.turn,
        message_at=next(m.sent_at for m in found.messages if m.id == found.turn.message_id),
        # Not before we are through, or a daemon would take it in between.
        due_at=now + OURS_FOR,
        snapshot=to_plain(found.conversation),
    )
    store.save_poll([seen], cursor=None, now=now)
    run = store.run_of(found.turn)
    if run is None:
        raise Held("the run could not be stored; try again")
    if run.state is RunState.DONE and run.note_id is not None:
        return None
    if run.state is RunState.RUNNING and now - run.updated_at < OURS_FOR:
        raise Held(f"run {run.id} is being worked on right now; try again in a minute")
    ours = replace(run, state=RunState.RUNNING, tries=run.tries + 1, updated_at=now)
    if not store.move_run(ours, was=(run.state,)):
        raise Held(f"run {run.id} was taken up by a daemon this moment; try again in a minute")
    return ours


def _carry_out(pipeline: Asked, turn: Turn, run: Run) -> Summary:
    marker = marker_of(turn, Action.NOTE)
    before = pipeline.desk.store.delivery(marker)
    runner = Runner(pipeline=pipeline, on_trouble=lambda _: False, on_success=lambda: None)
    given: tuple[Plain, ...] = ()
    try:
        with runner.around(turn):
            for step in STEPS:
                given = (*given, runner.carry_out(step, turn, given))
    except StepStopped:
        raise _why_it_stopped(pipeline, turn) from None
    read, proposed, decided, did = given[:4]
    if from_plain(Did, did).disposition is not Disposition.NOTED:
        raise Held(f"run {run.id} was overtaken: the conversation changed meanwhile; try again")
    reading, delivery = from_plain(Reading, read), pipeline.desk.store.delivery(marker)
    adopted = next((n.body for n in reading.notes if n.id == reading.adopted), None)
    return Summary(
        conversation_id=turn.conversation_id,
        proposal=from_plain(Proposal, proposed),
        note=adopted or (delivery.body if delivery else decided["note"]),
        because=tuple(decided["because"]),
        note_id=did["note_id"],
        posted=not reading.adopted and not _arrived(before),
    )


def _why_it_stopped(pipeline: Pipeline, turn: Turn) -> TransientError | PermanentError:
    run = pipeline.desk.store.run_of(turn)
    if run is None or run.error is None:
        return Held("the run stopped; ask again")
    words = f"{run.error.step}: {run.error.message}"
    if run.state is RunState.FAILED:
        return PermanentError(f"{words}. 'sidenote retry {run.id}' goes on from there.")
    return Held(f"{words}. The run is held: ask again later, or a daemon goes on with it.")


def _standing(pipeline: Pipeline, found: Found) -> Summary:
    """The turn's note as it stands; as we wrote it when a teammate deleted it since."""
    store, turn = pipeline.desk.store, found.turn
    run, delivery = store.run_of(turn), store.delivery(marker_of(turn, Action.NOTE))
    note_id = run.note_id if run else None
    body = next((note.body for note in found.notes if note.id == note_id), None)
    proposed = (store.receipt(turn.run_id) or {}).get("proposed")
    return Summary(
        conversation_id=turn.conversation_id,
        proposal=from_plain(Proposal, proposed) if proposed else Proposal(statements=(), engine=""),
        note=body or (delivery.body if delivery else ""),
        because=run.because if run else (),
        note_id=note_id,
    )


def _write_again(pipeline: Asked, found: Found) -> Summary:
    desk, turn = pipeline.desk, found.turn
    read = to_plain(found.reading(desk.clock, told=desk.store.told(turn.conversation_id)))
    proposed = pipeline.propose(turn, read)
    decided = pipeline.decide(turn, read, proposed)
    now = desk.clock.now()
    intent = Delivery(
        marker=_next_marker(pipeline, found),
        conversation_id=turn.conversation_id,
        action=Action.NOTE,
        body=decided["note"],
        run_id=turn.run_id,
        created_at=now,
        updated_at=now,
    )
    delivery = desk.deliver(intent)
    if not _arrived(delivery):
        raise PermanentError("the conversation is gone: deleted or merged meanwhile")
    pipeline.finish(turn, read, proposed, decided, to_plain(did_from(delivery)))
    return Summary(
        conversation_id=turn.conversation_id,
        proposal=from_plain(Proposal, proposed),
        note=delivery.body,
        because=tuple(decided["because"]),
        note_id=delivery.remote_id,
        posted=True,
    )


def _next_marker(pipeline: Pipeline, found: Found) -> str:
    """The first further note of this turn that is not known to stand.

    Counted, not drawn: one that was cut off is finished, not repeated beside it.
    """
    there = {note.marker for note in found.notes}
    number = 1
    while True:
        marker = again_marker(found.turn, number)
        stored = pipeline.desk.store.delivery(marker)
        # Without a row of ours it is from before the database was lost: finished long ago.
        is_over = _arrived(stored) or (stored is None and marker in there)
        if not is_over:
            return marker
        number += 1


def _arrived(delivery: Delivery | None) -> bool:
    return delivery is not None and delivery.state is DeliveryState.ARRIVED
