"""Takes a teammate's word that something should not have been sent or noted.

It changes nothing at the customer's or in Kustomer; it is kept with the run and in the record, so
that figures of a topic can count it.
"""

from datetime import datetime

from agent.errors import Held, InputError
from agent.ports import Disposition, Run, RunState, Store
from agent.team_port import Approval, Verdict
from agent.verdicts import keep

TOLD = "told"  # the outcome: there was nothing to carry out
MAY_BE_WRONG = frozenset(
    {Disposition.NOTED, Disposition.REPLIED, Disposition.DRAFTED, Disposition.UNKNOWN}
)


def may_object(run: Run) -> bool:
    """Whether something of that run stands somewhere that could be wrong."""
    return run.state is RunState.DONE and run.disposition in MAY_BE_WRONG


def object_to(store: Store, run: Run, *, by: str, reason: str, at: datetime) -> Approval:
    """Keep that this run's reply or note was wrong. Safe to say again: the newest word stands.

    Raises:
        InputError: nothing of it was sent or noted, it still waits, or nobody is named.
        Held: somebody else says something of this run right now.
        StoreUnavailable: it could not be written.
    """
    if not by.strip():
        raise InputError("it must be said who finds it wrong")
    if not may_object(run):
        raise InputError(f"nothing of run {run.id} was sent or noted: it is {run.state}")
    stands = store.approval(run.id)
    said = Approval(
        run_id=run.id,
        conversation_id=run.turn.conversation_id,
        topic=run.topic,
        verdict=Verdict.WRONG,
        by=by,
        at=at,
        reason=reason,
        binds=stands.binds if stands is not None else "",
        outcome=TOLD,
    )
    if not keep(store, said, was=stands, now=at):
        raise Held("somebody else says something of this run right now; try again")
    return said
