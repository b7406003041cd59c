"""Reads what reports rest on: runs with their receipts, what teammates said, what came of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.core.certificate import Standing
from agent.core.certificate_events import CertificateEvent
from agent.core.handled import Question
from agent.core.labels import Judgement, Outcome, Proposed
from agent.core.letter import Decided
from agent.core.policy import Autonomy
from agent.core.proposal import Usage
from agent.core.rewording import Edit
from agent.core.spending import Price
from agent.core.standing import right_to_send
from agent.core.turn import Action, marker_of
from agent.labelling import SENT_TEXT
from agent.plain import from_plain
from agent.ports import DeliveryState, Run, RunState, Store
from agent.run_search import RunQuery, RunSearch, place_of
from agent.team_port import Approval, Verdict

PAGE = 1_000  # runs read at once
MOST_RECEIPTS = 5_000  # the newest; a team with more gets its figures of these
_NOT_BAD = frozenset({None, Outcome.QUIET})
_BY_PERSON = frozenset({Outcome.CORRECTED, Outcome.WRONG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One run and all that is kept of it. `receipt` is empty where there is none, or not read."""

    run: Run
    receipt: Mapping[str, Any]
    approval: Approval | None = None
    proposed: Proposed | None = None


def stored_runs(
    store: Store,
    search: RunSearch,
    since: datetime,
    *,
    step: Callable[[], None] = lambda: None,
) -> tuple[Stored, ...]:
    """All runs created at or after `since`, oldest first; `step` is called after each.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    approvals = {each.run_id: each for each in store.approvals(since=since)}
    proposals = {each.run_id: each for each in store.proposals(since=since)}
    found = []
    for number, run in enumerate(_runs(search, since)):
        receipt = store.receipt(run.id) if number < MOST_RECEIPTS else None
        found.append(
            Stored(
                run=run,
                receipt=receipt or {},
                approval=approvals.get(run.id),
                proposed=proposals.get(run.id),
            )
        )
        step()
    return tuple(reversed(found))


def questions_of(
    stored: Iterable[Stored], price: Price | None, events: Sequence[CertificateEvent] = ()
) -> tuple[Question, ...]:
    """Customers' messages as the outcome report counts them. Without `price` a model's cost is
    not known; the offline engine's is 0. `events` tell what was sent without a certificate.
    """
    return tuple(
        Question(
            run_id=each.run.id,
            conversation_id=each.run.turn.conversation_id,
            customer_id=str(each.run.snapshot.get("customer_id") or ""),
            asked_at=each.run.message_at,
            counts=each.run.autonomy.upper() in {a.name for a in Autonomy if a > Autonomy.NOTHING},
            sent_at=each.proposed.sent_at if each.proposed else None,
            needed_person=each.approval is not None or _outcome(each) in _BY_PERSON,
            went_wrong=_went_wrong(each.proposed),
            cost=_cost(each, price),
            is_uncertified=_is_uncertified(each.proposed, events),
        )
        for each in stored
    )


def decisions_of(stored: Iterable[Stored]) -> tuple[Decided, ...]:
    """The decisions, as the letter chooses among them."""
    return tuple(
        Decided(
            run_id=each.run.id,
            at=each.run.message_at,
            autonomy=each.run.autonomy,
            because=each.run.because,
            topic=each.run.topic or (each.proposed.topic if each.proposed else ""),
            score=each.proposed.score if each.proposed else None,
            was_sent=bool(each.proposed and each.proposed.sent_at),
            judgement=_judgement(each.proposed),
            outcome=_outcome(each),
        )
        for each in stored
    )


def met_rules(stored: Iterable[Stored]) -> frozenset[str]:
    """Rules that applied to any of them, as far as receipts are kept."""
    return frozenset(
        str(finding[0])
        for each in stored
        for finding in (each.receipt.get("decided") or {}).get("findings") or ()
        if finding[3]
    )


def edits_of(store: Store, stored: Iterable[Stored]) -> Mapping[str, Sequence[Edit]]:
    """By topic: drafts beside what a teammate sent in their place, where both are still kept."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for each in stored:
        if each.approval is None or each.approval.verdict not in _EDITED:
            continue
        draft, sent = _texts(store, each)
        if draft and sent and draft != sent:
            conversation = each.run.turn.conversation_id
            edit = Edit(conversation_id=conversation, draft=draft, sent=sent)
            found[each.approval.topic or each.run.topic].append(edit)
    return found


_EDITED = frozenset({Verdict.EDITED, Verdict.SENT_EDITED})


def _texts(store: Store, each: Stored) -> tuple[str, str]:
    """What we drafted, and what a teammate sent; "" for what is not kept."""
    written = [d for d in store.deliveries(run_id=each.run.id) if d.action == Action.REPLY]
    ours = marker_of(each.run.turn, Action.REPLY)
    draft = next((d.body for d in written if d.marker == ours), "")
    own = (d for d in written if d.marker != ours and d.state is DeliveryState.ARRIVED)
    did = each.receipt.get("did") or {}
    return draft, next((d.body for d in own), str(did.get(SENT_TEXT) or ""))


def _runs(search: RunSearch, since: datetime) -> Iterator[Run]:
    after = None
    while page := search.find_runs(RunQuery(since=since, after=after, limit=PAGE)):
        yield from page
        after = place_of(page[-1])


def _outcome(each: Stored) -> Outcome | None:
    return each.proposed.outcome if each.proposed else None


def _is_uncertified(proposed: Proposed | None, events: Sequence[CertificateEvent]) -> bool:
    """Whether no certificate held when it went out: a waiver, or it was not required."""
    if proposed is None or proposed.sent_at is None:
        return False
    by_then = [event for event in events if event.at <= proposed.sent_at]
    right = right_to_send(
        by_then, proposed.topic, proposed.channel, proposed.made_by, proposed.sent_at
    )
    return right.standing is not Standing.CERTIFIED


def _judgement(proposed: Proposed | None) -> Judgement | None:
    """None while nobody can tell."""
    label = proposed.label if proposed else None
    return None if label is None or label.is_doubtful else label.judgement


def _went_wrong(proposed: Proposed | None) -> bool | None:
    """None while nobody can tell."""
    if proposed is None:
        return None
    if proposed.outcome not in _NOT_BAD:
        return True
    label = proposed.label
    if label is not None and label.is_wrong and not label.is_doubtful:
        return True
    return None if proposed.outcome is None else False


def _cost(each: Stored, price: Price | None) -> int | None:
    if not each.receipt:
        return None if each.run.state is RunState.DONE else 0
    try:
        usage = from_plain(Usage, (each.receipt.get("proposed") or {}).get("usage") or {})
    except ValueError:  # written by another version
        return None
    if not usage.calls:
        return 0
    return price.of(usage) if price is not None else None
