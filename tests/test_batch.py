"""A batch: in order, each line once however often it is cut off, one bad line stops nothing."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agent.batch import AT_ONCE, Answer, Batch, Ended, read_batch
from agent.batch_lines import parse_variables
from agent.core.conversation import Address, Customer, Direction, OutboundAccount
from agent.errors import (
    HelpdeskBusy,
    HelpdeskLocked,
    HelpdeskRefused,
    HelpdeskUnavailable,
    InputError,
    StoreUnavailable,
)
from agent.notes import CLAIM
from agent.ports import Pause
from tests.small_world import NOON, SmallWorld


class Killed(BaseException):
    """What kill -9 looks like from inside."""


class Desk:
    """A small world with a few conversations, and batches on it."""

    def __init__(self, conversations: int = 3) -> None:
        self.world = SmallWorld()
        helpdesk = self.world.helpdesk
        helpdesk._accounts = (OutboundAccount(channel="email", account="help@shop.example"),)
        self.ids = [self.world.conversation() for _ in range(conversations)]
        for number, id_ in enumerate(self.ids):
            customer = str(helpdesk._conversations[id_].customer_id)
            address = Address(value=f"mara{number}@homemail.example")
            helpdesk.add_customer(Customer(id=customer, name="Mara", emails=(address,)))
        self.answers: list[Answer] = []
        self.stopping = threading.Event()

    def note(self, number: int = 0, body: str = "Called back.", **fields: Any) -> dict[str, Any]:
        return {"conversation_id": self.ids[number], "body": body, **fields}

    def batch(
        self,
        *lines: dict[str, Any] | str,
        name: str = "july",
        at_once: int = 1,
        emit: Callable[[Answer], None] | None = None,
        **options: Any,
    ) -> Ended:
        self.answers = []
        raw = [(text if isinstance(text, str) else json.dumps(text)).encode() for text in lines]
        given: dict[str, Any] = {"defaults": {}, "variables": {}, **options}
        batch = Batch(
            desk=self.world.desk,
            emit=emit or self.answers.append,
            stopping=self.stopping,
            at_once=at_once,
        )
        return batch.run(read_batch(raw, name=name, **given))

    def next_process(self) -> None:
        self.world.clock.advance(CLAIM + timedelta(seconds=1))
        self.world.restart()

    @property
    def printed(self) -> list[dict[str, Any]]:
        return [answer.as_json() for answer in self.answers]

    @property
    def states(self) -> list[str]:
        return [a.sent.state.value if a.sent else "error" for a in self.answers]

    def notes(self, number: int = 0) -> list[str]:
        return [note.body for note in self.world.notes(self.ids[number])]

    def replies(self, body: str) -> int:
        held = self.world.helpdesk._messages.values()
        return sum(
            m.direction is Direction.OUT and m.text == body for messages in held for m in messages
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


# what a line says


def test_each_line_is_answered_in_order(desk: Desk) -> None:
    ended = desk.batch(desk.note(0), desk.note(1, direction="out"), desk.note(2, direction="in"))

    assert [line["line"] for line in desk.printed] == [1, 2, 3]
    assert desk.states == ["arrived"] * 3
    assert [line["data"]["attributes"]["direction"] for line in desk.printed] == [
        "note",
        "out",
        "in",
    ]
    assert ended == Ended(answered=3, bad=0, left=0)


def test_other_fields_of_a_line_are_its_variables(desk: Desk) -> None:
    desk.batch(desk.note(body="Order {{order.id}} of {{name}}", order={"id": 7}, name="Mara"))

    assert desk.notes() == ["Order 7 of Mara"]


def test_a_lines_own_variables_win(desk: Desk) -> None:
    desk.batch(desk.note(body="{{a}} {{b}}", b="line"), variables={"a": "typed", "b": "typed"})

    assert desk.notes() == ["typed line"]


def test_options_fill_what_a_line_leaves_out(desk: Desk) -> None:
    desk.batch(
        {"conversation_id": desk.ids[0], "n": 1},
        {"conversation_id": desk.ids[1], "body": "Own."},
        defaults={"body": "Number {{n}}"},
    )

    assert (desk.notes(0), desk.notes(1)) == (["Number 1"], ["Own."])


def test_a_price_keeps_its_digits(desk: Desk) -> None:
    desk.batch(
        f'{{"conversation_id": "{desk.ids[0]}", "body": "{{{{price}}}} EUR", "price": 10.50}}'
    )

    assert desk.notes() == ["10.50 EUR"]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{", "not JSON"),
        ("[1]", "a JSON object"),
        ('{"body": "a", "body": "b"}', "stands twice"),
        ('{"body": NaN}', "not JSON"),
        ('{"body": "Hi"}', "conversation_id is missing"),
        ('{"conversation_id": "c1", "body": "Hi {{name}}"}', "variable name is missing"),
        ('{"conversation_id": "c1", "body": "Hi {{"}', "no variable"),
        ('{"conversation_id": "c1", "body": "Hi", "direction": "up"}', "direction"),
        ('{"conversation_id": "c1", "body": "Hi", "key": [1]}', "key must be"),
        ('{"conversation_id": "nowhere", "body": "Hi"}', "no conversation nowhere"),
    ],
)
def test_one_bad_line_does_not_stop_the_rest(desk: Desk, bad: str, words: str) -> None:
    ended = desk.batch(desk.note(0), bad, desk.note(1))

    assert desk.states == ["arrived", "error", "arrived"]
    assert desk.printed[1]["line"] == 2
    assert words in desk.printed[1]["error"]
    assert ended == Ended(answered=3, bad=1, left=0)


def test_a_line_that_is_no_text_is_an_error_of_its_own(desk: Desk) -> None:
    lines = read_batch(
        [b"\xff\xfe", json.dumps(desk.note()).encode()], name="j", defaults={}, variables={}
    )

    assert "UTF-8" in lines[0].error
    assert lines[1].wanted is not None


def test_blank_lines_count_but_are_no_lines(desk: Desk) -> None:
    desk.batch(desk.note(0), "", "  ", desk.note(1))

    assert [line["line"] for line in desk.printed] == [1, 4]


def test_a_byte_order_mark_is_left_out(desk: Desk) -> None:
    desk.batch("\ufeff" + json.dumps(desk.note()))

    assert desk.states == ["arrived"]


def test_a_file_of_another_kind_is_unusable_as_a_whole(desk: Desk) -> None:
    with pytest.raises(InputError, match="not JSON Lines"):
        desk.batch("conversation_id;body", "1;Hello")


@pytest.mark.parametrize(
    ("typed", "variables"),
    [
        (("a=1",), {"a": "1"}),
        (("a=b=c",), {"a": "b=c"}),
        (("o.id=7", "o.name=lid"), {"o": {"id": "7", "name": "lid"}}),
        (('{"o": {"id": 7}}', "o.name=lid"), {"o": {"id": 7, "name": "lid"}}),
        (("a=1", "a=2"), {"a": "2"}),
    ],
)
def test_variables_as_typed(typed: tuple[str, ...], variables: dict[str, Any]) -> None:
    assert parse_variables(typed) == variables


@pytest.mark.parametrize("typed", ["a", "=1", "1=a", "a b=c", "{", '{"a": 1, "a": 2}', "a[0]=1"])
def test_a_variable_that_is_typed_wrongly_is_refused(typed: str) -> None:
    with pytest.raises(InputError):
        parse_variables((typed,))


# each line once


def test_the_same_input_again_sends_nothing_and_prints_the_old_answers(desk: Desk) -> None:
    lines = (desk.note(0), desk.note(1, direction="out"), desk.note(2, direction="in"))
    desk.batch(*lines)
    before = desk.printed
    desk.world.clock.advance(timedelta(days=3))
    requests = desk.world.requests()

    desk.batch(*lines)

    assert desk.printed == before
    assert desk.world.requests() == requests


def test_what_was_added_to_the_file_is_sent(desk: Desk) -> None:
    desk.batch(desk.note(0))

    desk.batch(desk.note(1), desk.note(0))

    assert (desk.notes(0), desk.notes(1)) == (["Called back."], ["Called back."])


def test_the_same_line_twice_in_one_file_is_two_sends(desk: Desk) -> None:
    for _ in range(2):
        desk.batch(desk.note(0), desk.note(0))

    assert len(desk.notes(0)) == 2


def test_another_batch_is_another_send(desk: Desk) -> None:
    desk.batch(desk.note(0), name="july")
    desk.batch(desk.note(0), name="august")

    assert len(desk.notes(0)) == 2


def test_a_line_that_changed_is_another_send(desk: Desk) -> None:
    desk.batch(desk.note(0, "One."))
    desk.batch(desk.note(0, "Two."))

    assert desk.notes(0) == ["One.", "Two."]


@pytest.mark.parametrize("key", ["k1", 7])
def test_a_key_is_a_lines_identity_in_every_batch(desk: Desk, key: object) -> None:
    desk.batch(desk.note(0, key=key), name="july")
    desk.batch(desk.note(0, key=key), name="august")

    assert len(desk.notes(0)) == 1


def test_of_two_lines_with_one_key_and_other_texts_the_second_is_an_error(desk: Desk) -> None:
    desk.batch(desk.note(0, key="k1"), desk.note(1, key="k1"), at_once=AT_ONCE)

    assert desk.states == ["arrived", "error"]
    assert (len(desk.notes(0)), len(desk.notes(1))) == (1, 0)


def test_of_two_lines_with_one_key_the_first_of_the_file_is_sent(desk: Desk) -> None:
    overtaken = threading.Event()
    read, write = desk.world.helpdesk.conversation, desk.world.helpdesk.write_note

    def slow_read(conversation_id: str) -> Any:
        overtaken.wait(timeout=0.3)  # room for the second line, had it begun
        return read(conversation_id)

    def told_write(*args: Any, **fields: Any) -> Any:
        overtaken.set()
        return write(*args, **fields)

    desk.world.helpdesk.conversation = slow_read  # type: ignore[method-assign]
    desk.world.helpdesk.write_note = told_write  # type: ignore[method-assign]

    desk.batch(desk.note(0, direction="out", key="k1"), desk.note(1, key="k1"), at_once=AT_ONCE)

    assert (desk.states, overtaken.is_set()) == (["arrived", "error"], False)


def test_a_line_that_waits_for_its_conversation_keeps_its_key_from_later_lines(desk: Desk) -> None:
    lines = (desk.note(0), desk.note(0, "Two.", key="k1"), desk.note(1, "Two.", key="k1"))

    desk.batch(*lines, at_once=AT_ONCE)

    assert desk.states == ["arrived", "arrived", "error"]


@pytest.mark.parametrize("applied", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("method", ["stage_draft", "release_draft", "write_note", "record_message"])
def test_killed_in_the_middle_and_started_again_each_line_is_sent_once(
    desk: Desk, method: str, nth: int, applied: bool
) -> None:
    lines = [
        desk.note(number, f"{way} {number}", direction=way)
        for number in range(3)
        for way in ("note", "out", "in")
    ]
    desk.world.helpdesk.fail(Killed(), on=method, nth=nth, applied=applied)  # type: ignore[arg-type]
    with pytest.raises(Killed):
        desk.batch(*lines)
    desk.next_process()

    ended = desk.batch(*lines)

    assert (ended.bad, desk.states) == (0, ["arrived"] * 9)
    for number in range(3):
        held = [m.text for m in desk.world.helpdesk._messages[desk.ids[number]]]
        assert (held.count(f"out {number}"), held.count(f"in {number}")) == (1, 1)
        assert desk.notes(number) == [f"note {number}"]
    assert desk.world.helpdesk._drafts == {}


# states


def test_a_customer_who_writes_in_between_overtakes_a_line(desk: Desk) -> None:
    real = desk.world.helpdesk.stage_draft

    def stage(draft: Any) -> Any:
        desk.world.helpdesk.receive(draft.conversation_id, "Never mind.", channel="email")
        return real(draft)

    desk.world.helpdesk.stage_draft = stage  # type: ignore[method-assign]
    line = desk.note(0, "It ships today.", direction="out")

    ended = desk.batch(line)
    again = desk.batch(line)

    assert (desk.states, ended.bad, again.bad) == (["overtaken"], 0, 0)
    assert desk.replies("It ships today.") == 0


def test_a_line_that_failed_is_not_sent_again(desk: Desk) -> None:
    deliver = desk.world.helpdesk.deliver

    def bounce() -> None:
        deliver()
        held = desk.world.helpdesk._messages[desk.ids[0]]
        held[-1] = replace(held[-1], status="error", error="invalid-recipient")

    desk.world.helpdesk.deliver = bounce  # type: ignore[method-assign]
    line = desk.note(0, "It ships today.", direction="out")

    for _ in range(2):
        ended = desk.batch(line)
        assert (desk.states, ended.bad) == (["failed"], 1)
        assert desk.answers[0].sent is not None
        assert "invalid-recipient" in desk.answers[0].sent.why
    assert desk.world.requests("release_draft") == 1


def test_a_line_that_nobody_can_tell_of_is_not_sent_again(desk: Desk) -> None:
    desk.world.helpdesk.holds_deliveries = True
    line = desk.note(0, direction="out")

    for _ in range(2):
        ended = desk.batch(line)
        assert (desk.states, ended.bad) == (["unknown"], 1)
    assert desk.world.requests("release_draft") == 1


def test_a_refused_line_is_an_error_and_tried_by_the_next_go(desk: Desk) -> None:
    desk.world.helpdesk.fail(HelpdeskRefused("400 badparam"), on="stage_draft")
    line = desk.note(0, direction="out")

    first = desk.batch(line)
    second = desk.batch(line)

    assert (first.bad, second.bad) == (1, 0)


# waiting and stopping


def test_a_spent_budget_makes_a_line_wait_not_fail(desk: Desk) -> None:
    for nth in range(1, 9):
        busy = HelpdeskBusy("budget", retry_at=NOON + timedelta(minutes=nth))
        desk.world.helpdesk.fail(busy, on="conversation", nth=nth)

    ended = desk.batch(desk.note(0, direction="out"))

    assert (ended.bad, desk.states) == (0, ["arrived"])
    assert desk.world.clock.now() >= NOON + timedelta(minutes=8)


def test_a_line_that_another_process_has_is_waited_for(desk: Desk) -> None:
    desk.world.helpdesk.fail(Killed(), on="write_note")  # type: ignore[arg-type]
    with pytest.raises(Killed):
        desk.batch(desk.note(0))
    desk.world.restart()  # at once: the dead process's claim still stands

    assert desk.batch(desk.note(0)).bad == 0
    assert len(desk.notes(0)) == 1


def stops_after(desk: Desk, lines: int) -> Callable[[Answer], None]:
    def emit(answer: Answer) -> None:
        desk.answers.append(answer)
        if len(desk.answers) == lines:
            desk.stopping.set()

    return emit


def test_a_stop_ends_after_the_line_under_way_and_the_same_input_goes_on(desk: Desk) -> None:
    lines = [desk.note(number % 3, f"Note {number}") for number in range(6)]

    ended = desk.batch(*lines, emit=stops_after(desk, 2))
    desk.stopping.clear()
    rest = desk.batch(*lines)

    assert (ended.answered, ended.left, rest.left) == (2, 4, 0)
    assert sum(len(desk.notes(number)) for number in range(3)) == 6


def test_a_pause_leaves_the_rest_for_later(desk: Desk) -> None:
    def pause(answer: Answer) -> None:
        desk.answers.append(answer)
        desk.world.store.pause(Pause(by="Ben", at=NOON))

    ended = desk.batch(desk.note(0), desk.note(1), desk.note(2), emit=pause)

    assert (ended.answered, ended.left) == (1, 2)
    assert "paused by Ben" in ended.why


@pytest.mark.parametrize("error", [HelpdeskLocked("401"), StoreUnavailable("disk full")])
def test_what_every_line_would_fail_of_stops_the_batch(desk: Desk, error: Exception) -> None:
    for nth in range(1, 9):
        desk.world.helpdesk.fail(error, on="write_note", nth=nth)

    ended = desk.batch(desk.note(0), desk.note(1), desk.note(2))

    assert (ended.answered, ended.left, ended.why) == (0, 3, str(error))


def test_a_database_that_is_busy_is_waited_for(desk: Desk) -> None:
    desk.world.helpdesk.fail(StoreUnavailable("locked"), on="write_note")

    assert desk.batch(desk.note(0)).bad == 0


def test_an_outage_stops_the_batch_after_three_lines(desk: Desk) -> None:
    for nth in range(1, 40):
        desk.world.helpdesk.fail(HelpdeskUnavailable("503"), on="write_note", nth=nth)

    ended = desk.batch(*(desk.note(0, f"Note {n}") for n in range(6)))

    assert (ended.answered, ended.bad, ended.left) == (3, 3, 3)
    assert "does not answer" in ended.why


# several at once


class Watched:
    """How many calls are inside `write_note` at once, in all and on one conversation."""

    def __init__(self, desk: Desk, *, together: int) -> None:
        self.real = desk.world.helpdesk.write_note
        self.inside: list[str] = []
        self.most = self.most_of_one = 0
        self.lock = threading.Lock()
        self.barrier = threading.Barrier(together)
        desk.world.helpdesk.write_note = self.write  # type: ignore[method-assign]

    def write(self, conversation_id: str, body: str, **fields: Any) -> Any:
        with self.lock:
            self.inside.append(conversation_id)
            self.most = max(self.most, len(self.inside))
            self.most_of_one = max(self.most_of_one, self.inside.count(conversation_id))
        self.barrier.wait(timeout=30)  # nobody leaves before `together` are in
        try:
            return self.real(conversation_id, body, **fields)
        finally:
            with self.lock:
                self.inside.remove(conversation_id)


def test_lines_of_different_conversations_go_at_once() -> None:
    desk = Desk(conversations=8)
    watched = Watched(desk, together=AT_ONCE)

    desk.batch(*(desk.note(number) for number in range(8)), at_once=AT_ONCE)

    assert (watched.most, watched.most_of_one) == (AT_ONCE, 1)
    assert [line["line"] for line in desk.printed] == list(range(1, 9))


def test_lines_of_one_conversation_go_one_after_the_other_in_their_order() -> None:
    desk = Desk(conversations=2)
    watched = Watched(desk, together=2)

    desk.batch(
        *(desk.note(number, f"Note {n}") for n in range(10) for number in range(2)),
        at_once=AT_ONCE,
    )

    assert watched.most_of_one == 1
    assert desk.notes(0) == desk.notes(1) == [f"Note {n}" for n in range(10)]
    assert [line["line"] for line in desk.printed] == list(range(1, 21))
