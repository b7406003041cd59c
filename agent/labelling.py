"""Where a teammate's word on a reply becomes a label in its topic's history; the one place.

A verdict that was not carried out, because it lapsed or the customer wrote again, is no label.
"""

from dataclasses import replace
from datetime import datetime

from agent.core.labels import Judgement, Label, Outcome, Proposed, Source
from agent.core.matching import same_facts
from agent.core.reply import Composed
from agent.core.turn import Turn, edited_marker
from agent.errors import Held
from agent.plain import from_plain
from agent.ports import Store
from agent.team_port import Approval, Verdict

SENT_TEXT = "sent_text"  # in what a receipt says was done: a draft as a teammate sent it
_CARRIED_OUT = frozenset({"sent", "failed", "unknown"})  # the text was judged, whatever came of it
_IN_KUSTOMER, _TOLD, _WITHDRAWN = "in-kustomer", "told", "withdrawn"
_TRIES = 3
# For which outcomes a verdict is one on the text, what it says of it, and who could tell. None:
# the texts are compared.
_MEANS: dict[Verdict, tuple[frozenset[str], Judgement | None, Source]] = {
    Verdict.APPROVED: (_CARRIED_OUT, Judgement.AS_IS, Source.CONSOLE),
    Verdict.EDITED: (_CARRIED_OUT, None, Source.CONSOLE),
    Verdict.REJECTED: (frozenset({_WITHDRAWN}), Judgement.REJECTED, Source.CONSOLE),
    Verdict.WRONG: (frozenset({_TOLD}), Judgement.WRONG, Source.CONSOLE),
    Verdict.SENT_AS_IS: (frozenset({_IN_KUSTOMER}), Judgement.AS_IS, Source.COMPOSER),
    Verdict.SENT_EDITED: (frozenset({_IN_KUSTOMER}), None, Source.COMPOSER),
    Verdict.DELETED: (frozenset({_IN_KUSTOMER}), Judgement.REJECTED, Source.COMPOSER),
}


def label_verdict(store: Store, approval: Approval) -> None:
    """Set the label that a verdict means, if it means one. Safe to call again.

    "Wrong" on a reply that was sent by itself is its outcome as well.

    Raises:
        Held: others label the same proposal right now.
    """
    outcomes, judgement, source = _MEANS[approval.verdict]
    row = store.proposed(approval.run_id) if approval.outcome in outcomes else None
    if row is None:
        return
    give_label(
        store,
        row,
        Label(
            judgement=judgement or _compared(store, row, approval),
            source=source,
            by=approval.by,
            at=approval.at,
            reason=approval.reason,
        ),
    )
    if approval.verdict is Verdict.WRONG and row.sent_at is not None:
        store.set_outcome(row.run_id, Outcome.WRONG, approval.at)


def give_label(store: Store, row: Proposed, label: Label) -> bool:
    """Set a person's label; False when a person's own, as new or newer, stands already.

    What the matcher had said is kept in it. Safe to call again. Raises as `label_verdict`.
    """
    stands = row.label
    for _ in range(_TRIES):
        if stands is not None and stands.is_by_person and stands.at >= label.at:
            return False
        if store.label(row.run_id, replace(label, matched=_matched(stands)), was=stands):
            return True
        newest = store.proposed(row.run_id)
        if newest is None:  # its customer was erased meanwhile
            return False
        stands = newest.label
    raise Held("others label this proposal right now; try again")


def catch_up(store: Store, *, since: datetime) -> None:
    """Label what was decided since then and, because of a kill, was not labelled."""
    for approval in store.approvals(since=since):
        label_verdict(store, approval)


def _matched(stands: Label | None) -> Judgement | None:
    if stands is None:
        return None
    return stands.matched if stands.is_by_person else stands.judgement


# --- a teammate's own words, beside ours --------------------------------------------------------


def _compared(store: Store, row: Proposed, approval: Approval) -> Judgement:
    """EDITED with the same facts; in doubt CHANGED, since counting it clean would be unsafe."""
    receipt = store.receipt(row.run_id) or {}
    ours = _composed(receipt.get("decided") or {})
    sent = _sent(store, row, approval, receipt.get("did") or {})
    if ours is None or not sent:
        return Judgement.CHANGED
    same = same_facts(ours.filled, sent, ignored=(ours.disclosure,))
    return Judgement.EDITED if same else Judgement.CHANGED


def _composed(decided: dict[str, object]) -> Composed | None:
    try:
        return from_plain(Composed, decided.get("composed"))
    except ValueError:  # none, or written by another version
        return None


def _sent(store: Store, row: Proposed, approval: Approval, did: dict[str, object]) -> str:
    if approval.verdict is Verdict.SENT_EDITED:
        return str(did.get(SENT_TEXT) or "")
    turn = Turn(row.conversation_id, row.message_id)
    own = store.delivery(edited_marker(turn, approval.binds))
    return own.body if own else ""
