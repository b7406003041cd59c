"""A team whose console is served: helpdesk in memory, an SQLite file, a clock that tests move."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from agent.adapters.store import open_store
from agent.adapters.store.access import open_access
from agent.adapters.store.search import open_search
from agent.approving import approve, reject
from agent.console.api.parts import ApiParts
from agent.console.app import Places, console_app
from agent.console.entry import Entry
from agent.console.meters import model_meter, request_meter
from agent.console.parts import Acts, Light, Meter, Parts
from agent.console.passwords import hash_of
from agent.console.server import hosts_of, serving
from agent.console.standings import Standings
from agent.core.access import Account, Role
from agent.core.conversation import Address, Customer, OutboundAccount
from agent.core.spending import Caps, Spent
from agent.core.team_policy import Level
from agent.dispatcher import retry
from agent.notes import NoteDesk
from agent.pausing import Controls
from agent.ports import Run
from tests.small_world import SmallWorld
from tests.test_answering import QUESTION, policy_at

A_WHILE = timedelta(minutes=3)
PASSWORD = "correct horse battery"
PEOPLE = {"ada": Role.LEAD, "ben": Role.TEAMMATE, "vic": Role.VIEWER}


@dataclass
class Team:
    """What a test does to the team whose pages it looks at."""

    folder: Path
    level: Level = Level.DRAFT
    daemon_runs: bool = True
    patience: float = 60  # seconds: a busy machine is slow; a test wants the figures
    url: str = ""
    world: SmallWorld = field(init=False)

    def __post_init__(self) -> None:
        database = f"sqlite:///{self.folder / 'team.sqlite'}"
        self.world = SmallWorld(policy=policy_at(self.level))
        self.world.store = open_store(database)  # type: ignore[assignment] # the same port
        self.world.restart()
        self.world.daemon.poller.poll()
        self.world.helpdesk._accounts = (
            OutboundAccount(channel="email", account="help@shop.example"),
        )
        self.search, self.book = open_search(database), open_access(database)

    def ask(
        self, text: str = QUESTION, *, name: str = "Where is it?", address: str = "m@mail.example"
    ) -> str:
        """A known customer asks; gives the conversation's id."""
        conversation_id = self.world.conversation(text, minutes_ago=0, name=name)
        customer_id = self.world.helpdesk._conversations[conversation_id].customer_id or ""
        addresses = (Address(value=address, verified=True),)
        self.world.helpdesk.add_customer(Customer(id=customer_id, name="Mara", emails=addresses))
        return conversation_id

    def waiting(self, text: str = QUESTION, **fields: str) -> Run:
        """The run of a question whose draft waits for a teammate."""
        conversation_id = self.ask(text, **fields)
        self.world.live(A_WHILE)
        return self.world.run(conversation_id)

    def replies(self, run: Run) -> list[str]:
        """What the customer was sent."""
        messages = self.world.helpdesk._messages[run.turn.conversation_id]
        return [m.text for m in messages if m.direction == "out"]

    def run(self, run: Run) -> Run:
        """The run as it is now."""
        found = self.world.store.run(run.id)
        assert found is not None
        return found

    def add_people(self) -> None:
        """An account for each role that the pages know."""
        for name, role in PEOPLE.items():
            self.book.save_account(
                Account(
                    name=name,
                    role=role,
                    created_at=self.world.clock.now(),
                    password=hash_of(PASSWORD),
                )
            )

    def link(self) -> str:
        """An address that signs in once, as who starts the console does."""
        return f"{self.url}/sign-in?key={self.parts.entry.new_key()}"

    def desk(self) -> NoteDesk:
        return replace(self.world.desk, owner=f"console/{uuid4().hex[:8]}")

    @property
    def parts(self) -> Parts:
        world = self.world
        return Parts(
            store=world.store,
            search=self.search,
            entry=Entry(book=self.book, clock=world.clock, by_link=True),
            clock=world.clock,
            policy=lambda: world.policy,
            controls=Controls(
                store=lambda: world.store,
                file=self.folder / "sidenote.pause",
                from_environment=False,
            ),
            paused=world.gates.pause.paused,
            acts=Acts(
                approve=lambda run, by: approve(self.desk(), run, by=by),
                reject=lambda run, by, why: reject(self.desk(), run, by=by, reason=why),
                retry=lambda run: str(retry(world.store, run, world.clock)),
            ),
            desk=self.desk,
            lights=self._lights,
            meters=self._meters,
            standings=Standings(patience=self.patience),
            version="test",
        )

    def _lights(self) -> tuple[Light, ...]:
        words = "is working" if self.daemon_runs else "does not run: 'sidenote start'"
        return (
            Light(name="Daemon", is_well=self.daemon_runs, words=words),
            Light(name="Kustomer", is_well=True, words="answers"),
        )

    def _meters(self) -> tuple[Meter, ...]:
        spent, caps = Spent(hour=12_400, day=420_000), Caps(spend_per_day=5_000_000)
        return (
            request_meter(last_minute=74, a_minute=90),
            model_meter(spent, (1_204_000, 3_100_000), caps, is_set_up=True, has_price=True),
        )


@contextmanager
def served(team: Team, api: ApiParts | None = None) -> Iterator[Team]:
    """The team's console on a free port of this machine, with the API where it is given."""
    with serving(
        lambda at: console_app(team.parts, Places(hosts=hosts_of(at)), api), "127.0.0.1:0"
    ) as url:
        team.url = url
        yield team
