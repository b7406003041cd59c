"""How much of what is personal is masked, and how much else, beside plain patterns.

For a folder with a `dev.jsonl`: lines of `{"text", "spans": [{"type", "start", "end", "value"}],
"source"}`. A span counts as caught when at least 90 % of its characters are covered, by whatever
kind of placeholder: what is covered does not leave.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.core.masking.masked import spans_of
from agent.core.masking.records import People, Person, people_of

POOLED = ("CREDIT_CARD", "IBAN_CODE", "EMAIL_ADDRESS", "PHONE_NUMBER")
NAMES, ADDRESSES = ("PERSON",), ("ADDRESS", "STREET_ADDRESS")
ORDERS = "order_id"  # how the source of sentences with order numbers begins
COVERED = 0.9

_PLAIN = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(r"\b(?:\d[ -]?){13,16}\b"),
    re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b"),
    re.compile(r"\+?\(?\d{2,4}\)?(?:[ .-]\d{2,4}){2,4}\b"),
)
Cover = Callable[[str], Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """Shares are 0..1. `false_alarms` counts sentences without anything personal that changed."""

    recall: dict[str, float]
    precision: float
    pooled: float
    orders_touched: int
    orders: int
    names: float
    addresses: float
    false_alarms: int


def masking_figures(folder: Path) -> list[tuple[str, str, str]]:
    """(what, figure, limit or baseline) rows for a folder that holds `dev.jsonl`."""
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    ours, plain = measure(rows, _ours, _known), measure(rows, _by_patterns)
    return [
        ("masked: cards, IBANs, e-mails, phones", _share(ours.pooled), "at least 96.0 %"),
        ("… by plain patterns", _share(plain.pooled), "baseline"),
        *(
            (f"… {kind}", _share(share), _share(plain.recall[kind]))
            for kind, share in sorted(ours.recall.items())
            if kind in (*POOLED, "US_SSN")
        ),
        ("masked characters that are personal", _share(ours.precision), _share(plain.precision)),
        (
            "order-number sentences touched",
            f"{ours.orders_touched} of {ours.orders}",
            f"0 (baseline {plain.orders_touched})",
        ),
        ("sentences masked without need", str(ours.false_alarms), str(plain.false_alarms)),
        ("the customer's own name", _share(ours.names), "100.0 %"),
        ("the customer's own address", _share(ours.addresses), "100.0 %"),
    ]


def measure(
    rows: Sequence[dict[str, Any]],
    cover: Cover,
    known: Callable[[People], Cover] | None = None,
) -> Masking:
    """What `cover` finds in the rows; `known` is told whose name and address to look for."""
    caught: Counter[str] = Counter()
    total: Counter[str] = Counter()
    orders_touched = orders = false_alarms = inside = covered = 0
    own = {NAMES: [0, 0], ADDRESSES: [0, 0]}
    for row in rows:
        text, spans = row["text"], row["spans"]
        hidden = _characters(cover(text))
        is_order = row["source"].startswith(ORDERS)
        orders += is_order
        orders_touched += is_order and bool(hidden)
        false_alarms += not spans and bool(hidden)
        gold = _characters((s["start"], s["end"]) for s in spans)
        covered += len(hidden)
        inside += len(hidden & gold)
        for span in spans:
            total[span["type"]] += 1
            caught[span["type"]] += _is_caught(span, hidden)
            for kinds, counted in own.items():
                if known and span["type"] in kinds:
                    person = _person(span["value"], kinds)
                    counted[0] += _is_caught(span, _characters(known(person)(text)))
                    counted[1] += 1
    return Masking(
        recall={kind: caught[kind] / total[kind] for kind in total},
        precision=inside / covered if covered else 1.0,
        pooled=sum(caught[k] for k in POOLED) / max(1, sum(total[k] for k in POOLED)),
        orders_touched=orders_touched,
        orders=orders,
        names=_ratio(own[NAMES]),
        addresses=_ratio(own[ADDRESSES]),
        false_alarms=false_alarms,
    )


def _person(value: str, kinds: tuple[str, ...]) -> People:
    is_name = kinds is NAMES
    return people_of([Person(names=(value,)) if is_name else Person(addresses=(value,))])


def _ours(text: str) -> Sequence[tuple[int, int]]:
    return [(span.start, span.end) for span in spans_of(text)]


def _known(people: People) -> Cover:
    return lambda text: [(span.start, span.end) for span in spans_of(text, people)]


def _by_patterns(text: str) -> Sequence[tuple[int, int]]:
    return [found.span() for pattern in _PLAIN for found in pattern.finditer(text)]


def _characters(spans: Iterator[tuple[int, int]] | Sequence[tuple[int, int]]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def _is_caught(span: dict[str, Any], hidden: set[int]) -> bool:
    length = int(span["end"]) - int(span["start"])
    covered = len(hidden.intersection(range(span["start"], span["end"])))
    return covered >= COVERED * length


def _ratio(counted: list[int]) -> float:
    return counted[0] / counted[1] if counted[1] else 1.0


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
