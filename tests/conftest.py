"""Fixtures for all tests."""

from collections.abc import Iterator

import pytest

from agent.sandbox.server import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running, empty Sandbox whose searches see every change at once."""
    with Sandbox(switches={"index-lag": "0"}) as running:
        yield running
