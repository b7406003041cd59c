"""Ten topics of a set, and what share of each topic's proposals is wrong at a threshold."""

from random import Random
from typing import Any

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.evaluation.data import DataSet, Purpose
from agent.evaluation.pools import (
    MOST_EXAMPLES,
    Asking,
    Case,
    Mix,
    Pools,
    askings_of,
    domains_of,
    pools_of,
)
from agent.evaluation.watch import Watch
from tests.evaluation.rows import question

THINGS = tuple(
    "kettle lamp sofa ladder mirror pillow blanket wardrobe teapot clock rug candle".split()
)
WAYS = ("My {} is broken.", "Can you mend a {}?", "The {} fell apart.", "Who repairs a {} of mine?")


def rows(things: tuple[str, ...] = THINGS, **changes: Any) -> list[dict[str, Any]]:
    """Two examples and two questions of each thing's repair."""
    return [
        question(way.format(thing), thing, part=part, **changes)
        for thing in things
        for way, part in zip(WAYS, ("train", "train", "test", "test"), strict=True)
    ]


def asking(found: list[dict[str, Any]], *, most: int = 100) -> Asking:
    (one,) = askings_of(DataSet("made-up", Purpose.TOPICS, tuple(found)), most=most)
    return one


def case(
    score: float, *, is_wrong: bool = False, is_outside: bool = False, margin: float = 0.5
) -> Case:
    return Case(
        topic="kettle",
        score=score,
        familiarity=score,
        margin=margin,
        is_wrong=is_wrong,
        is_outside=is_outside,
    )


# --- the set --------------------------------------------------------------------------------------


def test_the_ten_topics_that_are_asked_most_are_taken_and_the_rest_fits_none() -> None:
    often = [question(f"The {thing}, please!", thing, part="test") for thing in THINGS[:10]]
    one = asking([*rows(), *often])

    assert {topic.name for topic in one.topics} == set(THINGS[:10])
    assert {fits for _, fits in one.questions} == {None, *THINGS[:10]}
    assert one.share_outside == pytest.approx(4 / 34)


def test_what_fits_no_topic_of_the_set_fits_none_of_the_ten() -> None:
    one = asking([*rows(THINGS[:10]), question("What is the time?", "oos", part="test")])

    assert ("What is the time?", None) in one.questions


def test_a_set_says_how_much_of_it_is_out_of_scope_whatever_the_ten() -> None:
    one = asking([*rows(), question("What is the time?", "oos", part="test")], most=3)

    assert one.strange == 1 / 25


def test_a_set_of_fewer_topics_is_left_out() -> None:
    assert askings_of(DataSet("few", Purpose.TOPICS, tuple(rows(THINGS[:9]))), most=100) == ()


def test_each_bot_is_a_set_of_its_own() -> None:
    both = [*rows(bot="red"), *rows(bot="blue")]
    found = askings_of(DataSet("bots", Purpose.TOPICS, tuple(both)), most=100)

    assert [one.name for one in found] == ["bots/red", "bots/blue"]


def test_each_domain_is_a_topic_where_there_are_ten() -> None:
    found = [{**row, "domain": f"{row['label']} things"} for row in rows()]
    stray = question("What is the time?", "oos", part="test", domain="oos")
    data = DataSet("made-up", Purpose.TOPICS, (*found, stray))
    (one,) = domains_of(data, most=100)

    assert one.name == "made-up by domain"
    assert {topic.name for topic in one.topics} < {f"{thing} things" for thing in THINGS}
    assert ("What is the time?", None) in one.questions


def test_a_file_of_few_domains_or_none_has_no_such_set() -> None:
    some = tuple(question(row["text"], row["label"], domain="home") for row in rows())

    assert domains_of(DataSet("made-up", Purpose.TOPICS, some), most=100) == ()
    assert domains_of(DataSet("made-up", Purpose.TOPICS, tuple(rows())), most=100) == ()


def test_at_most_so_many_questions_of_each_kind_are_asked() -> None:
    one = asking(rows(), most=3)

    assert [fits is None for _, fits in one.questions].count(True) == 3
    assert len(one.questions) == 6


def test_examples_that_no_topic_takes_are_asked_where_questions_are_few() -> None:
    more = [
        question(f"{number} times my {thing} broke.", thing, part="train")
        for thing in THINGS
        for number in range(2 * MOST_EXAMPLES)
    ]
    one = asking([*rows(), *more])

    assert all(len(topic.examples) == MOST_EXAMPLES for topic in one.topics)
    assert not {text for topic in one.topics for text in topic.examples} & {
        text for text, _ in one.questions
    }
    assert any("times my" in text for text, _ in one.questions)


def test_examples_stay_examples_where_there_are_questions_enough() -> None:
    texts = {text for text, _ in asking(rows()).questions}

    assert "My kettle is broken." not in texts
    assert "The kettle fell apart." in texts


# --- what is proposed -----------------------------------------------------------------------------


def test_a_proposal_of_another_topic_is_wrong_and_so_is_one_where_none_fits() -> None:
    strays = [
        question("My lamp is broken.", "kettle", part="test"),
        question("Can you mend a sofa?", "oos", part="test"),
    ]
    pools = pools_of(asking([*rows(THINGS[:10]), *strays]), OfflineEngine(), Watch())

    assert [(c.is_wrong, c.is_outside) for c in pools.by_topic["lamp"] if c.is_wrong] == [
        (True, False)
    ]
    assert [(c.is_wrong, c.is_outside) for c in pools.by_topic["sofa"] if c.is_wrong] == [
        (True, True)
    ]
    assert any(not c.is_wrong for c in pools.by_topic["lamp"])
    assert (pools.inside, pools.outside) == (21, 1)


# --- the mix --------------------------------------------------------------------------------------


def test_the_error_counts_what_reaches_the_threshold_by_how_often_it_comes() -> None:
    mix = Mix((case(0.9), case(0.8, is_wrong=True), case(0.2, is_wrong=True)), (3.0, 1.0, 4.0))

    assert mix.error(0.8) == 0.25
    assert mix.error(0.81) == 0.0
    assert mix.error(0.95) == 0.0
    assert mix.coverage(0.8) == 0.5


def test_a_draw_follows_the_weights() -> None:
    mix = Mix((case(0.9), case(0.8)), (3.0, 1.0))
    drawn = mix.draw(Random(1), 4_000)

    assert 2_900 < sum(each.score == 0.9 for each in drawn) < 3_100


def test_questions_that_fit_no_topic_come_as_often_as_wanted() -> None:
    cases = (case(0.9), case(0.8, is_wrong=True, is_outside=True))
    pools = Pools("made-up", {"kettle": cases}, inside=30, outside=10)

    assert pools.share_outside == 0.25
    # Of 100 questions 90 fit a topic, and one in 30 of these is this one; 10 fit none.
    assert pools.mix("kettle", outside=0.1).weights == pytest.approx((0.9 / 30, 0.1 / 10))
    assert pools.mix("kettle", outside=0.5).error(0.5) == pytest.approx(3 / 4)
    assert pools.mix("kettle", outside=0.0).cases == cases[:1]
