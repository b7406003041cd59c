"""Erases a customer: every text of theirs that Sidenote keeps, in all of its tables."""

from collections.abc import Callable, Sequence
from datetime import datetime

from agent.audit_port import Erased
from agent.errors import PermanentError
from agent.ports import RunState, Store

ENDED = (RunState.DONE, RunState.FAILED)
NAMED = 5  # runs that an error names


def conversations_to_erase(
    store: Store, customer_id: str, further: Sequence[str] = ()
) -> tuple[str, ...]:
    """The customer's conversations that we know of, and those a person names besides.

    A reply sent by `sidenote send` names no customer: its conversation has to be named, unless a
    run handled it too.

    Raises:
        PermanentError: a run of one of them has not ended; what it reads would come back.
    """
    found = tuple(sorted({*store.conversations_of(customer_id), *further}))
    unfinished = [
        run.id
        for conversation_id in found
        for run in store.runs(conversation_id=conversation_id)
        if run.state not in ENDED
    ]
    if unfinished:
        named = ", ".join(unfinished[:NAMED])
        raise PermanentError(
            f"nothing was erased: {len(unfinished)} of the customer's runs have not ended "
            f"({named}). Wait for them, or decide on their drafts ('sidenote approvals')."
        )
    return found


def erase(
    store: Store,
    customer_id: str,
    conversations: Sequence[str],
    *,
    forget_steps: Callable[[Sequence[str]], object],
    now: datetime,
    by: str,
) -> Erased:
    """Remove it all, and then its traces in the files. Safe to call again, also after a kill.

    `forget_steps` removes what the runs engine keeps of these conversations; `by` is who does it,
    for the record.

    Raises:
        StoreUnavailable: another process is at the database; call again.
    """
    forget_steps(conversations)
    erased = store.erase(customer_id, conversations, now, by=by)
    store.scrub()
    return erased
