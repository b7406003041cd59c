"""How long the console's pages take on the server while very many runs are kept.

    python -m tests.bench.console [--runs N]

Runs of 60 days lie in an SQLite file with a write each, in every state and of every topic; some
drafts wait. A fifth as many replies of one topic were proposed and reviewed, for the page of its
certificate. Each page, each thing that the API lists and the figures for Prometheus are asked for
over a loopback connection, as a browser does; the middle of several tries counts.
"""

import argparse
import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from sqlalchemy import Connection, insert

from agent.adapters.store.connect import connect
from agent.adapters.store.figures import open_figures
from agent.adapters.store.rows import delivery_values, run_values
from agent.adapters.store.tables import deliveries, runs
from agent.adapters.store.tokens import open_tokens
from agent.console.api.parts import ApiParts
from agent.console.standings import Standings
from agent.core.labels import Judgement, Label, Proposed, Source
from agent.core.makers import OFFLINE, makers_of
from agent.core.team_policy import TeamPolicy
from agent.core.tokens import Scope
from agent.core.turn import Action, Turn, marker_of
from agent.errors import ConfigError
from agent.ports import Delivery, DeliveryState, Disposition, Run, RunError, RunState
from agent.tokens import Tokens
from tests.bench.figures import Row, Sizes
from tests.browser.team import Team, served

RUNS, TRIES, SLOWEST = 100_000, 5, 200  # milliseconds
RUNS_A_REVIEW = 5
FIGURES, CERTIFICATE = "figures for Prometheus", "a topic's certificate"
SPREAD, BATCH = timedelta(days=60), 5_000
TOPIC = "order-status"
ENDS = (
    *((Disposition.NOTED, ("no-grant",)),) * 12,
    (Disposition.NOTED, ("attachment-unread",)),
    (Disposition.NOTED, ("asks-for-a-person", "several-questions")),
    (Disposition.REPLIED, ("routine-topic-send",)),
    (Disposition.DRAFTED, ("routine-topic-draft", "draft-approved")),
    (Disposition.LEFT, ("too-short-to-note",)),
    (Disposition.OVERTAKEN, ("newer-message",)),
)


def page_times(folder: Path, *, count: int, tries: int) -> Iterator[tuple[str, float]]:
    """Each page with its milliseconds."""
    team = Team(folder, patience=Standings().patience)
    fill(team, count)
    waiting = [team.waiting(name=f"Parcel {number}") for number in range(3)]
    api, token = _api(team)
    with (
        served(team, api),
        closing(httpx.Client(base_url=team.url, follow_redirects=True, timeout=60)) as client,
    ):
        client.get(team.link()).raise_for_status()
        client.headers["Authorization"] = f"Bearer {token}"  # pages look at the cookie alone
        for name, path in _pages(client, waiting[0]):
            first = _milliseconds(client, path)
            if name == CERTIFICATE:  # it is counted aside from then on
                yield f"{name}, first look", first
            yield name, median(_milliseconds(client, path) for _ in range(tries))
        with httpx.Client(base_url=team.url) as stranger:
            yield "sign-in", median(_milliseconds(stranger, "/sign-in") for _ in range(tries))


def fill(team: Team, count: int) -> None:
    """So many runs, as a busy team's database has them."""
    chance = random.Random(count)
    with closing(connect(f"sqlite:///{team.folder / 'team.sqlite'}")) as database:
        for first in range(0, count, BATCH):
            batch = range(first, min(first + BATCH, count))
            made = [_run(team, number, count, chance, team.world.policy) for number in batch]
            rows, writes = [run_values(run) for run in made], [_write(run) for run in made]
            database.write(partial(_insert, rows, writes))
    reviewed = count // RUNS_A_REVIEW
    for first in range(0, reviewed, BATCH):
        batch = range(first, min(first + BATCH, reviewed))
        rows_of_topic = [_reviewed(team, number, reviewed, chance) for number in batch]
        team.world.store.add_all_proposed(rows_of_topic)


def _api(team: Team) -> tuple[ApiParts, str]:
    """What only looks, and a token for it."""
    url = f"sqlite:///{team.folder / 'team.sqlite'}"

    def nowhere(*_: object) -> Any:
        raise ConfigError("nothing here talks to Kustomer")

    book = open_tokens(url)
    tokens = Tokens(book=book, record=team.world.store, clock=team.world.clock, by="bench")
    _, secret = tokens.add("bench", (Scope.READ, Scope.METRICS))
    api = ApiParts(
        parts=team.parts,
        book=book,
        figures=open_figures(url),
        directory=nowhere,
        summarize=nowhere,
        post=nowhere,
    )
    return api, secret


def _insert(
    rows: list[dict[str, Any]], writes: list[dict[str, Any]], connection: Connection
) -> None:
    connection.execute(insert(runs), rows)
    connection.execute(insert(deliveries), writes)


def _run(team: Team, number: int, count: int, chance: random.Random, policy: TeamPolicy) -> Run:
    at = team.world.clock.now() - SPREAD * ((count - number) / count)
    turn = Turn(f"{number // 3:024x}", f"{number:024x}")
    disposition, because = chance.choice(ENDS)
    run = Run(
        id=turn.run_id,
        turn=turn,
        message_at=at - timedelta(seconds=70),
        state=RunState.DONE,
        due_at=at,
        created_at=at,
        updated_at=at + timedelta(seconds=2),
        disposition=disposition,
        autonomy="note",
        because=because,
        note_id=f"{number:024x}" if disposition is Disposition.NOTED else None,
        topic=chance.choice(policy.topics).name if chance.random() < 0.4 else "",
        snapshot={"name": f"Order {number}", "customer_id": f"{number // 5:024x}"},
    )
    if chance.random() > 0.002:
        return run
    error = RunError(step="act", kind="HelpdeskRefused", message="POST /notes: 400", at=at)
    return replace(run, state=RunState.FAILED, disposition=Disposition.FAILED, error=error)


def _reviewed(team: Team, number: int, count: int, chance: random.Random) -> Proposed:
    """A proposal of the topic whose certificate is looked at; one in a hundred was changed."""
    at = team.world.clock.now() - SPREAD * ((count - number) / count)
    judgement = Judgement.CHANGED if chance.random() < 0.01 else Judgement.AS_IS
    label = Label(judgement=judgement, source=Source.CONSOLE, by="Ada", at=at + timedelta(hours=1))
    return Proposed(
        run_id=f"reviewed{number}",
        conversation_id=f"{number:024x}",
        message_id=f"{number:024x}",
        topic=TOPIC,
        channel=chance.choice(("email", "chat")),
        language="en",
        score=chance.uniform(0.2, 1),
        familiarity=chance.random(),
        at=at,
        made_by=makers_of(team.world.policy, TOPIC, engine=OFFLINE),
        label=label,
    )


def _write(run: Run) -> dict[str, Any]:
    """The write of a run; most of them notes that arrived."""
    is_reply = run.disposition in {Disposition.REPLIED, Disposition.DRAFTED}
    state = {
        Disposition.DRAFTED: DeliveryState.SAVED,
        Disposition.OVERTAKEN: DeliveryState.OVERTAKEN,
        Disposition.FAILED: DeliveryState.FAILED,
    }
    action = Action.REPLY if is_reply else Action.NOTE
    written = Delivery(
        marker=marker_of(run.turn, action),
        conversation_id=run.turn.conversation_id,
        action=action,
        body="",
        run_id=run.id,
        state=state.get(run.disposition or Disposition.NOTED, DeliveryState.ARRIVED),
        created_at=run.created_at,
        updated_at=run.updated_at,
    )
    return delivery_values(written) | {"owner": None, "claimed_until": None}


def _pages(client: httpx.Client, waiting: Run) -> Iterator[tuple[str, str]]:
    yield "now", "/"
    yield "runs", "/runs"
    yield "runs, second page", _older(client, "/runs")
    yield "runs that failed", "/runs?state=failed"
    yield "runs that sent", "/runs?outcome=replied"
    yield "runs of a topic", "/runs?topic=order-status"
    yield "runs of a rare rule", "/runs?rule=ping-pong"
    yield "runs of a topic and a rule", "/runs?topic=order-status&rule=attachment-unread"
    yield "runs of a customer", f"/runs?text={7:024x}"
    yield "runs of one day", "/runs?since=2026-10-01&until=2026-10-01"
    yield "runs of a name that is none", "/runs?text=nobody"
    yield "one run", f"/runs/{waiting.id}"
    yield "approvals", "/approvals"
    yield "one draft", f"/approvals/{waiting.id}"
    yield "topics", "/topics"
    yield FIGURES, "/metrics"
    yield "API: runs", "/api/v1/runs"
    yield "API: runs of a rule", "/api/v1/runs?rule=attachment-unread"
    yield "API: one run", f"/api/v1/runs/{waiting.id}"
    yield "API: approvals", "/api/v1/approvals"
    yield "API: topics", "/api/v1/topics"
    yield "API: health", "/api/v1/health"
    yield CERTIFICATE, f"/topics/{TOPIC}/certificate"  # last: each look counts anew, aside


def _older(client: httpx.Client, path: str) -> str:
    text = client.get(path).text
    return text.partition('<a href="/runs?after=')[2].partition('"')[0].join(("/runs?after=", ""))


def _milliseconds(client: httpx.Client, path: str) -> float:
    before = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - before) * 1000


def slowest_pages(folder: Path, *, count: int, tries: int) -> list[tuple[str, float]]:
    """Slowest first."""
    folder.mkdir(exist_ok=True)
    return sorted(page_times(folder, count=count, tries=tries), key=lambda each: -each[1])


def console_pages(folder: Path, sizes: Sizes) -> list[Row]:
    """The slowest page or answer of the API, the middle one, and the figures for Prometheus."""
    count = sizes.console_runs
    pages = slowest_pages(folder / "console", count=count, tries=sizes.tries)
    (name, slowest), (_, middle) = pages[0], pages[len(pages) // 2]
    figures = dict(pages)[FIGURES]
    return [
        Row(
            f"ms for the slowest page, middle page, {count} runs, {count // RUNS_A_REVIEW} reviews",
            f"{slowest:.0f} ({name}), {middle:.0f}",
            f"at most {SLOWEST}",
            f"{slowest / SLOWEST:.2f}",
        ),
        Row(
            f"ms for /metrics, {count} runs",
            f"{figures:.0f}",
            f"at most {SLOWEST}",
            f"{figures / SLOWEST:.2f}",
        ),
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS, help=f"how many (default {RUNS})")
    with TemporaryDirectory() as folder:
        for name, figure in slowest_pages(
            Path(folder), count=parser.parse_args().runs, tries=TRIES
        ):
            print(f"{figure:7.1f} ms  {name}")


if __name__ == "__main__":
    main()
