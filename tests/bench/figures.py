"""The figures of `make bench`: each with its limit, or with a baseline measured beside it."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import psutil

from tests.adapters.model.server import MODEL, ModelServer
from tests.bench.doorbell import SECONDS_TO_NOTE, seconds_with_doorbell
from tests.bench.places import LONGEST, Place, all_used_by, place, seconds, used_by
from tests.postgres import own_postgres
from tests.processes import Sidenote, made_up, wait_until

ONCE = ("start", "--once", "--since", "30d", "--json")
ON = ("start", "--since", "30d", "--json")
REQUESTS, MEGABYTES, HELP_SECONDS, FAILING_SECONDS = 2.2, 150.0, 0.3, 20.0  # limits


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `limit` is a bound, or the baseline with its name."""

    name: str
    figure: str
    limit: str = ""
    ratio: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    runs: int = 300
    runs_for_memory: int = 500
    long_runs: int = 100  # with conversations of 200 KB
    messages: int = 30
    tries: int = 3  # of what is quick; the middle one counts
    console_runs: int = 100_000  # kept while the console's pages are asked for
    hostile: int = 20_000  # runs with a model in an attacker's hands
    warm: bool = True  # whether the CPU of a start with nothing to do is taken off

    @classmethod
    def quick(cls) -> "Sizes":
        """Just enough to see that the bench works."""
        return cls(
            runs=6,
            runs_for_memory=6,
            long_runs=2,
            messages=2,
            tries=1,
            console_runs=600,
            hostile=50,
            warm=False,
        )


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast notes came, and what each took beyond what starting takes."""

    per_second: float
    cpu: float  # milliseconds a run


def requests_per_note(folder: Path, sizes: Sizes) -> list[Row]:
    """One large poll, everything as it is set out of the box but the quiet time."""
    with place(folder / "requests", sizes.runs) as here:
        used_by(here.sidenote(*ONCE, database_url=here.database(), SIDENOTE_POLL_SECONDS="30"))
        figure = len(here.requests) / len(here.noted_at())
    name = f"requests to Kustomer per note, {sizes.runs} runs"
    return [_limited(name, figure, REQUESTS, "{:.2f}")]


def pace(folder: Path, sizes: Sizes) -> list[Row]:
    """Runs per second and CPU per run, beside a bare loop's."""
    bare = _pace(folder / "bare", sizes, lambda here: [here.bare()])
    sqlite = _pace(
        folder / "sqlite",
        sizes,
        lambda here: [here.sidenote(*ONCE, database_url=here.database())],
    )
    with own_postgres() as server:
        one = _pace(folder / "postgres", sizes, _workers(server.new_database, 1))
        two = _pace(folder / "workers", sizes, _workers(server.new_database, 2))
    paces = (("SQLite, 1 worker", sqlite), ("PostgreSQL, 1 worker", one))
    all_paces = (*paces, ("PostgreSQL, 2 workers", two))
    return [
        *(
            _beside(f"runs per second, {name}", p.per_second, bare.per_second)
            for name, p in all_paces
        ),
        *(_beside(f"CPU ms per run, {name}", p.cpu, bare.cpu) for name, p in all_paces),
    ]


def _workers(new_database: Callable[[], str], count: int) -> Callable[[Place], list[Sidenote]]:
    def start(here: Place) -> list[Sidenote]:
        url = new_database()
        return [
            here.sidenote(*ONCE, database_url=url, SIDENOTE_WORKER=f"worker-{number}")
            for number in range(1, count + 1)
        ]

    return start


def _pace(folder: Path, sizes: Sizes, start: Callable[[Place], list[Sidenote]]) -> Pace:
    before = _starting_cpu(folder, start) if sizes.warm else 0.0
    with place(folder / "due", sizes.runs) as here:
        cpu = sum(used.cpu for used in all_used_by(start(here)))
        at = sorted(here.noted_at().values())
    assert len(at) == sizes.runs, f"{len(at)} of {sizes.runs} conversations were noted"
    return Pace(per_second=(len(at) - 1) / (at[-1] - at[0]), cpu=(cpu - before) / sizes.runs * 1000)


def _starting_cpu(folder: Path, start: Callable[[Place], list[Sidenote]]) -> float:
    with place(folder / "nothing-due", 0) as here:
        return sum(used.cpu for used in all_used_by(start(here)))


def memory(folder: Path, sizes: Sizes) -> list[Row]:
    """A daemon that goes on running, offline engine, no console; also with long conversations."""
    short, long = sizes.runs_for_memory, sizes.long_runs
    after = "memory of the daemon in MB after"
    return [
        _limited(
            f"{after} {short} runs",
            _memory(folder / "short", short, long=False),
            MEGABYTES,
            "{:.0f}",
        ),
        _limited(
            f"{after} {long} runs of 200 KB each",
            _memory(folder / "long", long, long=True),
            MEGABYTES,
            "{:.0f}",
        ),
    ]


def _memory(folder: Path, runs: int, *, long: bool) -> float:
    with (
        place(folder, runs, long=long) as here,
        here.sidenote(*ON, database_url=here.database()) as daemon,
    ):
        daemon.until(lambda: len(here.noted_at()) == runs, within=LONGEST, every=1)
        time.sleep(1)  # the last runs end
        return float(psutil.Process(daemon.pid).memory_info().rss / 2**20)


def waiting(folder: Path, sizes: Sizes) -> list[Row]:
    """Time from a customer's message to our note: no quiet time, a poll a second."""
    with (
        place(folder / "waiting", sizes.messages) as here,
        here.sidenote(*ON, database_url=here.database()) as daemon,
    ):
        daemon.until(lambda: len(here.noted_at()) == sizes.messages)
        waits = [_wait_for_note(here, each["key"]) for each in made_up(sizes.messages)]
    name = f"seconds from message to note, {sizes.messages} messages"
    p95 = quantiles(waits, n=20)[-1]
    return [Row(f"{name}: median, p95", f"{median(waits):.2f}, {p95:.2f}", "poll 1 s, quiet 0 s")]


def _wait_for_note(here: Place, key: str) -> float:
    text = "One more thing: the handle of it broke off today. Please send a new handle as well."
    said = here.tell(f"conversations/{key}/messages", {"text": text})
    sent_at, conversation = seconds(said["sent_at"]), here.ask(f"truth?conversation={key}")["id"]
    wait_until(lambda: here.noted_at()[conversation] > sent_at, every=0.1)
    return here.noted_at()[conversation] - sent_at


def starting(folder: Path, sizes: Sizes) -> list[Row]:
    """CPU time of short commands: the middle of several."""
    with place(folder / "starting", 1) as here:
        url = here.database()
        conversation = here.ask("truth")["conversations"][0]["id"]
        shown = _cpu(sizes, lambda: here.sidenote("--help", database_url=url))
        summarized = _cpu(sizes, lambda: here.sidenote("summarize", conversation, database_url=url))
        bare = _cpu(sizes, here.bare)
    return [
        _limited("CPU seconds of sidenote --help", shown, HELP_SECONDS, "{:.2f}"),
        _beside("CPU seconds of sidenote summarize", summarized, bare, "bare loop, 1 conversation"),
    ]


def _cpu(sizes: Sizes, start: Callable[[], Sidenote]) -> float:
    return median(used_by(start()).cpu for _ in range(sizes.tries))


def failing_model(folder: Path, _sizes: Sizes) -> list[Row]:
    """Five conversations while the model's server fails at once, from start to end."""
    rows = []
    for profile in ("closed", "error-500"):
        with ExitStack() as stack:
            server = stack.enter_context(ModelServer(profile))
            here = stack.enter_context(place(folder / profile, 5))
            used = used_by(
                here.sidenote(
                    *ONCE,
                    database_url=here.database(),
                    OPENAI_API_KEY="key",
                    OPENAI_BASE_URL=server.url,
                    SIDENOTE_MODEL=MODEL,
                )
            )
            assert len(here.noted_at()) == 5
        name = f"seconds for 5 notes, model server {profile}"
        rows.append(_limited(name, used.wall, FAILING_SECONDS, "{:.1f}"))
    return rows


def doorbell(folder: Path, sizes: Sizes) -> list[Row]:
    """Polls are half a minute apart: without the doorbell it would be 15 seconds."""
    found, count = seconds_with_doorbell(folder / "doorbell", sizes.messages)
    name = f"seconds to a note with the doorbell, median of {count}"
    return [_limited(name, found, SECONDS_TO_NOTE, "{:.2f}")]


PARTS: Sequence[Callable[[Path, Sizes], list[Row]]] = (
    requests_per_note,
    pace,
    memory,
    waiting,
    doorbell,
    starting,
    failing_model,
)


def _limited(name: str, figure: float, limit: float, form: str) -> Row:
    return Row(name, form.format(figure), f"at most {limit:g}", f"{figure / limit:.2f}")


def _beside(name: str, figure: float, baseline: float, what: str = "bare loop") -> Row:
    return Row(name, f"{figure:.3g}", f"{what} {baseline:.3g}", f"{figure / baseline:.2f}")
