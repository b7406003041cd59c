"""A border around each topic: on its own texts' side the value is above 0, on the others' below.

One linear support vector machine for each topic, learned from nothing but the policy's own
examples in some tens of milliseconds. Method: dual coordinate descent with the squared hinge loss,
Hsieh and others, "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Vector = Mapping[str, float]  # term -> share; of length 1

ROUNDS = 60  # over all texts; most topics need fewer than 20
CLOSE_ENOUGH = 0.05  # largest step of a round; smaller ones move no border worth mentioning
_SPREAD = 2_654_435_761  # Knuth's multiplier: an order that keeps no topic's texts together


@dataclass(frozen=True, slots=True)
class Border:
    """One topic's border. `weights` hold terms of the examples; others weigh nothing."""

    weights: Mapping[str, float]
    offset: float

    def value(self, vector: Vector) -> float:
        """How far inside; about 1 for an example of the topic, about -1 for one of another."""
        weights = self.weights
        return self.offset + sum(weights.get(term, 0.0) * share for term, share in vector.items())


def borders_of(vectors: Sequence[Vector], topics: Sequence[str]) -> dict[str, Border]:
    """The border of each topic; `topics` names the topic of each vector. The same every time."""
    names = sorted(set(topics))
    number: dict[str, int] = {}
    texts = [
        [(number.setdefault(term, len(number)), share) for term, share in vector.items()]
        for vector in vectors
    ]
    terms = list(number)
    borders = {}
    for name in names:
        own = [topic == name for topic in topics]
        weights, offset = _learn(texts, own, len(terms), balance=len(own) / (len(names) * sum(own)))
        kept = {term: value for term, value in zip(terms, weights, strict=True) if value}
        borders[name] = Border(kept, offset)
    return borders


def _learn(
    texts: Sequence[Sequence[tuple[int, float]]],
    own: Sequence[bool],
    terms: int,
    *,
    balance: float,
) -> tuple[list[float], float]:
    """`balance` is what one of the topic's own texts counts, so that few are worth as much."""
    weights, offset, pull = [0.0] * terms, 0.0, [0.0] * len(texts)
    squares = [1 + sum(share * share for _, share in text) for text in texts]
    give = [1 / (2 * (balance if mine else 1.0)) for mine in own]
    for turn in range(ROUNDS):
        largest = 0.0
        for at in _order(len(texts), turn):
            side = 1.0 if own[at] else -1.0
            value = offset + sum(weights[term] * share for term, share in texts[at])
            slope = side * value - 1 + give[at] * pull[at]
            if pull[at] == 0 and slope >= 0:
                continue
            largest = max(largest, abs(slope))
            new = max(pull[at] - slope / (squares[at] + give[at]), 0.0)
            step = (new - pull[at]) * side
            pull[at] = new
            offset += step
            for term, share in texts[at]:
                weights[term] += step * share
        if largest < CLOSE_ENOUGH:
            break
    return weights, offset


def _order(count: int, turn: int) -> list[int]:
    return sorted(range(count), key=lambda at: ((at + 1) * (turn + 1) * _SPREAD) % 2**32)
