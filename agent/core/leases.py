"""Until when a lease or a claim in the database is believed."""

from datetime import datetime, timedelta

CLOCKS_APART = timedelta(seconds=2)  # of two machines; those who share a database keep to it


def latest_end(now: datetime, ttl: timedelta) -> datetime:
    """When the longest honest one ends that was taken until now.

    One that ends later was taken by a clock that ran ahead, and was put right since. It counts as
    ended: otherwise a clock that jumped an hour ahead would stop everything for that hour.
    """
    return now + ttl + CLOCKS_APART
