"""The figures of `stripping` for the report."""

from collections.abc import Sequence

from agent.evaluation.data import Row
from agent.evaluation.figures import Beside, Figure, Section, Wanted
from agent.evaluation.stripping import Stripping, changed, measured, nothing, ours, quote_marks
from agent.evaluation.watch import Watch

AT_LEAST_EXACT, AT_MOST_LOSING = 0.72, 0.05


def stripping_section(rows: Sequence[Row], watch: Watch, *, data: str) -> Section:
    """What is left of a mail without quotes and signature, beside plainer ways."""
    some = tuple(watch.each(rows))
    found = measured(some, ours)
    beside = (
        ("quote_marks", "without lines that begin with >", measured(some, quote_marks)),
        ("nothing", "the whole mail", measured(some, nothing)),
    )
    again = measured(changed(some), ours)
    return Section(
        key="stripping",
        title="Own words of an e-mail",
        means="Whether only what the customer wrote now is read: no quoted thread, no signature.",
        figures=(
            Figure(
                key="exact_match",
                name="exactly as a person would cut it",
                means="White space aside, the very same words.",
                value=_exact(found),
                wanted=Wanted(value=AT_LEAST_EXACT),
                beside=tuple(Beside(key=k, name=n, value=_exact(o)) for k, n, o in beside),
            ),
            Figure(
                key="losing_text",
                name="lose words that count",
                means="What is cut too much, nobody reads.",
                value=_losing(found),
                wanted=Wanted(value=AT_MOST_LOSING, at_least=False),
                beside=tuple(Beside(key=k, name=n, value=_losing(o)) for k, n, o in beside),
            ),
            Figure(
                key="exact_match_changed",
                name="exactly, with other senders and line ends",
                means="The same mails from other people and programs: far less would mean that "
                "the rules know these mails by heart.",
                value=_exact(again),
            ),
        ),
        data=f"{data}: {found.mails} mails",
    )


def _exact(found: Stripping) -> float:
    return found.exact / max(1, found.mails)


def _losing(found: Stripping) -> float:
    return found.losing / max(1, found.mails)
