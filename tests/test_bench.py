"""The benchmarks work; what they measure is asserted nowhere, because machines differ."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
FIGURES = (
    "requests to Kustomer per note",
    "runs per second, PostgreSQL, 2 workers",
    "CPU ms per run, SQLite",
    "memory of the daemon",
    "seconds from message to note",
    "CPU seconds of sidenote summarize",
    "seconds for 5 notes, model server closed",
    "an HTML mail of 2 MB",
    "ms for the slowest page",
    "ms for /metrics",
    "not measured: name a folder",
)


@pytest.mark.timeout(300)
def test_a_quick_bench_prints_every_figure() -> None:
    bench = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert bench.returncode == 0, bench.stderr[-2000:]
    assert [name for name in FIGURES if name not in bench.stdout] == []
