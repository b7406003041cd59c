"""How likely a test is ever to pass, when it is looked at after every case: exactly, no sample."""

from collections import defaultdict
from collections.abc import Callable

_TOO_RARE = 1e-12  # a count of errors that hardly ever comes up


def ever(is_enough: Callable[[int, int], bool], rate: float, *, looks: int) -> float:
    """The probability that (errors, cases) is ever enough, at an error rate of `rate`."""
    still, reached = {0: 1.0}, 0.0  # how likely each count of errors is, where it has not passed
    for cases in range(1, looks + 1):
        moved: dict[int, float] = defaultdict(float)
        for errors, chance in still.items():
            moved[errors] += chance * (1 - rate)
            moved[errors + 1] += chance * rate
        passed = {errors for errors in moved if is_enough(errors, cases)}
        reached += sum(moved[errors] for errors in passed)
        still = {
            errors: chance
            for errors, chance in moved.items()
            if errors not in passed and chance > _TOO_RARE
        }
    return reached
