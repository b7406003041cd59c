"""What was planned by a clock that has jumped since holds nothing up."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.core.leases import is_time, latest_end

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "is_due"),
    [
        pytest.param(None, True, id="never done"),
        pytest.param(NOON, True, id="now"),
        pytest.param(NOON - SECOND, True, id="a moment ago"),
        pytest.param(NOON + SECOND, False, id="in a moment"),
        pytest.param(NOON + MINUTE, False, id="just planned"),
        pytest.param(NOON + MINUTE + SECOND, True, id="planned before the clock was set back"),
    ],
)
def test_what_is_done_every_minute_is_due(at: datetime | None, is_due: bool) -> None:
    assert is_time(at, NOON, every=MINUTE) is is_due


def test_no_lease_ends_later_than_its_length_and_two_seconds_from_now() -> None:
    assert latest_end(NOON, MINUTE) == NOON + MINUTE + 2 * SECOND
