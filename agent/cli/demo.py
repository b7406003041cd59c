"""`sidenote demo`: the whole of it on this machine, without keys."""

import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.text import Text

from agent.cli.demo_place import FILE, demo_environment, demo_folder
from agent.cli.live import FreshRuns, View, Written, live_view, run_panel
from agent.cli.outcome import ended_since, report, sentence
from agent.cli.served import console_beside
from agent.cli.terminal import say, story_console
from agent.cli.working import work
from agent.core.team_policy import Level
from agent.daemon import summary
from agent.errors import InputError
from agent.log import configure
from agent.ports import Disposition, Run
from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from agent.shipped import shipped
from agent.waiving import AT_MOST, Waiver, waive
from agent.wiring import App

BEGAN_BEFORE = timedelta(days=2)  # the demo's first start, as far as its database knows
WHO, NOBODY_REAL = "the demo", "all customers are made up, and nothing was ever reviewed here"


@click.command("demo")
@click.option("--once", is_flag=True, help="Handle everything at once, then end.")
@click.option("--json", "as_json", is_flag=True, help="Log as JSON; with --once, print the result.")
def command(*, once: bool, as_json: bool) -> None:
    """Watch it work: a made-up helpdesk, the daemon, no keys needed and none read.

    Two topics are answered by themselves there, two are drafted for a teammate; all others get
    notes. A real team's policy begins with notes only, and a topic must earn a certificate before
    it sends; the demo's are waived.

    \b
    sidenote demo                        conversations come in and are handled; Ctrl-C ends it
    sidenote demo --once                 the same conversations, all at once
    sidenote demo --once --json | jq .noted

    \b
    Afterwards:
    sidenote runs --demo
    sidenote explain RUN --demo
    sidenote approvals --demo
    """
    files = sorted((shipped("fixtures") / "demo").glob("*.jsonl"))
    if not files:
        raise InputError("the demo's conversations are missing; install sidenote again")
    # Messages that come in live are for watching. Without it everything is there from the start.
    with demo_database() as folder, Sandbox(load=files, play=not once) as sandbox:
        environment = demo_environment(folder) | {
            "KUSTOMER_BASE_URL": sandbox.url,
            "KUSTOMER_API_KEY": sandbox.key,
        }
        if not as_json:
            say(f"A made-up helpdesk runs at {sandbox.url}; its customers are waiting.\n")
        with closing(App(load_settings(environment))) as app:
            runs = _play(app, once=once, as_json=as_json)
            if once:
                report(app, runs, as_json=as_json)
    if not as_json:
        say("" if once else f"\n{sentence(summary(runs))}")
        _tell_what_next(runs, folder)


@contextmanager
def demo_database() -> Iterator[Path]:
    """A folder for an empty database: the state folder's, or a temporary one beside a demo."""
    folder = demo_folder(os.environ)
    lock = App(load_settings(demo_environment(folder))).file_lock
    try:
        is_free = lock is not None and lock.acquire()
    except OSError:
        is_free = False
    if lock is None or not is_free:
        with tempfile.TemporaryDirectory(prefix="sidenote-demo-") as temporary:
            yield Path(temporary)
        return
    # Each demo starts anew: the same conversations would count as handled.
    for path in folder.glob(f"{FILE}*"):
        if path.name != f"{FILE}.lock":
            path.unlink(missing_ok=True)
    lock.release()
    yield folder


def _play(app: App, *, once: bool, as_json: bool) -> tuple[Run, ...]:
    # Here, because the engine takes 0.7 s to import, and --help needs none of it.
    from agent.daemon_wiring import build_daemon  # noqa: PLC0415

    console = story_console()
    is_told = not as_json
    started_at = app.clock.now()
    app.store.watermark(started_at - BEGAN_BEFORE)  # its customers are none of a backlog
    configure(as_json=as_json, level=logging.INFO if as_json else logging.WARNING)
    _waive(app, started_at)
    daemon = build_daemon(app, once=once)
    fresh = FreshRuns(app)
    with live_view(app, console) as view:
        if is_told and console.is_terminal:
            configure(level=logging.WARNING)  # again: lines now go above the table

        def watch() -> None:
            if is_told:
                fresh.each(lambda run, written: _show(view, run, written))
                view.show()

        carry_on = daemon.run_once if once else daemon.run
        beside = None if once else console_beside(app, view.say, is_demo=True, as_json=as_json)
        work(app, daemon, carry_on, watch=watch, tell=view.say, beside=beside)
    return ended_since(app, started_at)


def _waive(app: App, at: datetime) -> None:
    """Nothing of the demo's was ever reviewed, so its replies go out uncertified, and say so."""
    for topic in app.policy.topics:
        if topic.level is Level.SEND:
            until = (at + AT_MOST).date()
            waiver = Waiver(topic=topic.name, until=until, by=WHO, reason=NOBODY_REAL, at=at)
            waive(app.store, app.policy, waiver)


def _show(view: View, run: Run, written: Written) -> None:
    view.tell(run_panel(run, written, width=view.console.width))
    view.tell(Text())


def _tell_what_next(runs: Sequence[Run], folder: Path) -> None:
    say("All of it happened in the made-up helpdesk: no real customer was written to.")
    if not runs or not (folder / FILE).exists():
        return
    told = min(runs, key=lambda run: _TELLING.get(run.disposition, len(_TELLING)))
    say("Next:")
    say(f"  sidenote explain {told.id[:6]} --demo   why it ended as it did, rule by rule")
    say("  sidenote runs --demo             every run of this demo")
    if any(run.disposition is Disposition.DRAFTED for run in runs):
        say("  sidenote approvals --demo        the drafts that wait for a teammate")
    say("  sidenote check                   are your own settings right? Then 'start'")


# Which runs tell a newcomer most.
_TELLING: dict[Disposition | None, int] = {
    Disposition.REPLIED: 0,
    Disposition.DRAFTED: 1,
    Disposition.NOTED: 2,
}
