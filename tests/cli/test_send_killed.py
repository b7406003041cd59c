"""A batch in a real process: killed or stopped, the same command finishes it, each line once."""

import json
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.sandbox.faults import parse_fault
from agent.sandbox.server import Sandbox
from tests.processes import Sidenote, environment_of

LINES = 16
SPOILT = "any=0.1,seconds=0.5"  # a tenth of all requests
GOES_ON = "goes on"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(plan="unlimited", switches={"index-lag": "0"}) as running:
        yield running


class Post:
    """A file of replies and notes, and the processes that send it."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.environment = environment_of(sandbox, f"sqlite:///{folder / 'sidenote.sqlite'}")
        self.file = folder / "post.jsonl"
        self.file.write_text("".join(f"{json.dumps(self.line(n))}\n" for n in range(LINES)))

    def line(self, number: int) -> dict[str, str]:
        conversation = self.sandbox.add_conversation(f"k{number}", "Where is it?")
        way = "note" if number % 3 == 2 else "out"
        return {
            "conversation_id": conversation.id,
            "body": f"Text {number}.",
            "direction": way,
        }

    def process(self) -> Sidenote:
        return Sidenote(
            *("send", "--input", str(self.file)),
            folder=self.folder / "processes",
            environment=self.environment,
        )

    @property
    def texts(self) -> Counter[str]:
        """How often each text stands in Kustomer, as a reply or as a note."""
        world = self.sandbox.world
        replies = [m.text for m in tuple(world.messages.values()) if m.direction == "out"]
        return Counter(replies + [note.body for note in tuple(world.notes.values())])

    @property
    def drafts(self) -> list[str]:
        """The ids of those that lie unsent."""
        return [d.id for d in tuple(self.sandbox.world.drafts.values()) if d.gone_at is None]

    @property
    def unheard_drafts(self) -> int:
        """How many were made by a request whose answer was spoilt: perhaps too late to find."""
        return sum(
            r.method == "POST" and r.path.endswith("/drafts") and bool(r.fault) and r.applied
            for r in tuple(self.sandbox.world.requests)
        )

    def finished(self) -> list[dict[str, Any]]:
        with self.process() as process:
            process.ended()
            return [json.loads(line) for line in process.out.splitlines()]


@pytest.fixture
def post(sandbox: Sandbox, tmp_path: Path) -> Post:
    return Post(sandbox, tmp_path)


ONCE_EACH = Counter({f"Text {n}.": 1 for n in range(LINES)})


def test_killed_in_the_middle_the_same_file_again_sends_every_line_once(post: Post) -> None:
    post.sandbox.faults.set(parse_fault(SPOILT))
    for so_far in (3, 9):
        with post.process() as process:
            process.until(lambda n=so_far: len(post.texts) >= n)  # type: ignore[misc] # bound now
            process.kill()
    post.sandbox.faults.set()

    printed = post.finished()

    assert post.texts == ONCE_EACH
    assert [line["line"] for line in printed] == list(range(1, LINES + 1))
    assert {line["data"]["attributes"]["state"] for line in printed} == {"arrived"}
    assert len(post.drafts) <= post.unheard_drafts


def test_a_list_that_shows_the_past_costs_no_line(post: Post) -> None:
    # The draft that was just staged seemed deleted: "overtaken", and no other go sent the line.
    post.sandbox.faults.set(parse_fault("stale-read@GET */drafts=1*8"))

    printed = post.finished()

    assert {line["data"]["attributes"]["state"] for line in printed} == {"arrived"}
    assert post.texts == ONCE_EACH


def test_stopped_it_ends_what_is_under_way_and_says_how_to_go_on(post: Post) -> None:
    with post.process() as process:
        process.until(lambda: len(process.out.splitlines()) >= 3)
        process.process.send_signal(signal.SIGINT)
        code = process.ended()
        stopped = process.out.splitlines()
        assert GOES_ON in process.err

    assert (code, 3 <= len(stopped) < LINES) == (1, True)
    assert len(post.texts) == len(stopped)  # nothing was cut off
    assert [line["line"] for line in post.finished()] == list(range(1, LINES + 1))
    assert post.texts == ONCE_EACH


def test_two_processes_do_not_send_one_batch_at_the_same_time(post: Post) -> None:
    post.sandbox.faults.set(parse_fault("timeout-before@POST */notes=1,seconds=8"))
    with post.process() as first:
        first.until(lambda: len(post.texts) >= 1)
        with post.process() as second:
            assert (second.ended(), second.out) == (1, "")
            assert "sends this batch" in second.err
        post.sandbox.faults.set()
        first.ended()

    assert post.texts == ONCE_EACH


def test_a_single_send_that_was_killed_is_gone_on_with_at_once(
    sandbox: Sandbox, post: Post
) -> None:
    # The claim of the killed process stood for three minutes: "another process is writing this".
    conversation = sandbox.add_conversation("single", "Where is it?")
    sandbox.faults.set(parse_fault("timeout-after@PUT */drafts/*=1*1,seconds=20"))
    given = ("send", "--direction", "out", "--conversation-id", conversation.id, "--key", "k1")

    def single() -> Sidenote:
        return Sidenote(
            *given,
            *("--body", "It left today.", "--json"),
            folder=post.folder / "processes",
            environment=post.environment,
        )

    with single() as process:
        process.until(lambda: any(r.method == "PUT" for r in tuple(sandbox.world.requests)))
        process.kill()
    with single() as process:
        said = process.printed()

    assert said["data"]["attributes"]["state"] == "arrived"
    assert post.texts["It left today."] == 1
