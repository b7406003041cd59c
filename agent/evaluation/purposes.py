"""Everything that `sidenote eval` measures, in the order of its table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from agent.evaluation.asking import Asking
from agent.evaluation.certified import FEW_ASKED, MOST_ASKED, MOST_OF_DOMAINS, certified_parts
from agent.evaluation.data import Data, Purpose, Row
from agent.evaluation.figures import MODEL, NotMeasured, Part, Section
from agent.evaluation.injection import ALL, SOME, injection_section
from agent.evaluation.mail import mail_section
from agent.evaluation.masking import masking_section
from agent.evaluation.notes import notes_section
from agent.evaluation.own_words import stripping_section
from agent.evaluation.pools import askings_of, domains_of
from agent.evaluation.statements import statements_section
from agent.evaluation.talks import Talk, own_talks, talks_of
from agent.evaluation.tokens import Render, tokens_section
from agent.evaluation.topics import questions_of, topics_parts
from agent.evaluation.watch import TimeIsUp, Watch
from agent.evaluation.ways import by_engine
from agent.ports import Model

FEW = 20  # cases that a configured model is asked about, without --thorough: each costs money
MOST_PLANTED = 20  # conversations of each kind whose statements are planted with errors

_Measured = TypeVar("_Measured", bound=Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What is measured, how much, and with what. `model` is the configured one, or None.

    `shipped` are our own made-up conversations.
    """

    data: Data
    offline: Model
    render: Render
    shipped: Sequence[Row]
    model: Model | None = None
    thorough: bool = False

    @property
    def few(self) -> int:
        """How many cases a model is asked about."""
        return 1_000 if self.thorough else FEW


Step = tuple[str, str, Callable[[Measuring, Watch], Sequence[Part]]]


def steps() -> tuple[Step, ...]:
    """Key, title and what measures it."""
    return (
        ("notes", "Notes", _notes),
        ("statements", "Statements", _statements),
        ("topics", "Topics", _topics),
        ("certificates", "Certificates", _certificates),
        ("masking", "Masking", _masking),
        ("stripping", "Own words of an e-mail", _stripping),
        ("automatic_mail", "Automatic mail", _mail),
        ("injection", "Injection", _injection),
        ("tokens", "Tokens", _tokens),
    )


# What a team looks at first, then what takes least: should the time run out, most is measured.
_ORDER = (
    "automatic_mail",
    "stripping",
    "notes",
    "masking",
    "tokens",
    "topics",
    "statements",
    "injection",
    "certificates",
)


def measured(
    what: Measuring, watch_for: Callable[[str], Watch]
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Key and parts of each step, one step after the other; `watch_for` gets its title.

    A step whose time is up, or for which there is no data, is not measured, and says so.
    """
    by_key = {key: (title, measure) for key, title, measure in steps()}
    for key in _ORDER:
        title, measure = by_key[key]
        try:
            parts = tuple(measure(what, watch_for(title)))
        except TimeIsUp:
            why = "there was no time left for it; --thorough takes the time it needs"
            parts = (NotMeasured(key=key, title=title, why=why),)
        yield key, parts or (NotMeasured(key=key, title=title, why=f"no data: {_WANTS[key]}"),)


def in_order(found: Mapping[str, Sequence[Part]], *, otherwise: str) -> tuple[Part, ...]:
    """The parts in the order of the table; a step that is missing says `otherwise`."""
    return tuple(
        part
        for key, title, _ in steps()
        for part in found.get(key) or (NotMeasured(key=key, title=title, why=otherwise),)
    )


_WANTS = {
    "notes": "conversations with `extractive` picks or a `summary`",
    "statements": "conversations",
    "topics": 'questions with `text` and `label`, some of them with `part` "train"',
    "certificates": "questions of ten topics or more, with `text` and `label`",
    "masking": "sentences with `text` and `spans`",
    "stripping": "mails with `text` and `gold_body`",
    "automatic_mail": "mails with `body`, `headers` and `label`",
    "injection": "",
    "tokens": "conversations",
}


def _notes(what: Measuring, watch: Watch) -> Sequence[Part]:
    talks: list[Talk] = [*talks_of(what.data.rows(Purpose.SUMMARIES))]
    noted = [talk for talk in _own(what) if talk.written]
    talks += noted
    if not talks:
        return ()
    asked = Asking(what.model) if what.model else None
    model = by_engine(asked) if asked else None
    data = _named(what.data, Purpose.SUMMARIES, *([Purpose.CONVERSATIONS] if noted else []))
    offline = by_engine(what.offline)
    section = notes_section(talks, offline, watch, model=model, few=what.few, data=data)
    return (_told(section, asked),)


def _statements(what: Measuring, watch: Watch) -> Sequence[Part]:
    summaries = what.data.rows(Purpose.SUMMARIES)
    own = what.data.rows(Purpose.CONVERSATIONS) if not summaries else what.shipped
    most = len(summaries) + len(own) if what.thorough else MOST_PLANTED
    data = what.data.named(Purpose.SUMMARIES) + " and our own" if summaries else "conversations"
    if not summaries and not own:
        return ()
    return (statements_section(summaries, own, watch, most=most, data=data),)


def _topics(what: Measuring, watch: Watch) -> Sequence[Part]:
    sets = [one for data in what.data.of(Purpose.TOPICS) for one in questions_of(data)]
    asked = Asking(what.model) if what.model else None
    parts = topics_parts(sets, watch, thorough=what.thorough, model=asked, few=what.few)
    return [_told(part, asked) for part in parts]


def _certificates(what: Measuring, watch: Watch) -> Sequence[Part]:
    most = MOST_ASKED if what.thorough else FEW_ASKED
    found = what.data.of(Purpose.TOPICS)
    sets = [one for data in found for one in askings_of(data, most=most)]
    if what.thorough:
        sets += [one for data in found for one in domains_of(data, most=MOST_OF_DOMAINS)]
    return certified_parts(sets, what.offline, watch, thorough=what.thorough)


def _told(part: _Measured, asked: Asking | None) -> _Measured:
    """Says how often a model gave no answer; figures of one that gave none are taken out."""
    if asked is None or not asked.stood_in or not isinstance(part, Section):
        return part
    told = f"the model gave no usable answer {asked.stood_in} of {asked.asked} times ({asked.why})"
    sample = "; ".join(filter(None, (part.sample, told)))
    if asked.stood_in < asked.asked:
        return replace(part, sample=f"{sample}; its figures hold the offline engine's there")
    figures = (
        replace(figure, beside=tuple(one for one in figure.beside if one.key != MODEL))
        for figure in part.figures
    )
    return replace(part, figures=tuple(figures), sample=sample)


def _masking(what: Measuring, watch: Watch) -> Sequence[Part]:
    rows = what.data.rows(Purpose.MASKING)
    return (masking_section(rows, watch, data=what.data.named(Purpose.MASKING)),) if rows else ()


def _stripping(what: Measuring, watch: Watch) -> Sequence[Part]:
    rows = what.data.rows(Purpose.STRIPPING)
    data = what.data.named(Purpose.STRIPPING)
    return (stripping_section(rows, watch, data=data),) if rows else ()


def _mail(what: Measuring, watch: Watch) -> Sequence[Part]:
    rows = what.data.rows(Purpose.MAIL)
    return (mail_section(rows, watch, data=what.data.named(Purpose.MAIL)),) if rows else ()


def _injection(what: Measuring, watch: Watch) -> Sequence[Part]:
    runs = ALL if what.thorough else SOME
    return (injection_section(what.data.rows(Purpose.ATTACKS), runs, watch),)


def _tokens(what: Measuring, watch: Watch) -> Sequence[Part]:
    talks = _own(what) or talks_of(what.data.rows(Purpose.SUMMARIES))
    data = _named(what.data, Purpose.CONVERSATIONS) or _named(what.data, Purpose.SUMMARIES)
    return (tokens_section(talks, what.render, watch, data=data),) if talks else ()


def _own(what: Measuring) -> tuple[Talk, ...]:
    return own_talks(what.data.rows(Purpose.CONVERSATIONS))


def _named(data: Data, *purposes: Purpose) -> str:
    return ", ".join(filter(None, (data.named(purpose) for purpose in purposes)))
