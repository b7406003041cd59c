"""How much of what is personal is masked, and how much else, beside plain patterns.

For lines of `{"text", "spans": [{"type", "start", "end", "value"}],
"source"}`. A span counts as caught when at least 90 % of its characters are covered, by whatever
kind of placeholder: what is covered does not leave.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.core.masking.masked import spans_of
from agent.core.masking.records import People, Person, people_of
from agent.evaluation.data import Row
from agent.evaluation.figures import Beside, Figure, Section, Unit, Wanted
from agent.evaluation.watch import Watch

POOLED = ("CREDIT_CARD", "IBAN_CODE", "EMAIL_ADDRESS", "PHONE_NUMBER")
NAMES, ADDRESSES = ("PERSON",), ("ADDRESS", "STREET_ADDRESS")
ORDERS = "order_id"  # how the source of sentences with order numbers begins
COVERED = 0.9
WANTED_RECALL = 0.96

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
    harmless: int  # sentences without anything personal
    names: float
    addresses: float
    false_alarms: int


def masking_section(rows: Sequence[Row], watch: Watch, *, data: str) -> Section:
    """What is masked of all rows, beside plain patterns."""
    ours = measure(watch.each(rows), by_rules, known_people)
    plain = measure(watch.each(rows), by_patterns)
    return Section(
        key="masking",
        title="Masking",
        means="Whether what is personal is covered before a text leaves for a model.",
        figures=(*_recalls(ours, plain), *_own(ours), *_losses(ours, plain)),
        data=f"{data}: {len(rows)} sentences",
    )


def _recalls(ours: Masking, plain: Masking) -> Iterator[Figure]:
    yield _share(
        "recall",
        "of cards, IBANs, e-mails and phones, covered",
        "What is missed would reach the model's server.",
        ours.pooled,
        plain.pooled,
        WANTED_RECALL,
    )
    for kind, share in sorted(ours.recall.items()):
        if kind in (*POOLED, "US_SSN"):
            name = f"… {kind.replace('_', ' ').lower()}"
            means = "The same for one kind."
            yield _share(f"recall_{kind.lower()}", name, means, share, plain.recall.get(kind))


def _own(ours: Masking) -> Iterator[Figure]:
    yield _share(
        "own_name",
        "of customers' own names, covered",
        "A name that stands in the customer's record.",
        ours.names,
        None,
        1.0,
    )
    yield _share(
        "own_address",
        "of customers' own addresses, covered",
        "An address that stands there.",
        ours.addresses,
        None,
        1.0,
    )


def _losses(ours: Masking, plain: Masking) -> Iterator[Figure]:
    yield _share(
        "precision",
        "of what is covered, personal",
        "What is covered without need is lost to the model.",
        ours.precision,
        plain.precision,
    )
    yield _count(
        "orders_touched",
        f"of {ours.orders} sentences with order numbers, touched",
        "An order number is no phone number; a note needs it.",
        ours.orders_touched,
        plain.orders_touched,
        0,
    )
    yield _count(
        "false_alarms",
        f"of {ours.harmless} sentences without anything personal, changed",
        "Each is a false alarm.",
        ours.false_alarms,
        plain.false_alarms,
        None,
    )


def _share(
    key: str, name: str, means: str, value: float, plain: float | None, least: float | None = None
) -> Figure:
    return Figure(
        key=key,
        name=name,
        means=means,
        value=value,
        wanted=Wanted(value=least) if least is not None else None,
        beside=() if plain is None else (replace(_PATTERNS, value=plain),),
    )


def _count(key: str, name: str, means: str, value: int, plain: int, most: int | None) -> Figure:
    return Figure(
        key=key,
        name=name,
        means=means,
        value=value,
        unit=Unit.COUNT,
        wanted=Wanted(value=most, at_least=False) if most is not None else None,
        beside=(replace(_PATTERNS, value=plain),),
    )


_PATTERNS = Beside(key="plain_patterns", name="plain patterns", value=0)


def measure(
    rows: Iterable[Row],
    cover: Cover,
    known: Callable[[People], Cover] | None = None,
) -> Masking:
    """What `cover` finds in the rows; `known` is told whose name and address to look for."""
    caught: Counter[str] = Counter()
    total: Counter[str] = Counter()
    orders_touched = orders = false_alarms = harmless = inside = covered = 0
    own = {NAMES: [0, 0], ADDRESSES: [0, 0]}
    for row in rows:
        text, spans = row["text"], row["spans"]
        hidden = _characters(cover(text))
        is_order = row["source"].startswith(ORDERS)
        orders += is_order
        orders_touched += is_order and bool(hidden)
        harmless += not spans
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
        harmless=harmless,
    )


def _person(value: str, kinds: tuple[str, ...]) -> People:
    is_name = kinds is NAMES
    return people_of([Person(names=(value,)) if is_name else Person(addresses=(value,))])


def by_rules(text: str) -> Sequence[tuple[int, int]]:
    """What we would cover: start and end of each piece."""
    return [(span.start, span.end) for span in spans_of(text)]


def known_people(people: People) -> Cover:
    """The same, knowing these people's names and addresses."""
    return lambda text: [(span.start, span.end) for span in spans_of(text, people)]


def by_patterns(text: str) -> Sequence[tuple[int, int]]:
    """What four plain patterns would cover."""
    return [found.span() for pattern in _PLAIN for found in pattern.finditer(text)]


def _characters(spans: Iterator[tuple[int, int]] | Sequence[tuple[int, int]]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def _is_caught(span: dict[str, Any], hidden: set[int]) -> bool:
    length = int(span["end"]) - int(span["start"])
    covered = len(hidden.intersection(range(span["start"], span["end"])))
    return covered >= COVERED * length


def _ratio(counted: list[int]) -> float:
    return counted[0] / counted[1] if counted[1] else 1.0
