"""Errors planted in true statements are caught; the statements themselves stay.

Measured here on our own conversations; `python -m tests.bench.planting` measures a folder.
"""

import gzip
import json
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from agent.evaluation.data import Purpose, read_data
from agent.evaluation.planting import KINDS, plants_of
from agent.evaluation.statements import counted, total
from agent.evaluation.true_statements import (
    Good,
    good_of_conversations,
    good_statements,
    peoples_own,
)
from tests.bench.planting import grounding_figures

FIXTURES = Path("fixtures/conversations")
GOOD = good_of_conversations(read_data(FIXTURES).rows(Purpose.CONVERSATIONS))[
    ::2
]  # enough, and quick
PLANTS = plants_of(GOOD)


def test_nearly_every_planted_error_is_caught() -> None:
    counts = counted(PLANTS)

    assert total(counts.values()).share >= 0.95
    assert min(count.share for count in counts.values()) >= 0.9


def test_hardly_any_true_statement_is_dropped() -> None:
    assert total(counted(GOOD).values()).share < 0.02


def test_there_are_plants_of_every_kind_and_thousands_in_all() -> None:
    assert set(Counter(plant.kind for plant in PLANTS)) == set(KINDS)
    assert len(PLANTS) >= 2000


def test_a_plant_changes_its_statement() -> None:
    chance = random.Random(1)
    for good in GOOD:
        for kind in KINDS.values():
            changed = kind(good, chance)

            assert changed != good.statement


def test_the_same_seed_gives_the_same_plants() -> None:
    assert plants_of(GOOD[:200]) == plants_of(GOOD[:200])
    assert plants_of(GOOD[:200]) != plants_of(GOOD[:200], seed=5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of data in the public sets' form, with made-up people."""
    records = [
        {
            "id": f"talk-{number}",
            "turns": [
                {
                    "speaker": "customer",
                    "text": "My kettle has not arrived. I paid 41 euros on Friday.",
                    "sentences": ["My kettle has not arrived.", "I paid 41 euros on Friday."],
                },
                {
                    "speaker": "agent",
                    "text": "Sorry. We are looking for it.",
                    "sentences": ["Sorry.", "We are looking for it."],
                },
            ],
            "extractive": [[[0, 0], [0, 1], [1, 1]]],
            "abstractive_parts": [["The kettle has not arrived.", "They are looking for it."]],
        }
        for number in range(6)
    ]
    with gzip.open(tmp_path / "dev.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return tmp_path


def test_the_halves_make_the_whole(folder: Path) -> None:
    def texts(some: list[Good]) -> Counter[str]:
        return Counter(f"{g.transcript.conversation_id} {g.statement.text}" for g in some)

    rows = read_data(folder).rows(Purpose.SUMMARIES)
    halves = [good_statements(rows, half) for half in (0, 1)]

    assert texts(halves[0]) + texts(halves[1]) == texts(good_statements(rows))
    assert all(halves)
    assert len(peoples_own(rows)) == 12


def test_the_table_has_both_halves_and_every_kind(folder: Path) -> None:
    (folder / "own").mkdir()
    shutil.copy(FIXTURES / "general.jsonl", folder / "own")
    shutil.copy(FIXTURES / "routine.jsonl", folder / "own")
    names = [name.strip() for name, _, _ in grounding_figures(folder, folder / "own")]

    assert set(KINDS) <= set(names)
    assert sum(name.startswith("the half") for name in names) == 2
