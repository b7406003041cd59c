"""What can go wrong on the way, which requests it hits, and whether the request took effect.

Choosing is seeded: the same seed and the same requests give the same faults.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from fnmatch import fnmatchcase

from agent.errors import InputError


class Applied(Enum):
    """Does a write take effect although the answer is spoilt?"""

    NO = auto()
    YES = auto()
    EITHER = auto()  # a seeded coin says
    LATE = auto()  # after the client has given up


class Hits(Enum):
    """Which requests a fault makes sense for."""

    ALL = auto()
    READS = auto()  # GET and searches
    GETS = auto()


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault. `act` is what `front.py` does; `in_mix`: a retry or a look can mend it."""

    name: str
    applied: Applied
    act: str
    what: str
    in_mix: bool = True
    hits: Hits = Hits.ALL


NO, YES, EITHER = Applied.NO, Applied.YES, Applied.EITHER
KINDS = (
    Kind("timeout-before", NO, "hold", "No answer for a while, then a reset; not applied."),
    Kind("timeout-after", YES, "hold", "The same, but applied."),
    Kind("late-apply", Applied.LATE, "hold", "The same, applied after the client gave up."),
    Kind("reset-before", NO, "reset", "Connection reset; not applied."),
    Kind("reset-after", YES, "reset", "Connection reset before the answer; applied."),
    Kind("reset-mid-body", YES, "reset-mid", "Connection reset in the middle of the answer."),
    Kind("early-fin", YES, "fin-mid", "Connection closed in the middle of the answer."),
    Kind("slow-headers", YES, "drip-headers", "The answer's headers, a byte every 100 ms."),
    Kind("slow-body", YES, "drip-body", "The answer's body, a byte every 100 ms."),
    Kind("500-before", NO, "500", "500, not applied."),
    Kind("500-after", YES, "500", "500, applied."),
    Kind("502-before", NO, "502", "502 from an edge server, not applied."),
    Kind("502-after", YES, "502", "502 from an edge server, applied."),
    Kind("504-before", NO, "504", "504 from an edge server, not applied."),
    Kind("504-after", YES, "504", "504 from an edge server, applied."),
    Kind("429", NO, "429", "Too many requests; `header` says what tells when to come back."),
    Kind("truncated-json", YES, "truncated-json", "A complete answer whose JSON is cut."),
    Kind("malformed-json", EITHER, "malformed-json", "200 with something like JSON."),
    Kind("nan-json", YES, "nan-json", "NaN where a number belongs."),
    Kind("duplicate-keys", EITHER, "duplicate-keys", "`data` given twice, the second null."),
    Kind("lone-surrogate", YES, "lone-surrogate", "Texts with half a character."),
    Kind("html-200", EITHER, "html-200", "200 with a web page."),
    Kind("wrong-type", EITHER, "wrong-type", "The right JSON, called text/plain."),
    Kind("empty-204", EITHER, "empty-204", "204 with nothing."),
    Kind("gzip-bomb", EITHER, "gzip-bomb", "A small answer that unpacks to `size` bytes."),
    Kind("oversized", EITHER, "oversized", "An answer of `size` bytes."),
    Kind("new-enum", YES, "new-enum", "Values nobody has heard of."),
    Kind("missing-field", YES, "missing-field", "Optional fields left out."),
    Kind("duplicate-page", YES, "duplicate-page", "Records twice in a list.", hits=Hits.READS),
    Kind("shuffled-page", YES, "shuffled-page", "Records of a list in disorder.", hits=Hits.READS),
    Kind("stale-read", YES, "stale", "What was true ten seconds ago.", hits=Hits.GETS),
    Kind("id-type", YES, "id-type", "Ids that are numbers.", in_mix=False),
    Kind("302", NO, "302", "A redirect to another host.", in_mix=False),
    Kind("401", NO, "401", "The key is refused.", in_mix=False),
    Kind("403", NO, "403", "A role is missing.", in_mix=False),
    Kind("404", NO, "404", "Not there.", in_mix=False),
    Kind("409", NO, "409", "Conflict.", in_mix=False),
    Kind("410", NO, "410", "Gone.", in_mix=False),
    Kind("422", NO, "422", "Cannot be done.", in_mix=False),
)
BY_NAME = {kind.name: kind for kind in KINDS}
MIX = "any"  # a seeded choice among those that a retry or a look can mend


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """Which fault hits which requests. `route` is "METHOD path" with `*`; `count` None is always.

    `seconds` is how long a request is held or dripped at most; `late` how long after that a late
    apply comes; `header` the form of a 429 (reset, none, seconds, date, zero, huge, negative,
    junk); `size` in bytes.
    """

    name: str
    probability: float = 1.0
    route: str = "*"
    count: int | None = None
    seconds: float = 2.0
    late: float = 2.0
    header: str = "reset"
    size: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The fault that hits a request, and whether a write takes effect now or late."""

    kind: Kind
    rule: FaultRule
    applied: bool
    late: bool


class Faults:
    """The rules in force; the first one that hits a request wins."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"faults:{seed}")
        self._rules: list[FaultRule] = []

    @property
    def rules(self) -> tuple[FaultRule, ...]:
        """Those in force, with the counts that are left."""
        return tuple(self._rules)

    def set(self, *rules: FaultRule) -> None:
        """Replace all rules; none switches faults off. Raises InputError for an unknown name."""
        for rule in rules:
            if rule.name not in {MIX, *BY_NAME}:
                known = ", ".join([MIX, *BY_NAME])
                raise InputError(f"no fault {rule.name!r}; the faults are {known}")
            if not 0 <= rule.probability <= 1:
                raise InputError(f"fault {rule.name}: the probability is between 0 and 1")
        self._rules = list(rules)

    def choose(self, method: str, path: str) -> Chosen | None:
        """The fault for one request, or None."""
        for position, rule in enumerate(self._rules):
            kinds = _fitting(rule, method, path)
            if not kinds or self._random.random() >= rule.probability:
                continue
            if rule.count is not None:
                self._rules[position] = replace(rule, count=rule.count - 1)
            kind = kinds[0] if len(kinds) == 1 else self._random.choice(kinds)
            coin = kind.applied is Applied.EITHER and self._random.random() < 0.5
            applied = kind.applied is Applied.YES or coin
            return Chosen(kind, rule, applied, kind.applied is Applied.LATE)
        return None


def _fitting(rule: FaultRule, method: str, path: str) -> Sequence[Kind]:
    if rule.count == 0 or not fnmatchcase(f"{method} {path}", _pattern(rule.route)):
        return ()
    kinds = [k for k in KINDS if k.in_mix] if rule.name == MIX else [BY_NAME[rule.name]]
    is_get = method == "GET"
    reads = is_get or path.endswith("/search")
    fits = {Hits.ALL: True, Hits.READS: reads, Hits.GETS: is_get}
    return [kind for kind in kinds if fits[kind.hits]]


def _pattern(route: str) -> str:
    """`*`, `POST *`, `POST */notes` or a path alone."""
    return route if " " in route or route == "*" else f"* {route}"


def parse_fault(text: str) -> FaultRule:
    """`NAME[@ROUTE]=PROBABILITY[*COUNT][,seconds=N][,late=N][,header=X][,size=N]`.

    Raises InputError.
    """
    first, *options = text.split(",")
    head, _, amount = first.rpartition("=")
    name, _, route = head.partition("@")
    chance, _, count = amount.partition("*")
    try:
        rule = FaultRule(
            name=name,
            route=route or "*",
            probability=float(chance),
            count=int(count) if count else None,
        )
        for option in options:
            rule = _with_option(rule, option)
        return rule  # noqa: TRY300 - an else here would say the same
    except ValueError as error:
        raise InputError(
            f"fault {text!r} is not NAME[@ROUTE]=PROBABILITY[*COUNT][,seconds=N]"
        ) from error


def _refuse_option(name: str) -> FaultRule:
    raise ValueError(name)


def _with_option(rule: FaultRule, text: str) -> FaultRule:
    name, _, value = text.partition("=")
    if name == "seconds":
        return replace(rule, seconds=float(value))
    if name == "late":
        return replace(rule, late=float(value))
    if name == "header":
        return replace(rule, header=value)
    if name == "size":
        return replace(rule, size=int(value))
    return _refuse_option(name)
