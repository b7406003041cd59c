"""Past conversations, replayed: what would have been proposed, beside a teammate's real answer."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from agent.adapters.memory import MemoryStore
from agent.adapters.model.offline import OfflineEngine
from agent.backtest_book import BacktestBook
from agent.backtest_file import past_of_file
from agent.backtesting import Backtest, Past, Tried, as_it_was, kept
from agent.core.backtested import Compared, by_score
from agent.core.conversation import Direction, Status
from agent.core.labels import Judgement, Source
from agent.core.team_policy import Level
from agent.errors import InputError
from tests.small_world import NOON
from tests.test_answering import QUESTION, policy_at

POLICY = policy_at(Level.NOTE)
MINUTE = timedelta(minutes=1)


def answer() -> str:
    topic = POLICY.topic("order-status")
    assert topic is not None
    return topic.answers["en"]


def past(folder: Path, *said: tuple[str, str]) -> Past:
    """A conversation of a file: who spoke, "in" or "out", and what was said."""
    file = folder / "past.jsonl"
    messages = [{"direction": who, "text": text, "author": "Ben"} for who, text in said]
    file.write_text(json.dumps({"key": "c1", "messages": messages}) + "\n", "utf-8")
    ((found, _),) = past_of_file(file, NOON)
    return found


def tried(found: Past) -> tuple[Tried, ...]:
    return Backtest(model=OfflineEngine(), policy=POLICY, customer=lambda _: None).tried(found)


def test_the_same_answer_is_found(tmp_path: Path) -> None:
    (one,) = tried(past(tmp_path, ("in", QUESTION), ("out", f"Hi!\n{answer()}")))

    assert one.judgement is Judgement.AS_IS
    assert one.row is not None
    assert (one.row.topic, one.row.channel) == ("order-status", "email")


def test_another_answer_is_in_doubt(tmp_path: Path) -> None:
    (one,) = tried(past(tmp_path, ("in", QUESTION), ("out", "I have asked the carrier for you.")))

    assert one.row is not None
    assert one.judgement is None


def test_what_no_topic_fits_is_tried_and_nothing_proposed(tmp_path: Path) -> None:
    (one,) = tried(past(tmp_path, ("in", "Do you sell ladders for cats?"), ("out", "No.")))

    assert one.row is None


def test_what_nobody_answered_is_not_tried(tmp_path: Path) -> None:
    assert tried(past(tmp_path, ("in", QUESTION))) == ()


def test_the_proposal_sees_nothing_that_came_later(tmp_path: Path) -> None:
    short = past(tmp_path, ("in", QUESTION), ("out", answer()))
    longer = past(
        tmp_path,
        ("in", QUESTION),
        ("out", answer()),
        ("in", "I want to talk to a lawyer and a human about a refund."),
    )
    (now,), (then,) = tried(longer), tried(short)

    assert now.row is not None
    assert then.row is not None
    assert (now.row.score, now.row.topic) == (then.row.score, then.row.topic)


def test_what_the_conversation_became_is_not_known_then(tmp_path: Path) -> None:
    found = past(tmp_path, ("in", QUESTION), ("out", answer()))
    then = as_it_was(found.conversation, found.messages[:1])

    assert (then.status, then.note_count, then.message_count) == (Status.OPEN, 0, 1)
    assert (then.last_message_out, then.tags, then.assigned_users) == (None, (), ())


def test_older_questions_are_left_out(tmp_path: Path) -> None:
    found = past(tmp_path, ("in", QUESTION), ("out", answer()))
    backtest = Backtest(model=OfflineEngine(), policy=POLICY, customer=lambda _: None)

    assert len(backtest.tried(found, since=found.messages[0].sent_at)) == 1
    assert backtest.tried(found, since=found.messages[0].sent_at + MINUTE) == ()


def test_kept_labels_say_where_they_come_from_and_are_kept_once(tmp_path: Path) -> None:
    store = MemoryStore()
    found = tried(past(tmp_path, ("in", QUESTION), ("out", answer())))

    assert [kept(store, found, now=NOON), kept(store, found, now=NOON)] == [1, 0]
    (row,) = store.proposals()
    assert row.run_id == f"backtest:{row.conversation_id}:{row.message_id}"
    assert row.label is not None
    assert (row.label.source, row.label.at) == (Source.BACKTEST, NOON)
    assert row.at < NOON


def test_a_doubt_is_kept_as_one(tmp_path: Path) -> None:
    store = MemoryStore()
    found = past(tmp_path, ("in", QUESTION), ("out", "I have asked the carrier for you."))
    kept(store, tried(found), now=NOON)

    (row,) = store.proposals()
    assert row.label is not None
    assert (row.label.judgement, row.label.source) == (Judgement.DOUBTFUL, Source.BACKTEST)


def test_what_is_done_is_remembered_without_a_text(tmp_path: Path) -> None:
    found = past(tmp_path, ("in", QUESTION), ("out", answer()))
    file = tmp_path / "state" / "book.jsonl"
    BacktestBook(file).add(found.conversation, tried(found))
    with file.open("a", encoding="utf-8") as book:
        book.write('{"conversation_id": "cut o')
    again = BacktestBook(file)

    assert again.load() == 1
    assert again.done(found.conversation) == tried(found)
    assert "tracking" not in file.read_text("utf-8")


def test_a_line_that_does_not_fit_is_named(tmp_path: Path) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text('{"key": "c1"}\n', "utf-8")

    with pytest.raises(InputError, match=r"past\.jsonl:1: field 'messages' is missing"):
        list(past_of_file(file, NOON))


def test_counted_by_score() -> None:
    found = by_score(
        [Compared(0.85, Judgement.EDITED), Compared(0.5, Judgement.CHANGED), Compared(0.1, None)]
    )

    assert [(each.threshold, each.same, each.other, each.doubt) for each in found][1::3] == [
        (0.8, 1, 0, 0),
        (0.5, 1, 1, 0),
        (0.0, 1, 1, 1),
    ]
    assert found[-1].proposed == 3


def test_the_file_tells_who_spoke(tmp_path: Path) -> None:
    found = past(tmp_path, ("in", QUESTION), ("out", answer()))

    assert [m.direction for m in found.messages] == [Direction.IN, Direction.OUT]
    assert found.messages[1].author.name == "Ben"
