"""The long test in small: it runs, and its verdict finds what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from agent.sandbox.records import DraftRecord, NoteRecord
from agent.sandbox.server import Sandbox
from tests.simulation.checker import NOTE_SIGN, marker_of
from tests.soak.ground import Change, Ground, Sending
from tests.soak.rounds import Plan, play
from tests.soak.verdict import judge, losses

TEXT = "We sent it again today."


@pytest.mark.timeout(300)
def test_a_short_round_kills_and_finds_nothing_wrong(tmp_path: Path) -> None:
    plan = Plan(
        name="SQLite",
        seed=3,
        trouble=5,
        conversations=6,
        killed_sends=0,
        faults=("any=0.05,seconds=0.5",),
    )

    played = play(plan, tmp_path, f"sqlite:///{tmp_path / 'sidenote.sqlite'}")

    assert played.verdict.broken == []
    assert played.counts["kills"] >= 1
    assert played.counts["notes that stand"] >= 6
    assert {"broken threads", "tracebacks"}.isdisjoint(played.counts)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """One conversation, noted once, and one reply that arrived."""
    switches = {"send-seconds": "0", "settle-seconds": "0", "duplicate-external-id": "accepted"}
    with Sandbox(plan="unlimited", switches=switches) as sandbox:
        ground = Ground(sandbox, tmp_path, "", Random(1))
        ground.add_conversations(1)
        conversation_id = next(iter(sandbox.world.conversations))
        note(ground, conversation_id)
        ground.sendings.append(
            Sending(key="k", conversation_id=conversation_id, body=TEXT, state="arrived")
        )
        deliver(ground, TEXT)
        yield ground


def the_only(ground: Ground) -> str:
    return ground.sendings[0].conversation_id


def note(ground: Ground, conversation_id: str, *, of: str | None = None) -> None:
    """A note of ours appears there, on the newest message, or on that of conversation `of`."""
    world = ground.sandbox.world
    asked = world.conversations[of or conversation_id]
    assert asked.last_in is not None
    world.put_note(
        NoteRecord(
            id=world.new_id("note"),
            conversation_id=conversation_id,
            customer_id=asked.customer_id,
            body=f"{NOTE_SIGN}the lid is missing",
            created_at=world.now(),
            updated_at=world.now(),
            created_by="machine",
            modified_by="machine",
            external_id=marker_of("note", asked.id, asked.last_in.id),
        )
    )


def deliver(ground: Ground, body: str, *, to: str | None = None) -> None:
    """A reply goes to the customer, or to the address `to`, by the server's own worker."""
    world = ground.sandbox.world
    held = world.conversations[the_only(ground)]
    assert held.last_in is not None
    fields = {
        "channel": "email",
        "conversation": held.id,
        "body": body,
        "to": [{"email": to or held.last_in.meta["from"]}],
        "from": {"email": "help@lumenhearth.example"},
    }
    draft = DraftRecord(
        id=world.new_id("draft"),
        customer_id=held.customer_id,
        channel="email",
        fields=fields,
        created_at=world.now(),
        updated_at=world.now(),
        created_by="machine",
        modified_by="machine",
    )
    world.drafts[draft.id] = draft
    put(ground, draft.id)


def put(ground: Ground, draft_id: str) -> None:
    """Release it as a client does, so that the request is on record."""
    httpx.put(
        f"{ground.sandbox.url}/v1/drafts/{draft_id}",
        json={"channel": "email", "sendAt": ground.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        headers={"authorization": f"Bearer {ground.sandbox.key}"},
    ).raise_for_status()


def kinds(ground: Ground) -> set[str]:
    return {kind for kind, _ in judge(ground).broken}


def test_a_good_end_is_called_good(ground: Ground) -> None:
    assert judge(ground).broken == []


def test_a_second_note_on_one_question_is_a_duplicate(ground: Ground) -> None:
    note(ground, the_only(ground))

    assert kinds(ground) == {"duplicates"}


def test_a_reply_that_went_twice_is_a_duplicate(ground: Ground) -> None:
    deliver(ground, TEXT)

    assert kinds(ground) == {"duplicates"}


def test_a_question_without_a_note_is_a_loss(ground: Ground) -> None:
    ground.customer_asks(the_only(ground))

    assert len(losses(ground.sandbox.world)) == 1
    assert "losses" in kinds(ground)


def test_a_reply_that_never_left_though_it_was_said_to_have_arrived_is_a_loss(
    ground: Ground,
) -> None:
    other = Sending(key="o", conversation_id=the_only(ground), body="Other.", state="arrived")
    ground.sendings.append(other)

    assert kinds(ground) == {"losses"}


def test_a_reply_that_went_and_was_called_overtaken_is_told_wrongly(ground: Ground) -> None:
    ground.sendings[0].state = "overtaken"

    assert kinds(ground) == {"told wrongly"}


def test_another_address_is_a_wrong_recipient(ground: Ground) -> None:
    ground.sendings.append(
        Sending(key="o", conversation_id=the_only(ground), body="Other.", state="arrived")
    )
    deliver(ground, "Other.", to="stranger@customers.example")

    assert kinds(ground) == {"wrong recipients"}


def test_a_text_that_nobody_asked_for_is_a_wrong_recipient(ground: Ground) -> None:
    deliver(ground, "Nobody asked for this.")

    assert kinds(ground) == {"wrong recipients"}


def test_a_note_on_another_conversation_is_a_wrong_recipient(ground: Ground) -> None:
    ground.add_conversations(1)
    other = list(ground.sandbox.world.conversations)[-1]
    note(ground, other)
    note(ground, other, of=the_only(ground))

    assert "wrong recipients" in kinds(ground)


def test_a_note_that_a_customer_got_is_found(ground: Ground) -> None:
    deliver(ground, f"{NOTE_SIGN}the customer is angry")

    assert "notes that reached a customer" in kinds(ground)


def test_a_release_after_the_pause_is_found_and_one_within_two_seconds_is_not(
    ground: Ground,
) -> None:
    now = ground.now()
    hour = timedelta(hours=1)
    ground.pauses.append((now - timedelta(seconds=1.5), now + hour))
    within = kinds(ground)
    ground.pauses.append((now - timedelta(seconds=9), now + hour))

    assert within == set()
    assert kinds(ground) == {"sends after pause"}


@pytest.mark.parametrize(("seconds", "found"), [(9, set()), (30, {"stale sends outside the gap"})])
def test_a_reply_after_a_change_is_stale_and_wrong_only_outside_the_gap(
    ground: Ground, seconds: float, found: set[str]
) -> None:
    now = ground.now()
    ground.sendings[0].calls.append(now - timedelta(seconds=60))
    ground.changes.append(
        Change(the_only(ground), now - timedelta(seconds=seconds), "teammate wrote")
    )

    verdict = judge(ground)

    assert [round(gap) for gap in verdict.gaps] == [seconds]
    assert {kind for kind, _ in verdict.broken} == found
