"""Plants errors in true statements.

A plant changes one thing of a true statement so that it is false: nothing that a cited message has
is put in, and no change is made that leaves the meaning. Seeded: same statements, same plants.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agent.core.conversation import Direction
from agent.core.proposal import Section, Statement
from agent.core.transcript import Line, Transcript
from agent.evaluation.true_statements import Good

SEED = 4


@dataclass(frozen=True, slots=True)
class Plant:
    """A statement made false in one way."""

    kind: str
    statement: Statement
    transcript: Transcript


def plants_of(some: Sequence[Good], seed: int = SEED) -> list[Plant]:
    """One plant of each kind that a statement has room for."""
    chance = random.Random(seed)
    found: list[Plant] = []
    for good in some:
        for kind, plant in KINDS.items():
            changed = plant(good, chance)
            if changed is not None and changed.text != "":
                found.append(Plant(kind, changed, good.transcript))
    return found


def _number(good: Good, chance: random.Random) -> Statement | None:
    return _other_figure(good, chance, r"(?<![\w.,:/-])\d{1,4}(?:[.,]\d{1,2})?(?![\w:/-]|[.,]\d)")


def _order_id(good: Good, chance: random.Random) -> Statement | None:
    return _other_figure(good, chance, r"(?<![\w.])(?=[\w-]*\d{2})[A-Z0-9][A-Z0-9-]{4,}(?!\w)")


def _other_figure(good: Good, chance: random.Random, pattern: str) -> Statement | None:
    text = good.statement.text
    hits = list(re.finditer(pattern, text))
    if not hits:
        return None
    hit = chance.choice(hits)
    digits = [at for at in range(hit.start(), hit.end()) if text[at].isdigit()]
    for _ in range(20):
        at = chance.choice(digits)
        other = text[:at] + chance.choice("123456789") + text[at + 1 :]
        word = other[hit.start() : hit.end()]
        if other != text and not _has_number(good, word):
            return replace(good.statement, text=other)
    return None


def _has_number(good: Good, number: str) -> bool:
    """Whether the message has it in any notation: its digits in a row, or spelled out."""
    said = re.sub(r"\D", "", good.said + good.transcript.subject)
    spelled = {"1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six"}
    wanted = re.sub(r"\D", "", number)
    day = good.line.sent_at
    return (
        wanted in said
        or spelled.get(wanted, "\0") in good.said.lower()
        or wanted in {str(day.day), str(day.month), str(day.year)}
    )


_SWAPPED_DAYS = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "January February March April June July August September October November December",
    "today tomorrow yesterday tonight",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes jueves viernes domingo",
)


def _date(good: Good, chance: random.Random) -> Statement | None:
    text, said = good.statement.text, good.said.lower()
    rows = [row.split() for row in _SWAPPED_DAYS]
    for row in chance.sample(rows, len(rows)):
        hits = [hit for day in row for hit in re.finditer(rf"\b{day}\b", text, re.IGNORECASE)]
        if not hits:
            continue
        hit = chance.choice(hits)
        short = {day[:3].lower() for day in row if day[:3].lower() in said}
        sent = {f"{good.line.sent_at:%A}", f"{good.line.sent_at:%B}"}
        others = [d for d in row if d[:3].lower() not in short and d not in sent | _SENT_ELSEWHERE]
        if others:
            other = text[: hit.start()] + chance.choice(others) + text[hit.end() :]
            return replace(good.statement, text=other)
    return None


_SENT_ELSEWHERE = {"Montag", "lundi", "lunes"}  # the messages are of a Monday in January
_NAMES = "Thaddeus Wilhelmina Okonkwo Zbigniew Rosalinde Fitzgerald Ingeborg Cassius Marguerite"


def _name(good: Good, chance: random.Random) -> Statement | None:
    text = good.statement.text
    hits = list(re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?![\w'’-])", text))
    hits = [hit for hit in hits if hit.group().lower() not in _NOT_NAMES]
    if not hits:
        return None
    hit = chance.choice(hits)
    other = chance.choice(_NAMES.split())
    return replace(good.statement, text=text[: hit.start()] + other + text[hit.end() :])


_NOT_NAMES = frozenset(
    """
i'm monday tuesday wednesday thursday friday saturday sunday january february march april may june
july august september october november december please thanks thank hi hello the this that they can
what when where why how you your our and but for not
""".split()
)


def _speaker(good: Good, chance: random.Random) -> Statement | None:
    """Told of the other side: cited to its message, put in its mouth, or asked by the team."""
    ways = (_cited_to_the_other, _in_the_other_s_mouth, _asked_by_the_team)
    for way in chance.sample(ways, len(ways)):
        changed = way(good, chance)
        if changed is not None:
            return changed
    return None


def _cited_to_the_other(good: Good, chance: random.Random) -> Statement | None:
    others = [
        line
        for line in good.transcript.lines
        if line.direction is not good.line.direction and not _says_alike(good.said, line)
    ]
    if not others or len(good.statement.text.split()) < 6:
        return None
    # The section stays: what a customer asks is still filed as a request, and so on.
    return replace(good.statement, message_ids=(chance.choice(others).message_id,))


def _in_the_other_s_mouth(good: Good, chance: random.Random) -> Statement | None:
    customer = good.line.direction is Direction.IN
    if re.match(r"(?:Customer|Team)\b", good.statement.text):
        return None
    says = chance.choice(_TEAM_SAYS if customer else _CUSTOMER_SAYS)
    section = Section.OPEN if customer else good.statement.section
    return replace(good.statement, text=says + good.statement.text, section=section)


_TEAM_SAYS = ("Team says: ", "The team replied: ", "Agent told the customer: ", "We said: ")
_CUSTOMER_SAYS = ("Customer says: ", "The customer asks: ", "Customer wrote: ", "Kunde schreibt: ")


def _asked_by_the_team(good: Good, _chance: random.Random) -> Statement | None:
    if good.line.direction is Direction.IN:
        return None
    return replace(good.statement, section=Section.REQUEST)


def _says_alike(said: str, other: Line) -> bool:
    mine, theirs = (set(re.findall(r"\w{4,}", text.lower())) for text in (said, other.text))
    return len(mine & theirs) * 3 > len(mine)


_NO = (
    (r"\b(can)(?:not|['’]?t)\b", "can"),
    (r"\bwon['’]?t\b", "will"),
    (r"\b(do|does|did|is|are|was|were|would|could|should|has|have|had)n['’]?t\b", r"\1"),
    (r"\b(is|are|was|were|do|does|did|will|would|have|has|had|can|could|am)\s+not\b", r"\1"),
    (r"\bnever\s+(?=\w)", ""),
    (r"\b(ist|sind|war|hat|habe|haben|kann|wird) nicht\b", r"\1"),
    (r"\bkein(e|en|em|er)?\b", r"ein\1"),
    (r"\bnicht\s+(?=\w)", ""),
    (r"(?<=\w) pas (?=\w)", " "),
    (r"\bno (?=(?:he|ha|han|funciona|puedo|tengo|me|se|es|está)\b)", ""),
)


def _negation(good: Good, chance: random.Random) -> Statement | None:
    text = good.statement.text
    hits = [(hit, to) for by, to in _NO for hit in re.finditer(by, text, re.IGNORECASE)]
    # "Don't you ship?" and "why not" ask the same without it; after "if" nothing is claimed.
    hits = [(hit, to) for hit, to in hits if _denies(text, hit)]
    if not hits:
        return None
    hit, to = chance.choice(hits)
    changed = text[: hit.start()] + hit.expand(to) + text[hit.end() :]
    changed = " ".join(changed.split())
    return replace(good.statement, text=changed[:1].upper() + changed[1:])


def _denies(text: str, hit: re.Match[str]) -> bool:
    clause = re.split(r"[.,;:!?]", text[: hit.start()])[-1]
    rest = re.split(r"[.!;]", text[hit.end() :])[0]
    asks_first = len(clause.split()) < 2 and "?" in rest
    return not asks_first and not re.search(r"\b(?:if|why|whether|or)\b", clause, re.IGNORECASE)


_INVENTED = (
    ("The full amount was refunded.", "refund|reimburs|money|credit|repay"),
    ("A refund of the order was issued.", "refund|reimburs|money|credit|repay"),
    ("Team refunded the purchase.", "refund|reimburs|money|credit|repay"),
    ("The order was cancelled.", "cancel|stop|end|terminat|unsubs|clos|call|withdr"),
    ("Team cancelled the subscription.", "cancel|stop|end|terminat|unsubs|clos|call|withdr"),
    ("A replacement was sent.", "replac|exchang|swap|new|another|spare|instead|change|fresh|swit"),
    ("Team offered a replacement.", "replac|exchang|swap|new|another|spare|instead|change|fresh"),
    ("The parcel was delivered.", "deliver|arriv|receiv|parcel|packag|ship|came|reach|couri|disp"),
    ("The item was shipped again.", "ship|sen[dt]|dispatch|deliver|post|mail|provid|forward|way"),
    ("The customer returned the item.", "return|back"),
    ("The customer paid the invoice.", "pa[yi]|bill|charg|cost|pric|mon|invoic|fee|debit|buy|bou"),
    ("The card was charged again.", "charg|pa[yi]|bill|fee|debit|took|invoic|card|cost|pric|mon"),
    ("Team escalated it to a manager.", "escal|manag|superv|senior|team|depart|forward|pass|rais"),
    ("Team promised a callback.", "promis|will|ll\\b|going|assur|guarant|shall|sure|soon"),
    ("Team offered a voucher.", "offer|voucher|discount|coupon|credit|code|free|gift|can|could"),
    ("Team gave a discount for it.", "compens|disco|vouch|credit|goodwill|free|cod|pric|deal"),
    ("Team apologised for the delay.", "apolog|sorry|regret|inconven|pardon"),
    ("The account was unlocked.", "unlock|reset|lock|passw|activ|block|restart|code"),
    ("The device was repaired.", "repair|fix|solv|work|sort|resolv|help|better|mend"),
    ("Das Geld wurde erstattet.", "erstatt|refund|reimburs|money|credit|repay|geld"),
    ("Die Bestellung wurde storniert.", "storn|cancel|stop|end|terminat|clos|call|withdr|kündig"),
    ("Le colis a été remboursé.", "rembours|refund|reimburs|money|credit|repay"),
    ("La commande a été annulée.", "annul|cancel|stop|end|terminat|unsubs|clos|call|withdr"),
    ("El pedido fue reembolsado.", "reembols|refund|reimburs|money|credit|repay"),
    ("De bestelling is geannuleerd.", "annul|cancel|stop|end|terminat|unsubs|clos|call|withdr"),
    ("O pedido foi reembolsado.", "reembols|refund|reimburs|money|credit|repay"),
    ("L'ordine è stato rimborsato.", "rimbors|refund|reimburs|money|credit|repay"),
)  # fmt: skip


def _action(good: Good, chance: random.Random) -> Statement | None:
    said = good.said.lower()
    fitting = [text for text, words in _INVENTED if not re.search(words, said)]
    if not fitting:
        return None
    action = chance.choice(fitting)
    own = good.statement.text.rstrip(" .")
    text = action if chance.random() < 0.5 else f"{own}. {action}"
    return replace(good.statement, text=text)


Changing = Callable[[Good, random.Random], Statement | None]
KINDS: dict[str, Changing] = {
    "number": _number,
    "date": _date,
    "name": _name,
    "order id": _order_id,
    "speaker": _speaker,
    "negation": _negation,
    "invented action": _action,
}
