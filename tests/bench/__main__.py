"""Measure Sidenote against its limits, and beside what it is compared with.

    python -m tests.bench                 everything that needs no data
    python -m tests.bench --data FOLDER   those too; FOLDER holds summ_tweetsumm,
                                          email_auto, inject, pii, email_reply, or is
                                          the first
    python -m tests.bench --quick         small: does the bench itself work?

The sandbox runs in a process of its own, so its work is not counted as ours.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.evaluation.data import Purpose, read_data
from agent.evaluation.figures import Figure, Section, written
from agent.evaluation.masking import masking_section
from agent.evaluation.own_words import stripping_section
from agent.evaluation.watch import Watch
from tests.bench.automatic import automatic_figures
from tests.bench.console import console_pages
from tests.bench.figures import PARTS, Row, Sizes
from tests.bench.large import large_figures
from tests.bench.planting import grounding_figures
from tests.bench.summaries import summary_figures
from tests.hostile.figures import hostile_figures

SUMMARIES = "summ_tweetsumm"
AUTOMATIC = "email_auto"
ATTACKS = "inject"
PERSONAL = "pii"
MAILS = "email_reply"
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
    if (data / PERSONAL).is_dir():
        personal = read_data(data / PERSONAL).rows(Purpose.MASKING)
        rows += rows_of_section(masking_section(personal, Watch(), data=PERSONAL))
    if (data / MAILS).is_dir():
        mails = read_data(data / MAILS).rows(Purpose.STRIPPING)
        rows += rows_of_section(stripping_section(mails, Watch(), data=MAILS))
    return rows


def rows_of_section(section: Section) -> list[Row]:
    """The figures of `sidenote eval` as rows."""
    return [
        Row(f"{section.title}: {figure.name}", written(figure.value, figure.unit), _limit(figure))
        for figure in section.figures
    ]


def _limit(figure: Figure) -> str:
    if figure.wanted is not None:
        words = "at least" if figure.wanted.at_least else "at most"
        return f"{words} {written(figure.wanted.value, figure.unit)}"
    return " · ".join(f"{one.name} {written(one.value, figure.unit)}" for one in figure.beside)


def measured(sizes: Sizes, data: Path | None) -> list[Row]:
    """Every row; what is under way is told on stderr."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="sidenote-bench-") as folder:
        for part in (*PARTS, console_pages):
            sys.stderr.write(f"{part.__name__.replace('_', ' ')} …\n")
            rows += part(Path(folder), sizes)
    sys.stderr.write("largest conversations …\n")
    rows += [Row(*figures) for figures in large_figures()]
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
