"""What grounding catches of planted errors, and which true statements it drops wrongly."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from agent.core.grounding import judge
from agent.core.grounding.evidence import Known
from agent.evaluation.data import Row
from agent.evaluation.figures import Beside, Figure, Section, Unit, Wanted
from agent.evaluation.planting import SEED, Plant, plants_of
from agent.evaluation.true_statements import Good, good_of_conversations, good_statements
from agent.evaluation.watch import TimeIsUp, Watch

SECONDS = 12.0  # where the whole must end soon
AT_LEAST_CAUGHT, LESS_THAN_DROPPED = 0.95, 0.02


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were, and how many of them grounding dropped or marked as unverified."""

    of: int
    dropped: int
    marked: int

    @property
    def share(self) -> float:
        """Dropped, 0..1."""
        return self.dropped / self.of if self.of else 0.0


def counted(some: Iterable[Good | Plant]) -> dict[str, Count]:
    """How many of each kind grounding drops and marks."""
    of, dropped, marked = Counter[str](), Counter[str](), Counter[str]()
    known: dict[str, Known] = {}
    for one in some:
        transcript = one.transcript
        held = known.setdefault(transcript.conversation_id, Known(transcript))
        reason, doubt = judge(one.statement, held)
        of[one.kind] += 1
        dropped[one.kind] += bool(reason)
        marked[one.kind] += bool(doubt)
    return {kind: Count(of[kind], dropped[kind], marked[kind]) for kind in of}


def total(counts: Iterable[Count]) -> Count:
    """All kinds together."""
    some = list(counts)
    return Count(
        sum(one.of for one in some), sum(one.dropped for one in some), sum(o.marked for o in some)
    )


def standing(some: Iterable[Good]) -> list[Good]:
    """Those that grounding leaves alone."""
    return [one for one in some if judge(one.statement, Known(one.transcript)) == ("", "")]


# --- for the report -------------------------------------------------------------------------------


def statements_section(
    summaries: Sequence[Row], conversations: Sequence[Row], watch: Watch, *, most: int, data: str
) -> Section:
    """True statements of at most `most` conversations of each kind, and errors planted in them.

    `conversations` are in the form of `sandbox --load`; every sentence of them is a statement.
    Fewer when there is little time; then the first ones.

    Raises:
        TimeIsUp: there was none at all.
    """
    shown = [*_spread(summaries, most), *_spread(conversations, most)]
    found = [_judged(row) for row in watch.first(shown, seconds=SECONDS)]
    if not found:
        raise TimeIsUp
    lost = total(one for each, _ in found for one in each.values())
    caught = _together([each for _, each in found])
    whole = total(caught.values())
    of = len(summaries) + len(conversations)
    return Section(
        key="statements",
        title="Statements",
        means="Whether a wrong statement is kept out of a note by code: errors are planted in true "
        "ones, one each. Without the check, none would be caught.",
        figures=(
            Figure(
                key="planted_caught",
                name=f"of {whole.of:,} planted errors, caught",
                means="What is not caught would stand in a note.",
                value=whole.share if whole.of else None,
                wanted=Wanted(value=AT_LEAST_CAUGHT),
                beside=(Beside(key="no_check", name="no check", value=0.0),),
            ),
            Figure(
                key="true_dropped",
                name=f"of {lost.of:,} true statements, dropped wrongly",
                means="What is dropped is missing in a note.",
                value=lost.share if lost.of else None,
                wanted=Wanted(value=LESS_THAN_DROPPED, at_least=False),
                beside=(Beside(key="no_check", name="no check", value=0.0),),
            ),
            Figure(
                key="precision",
                name="of the statements that stand, true",
                means="True ones and ones with a planted error, mixed one to one.",
                value=_precision(whole, lost),
                beside=(Beside(key="no_check", name="no check", value=0.5),),
            ),
            *(_kind(kind, count) for kind, count in sorted(caught.items())),
            Figure(
                key="plants",
                name="planted errors",
                means="How many were tried.",
                value=whole.of,
                unit=Unit.COUNT,
            ),
        ),
        data=f"{data}: {of} conversations",
        sample="" if len(found) == of else f"{len(found)} of {of} conversations",
    )


def _judged(row: Row) -> tuple[dict[str, Count], dict[str, Count]]:
    """Of one conversation: what became of its true statements, and of those with an error."""
    own = "messages" in row
    good = good_of_conversations([row]) if own else good_statements([row])
    return counted(good), counted(plants_of(good, seed=_seed(row)))


def _seed(row: Row) -> int:
    """One of its own, the same whatever stands around it."""
    name = str(row.get("id") or row.get("key"))
    return SEED + int(sha256(name.encode()).hexdigest()[:8], 16)


def _together(counts: Sequence[dict[str, Count]]) -> dict[str, Count]:
    kinds = {kind for each in counts for kind in each}
    return {kind: total(each[kind] for each in counts if kind in each) for kind in kinds}


def _precision(caught: Count, lost: Count) -> float | None:
    true, false = 1 - lost.share, 1 - caught.share
    return true / (true + false) if caught.of and lost.of and true + false else None


def _kind(kind: str, count: Count) -> Figure:
    return Figure(
        key=f"caught_{kind.replace(' ', '_')}",
        name=f"… {kind}, of {count.of:,}",
        means="The same for one kind of error.",
        value=count.share,
    )


def _spread(rows: Sequence[Row], most: int) -> Sequence[Row]:
    if len(rows) <= most:
        return rows
    return [rows[at * len(rows) // most] for at in range(most)]
