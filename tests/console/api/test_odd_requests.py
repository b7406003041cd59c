"""Odd requests made from the API's own description; `odd.py` makes ten thousand of them."""

from pathlib import Path

from tests.console.api.odd import BROKEN, a_busy_team, odd_requests


def test_odd_requests_get_answers_that_the_description_knows(tmp_path: Path) -> None:
    statuses = odd_requests(a_busy_team(tmp_path), 120)

    assert sum(statuses.values()) >= 120
    assert max(statuses) < BROKEN
    assert statuses[200] > 0  # some got through to what the call does
