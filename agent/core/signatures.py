"""Which lines of a message are a signature, small print or a machine's footer.

What could be a sentence to us stays: "Thanks, it arrived. But the lid is broken." is no sign-off,
and a postscript below a signature is kept. English, German, French, Spanish, Dutch, Portuguese,
Italian and the Nordic languages.
"""

import re
from collections.abc import Sequence

_SEEN = 300  # characters of a line that are looked at
_WINDOW = 14  # filled lines at the end in which a signature may begin
_LONGEST = 90  # characters of a line of a signature: an address with its telephone
_DELIMITER = re.compile(r"\s*(?:--|—|__)\s*$")
_AFTER = r"(?:[\s,.!–-]|$)"
_SIGN_OFF = re.compile(
    r"\W{0,3}(?:(?:with )?(?:(?:best|kind|kindest|warm|warmest|many)\s)?"
    r"(?:regards|wishes|greetings)"
    r"|(?:all the )?best|cheers|sincerely|yours(?: (?:sincerely|faithfully|truly))?|rgds|take care"
    r"|(?:mit )?(?:(?:sehr )?(?:freundlich|best|lieb|schön|herzlich|viel)(?:e[nm]?|em)\s)?"
    r"(?:gr[uü]ß?(?:ss)?e?n?|gruesse[n]?|grüsse[n]?)(?: aus \w+)?|mfg|lg|vg|hochachtungsvoll"
    r"|(?:bien )?(?:cordialement|amicalement)|(?:sincères |meilleures )?salutations"
    r"|bonne (?:journée|soirée|réception)|bien à vous"
    r"|(?:un |muchos )?(?:cordial(?:es)? )?saludos?(?: cordial(?:es)?)?|atentamente|cordialmente"
    r"|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg"
    r"|(?:com os )?(?:melhores|meus) cumprimentos|cumprimentos|atenciosamente|(?:um )?abraços?|att"
    r"|(?:cordiali|distinti|migliori) saluti|saluti"
    r"|(?:med )?(?:venlig|vennlig|vänlig|bedste|bästa)\w* (?:hilsen|hilsner|hälsning(?:ar)?)|hilsen"
    r"|mvh|dbh|kh|hälsningar|pozdrawiam|z poważaniem|s pozdravem)"
    rf"{_AFTER}",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W{0,3}(?:(?:many )?thanks?(?: you)?(?: (?:again|in advance|a lot|so much|very much))?|thx|ty"
    r"|(?:vielen |besten |herzlichen )?dank(?:e)?(?: im voraus)?(?: schön)?"
    r"|merci(?: (?:beaucoup|d['’]avance|par avance))?|(?:muchas )?gracias(?: de antemano)?"
    r"|(?:alvast )?bedankt|dank u(?: wel)?|(?:muito )?obrigad[oa]|(?:molte )?grazie(?: mille)?"
    r"|(?:på forhånd )?tak|tack|takk)"
    rf"{_AFTER}",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"\W{0,3}(?:sent (?:from|with|via|using) "
    r"(?:my|a|the|i?phone|outlook|yahoo|mail|proton|sparrow|spark)\b"
    r"|(?:diese nachricht wurde )?(?:von meinem|gesendet (?:von|mit|über|aus))\b"
    r"|envoyé (?:de|depuis|à partir)\b|enviad[oa] (?:desde|do|via|com|a partir|de)\b|inviato da"
    r"|(?:verzonden|verstuurd) (?:vanaf|met|via)\b|sendt fra|skickat från|wysłane z"
    r"|(?:get|obtenir|télécharger|obtener|obter|scarica|download|hent|holen sie sich) outlook\b)",
    re.IGNORECASE,
)
_SMALL_PRINT = re.compile(
    r"\W{0,5}(?:please consider the environment|bitte denken sie an die umwelt"
    r"|pensez à l['’]environnement|(?:confidentiality|legal) notice\b|disclaimer\s?:?\s*$"
    r"|aviso (?:de confidencialidad|legal)\b|vertraulichkeitshinweis|avviso di riservatezza"
    r"|(?:the )?(?:contents? of |information (?:contained )?in )?this (?:e-?mail|message)\b.*"
    r"(?:confidential|intended|privileged)"
    r"|(?:der inhalt )?dieser? (?:e-?mail|nachricht)\b.*vertraulich"
    r"|(?:ce (?:message|courriel)|cet e-?mail)\b.*confidentiel"
    r"|este (?:mensaje|correo)\b.*confidencial|esta mensagem\b.*confidencia"
    r"|dit (?:e-?mail)?bericht\b.*vertrouwelijk|deze e-?mail\b.*(?:vertrouwelijk|bestemd)"
    r"|(?:questo messaggio|questa e-?mail|il contenuto di questa)\b.*(?:riservat|confidenzial))",
    re.IGNORECASE,
)
# What a mail gateway or a help desk puts in; a paragraph of its own.
_MACHINES = re.compile(
    r"\W{0,5}(?:(?:caution|warning|achtung|attention|external)\b.{0,20}"
    r"(?:this (?:e-?mail|message)|diese e-?mail|ce (?:mail|message)|e-?mail)"
    r".{0,60}(?:originated|outside|external|extern|außerhalb)"
    r"|\[?external(?: e-?mail| sender)?\]?\W*$|you don['’]t often get e-?mail from"
    r"|virus[- ]free\b|virenfrei\b|sans virus\b|libre de virus\b|virusvrij\b|privo di virus\b"
    r"|livre de vírus|this (?:e-?mail|message) (?:has been|was) (?:checked|scanned)"
    r"|diese e-?mail wurde (?:von|auf viren)|scanned by\b"
    r"|this e-?mail is a service from\b|delivered by zendesk|powered by (?:zendesk|freshdesk)"
    r"|you (?:are receiving|received) this (?:e-?mail|message) because|to unsubscribe\b"
    r"|reply to this e-?mail directly\b|ticket (?:id|nummer|number) ?[:#]? ?\S{0,20}\W*$)",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(
    r"\W{0,2}(?:p\.?\s?s\.?|p\.?\s?d\.?|n\.?b\.?)\s?[:.,\-–)]?\s", re.IGNORECASE
)
_CONTACT = re.compile(
    r"\d|@|www\.|https?:|\.(?:com|net|org|de|at|ch|fr|es|nl|pt|it)\b|\bltd\b|\bgmbh\b|\binc\b",
    re.IGNORECASE,
)
_DASH_NAME = re.compile(r"\s*[-–~]\s?[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,2}\s*$")
_DASH = re.compile(r"\s*[-–—~*•]")


def without_signature(lines: Sequence[str], *, email: bool) -> list[int]:
    """The numbers of the lines that are what a person says; never none where there was one.

    Outside e-mail only machines' paragraphs and "sent from my phone" are looked for.
    """
    seen = [line[:_SEEN] for line in lines]
    kept = _without_machines(seen)
    if email:
        kept = _without_small_print(seen, kept)
        kept = _cut_at_delimiter(seen, kept)
        kept = _without_sign_off(seen, kept)
    else:
        kept = _without_sent_from(seen, kept)
    has_words = any(seen[at].strip() for at in kept)
    return kept if has_words else list(range(len(seen)))


def _without_machines(lines: Sequence[str]) -> list[int]:
    kept: list[int] = []
    in_one = False
    for at, line in enumerate(lines):
        in_one = bool(line.strip()) and (in_one or _MACHINES.match(line) is not None)
        if not in_one or "?" in line:
            kept.append(at)
    return kept


def _without_small_print(lines: Sequence[str], kept: Sequence[int]) -> list[int]:
    """All from it on; only its paragraph where somebody asks something below it."""
    found = next((n for n, at in enumerate(kept) if n and _SMALL_PRINT.match(lines[at])), None)
    if found is None:
        return list(kept)
    rest = kept[found:]
    blank = next((n for n, at in enumerate(rest) if not lines[at].strip()), len(rest))
    below = rest[blank:]
    if any("?" in lines[at] or _POSTSCRIPT.match(lines[at]) for at in below):
        return [*kept[:found], *below]
    return list(kept[:found])


def _cut_at_delimiter(lines: Sequence[str], kept: Sequence[int]) -> list[int]:
    """A line of two dashes is the one mark that mail programs agree on."""
    found = next((n for n, at in enumerate(kept) if n and _DELIMITER.match(lines[at])), None)
    if found is None:
        return list(kept)
    return [*kept[:found], *_postscript(lines, kept[found + 1 :])]


def _without_sent_from(lines: Sequence[str], kept: Sequence[int]) -> list[int]:
    filled = [at for at in kept if lines[at].strip()][-_WINDOW:]
    gone = {at for at in filled[1:] if _SENT_FROM.match(lines[at])}
    return [at for at in kept if at not in gone]


def _without_sign_off(lines: Sequence[str], kept: Sequence[int]) -> list[int]:
    filled = [at for at in kept if lines[at].strip()]
    for at in filled[1:][-_WINDOW:]:
        below = [each for each in filled if each > at]
        extra = _postscript(lines, below)
        block = below[: len(below) - len(extra)]
        if _signs_off(lines, at, block, filled):
            return [*(each for each in kept if each < at), *extra]
    return _without_sent_from(lines, kept)


def _signs_off(lines: Sequence[str], at: int, block: Sequence[int], filled: Sequence[int]) -> bool:
    """A sign-off with a name or an address below it, and nothing that could be said to us.

    A bare "Best regards" stays: it takes no room. So does "Thanks, Mara", which is said to us.
    """
    line = lines[at].strip()
    if any(_could_be_said(lines[each]) for each in block):
        return False
    if _SENT_FROM.match(line):
        return True
    if _DASH_NAME.match(line):
        before = max(each for each in filled if each < at)
        return not block and not _DASH.match(lines[before])
    has_address = any(_CONTACT.search(lines[each]) for each in block)
    phrase = _SIGN_OFF.match(line) or (_THANKS.match(line) if has_address else None)
    if phrase is None or not block:
        return False
    rest = line[phrase.end() :].strip(" ,.!")
    if rest and not (_is_name(rest) or _signed(rest)):
        return False
    first = lines[block[0]]
    return _is_name(first) or _signed(first) or _CONTACT.search(first) is not None


def _signed(line: str) -> bool:
    return bool(_SIGN_OFF.match(line) or _SENT_FROM.match(line) or _THANKS.match(line))


def _is_name(text: str) -> bool:
    """At most five words, none of them written small as in a sentence."""
    names = [word for word in re.findall(r"[^\W\d_][\w.'’-]*", text) if word not in _PARTICLES]
    return len(names) <= 5 and not any(name[0].islower() for name in names)


_PARTICLES = frozenset("von van de der den da di du del la le y und and et e & dr via a".split())


def _could_be_said(line: str) -> bool:
    """Too much like a sentence to be a line of a signature."""
    text = line.strip()
    words = text.split()
    if not words or _SENT_FROM.match(text) or _signed(text):
        return False
    if "?" in text or "؟" in text or _POSTSCRIPT.match(text) or len(text) > _LONGEST:
        return True
    if len(words) < 3 or _CONTACT.search(text):
        return False
    return text[-1] in ".!…" or text[0].islower()


def _postscript(lines: Sequence[str], below: Sequence[int]) -> list[int]:
    """From "PS" on: it was written after the signature, to us."""
    found = next((n for n, at in enumerate(below) if _POSTSCRIPT.match(lines[at])), None)
    return [] if found is None else list(below[found:])
