"""How likely a proposed reply is the right one, as far as code can tell: 0..1, and from what.

It is no probability: a certificate says what a score is worth, from a team's own reviews. A model's
own confidence is no part of it.
"""

from dataclasses import dataclass

# How far ahead of every other topic; in the unit of `core/topic_borders.py`. Between them the
# score is spread evenly: where it begins half of what is named is wrong, at the end next to nothing
# is, and in the middle about as much as a careful team lets pass at first.
NOTHING_AHEAD, FAR_AHEAD = -0.4, 1.27
LIKE_AN_EXAMPLE = 0.6  # likeness, 0..1; more says nothing more
_LEAD, _LIKENESS = 0.9, 0.1  # what each counts; on public questions likeness adds little
QUOTED_ONLY = 0.8  # a model's quote stands in the message, but nothing says it is the right words
NOT_FOUND = 0.5  # of a slot: then no reply is made, unless it stands further up
MANY_WORDS, VERY_MANY_WORDS = 60, 200  # of a burst: the more, the likelier is another request
LEAST_FOR_LENGTH = 0.7
SAYS_LITTLE = 0.9  # "any news?": the topic is read from the first request
LANGUAGE_UNCLEAR = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a score is made of: 0..1, and why, in words without customer text."""

    name: str
    value: float
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`value` is 0..1, and so is `familiarity`: how like the question is to what is known.

    `parts` say what it is made of: the first two are weighed together, the rest are factors.
    `familiarity` is the less of the first two: a question is strange that is unlike the examples,
    and one that is as near to something else.
    """

    value: float
    familiarity: float
    parts: tuple[Part, ...] = ()

    @property
    def words(self) -> str:
        """All of it in one line."""
        return score_words(self.value, [(part.name, part.value, part.words) for part in self.parts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a score is made from.

    `lead` is how far the topic is ahead of every other one, about 1 for one of its examples and
    below 0 where another is nearer; `likeness` to its examples is 0..1. `slots` is 0..1, and
    `slot_words` say why. `words` counts those of the customer's newest messages.
    """

    lead: float
    likeness: float
    slots: float = 1.0
    slot_words: str = "none needed"
    words: int = 10
    from_first_request: bool = False
    language: str = ""  # "" when not clear


def score_of(signs: Signs) -> Score:
    """The score; the same signs give the same. It never falls when a sign gets better."""
    lead, likeness = _lead(signs), _likeness(signs)
    factors = (Part("slots", signs.slots, signs.slot_words), _length(signs), _language(signs))
    value = _LEAD * lead.value + _LIKENESS * likeness.value
    for factor in factors:
        value *= factor.value
    parts = (lead, likeness, *factors)
    familiarity = min(lead.value, likeness.value)
    return Score(value=round(value, 4), familiarity=familiarity, parts=parts)


def score_words(value: float, parts: list[tuple[str, float, str]]) -> str:
    """A score in one line: "0.74: clear of others 0.80, …, slots 0.80 (…)".

    Of the factors only what lowers it has its reason told.
    """
    told = [
        f"{name} {part:.2f}{f' ({words})' if words and part < 1 else ''}"
        for name, part, words in parts
    ]
    return f"{value:.2f}: {', '.join(told)}" if told else f"{value:.2f}"


def _lead(signs: Signs) -> Part:
    share = (signs.lead - NOTHING_AHEAD) / (FAR_AHEAD - NOTHING_AHEAD)
    return Part("clear of others", _within(share), "" if signs.lead > 0 else "little speaks for it")


def _likeness(signs: Signs) -> Part:
    return Part("like its examples", _within(signs.likeness / LIKE_AN_EXAMPLE))


def _length(signs: Signs) -> Part:
    count = f"{signs.words} word{'' if signs.words == 1 else 's'}"
    if signs.from_first_request:
        return Part("length", SAYS_LITTLE, f"{count}; read from the first request")
    over = (signs.words - MANY_WORDS) / (VERY_MANY_WORDS - MANY_WORDS)
    return Part("length", round(1 - (1 - LEAST_FOR_LENGTH) * _within(over), 4), count)


def _language(signs: Signs) -> Part:
    if signs.language:
        return Part("language", 1.0, f"{signs.language}, as the answer's")
    return Part("language", LANGUAGE_UNCLEAR, "not clear")


def _within(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)
