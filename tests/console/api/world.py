"""A whole team in memory with a real SQLite database, and the API before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from agent.adapters.memory import MemoryDirectory
from agent.adapters.store import open_store
from agent.adapters.store.access import open_access
from agent.adapters.store.figures import open_figures
from agent.adapters.store.search import open_search
from agent.adapters.store.tokens import open_tokens
from agent.approving import approve, reject
from agent.console.api.parts import ApiParts, Usage
from agent.console.app import Places, console_app
from agent.console.entry import Entry
from agent.console.parts import Acts, Light, Parts
from agent.core.conversation import OutboundAccount
from agent.core.team_policy import Level
from agent.core.tokens import Scope
from agent.dispatcher import retry
from agent.notes import NoteDesk
from agent.on_demand import in_language, summarize
from agent.pausing import Controls
from agent.ports import Run
from agent.posting import post
from agent.tokens import Tokens
from tests.small_world import SmallWorld
from tests.test_answering import world_at

HOST = "127.0.0.1:8321"
EVERYTHING = tuple(Scope)
USED = Usage(
    requests=1_234,
    requests_a_minute=12,
    requests_allowed=90,
    model_tokens=56_000,
    model_cost=0.42,
)


@dataclass
class Api:
    """The world, its tokens, and a client that shows one with every scope."""

    world: SmallWorld
    parts: ApiParts
    tokens: Tokens
    folder: Path
    client: TestClient

    def token(self, *scopes: Scope, name: str = "", days: int = 90) -> str:
        """A fresh token with these scopes."""
        return self.tokens.add(name or f"t{next(_numbers)}", scopes, days=days)[1]

    def call(
        self,
        method: str,
        path: str,
        *scopes: Scope,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Any:
        """The answer to a request with a token of these scopes; without scopes, of every one."""
        held = bearer(self.token(*(scopes or EVERYTHING)))
        return self.client.request(
            method, f"/api/v1{path}", headers={**held, **(headers or {})}, **more
        )

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        """The same, for what changes something."""
        return self.call("POST", path, json=body, **more)

    def get(self, path: str, **more: Any) -> Any:
        """The same, for what only looks."""
        return self.call("GET", path, **more)


_numbers = count(1)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def api_at(folder: Path, level: Level = Level.NOTE) -> Api:
    """The API of a team whose routine topic is at that level."""
    world = world_at(level)
    world.helpdesk = MemoryDirectory(world.clock)
    url = f"sqlite:///{folder / 'sidenote.sqlite'}"
    world.store = open_store(url)  # type: ignore[assignment]
    world.restart()
    world.daemon.poller.poll()  # the first start: what comes after it is no backlog
    world.helpdesk._accounts = (OutboundAccount(channel="email", account="help@shop.example"),)
    parts = console_parts(world, url, folder)
    api = ApiParts(
        parts=parts,
        book=open_tokens(url),
        figures=open_figures(url),
        directory=lambda: world.helpdesk,  # type: ignore[arg-type, return-value]
        summarize=lambda c, lang: summarize(in_language(world.pipeline, lang), c),
        post=lambda c, lang, again: post(in_language(world.pipeline, lang), c, again=again),
        usage=lambda: USED,
    )
    tokens = Tokens(book=api.book, record=world.store, clock=world.clock, by="Ada")
    app = console_app(parts, Places(hosts=frozenset({HOST})), api)
    client = TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False)
    return Api(world=world, parts=api, tokens=tokens, folder=folder, client=client)


def console_parts(world: SmallWorld, url: str, folder: Path) -> Parts:
    numbers = count(1)

    def desk() -> NoteDesk:
        return replace(world.desk, owner=f"api/{next(numbers)}")

    def decide(what: Callable[..., Any], run: Run, *said: str) -> Any:
        names = ("by", "reason")
        return what(desk(), run, **dict(zip(names, said, strict=False)))

    def retried(run: Run) -> str:
        return "It goes on." if retry(world.store, run, world.clock) else "It goes on already."

    return Parts(
        store=world.store,
        search=open_search(url),
        entry=Entry(book=open_access(url), clock=world.clock, by_link=True),
        clock=world.clock,
        policy=lambda: world.policy,
        controls=Controls(lambda: world.store, folder / "pause", from_environment=False),
        paused=world.gates.pause.paused,
        acts=Acts(approve=partial(decide, approve), reject=partial(decide, reject), retry=retried),
        desk=desk,
        lights=lambda: (Light(name="Kustomer", is_well=True, words="answers"),),
        version="1.2.3",
    )
