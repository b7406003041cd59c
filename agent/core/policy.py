"""Facts and rules in, a decision out.

Three laws: grants raise and limits lower, and limits win; no grant means a note at most; a rule
that breaks lowers. The order of the rules changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from agent.core.certificate import RightToSend
from agent.core.conversation import Conversation, Customer, Draft, Message, Note
from agent.core.limits import Counts
from agent.core.proposal import Proposal
from agent.core.team_policy import TeamPolicy

NO_GRANT = "no-grant"  # named when no rule granted more than a note


class Autonomy(IntEnum):
    """How far the agent may go alone. Each level includes the ones below it."""

    NOTHING = 0
    NOTE = 1
    DRAFT = 2
    SEND = 3


class Aside(str):
    """Words of a rule that does not apply, where saying nothing would hide why."""

    __slots__ = ()


NO_HEADERS = Aside("headers not available")  # of an e-mail: Kustomer promises none


class Kind(StrEnum):
    """A grant raises what is allowed, a limit lowers it."""

    GRANT = "grant"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All a rule may look at. `messages` are oldest first, cleaned (see `core/transcript.py`)."""

    conversation: Conversation
    messages: tuple[Message, ...]
    message_id: str  # the turn: the customer message this run handles
    proposal: Proposal
    policy: TeamPolicy
    now: datetime
    watermark: datetime | None = None  # first start of this database; older messages are backlog
    paused: str = ""  # who paused and how; "" when not
    rehearsal: bool = False
    quiet: timedelta = timedelta(0)  # the customer must have been silent for so long
    notes: tuple[Note, ...] = ()  # those that were read; there may be more
    # Read only once a reply is in reach (`gathered`). Before that no rule may rest on these;
    # after it, what is still None could not be read, and limits.
    gathered: bool = False
    customer: Customer | None = None
    drafts: tuple[Draft, ...] | None = None
    counts: Counts | None = None
    own_addresses: frozenset[str] = frozenset()  # the team's own, as the helpdesk writes them
    right: RightToSend | None = None  # of the turn's topic on its channel
    already_noted: bool = False  # a note of ours stands on this conversation
    nothing_new: bool = False  # … and the customer has said nothing since that it does not tell


@dataclass(frozen=True, slots=True)
class Rule:
    """A named test. It returns its evidence in words, or None when it does not apply.

    One that does not apply and has something to say all the same returns an `Aside`.
    """

    id: str
    kind: Kind
    level: Autonomy
    test: Callable[[Facts], str | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer."""

    rule: Rule
    applies: bool
    level: Autonomy
    evidence: str


@dataclass(frozen=True, slots=True)
class Decision:
    """How far the agent may go, the ids of the rules that made it so, and every finding."""

    autonomy: Autonomy
    because: tuple[str, ...]
    findings: tuple[Finding, ...]


def decide(facts: Facts, rules: Sequence[Rule]) -> Decision:
    """Say how far the agent may go, and which rules made it so.

    Never raises: a broken grant allows nothing, a broken limit allows a note at most.
    """
    findings = tuple(_find(rule, facts) for rule in rules)
    grants = [f for f in findings if f.applies and f.rule.kind is Kind.GRANT]
    limits = [f for f in findings if f.applies and f.rule.kind is Kind.LIMIT]

    granted = max([Autonomy.NOTE, *(f.level for f in grants)])
    allowed = min((f.level for f in limits), default=Autonomy.SEND)
    autonomy = min(granted, allowed)
    # Taking away one side alone would change nothing where both stop at the same level.
    because = {f.rule.id for f in limits if f.level == autonomy < Autonomy.SEND}
    if granted == autonomy:
        because |= {f.rule.id for f in grants if f.level == autonomy} or {NO_GRANT}
    return Decision(autonomy, tuple(sorted(because)), findings)


def _find(rule: Rule, facts: Facts) -> Finding:
    try:
        evidence = rule.test(facts)
    except Exception as error:  # noqa: BLE001 - any bug in a rule must end in caution
        safe = min(rule.level, Autonomy.NOTE)
        broke = f"rule broke: {type(error).__name__}"
        return Finding(rule, rule.kind is Kind.LIMIT, safe, broke)
    applies = evidence is not None and not isinstance(evidence, Aside)
    return Finding(rule, applies, rule.level, str(evidence or ""))
