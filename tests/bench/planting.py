"""Errors planted in true statements: what grounding catches of them, and what it drops wrongly.

    python -m tests.bench.planting --data FOLDER [--show KIND]

FOLDER holds `dev.jsonl.gz` in the form of `summaries.py`. True statements are the sentences that
people picked, each citing its message, and light rewordings of them; our own fixtures' sentences
besides. The rules were written while looking at one half of the conversations only.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from agent.core.grounding import judge
from agent.core.grounding.evidence import Known
from agent.evaluation.data import Purpose, Row, read_data
from agent.evaluation.planting import KINDS, Plant, plants_of
from agent.evaluation.statements import Count, counted, standing, total
from agent.evaluation.true_statements import (
    Good,
    good_of_conversations,
    good_statements,
    peoples_own,
)


def grounding_figures(data: Path, fixtures: Path) -> list[tuple[str, str, str]]:
    """Rows for a table: name, figure, limit; the half that was looked at, then the other."""
    talks, ours = _rows(data, fixtures)
    rows: list[tuple[str, str, str]] = []
    for half, name in enumerate(("looked at while building", "never looked at")):
        good = good_statements(talks, half) + good_of_conversations(ours, half)
        caught, lost = counted(plants_of(good)), counted(good)
        free = peoples_own(talks, half)
        own, in_free = counted(free), counted(plants_of(standing(free)))
        rows.append((f"the half that was {name}", "", ""))
        rows.append(_row("  planted errors caught", total(caught.values()), "at least 95 %"))
        rows += [_row(f"    {kind}", count, "") for kind, count in caught.items()]
        rows.append(_row("  true statements dropped", total(lost.values()), "under 2 %"))
        rows += [_row(f"    {kind}", count, "") for kind, count in lost.items()]
        rows += [_row(f"  {kind} dropped", count, "no limit") for kind, count in own.items()]
        rows.append(_row("  planted in those that stand", total(in_free.values()), "no limit"))
        rows += [_row(f"    {kind}", count, "") for kind, count in in_free.items()]
    return rows


def _rows(data: Path, fixtures: Path) -> tuple[Sequence[Row], Sequence[Row]]:
    return (
        read_data(data).rows(Purpose.SUMMARIES),
        read_data(fixtures).rows(Purpose.CONVERSATIONS),
    )


def _row(name: str, count: Count, limit: str) -> tuple[str, str, str]:
    marked = f", {count.marked} marked" if count.marked else ""
    return name, f"{count.share:.1%} ({count.dropped} of {count.of}{marked})", limit


def _show(some: Iterable[Good | Plant], kind: str, *, dropped: bool, limit: int = 40) -> None:
    """Print what went wrong, to look at while building."""
    for one in some:
        reason, _ = judge(one.statement, Known(one.transcript))
        if one.kind == kind and bool(reason) is dropped and limit > 0:
            limit -= 1
            said = Known(one.transcript).lines[one.statement.message_ids[0]].text
            print(f"{one.statement.text}\n    {said}\n    {reason}\n")


def main() -> None:
    """Print the table, or with `--show` what grounding gets wrong in the half to look at."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of dev.jsonl.gz")
    parser.add_argument("--fixtures", type=Path, default=Path("fixtures/conversations"))
    parser.add_argument("--show", help="a kind of plant or of true statement")
    given = parser.parse_args()
    if given.show:
        talks, ours = _rows(given.data, given.fixtures)
        good = good_statements(talks, 0) + good_of_conversations(ours, 0)
        is_plant = given.show in KINDS
        shown: Sequence[Good | Plant] = plants_of(good) if is_plant else good
        if given.show == "people's own words":
            shown = peoples_own(talks, 0)
        _show(shown, given.show, dropped=not is_plant)
        return
    rows = grounding_figures(given.data, given.fixtures)
    wide = max(len(name) for name, _, _ in rows)
    for name, figure, limit in rows:
        print(f"{name:{wide}}  {figure:34}  {limit}")


if __name__ == "__main__":
    main()
