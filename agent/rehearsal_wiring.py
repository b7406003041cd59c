"""Puts a rehearsal together: the team's settings and policy, a desk that cannot write.

It works on a database of its own, so that every turn it rehearsed is handled when the daemon
really starts.
"""

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from agent.adapters.store import open_store
from agent.gates import PauseSwitch
from agent.ports import Store
from agent.rehearsal import CannotWrite, OnlyReads, RehearsalDesk, RehearsingPipeline
from agent.rehearsal_place import NAME
from agent.settings import Settings
from agent.wiring import SQLITE, App


@dataclass
class RehearsalApp(App):
    """The parts of a process that rehearses. `real` are the settings of the team's own daemon."""

    real: Settings | None = None

    @cached_property
    def store(self) -> Store:
        """The rehearsal's tables, with teammates' words, certificates and the real first start."""
        store = open_store(self.settings.database_url)
        path = Path(self.real.database_url.removeprefix(SQLITE)) if self.real else None
        if self.real is not None and path is not None and path.is_file():
            self._take_over(store, self.real.database_url)
        return store

    def _take_over(self, store: Store, url: str) -> None:
        real = open_store(url)
        try:
            if real.cursor() is not None:  # before the first poll there is no first start yet
                store.watermark(real.watermark(self.clock.now()))
            known = len(store.level_changes())
            for change in real.level_changes()[known:]:
                store.add_level_change(change)
            known = len(store.certificate_events())
            for event in real.certificate_events()[known:]:
                store.add_certificate_event(event)
        finally:
            real.close()

    @cached_property
    def pause(self) -> PauseSwitch:
        """Never: a pause stops writing, and nothing is written here."""
        nowhere = self.settings.pause_file.with_name(f"{self.settings.pause_file.name}-{NAME}")
        return PauseSwitch(store=self.store, file=nowhere, from_environment=False, clock=self.clock)

    @cached_property
    def desk(self) -> RehearsalDesk:
        """A desk from which nothing can go out."""
        return RehearsalDesk(
            reader=OnlyReads(self.kustomer),
            writer=CannotWrite(),
            store=self.store,
            clock=self.clock,
            owner=self.owner,
            guard=self.gates.guard,
            retries=self.retries,
        )

    @cached_property
    def pipeline(self) -> RehearsingPipeline:
        """The steps of a rehearsed run."""
        return RehearsingPipeline(
            desk=self.desk,
            model=self.model,
            policy=self.policy,
            quiet=self.settings.quiet,
            paused=self.pause.paused,
            version=version("sidenote"),
        )

    def budget_url(self) -> str:
        """The real one's: with a daemon at work beside it, both share what the team allows."""
        return App(self.real).budget_url() if self.real else super().budget_url()
