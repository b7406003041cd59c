"""Which messages a machine wrote: bounces, bulk mail, automatic answers.

Each test gives its evidence in a few words, or None. They end a run without a note, so they look
for what only machines write; what merely hints at a machine is `maybe_automatic`, which costs no
more than a reply. E-mail headers are rarely there (Kustomer's API does not promise them), so
sender, subject and text must do alone.

Sources: RFC 3834 (Auto-Submitted), RFC 2369 (List-*), RFC 3464 (bounces), and the header names that
public help desks look for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from agent.core.machine_words import machine_words, readable
from agent.core.phrases import fold, listed

Headers = tuple[tuple[str, str], ...]


class Mail(Protocol):
    """What is looked at; a `Message` is one."""

    @property
    def text(self) -> str:
        """Without HTML."""

    @property
    def subject(self) -> str:
        """Empty when not told."""

    @property
    def sender(self) -> str:
        """The address, as the channel writes it; empty when not told."""

    @property
    def headers(self) -> Headers:
        """Of the e-mail itself, as far as they are known."""

    @property
    def auto(self) -> bool:
        """Kustomer's own mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An e-mail that is no message in Kustomer."""

    text: str = ""
    subject: str = ""
    sender: str = ""
    headers: Headers = ()
    auto: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """Who wrote a letter: `rule` names what recognised a machine, "" where a person may have."""

    rule: str
    evidence: str


_BOUNCES = re.compile(r"(?:mailer-daemon|postmaster|poostmaster|mail\.delivery\.system)")
_NO_REPLY = re.compile(
    r"(?:.+[-._])?(?:no|do-?not|not|donot|ne-?pas|non-?|nicht-?|kein)[-._]?(?:reply|antwort\w*|repondre|responder)"
    r"(?:\+.*|[-._]?\d+)?"
)
_LISTS = re.compile(r"(?:listserv|majordomo|newsletter|newsletters|owner-.+|.+-request|.+-bounces)")
_LOCAL_PART = re.compile(r"<([^<>\s@]+)@|([^<>\s@\"(]+)@")

_BOUNCE_SUBJECTS = re.compile(
    r"(?:undeliver(?:ed|able) mail|undeliverable:|mail delivery (?:failed|failure)|returned mail"
    r"|delivery status notification|delivery (?:failure|notification)\b|failure notice$"
    r"|mail system error|unzustellbar:|mail delivery system|nicht zustellbar:"
    r"|non remis\s*:|echec de (?:la )?remise|no se puede entregar|non recapitabile|onbestelbaar)"
)
_BOUNCE_TEXTS = listed("""
created automatically by mail delivery software | this is the mail system at host
address had permanent fatal errors | addresses had delivery problems
automatically generated delivery status notification | could not be delivered to one or more
delivery to the following recipient* failed | was not delivered to | email abuse report
""")

_ELSEWHERE = "|".join(
    re.escape(fold(words))
    for words in (
        "automaattinen vastaus",
        "poissa toimistosta",
        "frånvaro",
        "fraværende",
        "ikke til stede",
        "automatická odpověď",
        "automatikus válasz",
        "răspuns automat",
        "otomatik yanıt",
        "ofis dışında",
        "αυτόματη απάντηση",
        "автоматический ответ",
        "автоответ",
        "автоматична відповідь",
        "الرد التلقائي",
        "رد تلقائي",
        "מענה אוטומטי",
        "תשובה אוטומטית",
        "自動返信",
        "自動応答",
        "不在通知",
        "自动回复",
        "自動回覆",
        "자동 응답",
        "자동응답",
        "부재중",
    )
)
_AUTO_SUBJECTS = re.compile(
    r"(?:automatic reply|auto[- ]?reply|auto[- ]?response|automated (?:reply|response)"
    r"|out of (?:the )?office|ooo|away from (?:the )?office"
    r"|automatisch(?:e|es)? (?:antwort|antwoord|reactie|rueckmeldung)"
    r"|abwesenheit\w*|abwesend"
    r"|reponse automatique|absence du bureau|message d'absence"
    r"|respuesta automatica|fuera de (?:la )?oficina|ausencia de la oficina"
    r"|risposta automatica|fuori ufficio|resposta automatica|fora do escritorio"
    r"|afwezig\w*|autosvar|automatisk svar|odpowiedz automatyczna|automatyczna odpowiedz"
    rf"|{_ELSEWHERE})"
    r"\s*(?::|：|$|-|–|\()"
)
_CALENDAR = re.compile(r"(?:accepted|declined|tentative|cancell?ed event|invitation):")
# Each of these is written by machines only, where it opens a message.
_AUTO_TEXTS = listed("""
this is an automated message | this is an automated reply | this is an automatic reply
this is an automatic response | this is an automated response | this is an auto reply
please do not write below this line | this mailbox is not monitored
this is an automatically generated
dies ist eine automatische antwort | dies ist eine automatisch erstellte
diese nachricht wurde automatisch | dies ist eine automatische nachricht
ceci est une reponse automatique | ceci est un message automatique
esta es una respuesta automatica | este es un mensaje automatico
questo e un messaggio automatico | questa e una risposta automatica
esta e uma resposta automatica | dit is een automatisch* | dit is een automatische reactie
هذه رسالة تلقائية | هذا رد تلقائي | זוהי הודעה אוטומטית | זהו מענה אוטומטי
""")
_AWAY = listed("""
i am out of the office | i'm out of the office | i am currently out of | i'm currently out of
i am away from my | i am away from the office | i am on vacation | i'm on vacation
i am on annual leave | i am on leave | i am on parental leave
with no access to | with limited access to
ich bin bis ~ nicht im buro | ich bin derzeit nicht im buro | ich bin zurzeit nicht im buro
nicht im buro | nicht im hause | ich bin im urlaub
je suis absent* | je suis actuellement absent* | je suis en conge*
estoy fuera de la oficina | me encuentro fuera de la oficina | estoy de vacaciones
sono fuori ufficio | sono in ferie | estou fora do escritorio | estou de ferias
ik ben afwezig | ik ben niet op kantoor | jag har semester | jag ar inte pa kontoret
jeg er på ferie | jeg er ikke på kontoret | jeg har ferie | olen lomalla | en ole paikalla
jestem na urlopie | przebywam na urlopie | jestem poza biurem | jsem na dovolené
jsem mimo kancelář
szabadságon vagyok | sunt în concediu | izindeyim | ofis dışındayım | βρίσκομαι εκτός γραφείου
я в отпуске | нахожусь в отпуске | меня нет в офисе | я у відпустці
أنا خارج المكتب | أنا في إجازة | אני בחופשה | איני במשרד | אינני במשרד
*休暇をいただいて* | *不在にしております* | *我正在休假* | *我不在办公室* | *부재중*
""")
_INSTEAD = listed("""
in urgent cases | for urgent | in case of urgency | if urgent | will reply when | will respond when
will answer when | upon my return | on my return | when i return | when i am back | will not be read
will not be forwarded | please contact my | i will return | i am back on | i'll be back on
in dringenden fallen | in dringenden angelegenheiten | nach meiner ruckkehr | vertretung
wird nicht weitergeleitet | werden nicht weitergeleitet
en cas d'urgence | a mon retour | des mon retour
en caso de urgencia | para asuntos urgentes | a mi regreso | a mi vuelta | in caso di urgenza
al mio ritorno | em caso de urgencia | no meu regresso | in dringende gevallen | bij mijn terugkeer
""")
_BULK_TEXTS = listed("""
unsubscribe from this | unsubscribe from these | click here to unsubscribe | unsubscribe here
to unsubscribe | unsubscribe | view in browser | view this email in your browser
vom newsletter abmelden | newsletter abbestellen | im browser ansehen | hier abmelden
se desabonner | se desinscrire | voir dans le navigateur | voir la version en ligne
darse de baja | cancelar suscripcion | cancelar la suscripcion | ver en el navegador
""")

_OPENING = 200  # characters in which an automatic answer says what it is
_LONG_ADDRESS = 400  # characters: an address has 320 at most, with a name before it
_LONG_LETTER = 700  # characters: absence notes are shorter
_BULK_WORDS = ("bulk", "junk", "list")


def parse(text: str, html: str = "", headers: Mapping[str, str] | None = None) -> Written:
    """Who wrote an e-mail, by its text (or HTML, where there is no text) and its headers.

    Subject and sender are read from the headers. Without any, what the text says must do.
    """
    known = {name.strip().casefold(): value for name, value in (headers or {}).items()}
    letter = Letter(
        text=text or readable(html),
        subject=known.get("subject", ""),
        sender=known.get("from", ""),
        headers=tuple(known.items()),
    )
    for rule, test in TESTS.items():
        evidence = test(letter)
        if evidence:
            return Written(rule, evidence)
    return Written("", "" if known else "headers not available")


def bounce(message: Mail) -> str | None:
    """A mail server gives a message back."""
    headers = _headers(message)
    if "multipart/report" in headers.get("content-type", ""):
        return "header Content-Type: multipart/report"
    if _BOUNCES.fullmatch(_local_part(message)) or message.sender.strip() == "<>":
        return "sender is a mail server"
    subject = _BOUNCE_SUBJECTS.match(fold(message.subject).strip())
    text = _BOUNCE_TEXTS.find(fold(message.text[:_LONG_LETTER]))
    # People write about "undeliverable" parcels too: one of the two alone proves nothing.
    return f'subject and text of a bounce: "{text}"' if subject and text else None


def bulk(message: Mail) -> str | None:
    """A newsletter, a mailing list, mail to many."""
    headers = _headers(message)
    precedence = headers.get("precedence") or headers.get("x-precedence", "")
    if precedence in _BULK_WORDS:
        return f"header Precedence: {precedence}"
    listing = next((n for n, value in headers.items() if n.startswith("list-") and value), None)
    if listing:
        return f"header {listing.title()}"
    if _LISTS.fullmatch(_local_part(message)):
        return "sender is a mailing list"
    return _newsletter(message)


def _newsletter(message: Mail) -> str | None:
    words = _BULK_TEXTS.find(fold(message.text))
    # Customers ask how to unsubscribe: only mail from an address nobody reads is a newsletter.
    if words and _NO_REPLY.fullmatch(_local_part(message)):
        return f'no-reply sender and "{words}"'
    return None


def auto_submitted(message: Mail) -> str | None:
    """An absence note, an acknowledgement by another help desk, a machine's report."""
    if message.auto:
        return "marked as automatic"
    return _auto_headers(_headers(message)) or _auto_subject(message) or _auto_text(message)


def maybe_automatic(message: Mail) -> str | None:
    """Signs of a machine that a person's message can carry too."""
    suppress = _headers(message).get("x-auto-response-suppress", "")
    if suppress and suppress != "oof":  # Outlook sets "OOF" on what people write
        return "header X-Auto-Response-Suppress"
    if no_reply(message):
        return "sender is a no-reply address"
    away = _AWAY.find(fold(message.text)) or _AWAY.find(fold(message.subject))
    hint = away or machine_words(message.text) or _calendar(message)
    return f'"{hint}"' if hint else None


def _calendar(message: Mail) -> str | None:
    if "text/calendar" in _headers(message).get("content-type", ""):
        return "header Content-Type: text/calendar"
    found = _CALENDAR.match(fold(message.subject).strip())
    return found.group() if found else None


def no_reply(message: Mail) -> str | None:
    """The sender's address says that nobody reads it."""
    return "sender is a no-reply address" if _NO_REPLY.fullmatch(_local_part(message)) else None


def _auto_headers(headers: dict[str, str]) -> str | None:
    submitted = headers.get("auto-submitted", "no").split(";")[0].split("(")[0].strip()
    if submitted not in ("no", ""):
        return f"header Auto-Submitted: {submitted[:20]}"
    if headers.get("precedence") == "auto_reply" or headers.get("x-precedence") == "auto_reply":
        return "header Precedence: auto_reply"
    if headers.get("return-path") == "<>":
        return "header Return-Path: <>"
    telling = ("x-autoreply", "x-autorespond", "x-mail-autoreply", "x-loop", "x-sidenote-loop")
    found = next((name for name in telling if headers.get(name)), None)
    return f"header {found.title()}" if found else None


def _auto_subject(message: Mail) -> str | None:
    # Only where it starts the subject: people answer and forward automatic replies.
    found = _AUTO_SUBJECTS.match(fold(message.subject).strip())
    return f'subject begins "{found.group().strip()[:40]}"' if found else None


def _auto_text(message: Mail) -> str | None:
    text = fold(message.text)
    opening = _AUTO_TEXTS.find(text[:_OPENING])
    if opening and "?" not in text:
        return f'"{opening}"'
    away, instead = _AWAY.find(text[:_OPENING]), _INSTEAD.find(text)
    # "I am away next week, deliver to my neighbour": an absence note also says whom to ask, or
    # when it will be read, and asks nothing.
    if away and instead and "?" not in text and len(text) < _LONG_LETTER:
        return f'"{away}", "{instead}"'
    return None


def _headers(message: Mail) -> dict[str, str]:
    return {name.strip().casefold(): value.strip().casefold() for name, value in message.headers}


def _local_part(message: Mail) -> str:
    """What stands before the @ of the sender, in small letters; "" for a phone number."""
    sender = message.sender[:_LONG_ADDRESS].casefold()
    if sender.strip('<>" ').endswith("mailer-daemon"):  # some servers leave the domain out
        return "mailer-daemon"
    found = _LOCAL_PART.search(sender)
    return (found.group(1) or found.group(2)) if found else ""


TESTS = {
    "bounce": bounce,
    "bulk": bulk,
    "auto-submitted": auto_submitted,
    "maybe-automatic": maybe_automatic,
}
