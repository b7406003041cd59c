"""Measure Sidenote against its limits, and beside what it is compared with.

    python -m tests.bench                 everything that needs no data
    python -m tests.bench --data FOLDER   those too; FOLDER holds summ_tweetsumm,
                                          email_auto and inject, or is the first
    python -m tests.bench --quick         small: does the bench itself work?

The sandbox runs in a process of its own, so its work is not counted as ours.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.automatic import automatic_figures
from tests.bench.console import console_pages
from tests.bench.figures import PARTS, Row, Sizes
from tests.bench.planting import grounding_figures
from tests.bench.summaries import summary_figures
from tests.hostile.figures import hostile_figures

SUMMARIES = "summ_tweetsumm"
AUTOMATIC = "email_auto"
ATTACKS = "inject"
CONVERSATIONS = Path(__file__).parent.parent.parent / "fixtures" / "conversations"
NO_DATA = "not measured: name a folder that holds summ_tweetsumm with --data (make bench DATA=…)"


def rows_of(data: Path | None) -> list[Row]:
    """How the offline engine's summaries agree with people's, what grounding catches, and how
    machines' mail is told.
    """
    if data is None:
        return [Row("summaries", "", NO_DATA)]
    folder = data / SUMMARIES if (data / SUMMARIES).is_dir() else data
    rows = [Row(name, figure, limit) for name, figure, limit in summary_figures(folder)]
    rows += [Row(*figures) for figures in grounding_figures(folder, CONVERSATIONS)]
    if (data / AUTOMATIC).is_dir():
        rows += [Row(*figures) for figures in automatic_figures(data / AUTOMATIC)]
    return rows


def measured(sizes: Sizes, data: Path | None) -> list[Row]:
    """Every row; what is under way is told on stderr."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="sidenote-bench-") as folder:
        for part in (*PARTS, console_pages):
            sys.stderr.write(f"{part.__name__.replace('_', ' ')} …\n")
            rows += part(Path(folder), sizes)
    sys.stderr.write("hostile model …\n")
    attacks = data / ATTACKS if data and (data / ATTACKS).is_dir() else None
    rows += [Row(*figures) for figures in hostile_figures(attacks, runs=sizes.hostile)]
    return rows + rows_of(data)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="a folder that holds summ_tweetsumm, or is it")
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    given = parser.parse_args()
    table = Table("", "figure", "limit or baseline", "ratio", box=None)
    for row in measured(Sizes.quick() if given.quick else Sizes(), given.data):
        table.add_row(row.name, row.figure, row.limit, row.ratio)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


if __name__ == "__main__":
    main()
