"""The border around a topic, learned from the policy's examples."""

from agent.core.topic_borders import borders_of

FRUIT = [{"apple": 0.8, "red": 0.6}, {"pear": 0.8, "green": 0.6}, {"apple": 1.0}]
TOOLS = [{"saw": 0.8, "steel": 0.6}, {"hammer": 1.0}, {"nail": 0.6, "steel": 0.8}]
BIRDS = [{"robin": 0.8, "red": 0.6}]
VECTORS = [*FRUIT, *TOOLS, *BIRDS]
TOPICS = ["fruit"] * 3 + ["tools"] * 3 + ["birds"]


def test_every_example_lies_inside_its_own_topic_and_outside_the_others() -> None:
    borders = borders_of(VECTORS, TOPICS)

    inside = [
        {name for name, border in borders.items() if border.value(vector) > 0} for vector in VECTORS
    ]
    assert inside == [{topic} for topic in TOPICS]


def test_a_topic_with_one_example_is_worth_as_much_as_one_with_many() -> None:
    birds = borders_of(VECTORS, TOPICS)["birds"]

    assert birds.value(BIRDS[0]) > 0.3


def test_a_shared_word_speaks_less_for_a_topic_than_one_of_its_own() -> None:
    fruit = borders_of(VECTORS, TOPICS)["fruit"]

    assert fruit.value({"apple": 1.0}) > fruit.value({"red": 1.0})


def test_words_that_no_example_has_leave_the_value_at_the_offset() -> None:
    fruit = borders_of(VECTORS, TOPICS)["fruit"]

    assert fruit.value({"cheese": 1.0}) == fruit.offset


def test_it_learns_the_same_every_time() -> None:
    assert borders_of(VECTORS, TOPICS) == borders_of(VECTORS, TOPICS)


def test_one_topic_alone_has_a_border_with_everything_inside() -> None:
    border = borders_of(FRUIT, ["fruit"] * 3)["fruit"]

    assert border.value({"saw": 1.0}) > 0


def test_no_topics_have_no_borders() -> None:
    assert borders_of([], []) == {}
