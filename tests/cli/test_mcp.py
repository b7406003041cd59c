"""`sidenote mcp`: an assistant looks and proposes; it writes a note with a token, never a reply."""

import json
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from agent.errors import ConfigError
from agent.mcp_server.notes_only import NotesOnlyError
from agent.mcp_wiring import WritingNotes
from agent.ports import NewDraft
from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from agent.wiring import App
from tests.cli.typed import Typed
from tests.processes import COMMAND, Sidenote, environment_of

LID = (
    "Hello, the lid of the kettle from order 40-2291 arrived cracked. I need a new lid.",
    "out: Sorry about that. I asked the warehouse.",
    "Any news on the lid? I travel on Friday.",
)
Call = tuple[str, Mapping[str, Any]]


@pytest.fixture
def conversation(sandbox: Sandbox) -> str:
    return sandbox.add_conversation("kettle", *LID).id


class Team:
    """One team's settings, with what people type and what assistants ask for there."""

    def __init__(self, sandbox: Sandbox, typed: Typed, folder: Path) -> None:
        self.sandbox, self._typed, self.folder = sandbox, typed, folder
        url = f"sqlite:///{folder / 'sidenote.sqlite'}"
        self.environment = environment_of(sandbox, url)

    def typed(self, *args: str) -> str:
        said = self._typed(*args)
        assert said.code == 0, said.err
        return said.out

    def token(self, name: str, *scopes: str) -> str:
        asked = (each for scope in scopes for each in ("--scope", scope))
        return self.typed("tokens", "add", name, *asked).strip()

    def asked(self, *calls: Call, token: str = "") -> list[Any]:
        """What the server answers, in a process of its own; an error is a text, else JSON."""
        more = {"SIDENOTE_MCP_TOKEN": token} if token else {}
        server = StdioServerParameters(
            command=COMMAND[0],
            args=[*COMMAND[1:], "mcp"],
            env={**self.environment, **more},
            cwd=self.folder,
        )

        async def talk() -> list[Any]:
            async with Client(server) as client:
                return [_answer(await client.call_tool(name, dict(given))) for name, given in calls]

        # In a thread: a browser's loop may run in this one.
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(anyio.run, talk).result()

    def tools(self, **settings: str) -> list[Any]:
        environment = {**self.environment, **settings}
        with Sidenote("mcp", "--json", folder=self.folder, environment=environment) as ended:
            listed: list[Any] = ended.printed()
            return listed

    def notes(self) -> list[str]:
        return [note.body for note in self.sandbox.world.notes.values()]

    def writes(self) -> set[str]:
        """The paths, ids left out, of all requests that could change something at Kustomer."""
        seen = self.sandbox.world.requests
        return {
            "/".join(part for part in each.path.split("/") if len(part) != 24)
            for each in seen
            if each.method != "GET" and not each.path.endswith("/search")
        }


def _answer(result: Any) -> Any:
    return result.content[0].text if result.is_error else result.structured_content


@pytest.fixture
def team(sandbox: Sandbox, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    made = Team(sandbox, typed, tmp_path)
    monkeypatch.setenv("SIDENOTE_DATABASE_URL", made.environment["SIDENOTE_DATABASE_URL"])
    return made


def test_without_a_token_an_assistant_reads_and_writes_nothing(
    team: Team, conversation: str
) -> None:
    team.typed("start", "--once")
    before = (team.notes(), len(team.writes()))
    summary, listed, explained, proposed = team.asked(
        ("summarize_conversation", {"conversation_id": conversation}),
        ("list_runs", {"state": "done"}),
        ("explain_run", {"run_or_conversation": conversation}),
        ("propose_note", {"conversation_id": conversation, "write": True}),
    )

    (run,) = listed["runs"]
    assert (run["conversation_id"], run["disposition"]) == (conversation, "noted")
    assert (explained["id"], "because" in explained["receipt"]) == (run["id"], True)
    assert summary["note"] == proposed["note"] != ""
    assert summary["statements"]
    assert (proposed["posted"], "no token" in proposed["why_not_written"]) == (False, True)
    assert (team.notes(), len(team.writes())) == before


def test_with_its_scope_a_note_is_written_once_and_put_on_record(
    team: Team, conversation: str
) -> None:
    token = team.token("assistant", "summarize")
    asked: Call = ("propose_note", {"conversation_id": conversation, "write": True})
    first, again = team.asked(asked, asked, token=token)

    assert team.notes() == [first["note"]]
    assert (first["posted"], first["why_not_written"]) == (True, None)
    assert (again["posted"], again["note_id"]) == (False, first["note_id"])
    assert team.writes() == {"/v1/conversations/notes"}
    rows = json.loads(team.typed("audit", "list", "--kind", "api.call", "--json"))
    assert {(row["said"]["by"], row["said"]["action"]) for row in rows} == {
        ("token assistant", "mcp-propose-note")
    }


def test_a_token_alone_writes_nothing(team: Team, conversation: str) -> None:
    token = team.token("assistant", "summarize")
    (proposed,) = team.asked(("propose_note", {"conversation_id": conversation}), token=token)

    assert (proposed["posted"], proposed["why_not_written"]) == (False, "write is false")
    assert team.writes() == set()


def test_a_token_of_other_scopes_writes_nothing(team: Team, conversation: str) -> None:
    token = team.token("workflow", "read", "send", "approve")
    asked: Call = ("propose_note", {"conversation_id": conversation, "write": True})
    (proposed,) = team.asked(asked, token=token)

    assert "needs the scope summarize" in proposed["why_not_written"]
    assert team.writes() == set()


def test_a_removed_token_writes_nothing(team: Team, conversation: str) -> None:
    token = team.token("assistant", "summarize")
    team.typed("tokens", "remove", "assistant")
    asked: Call = ("propose_note", {"conversation_id": conversation, "write": True})
    (proposed,) = team.asked(asked, token=token)

    assert "not known" in proposed["why_not_written"]
    assert team.writes() == set()


def test_a_pause_keeps_notes_back(team: Team, conversation: str) -> None:
    token = team.token("assistant", "summarize")
    team.typed("pause")
    asked: Call = ("propose_note", {"conversation_id": conversation, "write": True})
    (said,) = team.asked(asked, token=token)

    assert "paused" in said
    assert team.writes() == set()


def test_what_goes_wrong_is_told_and_the_server_goes_on(team: Team, conversation: str) -> None:
    missing, wrong, unknown, fine = team.asked(
        ("summarize_conversation", {"conversation_id": "0" * 24}),
        ("summarize_conversation", {"conversation_id": f"https://x.test/{conversation}"}),
        ("explain_run", {"run_or_conversation": "ffff"}),
        ("list_runs", {}),
    )

    assert "no conversation 000000" in missing
    assert f"Is it {conversation}?" in wrong
    assert "list_runs" in unknown
    assert fine == {"runs": [], "more": False}


def test_clients_are_told_which_tools_only_read(team: Team) -> None:
    names = ["summarize_conversation", "explain_run", "list_runs", "propose_note"]
    assert [t["name"] for t in team.tools() if t["annotations"]["readOnlyHint"]] == names

    tools = team.tools(SIDENOTE_MCP_TOKEN="sn_made-up")
    assert [t["name"] for t in tools if not t["annotations"]["readOnlyHint"]] == ["propose_note"]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.cli.mcp import command  # noqa: PLC0415 - as the command line loads it

    monkeypatch.delitem(sys.modules, "agent.mcp_server.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    with pytest.raises(ConfigError, match="pip install 'mcp"):
        command.main([], standalone_mode=False)


def test_its_writer_has_no_way_to_a_customer(team: Team) -> None:
    draft = NewDraft(
        conversation_id="c1",
        customer_id="u1",
        channel="email",
        body="Hello",
        to="mara@example.test",
        sender="help@example.test",
        marker="m",
    )
    with closing(App(load_settings(team.environment))) as app:
        writer = WritingNotes(app).pipeline().desk.writer

        for refused in (
            lambda: writer.stage_draft(draft),
            lambda: writer.release_draft("d1", "email", at=datetime(2026, 3, 2, tzinfo=UTC)),
            lambda: writer.delete_draft("d1"),
            lambda: writer.record_message("c1", "Hello", channel="email", marker="m"),
            lambda: writer.add_tags("c1", ["vip"]),
        ):
            with pytest.raises(NotesOnlyError):
                refused()
    assert team.writes() == set()
