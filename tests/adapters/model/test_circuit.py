"""A server that failed is left alone for a while; then one call finds out how it is."""

from datetime import timedelta

import pytest

from agent.adapters.model.circuit import TRIAL, Circuit
from agent.errors import ModelUnavailable
from tests.adapters.model.builders import START, TestClock

REST = timedelta(seconds=60)


class FrozenClock(TestClock):
    def monotonic(self) -> float:
        return self.ahead


def circuit(*, failures: int = 2) -> tuple[Circuit, FrozenClock]:
    """A circuit after some failures in a row; two open it."""
    clock = FrozenClock()
    given = Circuit(clock)
    for _ in range(failures):
        given.failed("the server failed", strikes=1, rest=REST)
    return given, clock


def is_open(given: Circuit) -> bool:
    try:
        given.enter()
    except ModelUnavailable:
        return True
    return False


def test_one_failure_does_not_open_it() -> None:
    given, _ = circuit(failures=1)

    assert not is_open(given)


def test_two_failures_in_a_row_open_it_and_it_says_why_and_until_when() -> None:
    given, _ = circuit()

    with pytest.raises(ModelUnavailable, match="the server failed; it is left alone") as raised:
        given.enter()

    assert raised.value.retry_at == START + REST


def test_failures_with_an_answer_between_them_do_not_open_it() -> None:
    given, _ = circuit(failures=1)
    given.answered()
    given.failed("the server failed", strikes=1, rest=REST)

    assert not is_open(given)


def test_it_stays_open_until_the_rest_is_over() -> None:
    given, clock = circuit()
    clock.pass_(59.9)
    assert is_open(given)

    clock.pass_(0.1)
    assert not is_open(given)


def test_only_one_call_goes_through_as_a_trial() -> None:
    given, clock = circuit()
    clock.pass_(60)

    assert not is_open(given)
    assert is_open(given)


def test_a_trial_that_never_reports_back_is_followed_by_another() -> None:
    given, clock = circuit()
    clock.pass_(60)
    given.enter()
    clock.pass_(TRIAL)

    assert not is_open(given)


def test_a_trial_that_is_answered_closes_it() -> None:
    given, clock = circuit()
    clock.pass_(60)
    given.enter()
    given.answered()

    assert not is_open(given)
    assert not is_open(given)


def test_every_trial_that_fails_doubles_the_rest_up_to_half_an_hour() -> None:
    given, clock = circuit()
    rests = [60.0]
    for _ in range(7):
        clock.pass_(rests[-1])
        given.enter()
        given.failed("the server failed", strikes=1, rest=REST)
        with pytest.raises(ModelUnavailable) as raised:
            given.enter()
        assert raised.value.retry_at is not None
        rests.append((raised.value.retry_at - clock.now()).total_seconds())

    assert rests == [60, 120, 240, 480, 960, 1800, 1800, 1800]


def test_calls_that_fail_together_count_as_one_outage() -> None:
    given, clock = circuit(failures=8)
    clock.pass_(60)

    assert not is_open(given)
