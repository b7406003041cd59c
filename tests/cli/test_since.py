"""`--since`: how far back to look."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.cli.since import parse_since
from agent.errors import InputError

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param("30m", NOON - timedelta(minutes=30), id="minutes"),
        pytest.param("24h", NOON - timedelta(hours=24), id="hours"),
        pytest.param("7d", NOON - timedelta(days=7), id="days"),
        pytest.param("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC), id="a date is UTC"),
        pytest.param(
            "2026-11-05T11:30:00+01:00", datetime(2026, 11, 5, 10, 30, tzinfo=UTC), id="ISO time"
        ),
        pytest.param(
            "2026-11-05T11:30:00Z", datetime(2026, 11, 5, 11, 30, tzinfo=UTC), id="ISO in UTC"
        ),
        pytest.param(
            " 2026-11-05T11:30 ", datetime(2026, 11, 5, 11, 30, tzinfo=UTC), id="no zone is UTC"
        ),
        pytest.param("2026-11-05T12:00:00Z", NOON, id="now"),
    ],
)
def test_a_moment_is_read(text: str, at: datetime) -> None:
    assert parse_since(text, NOON) == at


@pytest.mark.parametrize("text", ["", "yesterday", "24", "-1h", "1w", "2026-13-01", "999999d"])
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="24h"):
        parse_since(text, NOON)


def test_a_moment_in_the_future_is_refused() -> None:
    with pytest.raises(InputError, match="future"):
        parse_since("2026-11-06", NOON)
