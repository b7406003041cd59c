"""A rehearsal does all that a run does, and can write nothing."""

import ast
import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent import rehearsal
from agent.adapters.memory import MemoryStore
from agent.core.disclosure import LINES
from agent.core.team_policy import Level
from agent.core.turn import Turn
from agent.errors import ConfigError, InputError
from agent.pipeline import Pipeline
from agent.ports import Disposition, HelpdeskWriter, NewDraft
from agent.receipt import render_receipt
from agent.rehearsal import (
    CannotWrite,
    OnlyReads,
    RehearsalDesk,
    RehearsalOnly,
    RehearsingPipeline,
    Tally,
    tally,
)
from agent.rehearsal_place import rehearsal_settings, rehearsed_settings
from agent.settings import load_settings
from tests.small_world import NOON, QUIET, SmallWorld
from tests.test_answering import ask, world_at

WRITES = [name for name in vars(HelpdeskWriter) if not name.startswith("_")]


def rehearsing(world: SmallWorld) -> RehearsingPipeline:
    """The steps of a rehearsed run on that world, with a database of their own."""
    store = MemoryStore()
    store.watermark(NOON - timedelta(days=1))
    for event in world.store.certificate_events():
        store.add_certificate_event(event)
    desk = RehearsalDesk(
        reader=OnlyReads(world.helpdesk),
        writer=CannotWrite(),
        store=store,
        clock=world.clock,
        owner="rehearsal",
        guard=lambda: None,
    )
    return RehearsingPipeline(
        desk=desk, model=world.model, policy=world.policy, quiet=QUIET, paused=lambda: None
    )


def rehearse(pipeline: RehearsingPipeline, turn: Turn) -> dict[str, Any]:
    """All steps of one run; gives its receipt."""
    read = pipeline.read(turn)
    proposed = pipeline.propose(turn, read)
    decided = pipeline.decide(turn, read, proposed)
    did = pipeline.act(turn, read, proposed, decided)
    pipeline.finish(turn, read, proposed, decided, did)
    receipt = pipeline.desk.store.receipt(turn.run_id)
    assert receipt is not None
    return receipt


def turn_of(world: SmallWorld, conversation: str) -> Turn:
    return Turn(conversation, world.helpdesk.messages(conversation)[-1].id)


def test_what_would_have_been_noted_is_in_the_receipt_and_nowhere_else() -> None:
    world = SmallWorld()
    conversation = world.conversation()

    receipt = rehearse(rehearsing(world), turn_of(world, conversation))

    decided = receipt["decided"]
    assert (decided["autonomy"], decided["because"]) == ("nothing", ["rehearsal"])
    assert decided["would"]["autonomy"] == "note"
    assert decided["would"]["note"].startswith("Sidenote · 3 messages")
    assert receipt["did"]["disposition"] == Disposition.LEFT
    assert world.notes(conversation) == ()
    assert world.requests("POST") == world.requests("PUT") == world.requests("DELETE") == 0


def test_the_receipt_of_a_rehearsal_tells_the_real_decision(tmp_path: Path) -> None:
    world = SmallWorld()
    turn = turn_of(world, world.conversation())
    pipeline = rehearsing(world)
    receipt = rehearse(pipeline, turn)
    world.live()
    run = world.store.run_of(turn)
    assert run is not None

    text = render_receipt(run, receipt)

    assert "would    note   because  no-grant" in text
    assert "would have drafted if:" in text


def test_a_rehearsed_turn_is_new_to_the_real_run() -> None:
    world = SmallWorld()
    conversation = world.conversation()
    rehearse(rehearsing(world), turn_of(world, conversation))

    world.live()

    assert len(world.notes(conversation)) == 1


# --- the types ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITES)
def test_every_write_is_refused(name: str) -> None:
    wanted = inspect.signature(getattr(CannotWrite, name)).parameters
    arguments = {key: None for key in wanted if key != "self"}

    with pytest.raises(RehearsalOnly, match="a rehearsal writes nothing"):
        getattr(CannotWrite(), name)(**arguments)


@pytest.mark.parametrize("name", WRITES)
def test_what_only_reads_has_no_way_to_write(name: str) -> None:
    assert not hasattr(OnlyReads(SmallWorld().helpdesk), name)


def test_a_writer_that_cannot_write_holds_no_helpdesk() -> None:
    assert inspect.signature(CannotWrite).parameters == {}


def test_a_rehearsing_pipeline_takes_no_other_desk() -> None:
    # Strict typing holds it for our code; this holds the annotations themselves.
    assert RehearsingPipeline.__annotations__["desk"] is RehearsalDesk
    assert RehearsalDesk.__annotations__ == {"reader": OnlyReads, "writer": CannotWrite}


def test_the_real_pipeline_on_that_desk_cannot_write_either() -> None:
    world = SmallWorld()
    turn = turn_of(world, world.conversation())
    desk = rehearsing(world).desk
    real = Pipeline(
        desk=desk, model=world.model, policy=world.policy, quiet=QUIET, paused=lambda: None
    )
    read = real.read(turn)
    proposed = real.propose(turn, read)
    decided = real.decide(turn, read, proposed)

    with pytest.raises(RehearsalOnly):
        real.act(turn, read, proposed, decided)
    assert world.notes(turn.conversation_id) == ()


def test_the_module_names_no_adapter_and_no_switch() -> None:
    names = {
        node.arg
        for node in ast.walk(ast.parse(Path(inspect.getfile(rehearsal)).read_text("utf-8")))
        if isinstance(node, ast.arg)
    }

    assert not names & {"dry_run", "enabled", "is_rehearsal"}


def test_a_draft_can_be_planned_and_not_staged() -> None:
    new = NewDraft(conversation_id="c", customer_id="k", channel="email", body="x", marker="m")

    with pytest.raises(RehearsalOnly, match="a draft"):
        CannotWrite().stage_draft(new)


# --- what is counted ---------------------------------------------------------------------------


def would(autonomy: str, *because: str, reply: str = "") -> dict[str, Any]:
    told = {"autonomy": autonomy, "because": list(because), "reply": reply}
    return {"decided": {"would": told}}


def test_runs_are_counted_by_what_would_have_come_of_them() -> None:
    receipts = [
        would("nothing", "spam"),
        would("note", "no-grant", "stale"),
        would("note", "no-grant"),
        would("draft", "routine-topic-draft", reply="Hello"),
        would("send", "routine-topic-send"),
        {"decided": {}},
    ]

    assert tally(receipts) == (
        Tally("send", 0, ()),
        Tally("draft", 1, (("routine-topic-draft", 1),)),
        Tally("note", 3, (("no-grant", 2), ("routine-topic-send", 1), ("stale", 1))),
        Tally("hold", 1, (("spam", 1),)),
    )


# --- where it lies -----------------------------------------------------------------------------


def test_on_sqlite_it_has_a_file_of_its_own(tmp_path: Path) -> None:
    settings = load_settings({"SIDENOTE_DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite"})

    assert rehearsal_settings(settings).database_url == f"sqlite:///{tmp_path}/a.sqlite-rehearsal"


def test_on_postgresql_it_needs_a_database_of_its_own() -> None:
    settings = load_settings({"SIDENOTE_DATABASE_URL": "postgresql://me@host/sidenote"})

    with pytest.raises(ConfigError, match="name ends in 'rehearsal'"):
        rehearsal_settings(settings)


def test_a_postgresql_database_named_for_rehearsals_is_taken() -> None:
    settings = load_settings({"SIDENOTE_DATABASE_URL": "postgresql://me@host/x_rehearsal?a=b"})

    assert rehearsal_settings(settings) == settings


def test_there_is_nothing_to_look_into_before_the_first_rehearsal(tmp_path: Path) -> None:
    settings = load_settings({"SIDENOTE_DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite"})

    with pytest.raises(InputError, match="no rehearsal yet"):
        rehearsed_settings(settings)


# --- replies -----------------------------------------------------------------------------------


def test_a_reply_that_would_have_gone_out_is_told_with_its_recipient() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.clock.advance(2 * QUIET)
    before = world.helpdesk.messages(conversation)

    receipt = rehearse(rehearsing(world), turn_of(world, conversation))

    told = receipt["decided"]["would"]
    assert (told["autonomy"], told["because"]) == ("send", ["routine-topic-send"])
    assert (told["channel"], told["to"]) == ("email", "mara@mail.example")
    assert LINES["en"] in told["reply"]
    assert (receipt["decided"]["autonomy"], receipt["decided"]["reply"]) == ("nothing", "")
    assert world.helpdesk.messages(conversation) == before
    assert world.requests("POST") == world.requests("PUT") == 0


def test_a_reply_that_could_reach_nobody_is_told_as_a_note() -> None:
    world = world_at(Level.SEND)
    conversation = ask(world)
    world.helpdesk._accounts = ()
    world.clock.advance(2 * QUIET)

    receipt = rehearse(rehearsing(world), turn_of(world, conversation))

    assert receipt["decided"]["would"]["why"]
    assert [(each.way, each.runs) for each in tally([receipt]) if each.runs] == [("note", 1)]
