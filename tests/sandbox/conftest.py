"""A plain HTTP client for the running sandbox; no client of ours."""

from collections.abc import Iterator

import httpx
import pytest

from agent.sandbox.server import Sandbox


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {sandbox.key}"}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=10) as client:
        yield client
