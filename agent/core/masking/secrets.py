"""Passwords, one-time codes, keys and tokens.

A key is known by its shape. A password is known by the word before it, in seven languages, and
by what no plain word has: a digit, a sign or a capital inside, quotes around it, or a line of its
own after a colon. A plain word after "is" stays ("my password is wrong").
"""

import re
from collections.abc import Iterator

from agent.core.masking.spans import Kind, Span

_SHAPES = re.compile(
    r"(?<![\w-])(?:"
    r"sk-[\w-]{16,200}|[spr]k_(?:live|test)_\w{10,200}|whsec_\w{16,200}"  # OpenAI, Stripe
    r"|gh[pousr]_\w{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,100}|npm_\w{30,100}"
    r"|xox[abeprs]-[\w-]{10,250}|AIza[\w-]{30,50}|ya29\.[\w-]{20,500}|SG\.[\w-]{10,50}\.[\w-]{20,80}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}"  # Amazon
    r"|eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{0,2000}"  # JSON Web Token
    r")(?![\w-])"
)
_PEM = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,30}KEY-----"
)
_IN_URL = re.compile(r"(?<=://)[^\s/:@]{1,100}:(?P<value>[^\s/@]{1,100})@")
_BEARER = re.compile(r"(?<!\w)(?:bearer|basic)\s(?P<value>[\w.~+/=-]{16,4000})", re.IGNORECASE)

_LOGIN_WORDS = (
    "password|passwd|passphrase|passcode|pwd|pw|pass"
    "|[pk]asswort|kennwort|zugangsdaten"
    "|mot de passe|mdp|contraseña|contrasena|clave"
    "|wachtwoord|palavra-passe|palavra passe|senha|parola d'ordine|parola chiave"
)
_KEY_WORDS = (
    r"(?:api|access|secret|auth|private)[ _-]?(?:key|token)|token|api[ _-]?schlüssel"
    r"|clé api|clave api|api-sleutel|chave api|chiave api|client[ _-]secret|secret"
)
_CODE_WORDS = (
    r"(?:verification|security|one[- ]time|login|log-in|2fa|mfa|otp|sms|access)[ -]?"
    r"(?:code|pin|password)|otp|cvv2?|cvc2?|pin|tan|prüfziffer|sicherheitscode|bestätigungscode"
    r"|einmalcode|code de (?:vérification|sécurité)"
    r"|código de (?:verificación|seguridad|verificação|segurança)"
    r"|verificatiecode|beveiligingscode|codice di (?:verifica|sicurezza)"
)
_IS = r"(?:is|was|ist|war|lautet|est|es|era|è|é|foi)"
_GAP = r"(?: [^\W\d_]{1,15}){0,4}"  # "my password for the shop is"
_QUOTES = "\"'“”„‘’«»`"
_CUED = re.compile(
    rf"(?<!\w)(?:(?P<password>{_LOGIN_WORDS})|(?P<token>{_KEY_WORDS}))s?(?!\w)"
    rf"(?:{_GAP}\s{{0,3}}(?P<mark>[:=]|\b{_IS}\b:?)\s{{0,3}}|\s)"
    rf"(?P<value>[{_QUOTES}]?[^\s{_QUOTES}\[]{{3,200}}[{_QUOTES}]?)",
    re.IGNORECASE,
)
_CODE = re.compile(
    rf"(?<!\w)(?:{_CODE_WORDS})(?!\w)(?:{_GAP}\s{{0,3}}(?:[:=]|\b{_IS}\b:?))?\s{{0,3}}"
    r"(?P<value>\d(?:[ -]?\d){2,7})(?![\w-])",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"(?:order|item|ticket|bestellung|commande|pedido)\b", re.IGNORECASE)
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}$|\d{1,2}:\d{2}$")
_EMAIL = re.compile(r"[^\s@]+@[\w-]+(?:\.[\w-]+)+$")
_HARMLESS_SIGNS = "-'’.,/…"
_MOST_KNOWN = 50  # secrets of one conversation that are looked for in all of its messages
_LEAST = 4  # characters; a shorter one is guessed from more than its name


def secrets_in(text: str) -> Iterator[Span]:
    """The secrets of a text that show themselves in it."""
    for pattern in (_SHAPES, _PEM):
        for shape in pattern.finditer(text):
            yield Span(*shape.span(), Kind.TOKEN, shape[0])
    for pattern, kind in ((_IN_URL, Kind.PASSWORD), (_BEARER, Kind.TOKEN), (_CODE, Kind.CODE)):
        for cued in pattern.finditer(text):
            if not _ORDERED.search(cued[0]):
                yield Span(*cued.span("value"), kind, cued["value"])
    at = 0
    while cued_at := _CUED.search(text, at):
        start, end = _trimmed(text, *cued_at.span("value"))
        kind = Kind.PASSWORD if cued_at["password"] else Kind.TOKEN
        if _is_secret(text, start, end, cued_at["mark"] or "", cued_at["value"]) and (
            kind is Kind.PASSWORD or is_telling(text[start:end])
        ):
            yield Span(start, end, kind, text[start:end])
            at = end
        else:  # the value itself may be the next cue: "password: password: x1y2"
            at = cued_at.end("password") if cued_at["password"] else cued_at.end("token")


def again(text: str, known: frozenset[str]) -> Iterator[Span]:
    """Where a secret that showed itself elsewhere stands without its cue."""
    longest_first = sorted(known, key=lambda one: (-len(one), one))[:_MOST_KNOWN]
    if longest_first:
        values = "|".join(map(re.escape, longest_first))
        for found in re.finditer(rf"(?<!\w)(?:{values})(?!\w)", text):
            yield Span(*found.span(), Kind.PASSWORD, found[0])


def is_telling(value: str) -> bool:
    """Whether a secret is long and odd enough to be looked for in other messages."""
    return len(value) >= 6 and any(c.isdigit() for c in value) and not value.isdigit()


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without quotes, and without the marks that end a sentence."""
    while start < end and text[start] in _QUOTES + "(":
        start += 1
    while start < end and text[end - 1] in _QUOTES + ".,;:?)":
        end -= 1
    return start, end


def _is_secret(text: str, start: int, end: int, mark: str, raw: str) -> bool:
    value = text[start:end]
    if len(value) < _LEAST or _EMAIL.match(value) or _DATE.match(value) or "://" in value:
        return False
    if mark and raw[0] in _QUOTES and raw[-1] in _QUOTES:
        return True
    has_digit = any(c.isdigit() for c in value)
    has_letter = any(c.isalpha() for c in value)
    if not mark:
        return has_digit and has_letter and not value[0].isdigit()
    has_sign = any(not c.isalnum() and c not in _HARMLESS_SIGNS for c in value)
    if has_digit or has_sign or _INNER_CAPITAL.search(value):
        return True
    return mark in ":=" and not text[end : end + 40].partition("\n")[0].strip(" .,;!")
