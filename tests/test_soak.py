"""The long test in small: it runs, and its verdict finds what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from agent.sandbox.faults import parse_fault
from agent.sandbox.records import DraftRecord, NoteRecord
from agent.sandbox.server import Sandbox
from tests.processes import Sidenote
from tests.simulation.checker import NOTE_SIGN, marker_of
from tests.soak.forked import Forks
from tests.soak.ground import Change, Ground, Sending
from tests.soak.rounds import Plan, play
from tests.soak.verdict import judge, losses

TEXT = "We sent it again today."


@pytest.mark.timeout(300)
def test_a_short_round_kills_and_finds_nothing_wrong(tmp_path: Path) -> None:
    with Forks() as forks:
        plan = Plan(
            name="SQLite",
            seed=3,
            trouble=6,
            conversations=6,
            killed_sends=0,
            faults=("any=0.05,seconds=0.5",),
            start=forks.start,
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


def get(ground: Ground, *paths: str) -> None:
    """Read as a client does, so that the requests are on record."""
    for path in paths:
        httpx.get(
            f"{ground.sandbox.url}/v1/{path}",
            headers={"authorization": f"Bearer {ground.sandbox.key}"},
        ).raise_for_status()


def look(ground: Ground) -> None:
    """What a release rests on."""
    held = ground.sandbox.world.conversations[the_only(ground)]
    conversation = f"conversations/{held.id}"
    get(ground, f"customers/{held.customer_id}/drafts", conversation, f"{conversation}/messages")


def called(ground: Ground) -> Sending:
    """A second reply is asked for, and the conversation read."""
    conversation_id = the_only(ground)
    sending = Sending(key="o", conversation_id=conversation_id, body="Other.", state="arrived")
    sending.calls.append(ground.now())
    ground.sendings.append(sending)
    get(ground, f"conversations/{conversation_id}", f"conversations/{conversation_id}/messages")
    return sending


def teammate_writes(ground: Ground) -> None:
    ground.changes.append(Change(the_only(ground), ground.now(), "teammate wrote"))


def test_what_happened_between_look_and_request_is_counted_and_inside_the_gap(
    ground: Ground,
) -> None:
    called(ground)
    look(ground)
    teammate_writes(ground)
    deliver(ground, "Other.")

    verdict = judge(ground)

    (stale,) = verdict.stale
    assert 0 < stale.before_request < 2
    assert (stale.before_look, stale.before_applied, verdict.broken) == (0, 0, [])


def test_what_happened_before_the_look_should_have_been_seen(ground: Ground) -> None:
    called(ground)
    teammate_writes(ground)
    look(ground)
    deliver(ground, "Other.")

    assert kinds(ground) == {"stale sends outside the gap"}


def test_unless_the_server_answered_the_look_with_what_was_true_before(ground: Ground) -> None:
    called(ground)
    teammate_writes(ground)
    ground.sandbox.faults.set(parse_fault("stale-read@GET */messages=1"))
    look(ground)
    deliver(ground, "Other.")

    (stale,) = judge(ground).stale
    assert (stale.excused, kinds(ground)) == (True, set())


def test_a_change_before_the_conversation_was_read_is_what_the_reply_rests_on(
    ground: Ground,
) -> None:
    teammate_writes(ground)
    called(ground)
    look(ground)
    deliver(ground, "Other.")

    assert judge(ground).stale == []


def test_what_happens_while_the_server_holds_the_request_is_not_ours(ground: Ground) -> None:
    called(ground)
    look(ground)
    deliver(ground, "Other.")
    asked = ground.sandbox.world.requests[-1]
    asked.applied_at = asked.at + timedelta(seconds=9)
    ground.changes.append(
        Change(the_only(ground), asked.at + timedelta(seconds=1), "teammate wrote")
    )

    (stale,) = judge(ground).stale
    assert (round(stale.before_applied), kinds(ground)) == (8, set())


def test_a_look_that_is_too_old_is_wrong_though_nothing_had_changed(ground: Ground) -> None:
    called(ground)
    look(ground)
    for read in ground.sandbox.world.requests:
        read.at -= timedelta(seconds=3)
    ground.sendings[-1].calls = []
    deliver(ground, "Other.")

    assert kinds(ground) == {"stale sends outside the gap"}


def test_a_process_that_is_forked_is_told_its_arguments_and_says_how_it_ended(
    tmp_path: Path,
) -> None:
    with (
        Forks() as forks,
        Sidenote("--version", folder=tmp_path, environment={}, start=forks.start) as one,
    ):
        code = one.ended()

    assert (code, one.err) == (0, "")
    assert "sidenote" in one.out


def test_a_forked_process_that_is_killed_ends_as_killed(ground: Ground) -> None:
    with Forks() as forks:
        ground.start = forks.start
        with ground.sidenote("sandbox", "--port", "0") as one:
            one.kill()

            assert one.process.poll() == -9
