"""LexRank (Erkan and Radev, 2004) in a few lines, as a baseline: how central a sentence is."""

import math
import re
from collections import Counter
from collections.abc import Sequence

THRESHOLD = 0.1  # of the paper: less alike than this counts as unlike
DAMPING = 0.85
ROUNDS = 50


def lexrank(sentences: Sequence[str]) -> list[float]:
    """One rank per sentence; the higher, the more sentences say something alike."""
    vectors = _vectors(sentences)
    alike = [[_cosine(one, other) > THRESHOLD for other in vectors] for one in vectors]
    degrees = [max(1, sum(row)) for row in alike]
    count = len(sentences)
    ranks = [1 / count] * count
    for _ in range(ROUNDS):
        shares = [rank / degree for rank, degree in zip(ranks, degrees, strict=True)]
        ranks = [
            (1 - DAMPING) / count
            + DAMPING * sum(share for share, is_alike in zip(shares, row, strict=True) if is_alike)
            for row in alike
        ]
    return ranks


def _vectors(sentences: Sequence[str]) -> list[dict[str, float]]:
    counted = [Counter(re.findall(r"\w+", sentence.lower())) for sentence in sentences]
    appears = Counter(word for counts in counted for word in counts)
    return [
        {word: n * math.log(len(sentences) / appears[word]) for word, n in counts.items()}
        for counts in counted
    ]


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    dot = sum(value * other.get(word, 0.0) for word, value in one.items())
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return dot / lengths if lengths else 0.0
