"""What a reply commits to, drawn out of its words so that two replies can be compared.

Figures with their units and bounds, links, days, words that bind the team, words that turn a
sentence round. Courtesies are left out (`core/courtesies.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.core.commitments import commitments
from agent.core.courtesies import POLITE, without_courtesies
from agent.core.figures import Figure, Placed, placed
from agent.core.grounding.reading import Sentence, is_matter, is_negation, sentence, stem, tongue_of
from agent.core.grounding.vocabulary import CURRENCIES, DAY_OF, FIRM_DAY_OF, SPELLED
from agent.core.outgoing_links import links
from agent.core.phrases import fold

_DATE = re.compile(r"(?:\d{4}/)?\d{1,2}/\d{1,2}")
_FIRST_MONTH = 17  # row of January among the words for days
_UNITS = range(11, 17)  # rows of the words for days: week, month, year, hour, day, minute
_WORK = re.compile(
    r"(?:business|working|work)[\s-]*days?|werktage?n?|arbeitstage?n?|jours? ouvr\w*|werkdagen?"
    r"|dias? (?:habil\w*|labora\w*|uteis)|giorni (?:lavorativi|feriali)"
)
_ELIDED = re.compile(r"(?<!\w)(j|n|l|d|c|m|t|s|qu)'(?=[a-z])")  # French: two words written as one
_WORKDAY = "workday"
_RANGE = re.compile(r"(?<![\w.,])(\d{1,3})\s?(?:to|bis|a|tot|ate|-|–)\s?(\d{1,3})(?![\w]|[.,]\d)")
_MEASURES = frozenset("am pm uhr h hrs kg g mg km m cm mm ml l gb mb x no nr".split())
_NEXT_WORD = re.compile(r"[\s-]*([€$£¥₹%]|[a-z]+(?:\.[a-z](?=\W|$))?)")
_JOINED = re.compile(r"\d+([^\W\d_]{1,3})")  # 20kg, 10pm
_ORDINALS = frozenset({"st", "nd", "rd", "th", "er", "e", "de", "ste"})
_PLURAL = re.compile(r"(?:'?s|es|n|en|e|ing)$")  # endings that change no fact
_LAST_SIGN = re.compile(r"(?:([€$£¥₹])|\b(eur|usd|gbp|chf|rs))\s*$")
# Before a figure or a day: on which side of it the truth lies.
_BOUNDS = re.compile(
    r"(?<!\w)(?:by|before|after|until|till|since|from|within|over|under|above|below|up to|at least"
    r"|at most|more than|less than|no more than|no later than|not before|only|about|around"
    r"|bis(?: zu)?|vor|nach|ab|seit|innerhalb|uber|unter|mindestens|hochstens|mehr als|weniger als"
    r"|spatestens|nur|etwa|avant|apres|jusqu'a?u?|depuis|des|sous|plus de|moins de|au moins"
    r"|au plus|d'ici|antes|despues|hasta|desde|dentro|mas de|menos de|al menos|como maximo|solo"
    r"|voor|na|tot|vanaf|sinds|binnen|minstens|hoogstens|ate|apos|entro|dopo|prima|oltre|almeno"
    r")(?!\w)"
)
# They change what a sentence says although they carry no matter.
TURNING = frozenset(
    """
unless except until only without instead before after if both neither either already yet
must should might may off over under above below more less most least than
ausser nur ohne statt vor nach falls wenn sofern bereits erst muss mussen soll sollte mehr weniger
sauf seulement sans avant apres si jusqu deja doit devez plus moins
salvo solo sin antes despues hasta ya debe debera mas menos
behalve alleen zonder voor als tenzij al moet meer minder
""".split()
)
# One meaning each, so that another word for it is no other fact. Stems of five letters.
_SAME = """
parce packa packe shipm colis paque paket sendu envio
order purch
beste auftr
comma achat
pedid compr
track trace follo
verfo
suivr suivi
segui rastr
send sent sends ship shipp dispa poste maile
schic gesch sende gesen versc versa verse losge
fast promp
schne zugig rasch
start begin begun began
repai fix fixed fixin
check revie
prufe gepru
find found
finde gefun
wareh depot lager entre almac
invoi bill bills
choos selec pick
click press tap
klick druck
site websi webpa webse
email mail mails
repla excha swap
worki busin
costs cost price
kost
"""
_GROUP_OF = {
    stem: f"={row.split()[0]}" for row in _SAME.strip().splitlines() for stem in row.split()
}
_PERSONS = {
    "we": "we", "i": "we", "us": "we", "me": "we", "you": "you", "wir": "we", "ich": "we",
    "uns": "we", "mir": "we", "mich": "we", "sie": "you", "ihnen": "you", "nous": "we",
    "je": "we", "vous": "you", "wij": "we", "ik": "we", "ons": "we", "u": "you",
}  # fmt: skip
# They come and go when a sentence is put otherwise, and say nothing by themselves.
_LIGHT = frozenset(
    """
the a an this that these those it its they them their so then just also st nd rd th
der die das den dem des ein eine einen einem einer es er diese dieser dieses dieses auch dann
le la les l un une des du de d n ne ce cet cette ces il elle ils elles aussi alors
el los las lo al del este esta estos estas tambien entonces
het een dit deze die dat ook dan o os as um uma isto este esta tambem
il gli uno questo questa anche allora
""".split()
)
_ALIKE = {
    word: words.split()[0]
    for words in (
        "is are am 's 'm 're", "have has 've", "will 'll shall", "we i wij ik", "us me", "our my",
        "ist sind", "haben hat habe", "wir ich", "uns mir mich", "unser unsere unseren mein meine",
        "nous je j", "notre nos mon ma mes", "votre vos", "ihr ihre ihren ihrem ihrer",
        "avons ai", "hemos he", "nuestro nuestra mi", "su sus", "onze ons mijn",
    )
    for word in words.split()
}  # fmt: skip
# Whether it was done, will be, or may be: function words, and yet the outcome.
_TENSES = {
    word: tense
    for tense, words in {
        "will": "will shall wird werden werde sera seront va vont allons seran zal zullen saranno",
        "past": "was were been did had has have wurde wurden worden hat haben habe ete etait avons"
        " ai sido fue fueron ha han he hemos werd heeft hebben foi foram stato stata abbiamo",
        "can": "can could kann konnen konnten peut pouvez pouvons puede puedes podemos kunt kunnen"
        " pode podem puo possiamo",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with its unit ("day", "workday", "euro", …; "" for none) and what bounds it."""

    figure: Figure
    unit: str
    bound: str

    @property
    def is_date(self) -> bool:
        """Whether it can be read as a day of the calendar."""
        return any(_DATE.fullmatch(form) for form in self.figure.forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One reply, read for comparing. `sentences` say something; none does in a mere "Thanks!"."""

    sentences: tuple[Sentence, ...]
    plain: str  # the words in order, for "the same text"
    tongue: str
    figures: tuple[tuple[Quantity, ...], ...]  # of each sentence, in their order
    links: frozenset[str]
    days: frozenset[tuple[int, str]]
    binding: frozenset[str]
    turning: frozenset[str]
    persons: frozenset[tuple[str, str]]  # who does something to whom, in their order
    tenses: frozenset[str]
    negations: int
    questions: int

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The figures of all sentences."""
        return tuple(quantity for some in self.figures for quantity in some)

    def figures_of(self, one: Sentence) -> tuple[Quantity, ...]:
        """The figures of one of its sentences."""
        return self.figures[self.sentences.index(one)]

    @property
    def matter(self) -> frozenset[str]:
        """What it is about, with one name for what has several; without polite words."""
        return frozenset(one for each in self.sentences for one in matter_of(each))


def said_in(text: str, *, ignored: Sequence[str] = ()) -> Said:
    """Read a reply; `ignored` are lines that say nothing of the matter."""
    found = without_courtesies(text, ignored=ignored)
    kept = tuple(_ELIDED.sub(r"\1 ", _WORK.sub(_WORKDAY, one)) for one in found)
    numbered = [_RANGE.sub(r"\1-\2", _in_digits(one)) for one in kept]
    joined = "\n".join(numbered)
    read = tuple(sentence(_without_links(one)) for one in kept)
    figures = tuple(tuple(_quantities(one)) for one in numbered)
    quantities = tuple(quantity for some in figures for quantity in some)
    tokens = [token for one in read for token in one.tokens]
    return Said(
        sentences=read,
        plain=" ".join(filter(None, (one.strip(" .,;:!-") for one in joined.split()))),
        tongue=tongue_of(" ".join(kept)),
        figures=figures,
        links=frozenset(map(_plain_link, links(joined))),
        days=frozenset((*_days(joined), *_months(quantities))),
        binding=frozenset(_binding(joined)),
        turning=TURNING.intersection(tokens),
        persons=frozenset(pair for one in read for pair in _persons(one)),
        tenses=frozenset(filter(None, map(_tense, tokens))),
        negations=sum(map(is_negation, tokens)),
        questions=sum(one.is_question for one in read),
    )


def matter_of(one: Sentence) -> frozenset[str]:
    """A sentence's words of matter, with one name for what has several; figures apart."""
    return frozenset(in_order(one))


def in_order(one: Sentence) -> list[str]:
    """The same words as they come, for "who does what to which"."""
    return [_GROUP_OF.get(stem(token), stem(token)) for token in _matters(one)]


def words_of(one: Sentence) -> list[str]:
    """All its words that say something, function words too, as compared one by one."""
    parts = (part for token in one.tokens for part in _parted(token))
    return [
        _alike(part)
        for part in parts
        if part not in _LIGHT and stem(part) not in POLITE and not _is_figure(part)
    ]


def _parted(token: str) -> list[str]:
    """Two words of "we've", as of "we have"."""
    first, mark, end = token.rpartition("'")
    return [first, mark + end] if first and mark + end in _ALIKE else [token]


def _alike(word: str) -> str:
    if word in DAY_OF:
        return f"={DAY_OF[word]}"
    return _ALIKE.get(word, _GROUP_OF.get(stem(word), stem(word)))


def endings(one: Sentence) -> dict[str, set[str]]:
    """How each word of matter ends, by its stem: "arrives" is not "arrived"."""
    found: dict[str, set[str]] = {}
    for token in _matters(one):
        begins = stem(token)
        found.setdefault(begins, set()).add(_PLURAL.sub("", token.removeprefix(begins)))
    return found


def _matters(one: Sentence) -> list[str]:
    return [
        token
        for token in one.tokens
        if is_matter(token)
        and stem(token) not in POLITE
        and token not in _LIGHT
        and token not in _ALIKE
        and not _tense(token)
        and not _is_counted(token)
    ]


def _is_counted(token: str) -> bool:
    """Compared as a figure, a unit or a month."""
    return _is_figure(token) or token == _WORKDAY or DAY_OF.get(token, 0) >= min(_UNITS)


def _is_figure(token: str) -> bool:
    return token[0].isdigit() or token in SPELLED or token in CURRENCIES


# --- figures, days, links ------------------------------------------------------------------------


def _in_digits(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: SPELLED.get(word[0], word[0]), text)


def _quantities(text: str) -> list[Quantity]:
    return [Quantity(one.figure, _unit(one), _bound(one.before)) for one in placed(text)]


def _unit(one: Placed) -> str:
    joined = _JOINED.fullmatch(one.figure.written)
    if joined and joined[1] not in _ORDINALS:
        return _unit_of(joined[1]) or joined[1]
    after = fold(one.after)
    sign = _LAST_SIGN.search(fold(one.before))
    if sign:
        return CURRENCIES[sign[1] or sign[2]]
    word = _NEXT_WORD.match(after)
    return _unit_of(word[1]) if word else ""


def _unit_of(word: str) -> str:
    if word == _WORKDAY:
        return word
    if word in CURRENCIES:
        return CURRENCIES[word]
    number = DAY_OF.get(word, -1)
    if number in _UNITS:
        return f"span-{number}"
    plain = word.replace(".", "")
    return plain if plain in _MEASURES else ""


def _bound(before: str) -> str:
    words = " ".join(fold(before).split()[-3:])
    return " ".join(_BOUNDS.findall(words))


def _days(text: str) -> list[tuple[int, str]]:
    found = []
    for word in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)?", text):
        day = FIRM_DAY_OF.get(word[0], DAY_OF.get(word[0], -1) if len(word[0]) == 3 else -1)
        if day in range(11):
            found.append((day, _bound(text[max(0, word.start() - 40) : word.start()])))
        elif day >= _FIRST_MONTH:
            found.append((day, ""))
    return found


def _months(quantities: Sequence[Quantity]) -> list[tuple[int, str]]:
    """The months that dates name, however short; of "3/11" it is not clear which."""
    days = ([form for form in one.figure.forms if _DATE.fullmatch(form)] for one in quantities)
    numbers = [int(forms[0].split("/")[-2]) for forms in days if len(forms) == 1]
    return [(_FIRST_MONTH + number - 1, "") for number in numbers]


def _without_links(text: str) -> str:
    for link in links(text):
        text = text.replace(link, " ")
    return text


def _plain_link(link: str) -> str:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold())
    return bare.rstrip("/.,;:!?")


def _binding(text: str) -> list[str]:
    """Words that bind; figures and days among them are compared as such."""
    words = (word for word in commitments(text) if not any(c.isdigit() for c in word))
    alike = {"we will": "will", "i will": "will", "we'll": "will", "i'll": "will",
             "we shall": "will", "you will get": "get", "you will receive": "get",
             "you'll get": "get", "you'll receive": "get"}  # fmt: skip
    return [
        alike.get(word, word[:5]) for word in words if word not in DAY_OF and word not in CURRENCIES
    ]


def _tense(token: str) -> str:
    stem, _, end = token.rpartition("'")
    if stem and end in {"ve", "ll"}:
        return "past" if end == "ve" else "will"
    return _TENSES.get(token, "")


def _persons(one: Sentence) -> list[tuple[str, str]]:
    spoken = (token.partition("'")[0] for token in one.tokens)
    found = [_PERSONS[token] for token in spoken if token in _PERSONS]
    return [(left, right) for left, right in pairwise(found) if left != right]
