"""Our tables, as the newest migration leaves them; a test compares the two.

Every name begins with `sidenote_`: the runs engine keeps its own tables in the same database.
"""

from sqlalchemy import BigInteger, Column, Double, Integer, MetaData, Table, Text

from agent.adapters.store.columns import Choice, Json, Moment
from agent.core.labels import Judgement, Outcome, Source
from agent.core.team_policy import Level
from agent.label_port import CertificateEventKind
from agent.ports import DeliveryState, Disposition, RunState
from agent.team_port import Verdict

metadata = MetaData()

runs = Table(
    "sidenote_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("message_at", Moment, nullable=False),
    Column("state", Choice(RunState), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("disposition", Choice(Disposition)),
    Column("autonomy", Text, nullable=False),
    Column("because", Json, nullable=False),
    Column("error", Json),
    Column("tries", Integer, nullable=False),
    Column("note_id", Text),
    Column("snapshot", Json, nullable=False),
    Column("topic", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
)

receipts = Table(
    "sidenote_receipts",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("content", Json, nullable=False),
    Column("saved_at", Moment, nullable=False),
)

conversations = Table(
    "sidenote_conversations",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("last_message_id", Text),
    Column("last_message_at", Moment),
    Column("note_count", Integer, nullable=False),
    Column("note_id", Text),
    Column("noted_at", Moment),
    Column("statements", Json, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

deliveries = Table(
    "sidenote_deliveries",
    metadata,
    Column("marker", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("run_id", Text),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("remote_id", Text),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("error", Json, nullable=False),
    Column("owner", Text),
    Column("claimed_until", Moment),
    Column("releases", Integer, nullable=False),
    Column("channel", Text, nullable=False),
)

attempts = Table(
    "sidenote_attempts",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("began_at", Moment, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("marker", Text, primary_key=True),
    Column("ended_at", Moment),
    Column("ended", Text, nullable=False),
    Column("status", Integer),
)

marks = Table(
    "sidenote_marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

pause = Table(
    "sidenote_pause",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paused_by", Json, nullable=False),
    Column("paused_at", Moment, nullable=False),
    Column("reason", Json, nullable=False),
)

slots = Table(
    "sidenote_slots",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("lease_until", Moment, nullable=False),
)

levels = Table(
    "sidenote_levels",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("level", Choice(Level), nullable=False),
    Column("was", Choice(Level), nullable=False),
    Column("file_level", Choice(Level), nullable=False),
    Column("changed_by", Json, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("why", Json, nullable=False),
)

approvals = Table(
    "sidenote_approvals",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("verdict", Choice(Verdict), nullable=False),
    Column("given_by", Json, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("reason", Json, nullable=False),
    Column("binds", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)

proposed = Table(
    "sidenote_proposed",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("score", Double, nullable=False),
    Column("familiarity", Double, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("made_by", Text, nullable=False),  # JSON, read by who knows that many rows are alike
    Column("sent_at", Moment),
    Column("judgement", Choice(Judgement)),
    Column("source", Choice(Source)),
    Column("labelled_by", Json, nullable=False),
    Column("labelled_at", Moment),
    Column("reason", Json, nullable=False),
    Column("matched", Choice(Judgement)),
    Column("outcome", Choice(Outcome)),
    Column("outcome_at", Moment),
)

certificates = Table(
    "sidenote_certificates",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Choice(CertificateEventKind), nullable=False),
    Column("at", Moment, nullable=False),
    Column("by_whom", Json, nullable=False),
    Column("why", Json, nullable=False),
    Column("certificate", Json),
    Column("until", Moment),
    Column("cases", Json, nullable=False),
)

replies = Table(
    "sidenote_replies",
    metadata,
    Column("marker", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("first_contact", Integer, nullable=False),
    Column("message_at", Moment, nullable=False),
    Column("reserved_at", Moment, nullable=False),
)

quick_answers = Table(
    "sidenote_quick_answers",
    metadata,
    Column("marker", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

breaker = Table(
    "sidenote_breaker",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
)

pruned_runs = Table(
    "sidenote_pruned_runs",
    metadata,
    Column("disposition", Text, primary_key=True),
    Column("runs", BigInteger, nullable=False),
)

migrations = Table(
    "sidenote_migrations",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
)

audit = Table(
    "sidenote_audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subjects", Json, nullable=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

audit_contents = Table(
    "sidenote_audit_contents",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("content", Json),
)
