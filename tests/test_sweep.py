"""One run, killed at every point and met by every fault: it ends in one note, and one message."""

import logging
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
import structlog

from tests.sweep import SCENES, Case, Scene, crossed, live, pairs, singles

SHARES = 4  # tests that may run beside each other
Cases = Callable[[Scene], Iterator[Case]]


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_undisturbed_it_is_one_note_and_at_send_one_message(scene: Scene) -> None:
    assert live(Case(scene=scene)).wrong == ()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_killed_at_any_point_or_met_by_any_fault_it_ends_well(scene: Scene, share: int) -> None:
    wrong = unwell(islice(singles(scene, idle=4), share, None, SHARES))

    assert wrong == {}


# All of these take half an hour (`python -m tests.sweep`); one in so many is looked at here.
EVERY = 29


@pytest.mark.timeout(600)
@pytest.mark.parametrize("cases", [crossed, pairs], ids=["a fault and a kill", "two kills"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_disturbed_twice_it_ends_well(scene: Scene, cases: Cases) -> None:
    wrong = unwell(islice(cases(scene), 0, None, EVERY))

    assert wrong == {}


def unwell(cases: Iterator[Case]) -> dict[str, object]:
    return {str(case): life for case in cases if (life := live(case).wrong)}
