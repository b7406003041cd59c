"""A sandbox, a database, and the `sidenote` processes that work on them."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.sandbox.faults import parse_fault
from agent.sandbox.plans import parse_plan
from agent.sandbox.server import Sandbox
from tests.processes import Sidenote, environment_of, made_up

ONCE = ("start", "--once", "--since", "30d", "--json")
ON = ("start", "--since", "30d", "--json")


@dataclass(frozen=True, slots=True)
class Scene:
    """Ground truth is `sandbox.world`, never our own database."""

    sandbox: Sandbox
    folder: Path
    database_url: str

    def add_conversations(self, count: int) -> None:
        self.sandbox.add([parse_plan(fields, "made up") for fields in made_up(count)])

    def sidenote(self, *args: str, **settings: str) -> Sidenote:
        environment = environment_of(self.sandbox, self.database_url, **settings)
        return Sidenote(*args, folder=self.folder / "processes", environment=environment)

    def runs_once(self, **settings: str) -> dict[str, Any]:
        """What `start --once --json` printed at its good end."""
        with self.sidenote(*ONCE, **settings) as daemon:
            printed: dict[str, Any] = daemon.printed()
        return printed

    def fault(self, *described: str) -> None:
        """Replace the faults, as `sidenote sandbox --fault` takes them; none ends them."""
        self.sandbox.faults.set(*map(parse_fault, described))

    @property
    def notes(self) -> int:
        return len(self.sandbox.world.notes)

    @property
    def notes_ever(self) -> int:
        """How many were written in all, those that were deleted as doubles included."""
        return sum(
            request.applied and request.method == "POST" and request.path.endswith("/notes")
            for request in tuple(self.sandbox.world.requests)
        )

    @property
    def notes_each(self) -> set[int]:
        """The different numbers of notes that conversations have: {1} when all have one."""
        world = self.sandbox.world
        count = Counter(note.conversation_id for note in tuple(world.notes.values()))
        return {count[conversation_id] for conversation_id in world.conversations}
