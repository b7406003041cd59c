"""The rules, as a table: what may raise and what lowers how far the agent goes.

Each test looks at facts only and returns its evidence in a few words, or None when it does not
apply. Ids are never renamed, only retired. What the levels mean: `core/policy.py`.

A run that ends with a note reads no customer, no drafts and no counts. Rules that need those apply
in the second look only, which comes once a reply is in reach (`Facts.gathered`).
"""

from agent.core import limits
from agent.core.danger import Danger
from agent.core.policy import Autonomy, Kind, Rule
from agent.core.rules import allowance, audience, machines, routine, team, thread, turn, words
from agent.core.situation import Test

_NOTHING: dict[str, Test] = {
    "no-customer-message": turn.no_customer_message,
    "our-own-message": turn.our_own_message,
    "spam": thread.spam,
    "deleted": thread.deleted,
    "merged": thread.merged,
    "paused": turn.paused,
    "rehearsal": turn.rehearsal,
    "bounce": machines.bounce,
    "bulk": machines.bulk,
    "auto-submitted": machines.auto_submitted,
    "empty-message": turn.empty_message,
    "too-short-to-note": words.too_short_to_note,
    "nothing-new": turn.nothing_new,
}
_NOTE: dict[str, Test] = {
    "closed": thread.closed,
    "snoozed": thread.snoozed,
    "status-unknown": thread.status_unknown,
    "locked": thread.locked,
    "ended": thread.ended,
    "team-spoke-last": team.team_spoke_last,
    "teammate-active": team.teammate_active,
    "teammate-assigned": team.teammate_assigned,
    "teammate-draft": team.teammate_draft,
    "still-typing": turn.still_typing,
    "backlog": turn.backlog,
    "stale": turn.stale,
    "asks-for-a-person": words.asks_for_a_person,
    **{str(kind): test for kind, test in words.DANGER_TESTS.items()},
    "person-word": words.person_word,
    "person-subject": words.person_subject,
    "several-questions": words.several_questions,
    "says-no": words.says_no,
    "attachment-unread": words.attachment_unread,
    "message-cut": words.message_cut,
    "reads-like-instructions": words.reads_like_instructions,
    "maybe-automatic": machines.maybe_automatic,
    "own-address": machines.own_address,
    limits.ANSWERED_AT_ONCE: machines.answered_at_once,
    limits.PING_PONGS: machines.ping_pong,
    "model-stood-in": routine.model_stood_in,
    "transcript-cut": routine.transcript_cut,
    "model-changed": routine.model_changed,
    "topic-unclear": routine.topic_unclear,
    "unsupported-language": routine.unsupported_language,
    "customer-unread": audience.customer_unread,
    "audience": audience.outside_audience,
    limits.FIRST_CONTACT: allowance.first_contact,
    limits.TURN: allowance.turn_answered,
    limits.CONVERSATION: allowance.conversation_limit,
    limits.CUSTOMER: allowance.customer_limit,
    limits.ALREADY_TOLD: allowance.already_told,
}
_DRAFT: dict[str, Test] = {
    "topic-less-clear": routine.less_clear,
    "no-answer-in-language": routine.no_answer_in_language,
    "outside-hours": audience.outside_hours,
    limits.DAILY_CAP: allowance.daily_cap,
    "canary-share": routine.canary_share,
    limits.ORGANIZATION: allowance.organization_limit,
    limits.BREAKER: allowance.breaker_open,
    "certificate": routine.certificate,
}

# Where one of these applies, the note asks for a person and suggests no reply.
FOR_A_PERSON = frozenset(
    {"asks-for-a-person", "person-word", "person-subject", *(str(kind) for kind in Danger)}
)

# Where one of these applies, no reply is suggested: it would answer half, nobody, or too late.
NO_REPLY_FITS = FOR_A_PERSON | {
    "team-spoke-last",
    "several-questions",
    "says-no",
    "reads-like-instructions",
    "maybe-automatic",
    "own-address",
    limits.ANSWERED_AT_ONCE,
    limits.PING_PONGS,
    limits.ALREADY_TOLD,
}

RULES: tuple[Rule, ...] = (
    *(Rule(name, Kind.LIMIT, Autonomy.NOTHING, test) for name, test in _NOTHING.items()),
    *(Rule(name, Kind.LIMIT, Autonomy.NOTE, test) for name, test in _NOTE.items()),
    *(Rule(name, Kind.LIMIT, Autonomy.DRAFT, test) for name, test in _DRAFT.items()),
    Rule("routine-topic-draft", Kind.GRANT, Autonomy.DRAFT, routine.routine_topic_draft),
    Rule("routine-topic-send", Kind.GRANT, Autonomy.SEND, routine.routine_topic_send),
)
