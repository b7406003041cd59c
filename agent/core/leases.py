"""Until when a lease, a claim or an appointment is believed, should a clock have jumped."""

from datetime import datetime, timedelta

CLOCKS_APART = timedelta(seconds=2)  # of two machines; those who share a database keep to it


def latest_end(now: datetime, ttl: timedelta) -> datetime:
    """When the longest honest one ends that was taken until now.

    One that ends later was taken by a clock that ran ahead, and was put right since. It counts as
    ended: otherwise a clock that jumped an hour ahead would stop everything for that hour.
    """
    return now + ttl + CLOCKS_APART


def is_time(at: datetime | None, now: datetime, *, every: timedelta) -> bool:
    """Whether something that is done `every` so often, and next `at`, is due; None is at once.

    Further ahead than that it is due too: the clock was set back since it was planned.
    """
    return at is None or not now < at <= now + every
