"""Fixtures for all tests."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from agent.sandbox.server import Sandbox

# Times are measured by benchmarks; a busy machine must not fail a property.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running, empty Sandbox whose searches see every change at once."""
    with Sandbox(switches={"index-lag": "0"}) as running:
        yield running
