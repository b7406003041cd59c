"""How well the offline engine's summaries agree with people's, beside simple ways and people.

    python -m tests.bench.summaries --data FOLDER

FOLDER holds `dev.jsonl.gz` in the form of TweetSumm joined with its tweets: `turns` with
`speaker`, `text`, `sentences`, and per person the sentences picked, as [turn, sentence] pairs.
Conversations with at least three people's summaries count; figures are means over conversations.
Nothing of the engine was trained on it; its numbers were set while looking at one half only.
"""

import argparse
from hashlib import sha256
from pathlib import Path

from agent.adapters.model.offline import OfflineEngine
from agent.core.extractive import MAX_WORDS
from agent.evaluation.data import Purpose, read_data
from agent.evaluation.notes import WANTED_COVERAGE, WANTED_PRECISION, Score, people, score
from agent.evaluation.talks import Talk, talks_of
from agent.evaluation.ways import (
    by_end_sentences,
    by_ends,
    by_engine,
    by_engine_on_given,
    by_lexrank,
)


def summary_figures(data: Path) -> list[tuple[str, str, str]]:
    """Rows for a table: name, figure, limit or baseline."""
    talks = talks_of(read_data(data).rows(Purpose.SUMMARIES))
    halves = [[talk for talk in talks if _half(talk) == half] for half in (0, 1)]
    wanted = f"at least {WANTED_PRECISION:.0%} / {WANTED_COVERAGE:.0%} / at most {MAX_WORDS}"
    engine = by_engine(OfflineEngine())
    return [
        ("summary: picked by anyone / of what all picked / words (most)", "", "wanted"),
        (f"offline engine, {len(talks)} conversations", _row(score(talks, engine)), wanted),
        ("  the half that was looked at", _row(score(halves[0], engine)), wanted),
        ("  the half that was not", _row(score(halves[1], engine)), wanted),
        ("  with the data's own sentences", _row(score(talks, by_engine_on_given)), wanted),
        ("one person against the others", _row(people(talks)), "baseline"),
        ("longest of the first 2 and last 2 messages", _row(score(talks, by_ends)), "baseline"),
        ("first 2 and last 2 sentences", _row(score(talks, by_end_sentences)), "baseline"),
        ("LexRank", _row(score(talks, by_lexrank)), "baseline"),
    ]


def _row(found: Score) -> str:
    shares = f"{found.picked_by_anyone or 0:.1%} / {found.unanimous_covered or 0:.1%}"
    return f"{shares} / {found.words:.1f} ({found.most_words})"


def _half(talk: Talk) -> int:
    return int(sha256(talk.id.encode()).hexdigest(), 16) % 2


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of dev.jsonl.gz")
    rows = summary_figures(parser.parse_args().data)
    wide = max(len(name) for name, _, _ in rows)
    for name, figure, limit in rows:
        print(f"{name:{wide}}  {figure:30}  {limit}")


if __name__ == "__main__":
    main()
