"""`sidenote sandbox`, in its own process and as a list of what it can do."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from agent.cli.sandbox import command
from agent.errors import InputError
from agent.sandbox.faults import KINDS
from agent.sandbox.switches import SWITCHES

LINE = {"key": "kettle", "messages": [{"direction": "in", "text": "Where is it?"}]}


def test_it_serves_a_file_in_its_own_process_and_ends_when_told(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(LINE))
    arguments = ["--port", "0", "--load", str(file), "--switch", "note-id=ignored", "--json"]
    script = "from agent.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", script, "sandbox", *arguments, "--fault", "500-before@*/notes=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as served:
        try:
            assert served.stdout is not None
            told = json.loads(served.stdout.readline())
            headers = {"authorization": f"Bearer {told['key']}"}
            listed = httpx.get(f"{told['url']}/v1/conversations", headers=headers).json()
            switches = httpx.get(f"{told['url']}/_sandbox/switches").json()
            faults = httpx.get(f"{told['url']}/_sandbox/faults").json()
        finally:
            served.send_signal(signal.SIGTERM)
        code = served.wait(timeout=20)

    assert told["conversations"] == len(listed["data"]) == 1
    assert told["env"]["KUSTOMER_BASE_URL"] == told["url"]
    assert (switches["note-id"], faults[0]["route"]) == ("ignored", "*/notes")
    assert code == 0


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("--switches", [s.name for s in SWITCHES]),
        ("--faults", [*(k.name for k in KINDS), "any"]),
    ],
)
def test_it_lists_what_can_be_switched(option: str, names: list[str]) -> None:
    lines = CliRunner().invoke(command, [option]).stdout.splitlines()
    rows = json.loads(CliRunner().invoke(command, [option, "--json"]).stdout)

    assert [line.split()[0] for line in lines] == names
    assert [row["name"] for row in rows] == names


def test_a_port_that_cannot_be_is_wrong_usage() -> None:
    # From outside: a traceback.
    assert CliRunner().invoke(command, ["--port", "99999"]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--switch", "note-id"], "NAME=VALUE"),
        (["--switch", "colour=blue"], "no switch 'colour'"),
        (["--fault", "gremlin=1"], "no fault 'gremlin'"),
        (["--fault", "any"], "PROBABILITY"),
        (["--load", "missing.jsonl"], "missing.jsonl"),
    ],
)
def test_a_mistake_is_named(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(command, ["--port", "0", *arguments])

    assert isinstance(result.exception, InputError)
    assert words in str(result.exception)


def test_a_port_in_use_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(command, ["--port", str(taken.getsockname()[1])])

    assert isinstance(result.exception, InputError)
    assert "--port 0" in str(result.exception)
