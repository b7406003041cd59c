"""The shape of a scenario file: its tables and keys.

A scenario is a conversation, what is known around it, and what the policy must say of it.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from agent.core.certificate import Standing
from agent.core.conversation import Status
from agent.core.limits import Counts
from agent.core.policy import NO_GRANT, Autonomy
from agent.core.recipient import CHANNELS
from agent.core.rules import RULES
from agent.policy_file.problems import either, meant

AUTONOMIES = tuple(str(level.name).lower() for level in Autonomy)
RULE_IDS = frozenset(rule.id for rule in RULES)

_UNREAD = ("customer", "drafts", "counts", "certificate")


def _rule(name: str) -> str:
    if name not in RULE_IDS:
        raise ValueError(f"no rule of that name{meant(name, RULE_IDS)}")
    return name


def _deciding(name: str) -> str:
    return name if name == NO_GRANT else _rule(name)


def _channel(name: str) -> str:
    if name not in CHANNELS:
        raise ValueError(f"write {either(sorted(CHANNELS))}")
    return name


def _one_of(allowed: tuple[str, ...]) -> AfterValidator:
    def test(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"write {either(allowed)}")
        return value

    return AfterValidator(test)


Rule = Annotated[str, AfterValidator(_rule)]
Deciding = Annotated[str, AfterValidator(_deciding)]
Channel = Annotated[str, AfterValidator(_channel)]
Minutes = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


class Table(BaseModel):
    """A table of the file. A key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class MessageTable(Table):
    """`[[conversation.messages]]`, oldest first.

    Without `minutes_ago` they stand 40 minutes apart, the newest 40 minutes ago. `author` of an
    outbound one is "teammate" or "sidenote".
    """

    direction: Annotated[str, _one_of(("in", "out"))]
    text: str
    minutes_ago: Minutes | None = None
    author: Annotated[str, _one_of(("teammate", "sidenote"))] = "teammate"
    channel: Channel | None = None
    subject: str | None = None
    sender: str | None = None
    to: list[str] = []
    headers: dict[str, str] = {}
    attachments: list[str] = []
    auto: bool = False
    may_be_cut: bool = False


class NoteTable(Table):
    """`[[conversation.notes]]`: an internal note."""

    text: str
    minutes_ago: Minutes = 40
    author: Annotated[str, _one_of(("teammate", "sidenote"))] = "teammate"


class DraftTable(Table):
    """`[[conversation.drafts]]`: an unsent reply. `elsewhere`: in another conversation."""

    text: str = ""
    author: Annotated[str, _one_of(("teammate", "sidenote"))] = "teammate"
    elsewhere: bool = False


class ConversationTable(Table):
    """`[conversation]`. Open, by e-mail, and nobody's, unless it says otherwise."""

    messages: Annotated[list[MessageTable], Field(min_length=1)]
    key: str = ""
    subject: str = ""
    channel: Channel = "email"
    customer_name: str = ""
    customer_email: str = "mara@home.example"
    customer_phone: str = ""
    status: Annotated[str, _one_of(tuple(Status))] = "open"
    tags: list[str] = []
    teams: list[str] = []
    queue: str = ""
    assigned: list[str] = []
    spam: bool = False
    deleted: bool = False
    locked: bool = False
    ended: bool = False
    merged_into: str = ""
    notes: list[NoteTable] = []
    drafts: list[DraftTable] = []


class CustomerTable(Table):
    """`[customer]`: the record behind the conversation. Known and verified by default."""

    verified: bool = True
    known: bool = True  # the shop's own number for them stands in Kustomer
    custom: dict[str, Any] = {}


class SituationTable(Table):
    """`[situation]`: the moment of the decision, and what else holds then."""

    now: AwareDatetime | None = None
    first_start: AwareDatetime | None = None
    quiet_seconds: Count = 60
    turn: Annotated[int, Field(ge=1)] | None = None
    paused: str = ""
    rehearsal: bool = False
    already_noted: bool = False
    nothing_new: bool = False
    own_addresses: list[str] = ["help@shop.example"]
    unread: list[Annotated[str, _one_of(_UNREAD)]] = []


class ProposalTable(Table):
    """`[proposal]`: what to fix of it. The rest is what the offline engine proposes.

    `topic = ""` means no topic.
    """

    topic: str | None = None
    margin: Annotated[float, Field(ge=0, le=1)] | None = None
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    language: str | None = None
    stood_in: str = ""
    shortened: str = ""
    new_model: str = ""


class CertificateTable(Table):
    """`[certificate]`: the topic's right to send. Certified for every score, unless it says so."""

    standing: Annotated[str, _one_of(tuple(Standing))] = "certified"
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    words: str = ""


class CountsTable(Table):
    """`[counts]`: automatic replies so far, in each window. None by default."""

    turn: Count = 0
    conversation_day: Count = 0
    conversation_life: Count = 0
    customer_day: Count = 0
    organization_10_minutes: Count = 0
    organization_hour: Count = 0
    first_contacts_hour: Count = 0
    topic_day: Count = 0
    told_here: Count = 0
    told_lately: Count = 0
    at_once: bool = False
    breaker_open: str = ""
    suppressed: str = ""

    def counts(self) -> Counts:
        """As the rules see them."""
        return Counts(**self.model_dump())


class ExpectTable(Table):
    """`[expect]`: how far the agent may go, and exactly the rules that make it so.

    `applies` are rules that must apply without deciding; those of `misses` must not apply: the
    scenario stays just short of them. `evidence` holds the very words that a rule must give.
    """

    autonomy: Annotated[str, _one_of(AUTONOMIES)]
    because: Annotated[list[Deciding], Field(min_length=1)]
    applies: list[Rule] = []
    misses: list[Rule] = []
    evidence: dict[Rule, str] = {}
    topic: str | None = None


class ScenarioFile(Table):
    """A whole file. `policy` holds keys of policy.toml that take the place of the policy's own."""

    name: Annotated[str, Field(min_length=1)]
    conversation: ConversationTable
    expect: ExpectTable
    customer: CustomerTable = CustomerTable()
    situation: SituationTable = SituationTable()
    proposal: ProposalTable = ProposalTable()
    counts: CountsTable = CountsTable()
    certificate: CertificateTable = CertificateTable()
    policy: dict[str, Any] = {}
