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


class Step(StrEnum):
    """What to do next."""

    WRITE = "write"
    LOOK = "look"
    WAIT = "wait"  # then write
    KEEP_OLDEST = "keep-oldest"  # delete our newer ones, then look again
    SETTLE_ARRIVED = "settle-arrived"
    SETTLE_SAVED = "settle-saved"  # it lies in the composer, sent to nobody
    SETTLE_OVERTAKEN = "settle-overtaken"
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
