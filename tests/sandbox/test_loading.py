"""Conversations from a file, and those that are played in live."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.errors import InputError
from agent.sandbox.plans import load_plans, parse_plan
from agent.sandbox.planting import plant
from agent.sandbox.server import Sandbox

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


def line(key: str = "kettle", **fields: Any) -> dict[str, Any]:
    messages = [
        {"direction": "in", "text": "Where is it?"},
        {"direction": "out", "text": "Looking."},
        {"direction": "in", "text": "Any news?"},
    ]
    common = {"subject": "A lid", "channel": "email", "customer_name": "Mara Lind"}
    return {"key": key, **common, "messages": messages, **fields}


def written(path: Path, *lines: Any) -> Path:
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines))
    return path


def still(path: Path | None = None, *, play: bool = False) -> Sandbox:
    """Not served: loading needs no socket."""
    load = [path] if path else []
    return Sandbox(load=load, frozen_at=NOON, play=play, switches={"index-lag": "0"})


def test_a_file_loads_packed_or_not_and_gives_the_same_ids_again(tmp_path: Path) -> None:
    plain = written(tmp_path / "a.jsonl", line("a"), "", line("b"))
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    first, again = still(plain).world, still(packed).world

    assert list(first.conversations) == list(again.conversations)
    assert list(first.messages) == list(again.messages)
    assert list(first.customers) == list(again.customers)
    assert len(first.messages) == 6


def test_without_times_a_conversation_ended_within_the_last_20_hours(tmp_path: Path) -> None:
    lines = [line(f"c{n}") for n in range(40)]

    world = still(written(tmp_path / "a.jsonl", *lines)).world

    ends = []
    for conversation in world.conversations.values():
        times = [m.sent_at for m in conversation.messages]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert all(timedelta(minutes=1) <= gap <= timedelta(minutes=10) for gap in gaps)
        ends.append(times[-1])
    assert NOON - timedelta(hours=20) <= min(ends)
    assert max(ends) <= NOON - timedelta(minutes=3)
    assert len(set(ends)) == 40


def test_given_times_are_kept_and_the_others_follow(tmp_path: Path) -> None:
    messages = [
        {"direction": "in", "text": "before"},
        {"direction": "in", "text": "at", "at": "2026-11-05T10:00:00Z"},
        {"direction": "in", "text": "after"},
        {"direction": "in", "text": "ago", "minutes_ago": 30},
    ]

    world = still(written(tmp_path / "a.jsonl", line(messages=messages))).world

    times = [m.sent_at for m in world.messages_of(world.conversation("kettle").id)]
    assert times[1] == NOON - timedelta(hours=2)
    assert times[3] == NOON - timedelta(minutes=30)
    assert timedelta(minutes=1) <= times[1] - times[0] <= timedelta(minutes=10)
    assert timedelta(minutes=1) <= times[2] - times[1] <= timedelta(minutes=10)


def test_the_same_address_is_the_same_customer(tmp_path: Path) -> None:
    lines = [line(key, customer_email="mara@customers.example") for key in ("a", "b")]

    world = still(written(tmp_path / "a.jsonl", *lines)).world

    assert len(world.customers) == 1


def test_optional_fields_are_taken_over(tmp_path: Path) -> None:
    fields: dict[str, Any] = {
        "status": "done",
        "spam": True,
        "ended": True,
        "language": "de",
        "assigned": "Ben Okafor",
        "tags": ["kettle"],
        "notes": [{"body": "Called them.", "author": "Ada Brook", "minutes_ago": 5}],
    }

    world = still(written(tmp_path / "a.jsonl", line(**fields))).world

    found = world.conversation("kettle")
    assert (found.status, found.spam, found.ended, found.default_lang) == ("done", True, True, "de")
    assert [world.teammates[t].name for t in found.assigned_users] == ["Ben Okafor"]
    assert [world.tags[t] for t in found.tags] == ["kettle"]
    assert [n.body for n in world.notes_of(found.id)] == ["Called them."]
    assert found.updated_at == NOON - timedelta(minutes=5)
    assert found.reopen_count == 0


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("{nope", "not JSON"),
        ("[]", "does not fit"),
        (json.dumps({"messages": []}), "'key' is missing"),
        (json.dumps(line(colour="blue")), "unknown field 'colour'"),
        (json.dumps(line(channel="pigeon")), "'channel' does not fit"),
        (json.dumps(line(messages=[{"direction": "up", "text": "x"}])), "'messages' does not fit"),
    ],
    ids=["no json", "no object", "no key", "unknown", "channel", "message"],
)
def test_a_bad_line_names_the_file_the_line_and_the_fault(
    tmp_path: Path, bad: str, fault: str
) -> None:
    path = written(tmp_path / "a.jsonl", line("good"), bad)

    with pytest.raises(InputError) as error:
        load_plans(path)

    assert str(error.value).startswith(f"{path}:2: ")
    assert fault in str(error.value)


@pytest.mark.parametrize("name", ["missing.jsonl", "broken.jsonl.gz"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.jsonl.gz").write_bytes(b"no gzip")

    with pytest.raises(InputError, match=name):
        load_plans(tmp_path / name)


def test_one_key_in_two_files_is_refused_and_loads_nothing() -> None:
    world = still().world
    plans = [parse_plan(line("a"), "x:1"), parse_plan(line("a"), "y:7")]

    with pytest.raises(InputError, match="y:7: key 'a' stands in x:1 already"):
        plant(world, plans)

    assert world.conversations == {}


def test_a_key_that_is_there_already_is_refused() -> None:
    world = still().world
    plant(world, [parse_plan(line("a"), "x:1")])

    with pytest.raises(InputError, match="there already"):
        plant(world, [parse_plan(line("a"), "y:7")])


def test_a_conversation_may_be_merged_into_one_of_another_file() -> None:
    world = still().world

    plant(world, [parse_plan(line("from", merged_into="into"), "x:1")])
    plant(world, [parse_plan(line("into"), "y:1")])

    assert world.conversation("from").merged_into == world.conversation("into").id


def test_a_played_conversation_appears_in_its_own_time(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line("now"), line("soon", play={"after_seconds": 10}))
    sandbox = still(path, play=True)

    sandbox.advance(timedelta(seconds=9))
    assert [c.key for c in sandbox.world.conversations.values()] == ["now"]

    sandbox.advance(timedelta(seconds=5))
    played = sandbox.world.conversation("soon")
    assert played.messages[-1].sent_at == NOON + timedelta(seconds=10)
    assert played.messages[0].sent_at < NOON


def test_a_played_message_comes_after_its_history_and_counts_from_the_start(
    tmp_path: Path,
) -> None:
    messages = [
        {"direction": "in", "text": "Hello"},
        {"direction": "in", "text": "Anyone?", "play": {"after_seconds": 20}},
    ]
    fields: dict[str, Any] = {"messages": messages, "play": {"after_seconds": 15}}
    sandbox = still(written(tmp_path / "a.jsonl", line(**fields)), play=True)

    sandbox.advance(timedelta(seconds=19))
    assert [m.text for m in sandbox.world.conversation("kettle").messages] == ["Hello"]

    sandbox.advance(timedelta(seconds=1))
    newest = sandbox.world.conversation("kettle").messages[-1]
    assert (newest.text, newest.sent_at) == ("Anyone?", NOON + timedelta(seconds=20))


def test_without_play_everything_is_there_from_the_start(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line("soon", play={"after_seconds": 10}))

    conversation = still(path).world.conversation("soon")

    assert len(conversation.messages) == 3
    assert conversation.messages[-1].sent_at <= NOON - timedelta(minutes=3)


def test_the_whole_file_is_found_by_a_search_at_once_in_spite_of_the_lag(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", line("a"), line("b"))

    world = Sandbox(load=[path], switches={"index-lag": "60"}).world

    assert len(world.index.entries()) == 2
