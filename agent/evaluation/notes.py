"""How well notes tell what people would tell: by the sentences they rest on, and by their words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from agent.core.extractive import MAX_WORDS
from agent.evaluation.figures import MODEL, Beside, Figure, Section, Unit, Wanted
from agent.evaluation.rouge import rouge
from agent.evaluation.talks import Place, Talk
from agent.evaluation.watch import Watch
from agent.evaluation.ways import Pick, Way, by_ends, by_lead, by_length, of_places

MODEL_SECONDS = 8.0  # for all of a model's answers, where the whole must end soon
WANTED_PRECISION = WANTED_COVERAGE = 0.80
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Means over conversations; None where the data does not tell.

    The names are those of the figures below; `words` is the mean, `most_words` of any note.
    """

    sentence_f1: float | None = None
    picked_by_anyone: float | None = None
    unanimous_covered: float | None = None
    words: float = 0.0
    most_words: int = 0
    numbers_not_in_conversation: int = 0
    rouge_1: float | None = None
    rouge_2: float | None = None
    rouge_l: float | None = None
    conversations: int = 0


def score(talks: Iterable[Talk], way: Way, watch: Watch | None = None) -> Score:
    """How one way of summarising fares against all people."""
    each = (watch or Watch()).each(talks)
    return _score([(talk, way(talk), talk.picked, talk.written) for talk in each])


def people(talks: Iterable[Talk]) -> Score:
    """How each person fares against the others."""
    return _score(
        [
            (talk, of_places(talk, own), _others(talk.picked, at), talk.written)
            for talk in talks
            for at, own in enumerate(talk.picked)
        ]
    )


def _others(picked: Sequence[frozenset[Place]], but: int) -> tuple[frozenset[Place], ...]:
    return tuple(one for at, one in enumerate(picked) if at != but)


Case = tuple[Talk, Pick, Sequence[frozenset[Place]], Sequence[str]]


def _score(cases: Sequence[Case]) -> Score:
    f1s, precisions, coverages, rouges = [], [], [], []
    for _, made, picked, written in cases:
        if picked:
            by_anyone, by_all = frozenset[Place]().union(*picked), picked[0].intersection(*picked)
            f1s += [_f1(made.places, own) for own in picked]
            if made.places:
                precisions.append(len(made.places & by_anyone) / len(made.places))
            if by_all:
                coverages.append(len(made.places & by_all) / len(by_all))
        if written:
            rouges.append(rouge(made.text, written))
    return Score(
        sentence_f1=_mean(f1s),
        picked_by_anyone=_mean(precisions),
        unanimous_covered=_mean(coverages),
        words=_mean([made.words for _, made, _, _ in cases]) or 0.0,
        most_words=max((made.words for _, made, _, _ in cases), default=0),
        numbers_not_in_conversation=sum(_made_up(talk, made) for talk, made, _, _ in cases),
        rouge_1=_mean([one.one for one in rouges]),
        rouge_2=_mean([one.two for one in rouges]),
        rouge_l=_mean([one.longest for one in rouges]),
        conversations=len(cases),
    )


def _f1(mine: frozenset[Place], theirs: frozenset[Place]) -> float:
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return mean(values) if values else None


def _made_up(talk: Talk, made: Pick) -> int:
    said = set(_NUMBER.findall(" ".join((talk.subject, *talk.texts))))
    return sum(number not in said for number in _NUMBER.findall(made.text))


# --- for the report -------------------------------------------------------------------------------


def notes_section(
    talks: Sequence[Talk], offline: Way, watch: Watch, *, model: Way | None, few: int, data: str
) -> Section:
    """The offline engine's notes beside simple ways and people; a model's on the first `few`."""
    ours = score(talks, offline, watch)
    beside = [
        ("lead_3", "first 3 sentences", score(talks, by_lead, watch)),
        ("longest_first", "longest sentences", score(talks, by_length, watch)),
        ("ends", "longest at both ends", score(talks, by_ends, watch)),
    ]
    if any(talk.picked for talk in talks):
        beside.append(("one_person", "one person", people(watch.each(talks))))
    sample = ""
    if model is not None:
        models = score(watch.first(talks[:few], seconds=MODEL_SECONDS), model)
        sample = f"the model on the first {models.conversations} of {len(talks)}"
        if models.conversations:
            beside.append((MODEL, "the configured model", models))
    return Section(
        key="notes",
        title="Notes",
        means="Whether a note says what people who read the whole conversation would say.",
        figures=tuple(_figures(ours, beside)),
        data=f"{data}: {len(talks)} conversations",
        sample=sample,
    )


_ROUGE = "Reported, not aimed at: a fixed template scores well on it."
_FIGURES = (
    Figure(
        key="sentence_f1",
        name="agrees with a person on sentences",
        means="How far the sentences it rests on are those that one person picked. People reach "
        "only so much among themselves.",
    ),
    Figure(
        key="picked_by_anyone",
        name="of its sentences, picked by somebody",
        means="How much of a note is worth saying: at least one person found it so.",
        wanted=Wanted(value=WANTED_PRECISION),
    ),
    Figure(
        key="unanimous_covered",
        name="of what everybody picked, is in it",
        means="How much of what nobody would leave out is in the note.",
        wanted=Wanted(value=WANTED_COVERAGE),
    ),
    Figure(
        key="words",
        name="words a note",
        means="How much there is to read, on average.",
        unit=Unit.NUMBER,
        wanted=Wanted(value=MAX_WORDS, at_least=False),
    ),
    Figure(
        key="numbers_not_in_conversation",
        name="numbers that nobody wrote",
        means="A number in a note that the conversation does not hold would be made up.",
        unit=Unit.COUNT,
        wanted=Wanted(value=0, at_least=False),
    ),
    Figure(
        key="rouge_1",
        name="ROUGE-1",
        means=f"Words shared with what people wrote themselves. {_ROUGE}",
    ),
    Figure(key="rouge_2", name="ROUGE-2", means=f"Pairs of words shared with it. {_ROUGE}"),
    Figure(key="rouge_l", name="ROUGE-L", means=f"Words shared in the same order. {_ROUGE}"),
)


def _figures(ours: Score, beside: Sequence[tuple[str, str, Score]]) -> Iterator[Figure]:
    for figure in _FIGURES:
        others = [(key, name, getattr(found, figure.key)) for key, name, found in beside]
        yield replace(
            figure,
            value=getattr(ours, figure.key),
            beside=tuple(
                Beside(key=key, name=name, value=value)
                for key, name, value in others
                if value is not None
            ),
        )
