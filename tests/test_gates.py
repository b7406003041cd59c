"""What the lights of the console learn of Kustomer."""

from agent.errors import HelpdeskUnavailable
from tests.small_world import SmallWorld

SILENT = HelpdeskUnavailable("Kustomer does not answer")


def test_the_first_silence_is_told_though_nothing_is_held_up_yet() -> None:
    gates = SmallWorld().gates

    gates.trouble(SILENT)

    assert gates.lately() is SILENT
    assert gates.closed() is None


def test_once_something_went_well_it_is_forgotten() -> None:
    gates = SmallWorld().gates
    gates.trouble(SILENT)

    gates.success()

    assert gates.lately() is None


def test_a_closed_gate_is_told_until_it_opens() -> None:
    gates = SmallWorld().gates
    for _ in range(3):
        gates.trouble(SILENT)

    assert gates.lately() is gates.closed() is SILENT
