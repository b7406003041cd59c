"""A team's settings on a Sandbox, and a made-up conversation to work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.sandbox.server import Sandbox
from tests.cli.typed import Typed, only_these, typed_with


@pytest.fixture
def typed(sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Typed]:
    """Commands on that Sandbox with a database of their own."""
    environment = {
        "KUSTOMER_BASE_URL": sandbox.url,
        "KUSTOMER_API_KEY": sandbox.key,
        "SIDENOTE_QUIET_SECONDS": "0",
        "SIDENOTE_CONSOLE": "off",
    }
    with only_these(environment, tmp_path):
        yield typed_with(capsys)


@pytest.fixture
def typed_without_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Typed]:
    """Commands of somebody who has set nothing."""
    with only_these({}, tmp_path):
        yield typed_with(capsys)


@pytest.fixture
def conversation(sandbox: Sandbox) -> str:
    """One that is due a note; gives its id."""
    return sandbox.add_conversation(
        "kettle",
        "Hello, the lid of the kettle from order 40-2291 arrived cracked. I need a new lid.",
        "out: Sorry about that. I asked the warehouse.",
        "Any news on the lid? I travel on Friday.",
        subject="Kettle \x1b[31mlid",
    ).id
