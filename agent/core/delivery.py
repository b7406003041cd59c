"""What comes next for one write, as a table.

The engine remembers which step of a run is done. What one *write* needs next is this table's
business alone: after "attempt started" it says *look*, never *write again*. No I/O here;
`agent/notes.py` carries the steps out.
"""

from enum import StrEnum


class Known(StrEnum):
    """What is known of one write."""

    INTENDED = "intended"  # the intent is committed, no attempt was ever started
    STARTED = "started"  # an attempt was started; we do not know how it ended
    ABSENT = "absent"  # looked: it is not there
    NOT_APPLIED = "not-applied"  # the helpdesk did not take it; a retry can mend it
    FOUND = "found"  # looked: it is there
    APPLIED = "applied"  # the helpdesk answered with it
    TWICE = "twice"  # looked: it is there more than once
    GONE = "gone"  # the conversation is deleted or merged
    REFUSED = "refused"  # a retry cannot mend it
    HIDDEN = "hidden"  # the helpdesk says that it is there, but does not show it


class Step(StrEnum):
    """What to do next."""

    WRITE = "write"
    LOOK = "look"
    WAIT = "wait"  # then write
    KEEP_OLDEST = "keep-oldest"  # delete our newer ones, then look again
    SETTLE_ARRIVED = "settle-arrived"
    SETTLE_SAVED = "settle-saved"  # it lies in the composer, sent to nobody
    SETTLE_OVERTAKEN = "settle-overtaken"
    SETTLE_UNKNOWN = "settle-unknown"
    STOP = "stop"  # a person looks; a retry starts from here, looking first


# Notes: a second one reaches no customer and is found and deleted, so an absent one is written
# again at once.
NOTE_NEXT: dict[Known, Step] = {
    Known.INTENDED: Step.WRITE,
    # We may have died, or lost the answer, after the helpdesk took it. Look first.
    Known.STARTED: Step.LOOK,
    Known.ABSENT: Step.WRITE,
    Known.NOT_APPLIED: Step.WAIT,
    Known.FOUND: Step.SETTLE_ARRIVED,
    Known.APPLIED: Step.SETTLE_ARRIVED,
    Known.TWICE: Step.KEEP_OLDEST,
    Known.GONE: Step.SETTLE_OVERTAKEN,
    Known.REFUSED: Step.STOP,
}

# Unsent drafts: the marker also survives a lost database, so the first step is a look. One that
# is absent is staged again at once: a second draft reaches nobody and is found and deleted.
DRAFT_NEXT: dict[Known, Step] = {
    Known.INTENDED: Step.LOOK,
    Known.STARTED: Step.LOOK,
    Known.ABSENT: Step.WRITE,
    Known.NOT_APPLIED: Step.WAIT,
    Known.FOUND: Step.SETTLE_SAVED,
    Known.APPLIED: Step.SETTLE_SAVED,
    Known.TWICE: Step.KEEP_OLDEST,
    Known.GONE: Step.SETTLE_OVERTAKEN,
    Known.REFUSED: Step.STOP,
}

# A customer's message, recorded: a second one could not be taken back, so look before each write.
RECORD_NEXT: dict[Known, Step] = {
    Known.INTENDED: Step.LOOK,
    Known.STARTED: Step.LOOK,
    Known.ABSENT: Step.WRITE,
    Known.NOT_APPLIED: Step.WAIT,
    Known.FOUND: Step.SETTLE_ARRIVED,
    Known.APPLIED: Step.SETTLE_ARRIVED,
    Known.GONE: Step.SETTLE_OVERTAKEN,
    Known.HIDDEN: Step.SETTLE_UNKNOWN,
    Known.REFUSED: Step.STOP,
}


class Seen(StrEnum):
    """What is known of a reply whose draft was staged."""

    STAGED = "staged"  # our draft lies in the composer; nothing was ever released
    RELEASE_STARTED = "release-started"  # a release was started; we do not know how it ended
    STILL_LISTED = "still-listed"  # looked: the draft is there, so it was not sent
    GONE = "gone"  # looked: the draft is not there any more
    UNCHANGED = "unchanged"  # looked again: the conversation and the draft are as decided upon
    DOUBTED = "doubted"  # something seems to have changed: a list may lag, an answer be spoilt
    MOVED_ON = "moved-on"  # looked again: somebody wrote, closed, took over …
    TOUCHED = "touched"  # looked again: somebody changed, sent or deleted our draft
    TOUCHED_UNHEARD = "touched-unheard"  # … changed it while a release of it was unanswered
    NOT_ALLOWED = "not-allowed"  # the topic was lowered, or a limit is reached
    RELEASED = "released"  # Kustomer took the release
    VISIBLE = "visible"  # our message stands in the conversation
    BOUNCED = "bounced"  # it stands there with a delivery failure
    NOT_VISIBLE = "not-visible"  # not after the settle time


class Next(StrEnum):
    """What to do next with a staged reply."""

    LOOK_AGAIN = "look-again"
    RELEASE = "release"
    CHECK_DRAFT = "check-draft"
    WITHDRAW = "withdraw"  # delete our own draft, then overtaken
    CONFIRM = "confirm"
    SETTLE_ARRIVED = "settle-arrived"
    SETTLE_SAVED = "settle-saved"  # the draft waits for a teammate
    SETTLE_OVERTAKEN = "settle-overtaken"
    SETTLE_FAILED = "settle-failed"
    SETTLE_UNKNOWN = "settle-unknown"


# Replies: only one draft id is ever released, so however often that happens it is one message.
REPLY_NEXT: dict[Seen, Next] = {
    Seen.STAGED: Next.LOOK_AGAIN,
    # We may have died, or lost the answer, after Kustomer took it. Look; never release blindly.
    Seen.RELEASE_STARTED: Next.CHECK_DRAFT,
    Seen.STILL_LISTED: Next.LOOK_AGAIN,
    Seen.GONE: Next.CONFIRM,
    Seen.UNCHANGED: Next.RELEASE,
    # One bad answer would end a reply for good, and leave its draft behind.
    Seen.DOUBTED: Next.LOOK_AGAIN,
    Seen.MOVED_ON: Next.WITHDRAW,
    Seen.TOUCHED: Next.SETTLE_OVERTAKEN,
    # That release may still be applied, and would send what the teammate made of it.
    Seen.TOUCHED_UNHEARD: Next.SETTLE_UNKNOWN,
    Seen.NOT_ALLOWED: Next.SETTLE_SAVED,
    Seen.RELEASED: Next.CONFIRM,
    Seen.VISIBLE: Next.SETTLE_ARRIVED,
    Seen.BOUNCED: Next.SETTLE_FAILED,
    # Sent or not, nobody can say: a person looks, and it is never sent again.
    Seen.NOT_VISIBLE: Next.SETTLE_UNKNOWN,
}
