"""What a reply says out of politeness: greetings, thanks, wishes, offers of help, names below.

Two replies that differ in these alone say the same. English, German, French, Spanish, Dutch,
Portuguese, Italian. Words as `phrases.fold` gives them.
"""

import re
from collections.abc import Sequence

from agent.core.cleaning import clean
from agent.core.commitments import commitments
from agent.core.disclosure import LINES
from agent.core.figures import figures
from agent.core.grounding.reading import is_matter, is_negation, stem, tokens_of
from agent.core.grounding.vocabulary import FIRM_DAY_OF
from agent.core.outgoing_links import links
from agent.core.phrases import fold
from agent.core.sentences import sentences_of

_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|abend)"
    r"|liebe[rs]?|sehr geehrte[rs]?|moin|servus|gr[uü]ezi|bonjour|bonsoir|salut|ch[eè]re?|hola"
    r"|buenos d[ií]as|buenas(?: tardes| noches)?|estimad[oa]|goedemorgen|goedemiddag|goedendag"
    r"|beste|geachte|ol[aá]|bom dia|boa tarde|car[oa]|prezad[oa]|ciao|buongiorno|buonasera|gentile)"
    r"(?P<names>(?: +[^\W\d_][\w.'’-]*?){0,4}) *(?:[,!:;.–]+|-(?=\s)|\n|$)\s*",
    re.IGNORECASE,
)
_ADDRESSED = frozenset(
    """
there all everyone customer team mr mrs ms miss dr sir madam and kunde kundin frau herr herrn
zusammen und madame monsieur client cliente clienta et senor senora y mevrouw heer klant en
senhor senhora e signora signor signore
""".split()
)
# Said to everybody, whatever the matter. "…" takes the rest of the clause in, "…," one more.
_SET_PHRASES = """
thanks for (?:contact|reach|writ|gett|your (?:message|e-?mail|patience|question|interest))…
thank you(?: (?:so|very) much)? for (?:contact|reach|writ|gett)…
thank you(?: (?:so|very) much)? for your (?:message|e-?mail|patience|question|interest)…
(?:if|should) you have (?:any )?(?:more |other |further |additional )?questions…,
if there is anything (?:else|more)…,
if you need (?:anything|any (?:more |further )?(?:help|assistance))…,
(?:please )?(?:do not|don't) hesitate…
(?:please )?feel free to (?:write|contact|reach|ask|let us|get)…
(?:please )?let (?:us|me) know if (?:you (?:need any (?:more |further )?help|have any))…
(?:please )?let (?:us|me) know if (?:you need|there is) anything…
(?:i |we )?hope (?:this|that) helps
no (?:problem|worries)
have a (?:nice|great|good|lovely|wonderful) (?:day|evening|weekend|week|one)
(?:we are|we're|i am|i'm) (?:always )?(?:happy|glad|here) to help(?: you)?
(?:vielen|herzlichen|besten) dank fur (?:ihre?|deine?) (?:nachricht|anfrage|geduld|mail|e-mail)…
danke fur (?:ihre?|deine?) (?:nachricht|anfrage|geduld|mail|e-mail|interesse)…
(?:bei|falls sie|wenn sie|sollten sie)(?: noch)? (?:weiteren? )?fragen(?: haben)?…,
melden sie sich (?:gerne|jederzeit)(?: bei uns)?
kein problem
wir helfen (?:ihnen )?gerne(?: weiter)?
(?:(?:ich wunsche|wir wunschen) (?:ihnen )?)?(?:noch )?einen (?:schonen|guten) (?:tag|abend)
merci (?:beaucoup )?(?:pour|de) (?:votre (?:message|demande|patience|mail|interet)|nous avoir)…
n'hesitez pas…
si vous avez d'autres questions…,
pour toute (?:autre )?question…,
nous restons a votre (?:entiere )?disposition…
pas de (?:souci|probleme)
(?:bonne|belle) (?:journee|soiree)
(?:muchas )?gracias por (?:su|tu) (?:mensaje|consulta|paciencia|correo|interes)…
(?:muchas )?gracias por (?:contactar|escribir|ponerse)…
no dude en…
si tiene (?:mas|otras?|alguna) (?:otra )?(?:dudas?|preguntas?|consultas?)…,
(?:estamos|quedamos) a su disposicion…
no se preocupe
que tenga (?:un )?buen dia
bedankt voor (?:uw|je) (?:bericht|vraag|geduld|e-mail|mail)…
aarzel niet…
als u (?:nog )?vragen heeft…,
geen probleem
(?:nog )?een (?:fijne|prettige) dag(?: verder)?
obrigad[oa] (?:por|pel[oa]) (?:sua|seu|entrar|contact)…
nao hesite…
grazie per (?:aver|il suo messaggio|la sua)…
non esiti…
buona giornata
""".strip().splitlines()
_CLAUSE = r"(?:[^.,;!?\n]|[.,](?=\w)){0,80}"
_SAID_TO_ALL = re.compile(
    r"(?<!\w)(?:"
    + "|".join(_SET_PHRASES).replace("…,", f"{_CLAUSE}(?:, ?{_CLAUSE})?").replace("…", _CLAUSE)
    + ")"
)
_POLITE_WORDS = """
hello dear thank thanks please kindly welcome happy glad gladly pleased delighted pleasure hope
great nice lovely wonderful warm kind regards wishes best cheers sincerely sorry apologies
apologise apologize inconvenience understanding patience appreciate appreciated course sure
absolutely indeed quick quickly well unfortunately forward hearing yours faithfully truly caused
hallo leider bedauerlicherweise liebe danke dank bitte gerne gern herzlich herzlichen freundliche
freundlichen gruse grusse
gruss leid entschuldigung entschuldigen unannehmlichkeiten verstandnis geduld naturlich
selbstverstandlich freuen freut hoffe hoffen vielen besten schone beste viele
bonjour malheureusement merci beaucoup plaisir cordialement excuses desoles desole excusez gene
occasionnee
patience comprehension bien volontiers salutations meilleures sinceres esperons espere veuillez
hola lamentablemente desgraciadamente gracias muchas favor saludos cordial cordiales gusto
disculpe disculpas sentimos siento
lamentamos molestias paciencia comprension encantados claro supuesto esperamos atentamente
bedankt helaas dank alstublieft graag groet groeten vriendelijke hartelijke excuses ongemak
geduld begrip
natuurlijk obrigado obrigada favor cumprimentos desculpe desculpas inconveniente paciencia prazer
atenciosamente grazie piacere saluti cordiali scusi scuse scusiamo disagio pazienza gentilmente
"""
POLITE = frozenset(stem(word) for word in _POLITE_WORDS.split())
_LAST_LINE = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}")
_KEPT_DISCLOSURES = frozenset(fold(" ".join(line.split())) for line in LINES.values())


def without_courtesies(text: str, *, ignored: Sequence[str] = ()) -> tuple[str, ...]:
    """The sentences of a reply that say something, each as `phrases.fold` gives it.

    Quoted messages, signatures, the line that discloses a machine and the sentences `ignored` are
    taken out too. Empty when nothing but courtesies was said.
    """
    folded = fold(_without_greeting(clean(text, email=True).text))
    for line in (*_KEPT_DISCLOSURES, *(fold(" ".join(each.split())) for each in ignored)):
        folded = folded.replace(line, " ") if line else folded
    folded = _SAID_TO_ALL.sub(_unless_it_says_more, folded)
    lines = _without_name_below(folded.split("\n"))
    found = sentences_of("\n".join(lines))
    return tuple(one for one in found if not is_courtesy(one))


def is_courtesy(folded: str) -> bool:
    """Whether a sentence says nothing but polite words: no figure, no day, no no."""
    tokens = tokens_of(folded)
    matter = {stem(token) for token in tokens if is_matter(token)}
    if not matter:
        return not any(token[0].isalnum() for token in tokens)
    return (
        matter <= POLITE
        and not any(is_negation(token) or token in FIRM_DAY_OF for token in tokens)
        and not figures(folded)
        and not commitments(folded)
    )


def _without_greeting(text: str) -> str:
    """No "Hi Mara," at the beginning: names are told by their capital letters."""
    start = text.lstrip()
    greeting = _GREETING.match(start)
    if greeting and all(_is_addressed(word) for word in greeting["names"].split()):
        return start[greeting.end() :]
    return start


def _unless_it_says_more(phrase: re.Match[str]) -> str:
    words = phrase[0]
    return words if figures(words) or links(words) or commitments(words) else " "


def _is_addressed(word: str) -> bool:
    return word[0].isupper() or fold(word).strip(".") in _ADDRESSED


def _without_name_below(lines: list[str]) -> list[str]:
    """A name in the last line, below a courtesy."""
    filled = [line for line in lines if line.strip(" .,!-–")]
    if len(filled) > 1 and _LAST_LINE.fullmatch(filled[-1].strip(" .,!-–")):
        above = filled[-2]
        if is_courtesy(above) and tokens_of(above):
            return filled[:-1]
    return filled
