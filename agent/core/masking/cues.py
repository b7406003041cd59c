"""The word before a number that says what it is, in English and six other languages."""

import re
from enum import StrEnum

_REACH = 44  # characters before a number in which such a word stands: "number of the … is:"


class Cue(StrEnum):
    """What the nearest such word says the number is."""

    ORDER = "order"  # of a shop: order, item, parcel, invoice, …; never personal
    CARD = "card"
    PHONE = "phone"
    IBAN = "iban"
    ID = "id"


_WORDS = {
    Cue.ORDER: r"""
        orders? items? products? articles? sku tracking parcel package shipment deliver(?:y|ies)
        invoice ticket case ref reference booking reservation confirmation serial model part rma
        return imei voucher coupon transaction
        bestell\w* auftrag\w* artikel\w* rechnung\w* sendung\w* paket\w* liefer\w* vorgang\w*
        kundennummer kunden-?nr seriennummer gutschein\w*
        commandes? articles? colis facture suivi référence réf dossier livraison
        pedidos? artículos? articulos? factura envío envio paquete seguimiento referencia
        bestelling artikelnummer factuur pakket zending klantnummer
        encomendas? fatura artigos? rastreio referência
        ordin[ei] articol[oi] fattura spedizione pacco tracciamento riferimento
    """,
    Cue.CARD: r"""
        cards? cc credit debit visa mastercard amex maestro \w*karten?\w* kredit\w* cartes?
        tarjetas? creditcard betaalkaart kaart pinpas cart(?:ão|ao|ões) cart[ae]
    """,
    Cue.PHONE: r"""
        phones? telephone tel mobile cell(?:phone)? call(?:ed|ing)? ring fax sms whatsapp reach
        (?:home|office|work|contact)\snumber text\sme handy(?:nummer)? mobil\w* telefon\w*
        \w*anruf\w* rufnummer erreich\w* zurückrufen rückruf téléphone tél portable
        appel\w* joindre rappel\w*
        tel[eé]fono m[oó]vil celular ll[aá]m\w+ telefoon\w* mobiel\w* bel bellen bereikbaar
        telefone telem[oó]vel ligar ligue cellulare chiam\w+
    """,
    Cue.IBAN: r"iban bankverbindung kontonummer",
    Cue.ID: r"""
        ssn social\ssecurity(?:\snumber)? national\sinsurance ni\snumber nino
        steuer-?id\w* steueridentifikationsnummer idnr tin tax\sid bsn
        burgerservicenummer sofinummer nif contribuinte dni nie codice\sfiscale
        numéro\sde\ssécurité\ssociale sécu nir passport
    """,
}
_CUE = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        rf"(?P<{cue}>{'|'.join(sorted(words.split(), key=len, reverse=True))})"
        for cue, words in _WORDS.items()
    )
    + r")(?!\w)|(?P<mark>#)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\W{0,3}(?:office|fax|mobile|cell|landline|mobil|handy|portable)(?!\w)", re.IGNORECASE
)


def cue_before(text: str, at: int) -> Cue | None:
    """What the nearest telling word before that place says; None when there is none."""
    start = max(0, at - _REACH)
    # A word cut in half by the start of the stretch tells nothing.
    while 0 < start < at and text[start - 1].isalnum():
        start += 1
    last = None
    for last in _CUE.finditer(text, start, at):  # noqa: B007 - the last one counts
        pass
    if last is None:
        return None
    return Cue.ORDER if last["mark"] else Cue(str(last.lastgroup))


def phone_cue_after(text: str, at: int) -> bool:
    """Whether "fax", "mobile" or the like follows a number at once."""
    return _AFTER.match(text, at) is not None
