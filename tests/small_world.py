"""A whole team in memory: helpdesk, database, engine and daemon, with a clock that tests move."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.adapters.memory import ManualClock, MemoryEngine, MemoryHelpdesk, MemoryStore
from agent.adapters.memory.engine import Workflow
from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Author, AuthorKind, Conversation, Note, Status
from agent.core.team_policy import TeamPolicy
from agent.core.turn import Turn
from agent.daemon import Daemon
from agent.dispatcher import Dispatcher
from agent.gates import Gates, PauseSwitch
from agent.notes import NoteDesk
from agent.pipeline import Pipeline
from agent.policy_file import load_policy
from agent.poller import Poller
from agent.ports import Model, Run
from agent.runner import Runner
from agent.tidying import OUR_MARKERS, Tidying
from agent.vigil import Vigil
from agent.watching import Watching

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
QUIET = timedelta(seconds=60)
POLL = timedelta(seconds=30)
KETTLE = (
    "Hello, the lid of the kettle from order 40-2291 arrived cracked. I don't want a refund, "
    "I only need a new lid. Could you send me one before Friday? I am travelling then."
)


@dataclass
class SmallWorld:
    """One team. `live` runs the daemon for a while; `restart` is what follows a kill."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    model: Model = field(default_factory=OfflineEngine)
    policy: TeamPolicy = field(default_factory=lambda: load_policy(None))
    since: datetime | None = None
    after_step: Callable[[str, Turn], None] = lambda name, turn: None

    def __post_init__(self) -> None:
        self.helpdesk = MemoryHelpdesk(self.clock)
        self.store = MemoryStore()
        self.journal: dict[str, Workflow] = {}
        self.paused_by_environment = False
        self._number = 0
        self.restart()

    def restart(self) -> None:
        """A new process on the same helpdesk, database and journal."""
        self.engine = MemoryEngine(self.journal, after_step=self.after_step)
        pause = PauseSwitch(
            store=self.store,
            file=Path("/nonexistent/sidenote.pause"),
            from_environment=self.paused_by_environment,
            clock=self.clock,
        )
        self.gates = Gates(
            pause=pause,
            clock=self.clock,
            probe=self.helpdesk.current_user,
            stopping=threading.Event(),
        )
        self.desk = NoteDesk(
            reader=self.helpdesk,
            writer=self.helpdesk,
            store=self.store,
            clock=self.clock,
            owner=f"worker-1/{self._number}",
            guard=self.gates.guard,
        )
        self._number += 1
        self.pipeline = Pipeline(
            desk=self.desk,
            model=self.model,
            policy=self.policy,
            quiet=QUIET,
            paused=pause.paused,
            version="test",
        )
        self.daemon = Daemon(
            poller=Poller(
                reader=self.helpdesk,
                store=self.store,
                clock=self.clock,
                quiet=QUIET,
                tidy=Tidying(self.desk).tidy,
                since=self.since,
            ),
            dispatcher=Dispatcher(
                store=self.store,
                engine=self.engine,
                clock=self.clock,
                may_start=self.gates.may_start,
            ),
            runner=Runner(
                pipeline=self.pipeline,
                on_trouble=self.gates.trouble,
                on_success=self.gates.success,
            ),
            engine=self.engine,
            gates=self.gates,
            store=self.store,
            clock=self.clock,
            poll=POLL,
            keep=timedelta(days=90),
            watch=self._watch(),
        )
        self.daemon.start()

    def _watch(self) -> Callable[[], None]:
        watches = (Watching(self.desk).watch, Vigil(desk=self.desk, policy=self.policy).watch)

        def watch() -> None:
            for each in watches:
                each()

        return watch

    def live(self, span: timedelta = timedelta(minutes=5)) -> None:
        """Let the daemon work for that long."""
        end = self.clock.now() + span
        while self.clock.now() < end:
            self.daemon.tick()
            self.engine.work()
            self.clock.advance(timedelta(seconds=5))

    def conversation(self, *texts: str, minutes_ago: float = 10, **fields: object) -> str:
        """An open conversation in which the customer wrote `texts`; gives its id."""
        number = len(self.helpdesk._conversations) + 1
        conversation_id = f"{number:024x}"
        wrote_at = self.clock.now() - timedelta(minutes=minutes_ago)
        self.helpdesk.add(
            Conversation(
                id=conversation_id,
                customer_id=f"c{number:023x}",
                name="Kettle lid",
                status=Status.OPEN,
                channels=("email",),
                created_at=wrote_at,
                updated_at=wrote_at,
            )
        )
        for text in texts or (KETTLE, "It is the steel one, 1.5 litres.", "Any news on the lid?"):
            self.helpdesk.receive(
                conversation_id, text, sent_at=wrote_at, created_at=wrote_at, channel="email"
            )
            wrote_at += timedelta(seconds=20)
        if fields:
            self.helpdesk.change(conversation_id, **fields)
        return conversation_id

    def notes(self, conversation_id: str) -> tuple[Note, ...]:
        """What stands on the helpdesk: ours only."""
        return tuple(
            note
            for note in self.helpdesk._notes[conversation_id]
            if note.marker.startswith(OUR_MARKERS)
        )

    def put_note(self, conversation_id: str, body: str, *, marker: str, by: AuthorKind) -> None:
        """A note appears on the helpdesk that the daemon did not just write."""
        note_id = f"{len(self.helpdesk._notes[conversation_id]) + 0xFFFF:024x}"
        note = Note(
            id=note_id,
            body=body,
            created_at=self.clock.now(),
            author=Author(kind=by),
            marker=marker,
        )
        self.helpdesk._notes[conversation_id].append(note)
        self.helpdesk._touch(conversation_id)

    def run(self, conversation_id: str) -> Run:
        """The newest run of a conversation."""
        return self.store.runs(conversation_id=conversation_id)[0]

    def requests(self, method: str | None = None) -> int:
        """How many requests went to the helpdesk, of one kind or of all."""
        return sum(method in {None, r.method} for r in self.helpdesk.requests)
