"""The smallest change to what was found that would have let a run go further, in words.

It rests on the stored findings alone: taking away every limit that stood at the decided level, and
adding the grant that was missing, is the smallest set that raises the decision at all, because
another limit never allows more and another grant never less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.core.policy import Autonomy, Kind

GRANT = "grant"  # the name of the change that is no rule's: a topic at a higher level
CERTIFICATE = "certificate"  # the rule's id
REPLY = "reply"  # … and of the one that a reply can be made at all

# What would have to be otherwise, for each limit; a clause after "if".
WOULD_IF = {
    "no-customer-message": "there were a customer's message",
    "our-own-message": "the message were a customer's",
    "spam": "the conversation were not marked as spam",
    "deleted": "the conversation were there",
    "merged": "the conversation were not merged into another",
    "paused": "nobody had paused",
    "rehearsal": "it were no rehearsal",
    "bounce": "the message were no delivery failure",
    "bulk": "the message were no bulk mail",
    "auto-submitted": "a person had written the message",
    "empty-message": "the message had a text",
    "too-short-to-note": "there were more to note",
    "nothing-new": "the customer had said something new",
    "closed": "the conversation were open",
    "snoozed": "the conversation were not snoozed",
    "status-unknown": "the conversation's status were one we know",
    "locked": "the conversation were not locked",
    "ended": "the conversation had not ended",
    "team-spoke-last": "the customer had spoken last",
    "teammate-active": "no teammate had been at it lately",
    "teammate-assigned": "no active teammate were assigned",
    "teammate-draft": "no teammate had a draft there",
    "still-typing": "the customer had been quiet for longer",
    "backlog": "the message were newer than the first start",
    "stale": "the question were fresher",
    "asks-for-a-person": "the customer had not asked for a person",
    "angry": "the customer were not angry",
    "legal": "no legal matter were named",
    "safety": "no matter of safety were named",
    "money-dispute": "no dispute about money were named",
    "medical": "no medical matter were named",
    "person-word": "none of the team's words for a person stood in it",
    "person-subject": "the subject were none of the team's for a person",
    "says-no": "nothing were said not to be wanted",
    "several-questions": "only one thing were asked",
    "attachment-unread": "the attachment had been read",
    "message-cut": "the whole message could be read",
    "reads-like-instructions": "the message did not read like instructions to a machine",
    "maybe-automatic": "the message were clearly a person's",
    "own-address": "the message came from no address of the team's own",
    "answered-at-once": "the message had not come right after our reply",
    "ping-pong": "the sender had not answered us at once, again and again",
    "model-stood-in": "the configured model had answered",
    "transcript-cut": "the model had been shown the whole conversation",
    "model-changed": "somebody had accepted the new model ('sidenote check --accept-model')",
    "topic-unclear": "the topic were clearer",
    "topic-less-clear": "the topic were clear enough for sending",
    "unsupported-language": "the language were one that the policy answers",
    "customer-unread": "the customer could be read",
    "audience": "the customer were in the policy's audience",
    "first-contact": "the customer were known",
    "turn-answered": "the message had no automatic reply yet",
    "conversation-limit": "the conversation had fewer automatic replies",
    "customer-limit": "the customer had fewer automatic replies",
    "already-told": "the customer had not been told the same already",
    "no-answer-in-language": "there were an approved answer in that language",
    "outside-hours": "it were within the hours",
    "daily-cap": "the topic's daily cap were not reached",
    "canary-share": "it fell into the share that is sent",
    "organization-limit": "fewer automatic replies had gone out lately",
    "breaker-open": "the breaker were closed",
    "certificate": "the topic had its certificate",
}
_DONE = {Autonomy.NOTE: "noted", Autonomy.DRAFT: "drafted", Autonomy.SEND: "sent"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One rule's finding, as a receipt keeps it."""

    rule: str
    kind: Kind
    level: Autonomy
    applies: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would have to be otherwise. `rule` is the limit's id, GRANT or REPLY."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """How far the run would have gone with these changes.

    `is_certain` is False where a reply comes into reach only so: what replies need (the customer,
    drafts, limits) was not looked at, and might have lowered it again.
    """

    autonomy: Autonomy
    changes: tuple[Change, ...]
    is_certain: bool = True

    def __str__(self) -> str:
        """Such as "would have drafted if: the attachment had been read"."""
        also = "" if self.is_certain else " (as far as was looked at)"
        words = [change.words for change in self.changes]
        joined = ", and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
        return f"would have {_DONE[self.autonomy]} if: {joined}{also}"


def smallest_change(
    autonomy: Autonomy,
    answers: Sequence[Answer],
    *,
    topic: str = "",
    no_reply: str = "",
    lacks_right: bool = False,
) -> Counterfactual | None:
    """What would have let the run go further, or None when it went as far as there is.

    `topic` is the one that the message matched, "" when none did. `no_reply` says why no reply
    could be made although the rules allowed one, "" when one was. `lacks_right` says that the
    topic has no certificate, which no rule asks for below "send".
    """
    if no_reply and autonomy >= Autonomy.DRAFT:
        return Counterfactual(
            autonomy=autonomy, changes=(Change(REPLY, f"a reply could be made ({no_reply})"),)
        )
    if autonomy is Autonomy.SEND:
        return None
    wanted = Autonomy(autonomy + 1)
    limits = [a for a in answers if a.applies and a.kind is Kind.LIMIT]
    stopping = [limit for limit in limits if limit.level < wanted]
    rest = min((a.level for a in limits if a.level >= wanted), default=Autonomy.SEND)
    grants = [a.level for a in answers if a.applies and a.kind is Kind.GRANT]
    granted = max([Autonomy.NOTE, *grants])
    missing = [Change(GRANT, _grant(topic, wanted))] if granted < wanted else []
    if missing and wanted is Autonomy.SEND and lacks_right:
        missing.append(Change(CERTIFICATE, _would_if(CERTIFICATE)))
    return Counterfactual(
        autonomy=min(max(granted, wanted), rest),
        changes=(*missing, *(Change(a.rule, _would_if(a.rule)) for a in stopping)),
        is_certain=wanted is not Autonomy.DRAFT,
    )


def _grant(topic: str, wanted: Autonomy) -> str:
    level = wanted.name.lower()
    return f"{topic} were at {level}" if topic else f"it were about a topic at {level}"


def _would_if(rule: str) -> str:
    return WOULD_IF.get(rule, f"{rule} did not apply")
