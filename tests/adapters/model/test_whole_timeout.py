"""A request's read timeout bounds all of the exchange, and a body has a size."""

import threading
import time

import httpx2
import pytest

from agent.adapters.model.whole_timeout import WholeTimeout
from tests.adapters.model.server import ModelServer


def client(*, seconds: float | None) -> httpx2.Client:
    inner = httpx2.HTTPTransport(limits=httpx2.Limits(max_keepalive_connections=0))
    return httpx2.Client(transport=WholeTimeout(inner), timeout=seconds)


def post(profile: str, *, seconds: float | None = 10) -> httpx2.Response:
    with ModelServer(profile) as server, client(seconds=seconds) as http:
        return http.post(f"{server.url}/chat/completions", json={"messages": [{"content": ""}]})


def timers() -> set[threading.Thread]:
    """Timers that still run; one that was cancelled is given the moment it takes to end."""
    running = {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)}
    for timer in running:
        timer.join(timeout=0.5)
    return {timer for timer in running if timer.is_alive()}


@pytest.mark.parametrize("profile", ["silent", "drips-headers", "drips-body"])
def test_an_exchange_that_is_not_complete_in_time_is_cut(profile: str) -> None:
    started = time.monotonic()
    with pytest.raises(httpx2.ReadTimeout):
        post(profile, seconds=0.3)

    assert time.monotonic() - started < 3


def test_an_exchange_in_time_is_not_touched() -> None:
    assert post("good").json()["model"] == "test-model"


def test_without_a_timeout_nothing_is_cut() -> None:
    assert post("good", seconds=None).is_success


def test_a_body_without_end_is_refused() -> None:
    with pytest.raises(httpx2.ReadError, match="more than"):
        post("endless")


@pytest.mark.parametrize("profile", ["good", "error-500", "reset", "truncated", "closed"])
def test_no_timer_stays_behind(profile: str) -> None:
    before = timers()
    try:
        post(profile)
    except httpx2.TransportError:
        assert profile in {"reset", "truncated", "closed"}

    assert timers() <= before
