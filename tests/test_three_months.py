"""A small telling of the story; the whole one is `make story`."""

import re
from pathlib import Path

from tests.three_months.story import SMALL, beginning


def test_a_topic_earns_the_right_to_send_and_loses_it(tmp_path: Path) -> None:
    told: list[str] = []
    with beginning(tmp_path, SMALL, lambda _, words: told.append(words)) as story:
        story.play()

    steps = (
        r"at note: \d+ questions noted",
        r"raised to draft by Ada",
        r"With 90 % confidence at most 10 % of automatic return-label replies by e-mail are wrong",
        r"raised to send by Ada",
        r"\d+ replies went out by themselves",
        r"the shop's rules change",
        r"taken back on .*; lowered to draft by the watch, \d+ runs named",
        r"the next question is drafted",
        r"handled without a person",
    )
    found = [step for words in told for step in steps if re.match(step, words)]
    assert found == list(steps)
