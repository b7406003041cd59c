"""Automatic mail told from people's, over a folder of labelled e-mails.

python -m tests.bench.automatic FOLDER   (the one that holds dev.jsonl)
"""

import sys
from pathlib import Path

from agent.evaluation.data import Purpose, read_data
from agent.evaluation.mail import (
    AT_LEAST_BY_TEXT,
    AT_LEAST_WITH_HEADERS,
    AT_MOST_HELD,
    automatic_mail,
)


def automatic_figures(folder: Path) -> list[tuple[str, str, str]]:
    """Name, figure and limit of each."""
    found = automatic_mail(read_data(folder).rows(Purpose.MAIL))
    machines, people = found.by_machines, found.by_people
    held = f"at most {AT_MOST_HELD} of {people}"
    return [
        (
            "automatic mail recognised, with headers",
            _share(found.recognised_with_headers, machines),
            f"at least {AT_LEAST_WITH_HEADERS:.1%}",
        ),
        (
            "automatic mail recognised, by its text alone",
            _share(found.recognised_by_text, machines),
            f"at least {AT_LEAST_BY_TEXT:.1%}",
        ),
        ("people's mail held back, with headers", str(found.held_with_headers), held),
        ("people's mail held back, by its text alone", str(found.held_by_text), held),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part} of {whole})"


if __name__ == "__main__":
    for name, figure, limit in automatic_figures(Path(sys.argv[1])):
        print(f"{name:45} {figure:22} {limit}")
