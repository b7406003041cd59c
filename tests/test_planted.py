"""The deliberate bugs still fit the program: one that does not proves nothing."""

import pytest

from tests.planted.plant import ROOT, Planted, faults, planted


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_it_can_still_be_planted(fault: Planted) -> None:
    for edit in fault.edits:
        compile(planted(edit, ROOT), edit.file, "exec")


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_the_tests_that_look_there_still_exist(fault: Planted) -> None:
    assert all((ROOT / path).exists() for path in fault.tests)
