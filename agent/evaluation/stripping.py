"""How well an e-mail's own words are told from its quotes and signature.

A row is `{"text", "gold_body", "gold_noquote", "source"}`: the mail, and what a person says is its
own: without quotes and signature, or without quotes only. `changed` and `composed` give further
rows, so that rules which fit one set of mails by heart are seen to.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.core.cleaning import newest_reply
from agent.core.sentences import fold

Row = Mapping[str, Any]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripping:
    """Counts of mails. `exact` gave the person's very words, white space folded; `losing` lack
    at least one word that the person kept, be it of a sign-off.
    """

    mails: int
    exact: int
    losing: int
    exact_by_source: Mapping[str, tuple[int, int]]  # exact, mails


def measured(rows: Sequence[Row], strip: Callable[[str], str]) -> Stripping:
    """What `strip` makes of the mails."""
    exact: Counter[str] = Counter()
    mails: Counter[str] = Counter()
    losing = 0
    for row in rows:
        wanted, left = _wanted(row), strip(row["text"])
        source = str(row.get("source", ""))
        mails[source] += 1
        exact[source] += fold(left) == fold(wanted)
        losing += bool(_words(wanted) - _words(left))
    return Stripping(
        mails=len(rows),
        exact=exact.total(),
        losing=losing,
        exact_by_source={source: (exact[source], count) for source, count in mails.items()},
    )


def ours(text: str) -> str:
    """What Sidenote takes for the mail's own words."""
    return newest_reply(text, email=True).text


def nothing(text: str) -> str:
    """The baseline: the whole mail."""
    return text


def quote_marks(text: str) -> str:
    """A plainer baseline: no line with a quote mark, nothing from "-- " on."""
    own: list[str] = []
    for line in text.splitlines():
        if line.rstrip() == "--":
            break
        if not line.lstrip().startswith(">"):
            own.append(line)
    return "\n".join(own)


def changed(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The same mails from other people, at other times, through a program that ends lines its own
    way: addresses, digits, line ends and blanks differ, in what a person kept too.
    """
    return tuple(
        {
            **row,
            "text": _other_line_ends(_other_people(row["text"])),
            "gold_body": row["gold_body"] and _other_people(row["gold_body"]),
            "gold_noquote": row["gold_noquote"] and _other_people(row["gold_noquote"]),
        }
        for row in rows
    )


def composed(bodies: Sequence[str]) -> tuple[Row, ...]:
    """Each body above each thread and each signature of `THREADS` and `SIGNATURES`."""
    return tuple(
        {
            "text": f"{body}\n{signature}\n{thread}\n",
            "gold_body": body,
            "gold_noquote": None,
            "source": f"{language} {name}",
        }
        for body in bodies
        for language, name, signature, thread in _ends()
    )


def _ends() -> Iterator[tuple[str, str, str, str]]:
    for language, threads in THREADS.items():
        for name, thread in threads.items():
            for signature in SIGNATURES[language]:
                yield language, name, signature, thread


def _wanted(row: Row) -> str:
    body = row.get("gold_body")
    return str(row["gold_noquote"] if body is None else body)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text))


_MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DIGIT_OF_A_TIME = re.compile(r"(?<=\d[:.]\d)\d|(?<=\b20)\d\d\b")


def _other_people(text: str) -> str:
    elsewhere = _MAIL_ADDRESS.sub("ilse.brandt+shop@post.example.org", text)
    return _DIGIT_OF_A_TIME.sub(lambda found: "9" * len(found.group()), elsewhere)


def _other_line_ends(text: str) -> str:
    return text.replace("\n", " \r\n").replace("\t", "\u00a0")


_WHO = "Jonas Feld <jonas.feld@kontor.example>"
_OUTLOOK = "\n\nGuten Tag\nDies ist die frühere Nachricht.\n"
THREADS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "gmail": f"On Thu, 7 May 2026 at 16:05, {_WHO} wrote:\n\n> Which lid?\n> Jonas",
        "apple": "On 7 May 2026, at 16:05, Jonas Feld wrote:\n\n> Which lid?",
        "outlook": f"From: {_WHO}\nSent: Thursday, May 7, 2026 4:05 PM\nTo: Ilse\n"
        f"Subject: RE: lid{_OUTLOOK}",
        "rule": f"________________________________\nFrom: Jonas{_OUTLOOK}",
        "original": f"-----Original Message-----\nFrom: Jonas{_OUTLOOK}",
    },
    "de": {
        "gmail": f"Am Do., 7. Mai 2026 um 16:05 Uhr schrieb {_WHO}:\n\n> Welcher Deckel?",
        "apple": "Am 07.05.2026 um 16:05 schrieb Jonas Feld:\n\n> Welcher Deckel?",
        "outlook": f"Von: {_WHO}\nGesendet: Donnerstag, 7. Mai 2026 16:05\nAn: Ilse\n"
        f"Betreff: AW: Deckel{_OUTLOOK}",
        "original": f"-----Ursprüngliche Nachricht-----\nVon: Jonas{_OUTLOOK}",
    },
    "fr": {
        "gmail": f"Le jeu. 7 mai 2026 à 16:05, {_WHO} a écrit :\n\n> Quel couvercle ?",
        "apple": "Le 7 mai 2026 à 16:05, Jonas Feld a écrit :\n\n> Quel couvercle ?",
        "outlook": f"De : {_WHO}\nEnvoyé : jeudi 7 mai 2026 16:05\nÀ : Ilse\n"
        f"Objet : RE: couvercle{_OUTLOOK}",
        "original": f"-----Message d'origine-----\nDe : Jonas{_OUTLOOK}",
    },
    "es": {
        "gmail": "El jue, 7 may 2026 a las 16:05, Jonas Feld (<jonas.feld@kontor.example>) "
        "escribió:\n\n> ¿Qué tapa?",
        "apple": "El 7 may 2026, a las 16:05, Jonas Feld escribió:\n\n> ¿Qué tapa?",
        "outlook": f"De: {_WHO}\nEnviado: jueves, 7 de mayo de 2026 16:05\nPara: Ilse\n"
        f"Asunto: RE: tapa{_OUTLOOK}",
        "original": f"-----Mensaje original-----\nDe: Jonas{_OUTLOOK}",
    },
    "nl": {
        "gmail": f"Op do 7 mei 2026 om 16:05 schreef {_WHO}:\n\n> Welk deksel?",
        "apple": "Op 7 mei 2026 om 16:05 heeft Jonas Feld <jonas.feld@kontor.example> het "
        "volgende geschreven:\n\n> Welk deksel?",
        "outlook": f"Van: {_WHO}\nVerzonden: donderdag 7 mei 2026 16:05\nAan: Ilse\n"
        f"Onderwerp: RE: deksel{_OUTLOOK}",
        "original": f"-----Oorspronkelijk bericht-----\nVan: Jonas{_OUTLOOK}",
    },
    "pt": {
        "gmail": f"Em qui., 7 de mai. de 2026 às 16:05, {_WHO} escreveu:\n\n> Qual tampa?",
        "apple": "No dia 7 de mai. de 2026, às 16:05, Jonas Feld escreveu:\n\n> Qual tampa?",
        "outlook": f"De: {_WHO}\nEnviado: quinta-feira, 7 de maio de 2026 16:05\nPara: Ilse\n"
        f"Assunto: RE: tampa{_OUTLOOK}",
        "original": f"-----Mensagem original-----\nDe: Jonas{_OUTLOOK}",
    },
    "it": {
        "gmail": f"Il giorno gio 7 mag 2026 alle ore 16:05 {_WHO} ha scritto:\n\n> Coperchio?",
        "apple": "Il giorno 7 mag 2026, alle ore 16:05, Jonas Feld ha scritto:\n\n> Coperchio?",
        "outlook": f"Da: {_WHO}\nInviato: giovedì 7 maggio 2026 16:05\nA: Ilse\n"
        f"Oggetto: R: coperchio{_OUTLOOK}",
        "original": f"-----Messaggio originale-----\nDa: Jonas{_OUTLOOK}",
    },
}
SIGNATURES: Mapping[str, Sequence[str]] = {
    "en": ("\nKind regards,\nIlse Brandt\n+43 660 1234567\n", "\nSent from my iPhone\n", ""),
    "de": (
        "\nMit freundlichen Grüßen\nIlse Brandt\nBrandt GmbH\n",
        "\nViele Grüße aus Graz\nIlse\n",
        "\nVon meinem iPhone gesendet\n",
    ),
    "fr": ("\nBien cordialement,\nIlse Brandt\n", "\nEnvoyé de mon iPhone\n"),
    "es": ("\nUn saludo,\nIlse Brandt\n", "\nEnviado desde mi iPhone\n"),
    "nl": ("\nMet vriendelijke groet,\nIlse Brandt\n", "\nVerstuurd vanaf mijn iPhone\n"),
    "pt": ("\nCom os melhores cumprimentos,\nIlse Brandt\n", "\nEnviado do meu iPhone\n"),
    "it": ("\nCordiali saluti,\nIlse Brandt\n", "\nInviato da iPhone\n"),
}
BODIES = (
    "The lid of order 40-2291 leaks.\nCan you send a new one?",
    "Thanks, the parcel came.\nBut the lid is broken.",
    "Guten Tag,\n\nder Deckel fehlt noch immer.\nWas nun?",
    "1. Der Deckel leckt\n2. Die Tülle auch\nBitte um Ersatz.",
)
