"""The console beside a real daemon: served, rung, and gone at a stop."""

import re
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from agent.sandbox.server import Sandbox
from tests.processes import Sidenote, environment_of, wait_until

Process = Callable[..., Sidenote]
FAR = "600"  # seconds to the next poll: nothing in these tests waits so long
SAID = (
    "Hello, the lid of the kettle from order 40-2291 arrived cracked. I need a new lid.",
    "out: Sorry about that. I asked the warehouse to look for one.",
    "Any news on the lid? I travel on Friday.",
)


@pytest.fixture
def process(sandbox: Sandbox, tmp_path: Path) -> Iterator[Process]:
    """`process("start")`; what still runs at the end is killed."""
    started: list[Sidenote] = []
    environment = environment_of(sandbox, f"sqlite:///{tmp_path / 'sidenote.sqlite'}")

    def start(*arguments: str, **more: str) -> Sidenote:
        begun = Sidenote(*arguments, folder=tmp_path / "out", environment=environment | more)
        started.append(begun)
        return begun

    yield start
    for each in started:
        each.kill()


def free_port() -> int:
    """A port that is bound seconds later, by another process.

    Below those that the system gives to outgoing connections: one of these would be taken by any
    request of a busy machine meanwhile, and the console would find its port in use.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def link_of(started: Sidenote) -> str:
    started.says("/sign-in?key=")
    found = re.search(r"http://\S+/sign-in\?key=\S+", started.err)
    assert found
    return found[0]


def test_the_link_that_a_start_prints_opens_the_console(process: Process) -> None:
    daemon = process("start", SIDENOTE_CONSOLE="127.0.0.1:0")

    with httpx.Client(follow_redirects=True) as browser:
        opened = browser.get(link_of(daemon))

    assert opened.status_code == 200
    assert "default-src 'none'" in opened.headers["content-security-policy"]


def test_a_start_that_runs_once_or_logs_as_json_prints_no_link(process: Process) -> None:
    once = process("start", "--once", SIDENOTE_CONSOLE="127.0.0.1:0")
    assert once.ended() == 0

    daemon = process("start", "--json", SIDENOTE_CONSOLE="127.0.0.1:0")
    daemon.says("console.started")

    assert "sign-in" not in once.err + once.out + daemon.err + daemon.out


def test_a_stop_does_not_wait_for_open_pages(process: Process) -> None:
    daemon = process("start", SIDENOTE_CONSOLE="127.0.0.1:0")
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        opened = browser.get(link_of(daemon))
        with browser.stream("GET", str(opened.url.join("/events"))) as live:
            assert live.status_code == 200

            daemon.terminate()

            assert daemon.ended(within=15) == 0


def test_on_a_busy_port_the_daemon_goes_on_and_says_so(process: Process, sandbox: Sandbox) -> None:
    sandbox.add_conversation("kettle", *SAID)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        daemon = process("start", SIDENOTE_CONSOLE=f"127.0.0.1:{taken.getsockname()[1]}")

        daemon.says("No console:")
        daemon.until(lambda: len(sandbox.world.notes) == 1)


def test_others_can_reach_no_daemons_console_without_accounts(process: Process) -> None:
    daemon = process("start", SIDENOTE_CONSOLE="0.0.0.0:0")

    assert daemon.ended() == 3
    assert "sidenote users add" in daemon.err


def rung(process: Process, sandbox: Sandbox, *, alone: bool) -> None:
    """A daemon that polls hardly ever; the doorbell is its own console's, or one's beside it."""
    address = f"127.0.0.1:{free_port()}"
    place = {"SIDENOTE_PUBLIC_URL": f"http://{address}", "SIDENOTE_POLL_SECONDS": FAR}
    assert process("webhooks", "install", **place).ended() == 0
    daemon = process("start", **place, SIDENOTE_CONSOLE="off" if alone else address)
    if alone:
        link_of(process("console", **place, SIDENOTE_CONSOLE=address))
    else:
        link_of(daemon)
    wait_until(lambda: any("search" in r.path for r in sandbox.world.requests))

    conversation = sandbox.add_conversation("kettle", *SAID)

    (webhook,) = sandbox.world.webhooks.values()
    daemon.until(lambda: len(webhook.statuses) == len(conversation.messages))
    assert set(webhook.statuses) == {204}
    daemon.until(lambda: len(sandbox.world.notes_of(conversation.id)) == 1)


def test_a_call_from_kustomer_wakes_the_daemon(process: Process, sandbox: Sandbox) -> None:
    rung(process, sandbox, alone=False)


def test_a_console_alone_passes_the_call_on_to_the_daemon(
    process: Process, sandbox: Sandbox
) -> None:
    rung(process, sandbox, alone=True)


def test_a_demo_takes_another_port_when_the_usual_one_is_busy(
    tmp_path: Path,
) -> None:
    environment = {"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(tmp_path / "state")}
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8321))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        with Sidenote("demo", folder=tmp_path / "out", environment=environment) as demo:
            link = link_of(demo)
            demo.terminate()
            assert demo.ended() == 0

    assert ":8321/" not in link
