"""Decides stored runs again, under another policy. Reads receipts and writes nothing.

What a run rested on is in its receipt. Only rules are asked again: whether the slots of an answer
would have been filled, and what the outbound gate would have said, is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from agent.core.conversation import Message, Note
from agent.core.policy import Autonomy, Facts, decide
from agent.core.proposal import Proposal
from agent.core.rules import RULES
from agent.core.scoring import with_score
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import transcript_of
from agent.handover import Seen
from agent.plain import from_plain
from agent.ports import Model

OFFLINE = "offline"  # its topics can be found again; a model's cannot, without asking it


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFacts(Seen):
    """The facts as a receipt keeps them."""

    messages: tuple[Message, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One turn that can be decided again. `before` is what was decided then, None if nothing."""

    run_id: str
    conversation_id: str
    at: datetime
    facts: Facts
    before: "Outcome | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A decision in short. Not `is_whole`: it was decided without reading what replies need.

    Then customer, drafts and counts might have lowered a draft or a reply again.
    """

    autonomy: Autonomy
    because: tuple[str, ...]
    topic: str = ""
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Redecided:
    """A turn decided twice; perhaps otherwise."""

    case: Case
    before: Outcome
    after: Outcome


def case_of(receipt: Mapping[str, Any], policy: TeamPolicy) -> Case | None:
    """The turn of a receipt, None where no rule decided it or an older version stored it."""
    stored, decided = receipt.get("facts"), receipt.get("decided") or {}
    if not stored:
        return None
    try:
        seen = from_plain(StoredFacts, stored)
        proposal = from_plain(Proposal, receipt["proposed"])
    except (ValidationError, KeyError):
        return None
    facts = Facts(
        conversation=seen.conversation,
        messages=seen.messages,
        message_id=receipt["message_id"],
        proposal=proposal,
        policy=policy,
        now=seen.now,
        watermark=seen.watermark,
        quiet=seen.quiet,
        notes=seen.notes,
        gathered=seen.gathered,
        customer=seen.customer,
        drafts=seen.drafts,
        counts=seen.counts,
        own_addresses=seen.own_addresses,
        already_noted=seen.already_noted,
        nothing_new=seen.nothing_new,
        right=seen.right,
    )
    told = decided.get("would") or decided
    return Case(
        run_id=receipt["run"],
        conversation_id=receipt["conversation_id"],
        at=seen.now,
        facts=facts,
        before=Outcome(
            autonomy=Autonomy[told["autonomy"].upper()],
            because=tuple(told["because"]),
            topic=proposal.topic.name or "",
        ),
    )


def decided_under(case: Case, policy: TeamPolicy, offline: Model) -> Outcome:
    """What the rules say of it under that policy.

    The offline engine looks for the topic again, as the policy's topics may be others; the topic
    that a model named is kept.
    """
    proposal = case.facts.proposal
    # A shipped conversation was proposed under its own policy just now.
    if proposal.engine == OFFLINE and (case.run_id or policy is not case.facts.policy):
        transcript = transcript_of(case.facts.conversation, case.facts.messages)
        topic = offline.propose(transcript, policy).topic
        proposal = with_score(replace(proposal, topic=topic), transcript, policy)
    facts = replace(case.facts, policy=policy, proposal=proposal)
    decision = decide(facts, RULES)
    return Outcome(
        autonomy=decision.autonomy,
        because=decision.because,
        topic=proposal.topic.name or "",
        is_whole=facts.gathered or decision.autonomy < Autonomy.DRAFT,
    )


def differing(found: Iterable[Redecided]) -> tuple[tuple[Redecided, ...], tuple[Redecided, ...]]:
    """Those that go further or less far, and those that go as far, for other reasons."""
    told = tuple(found)
    further = tuple(c for c in told if c.before.autonomy is not c.after.autonomy)
    reasons = tuple(
        c
        for c in told
        if c.before.autonomy is c.after.autonomy and c.before.because != c.after.because
    )
    return further, reasons


def sends_a_day(outcomes: Iterable[tuple[datetime, Outcome]]) -> float:
    """How many would be sent on a day, over the days from the first to the last; 0.0 for none."""
    told = list(outcomes)
    if not told:
        return 0.0
    days = [at.date() for at, _ in told]
    span = (max(days) - min(days)).days + 1
    return sum(outcome.autonomy is Autonomy.SEND for _, outcome in told) / span
