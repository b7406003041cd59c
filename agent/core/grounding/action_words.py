"""Actions that a statement may claim, as words in seven languages (see `vocabulary`).

All as `phrases.fold` gives them.
"""

import re

# One action each: its name, words that name it, and after | looser words that may stand for it
# in a message. A word of five letters or more, or with a star, stands for all that begin with it;
# % is a gap of up to two words.
_TABLE = """
refund: refund reimburs erstatt zuruckerstatt ruckerstatt gutschr rembours reembols terugbeta
  terugbetaling rimbors devolucion compensat | money%back credit repay repaid geld%zuruck
  gutgeschr dinero%devuel devuelv devolv geld%terug soldi restitui
cancel: cancel stornier storno storniert annul kundig gekundigt anular anulad cancelad geannuleerd
  opgezegd opzegg resili disdett disdire | unsubscri end%my ended terminat stop withdraw abbestell
  beend auflos revoc call%off called%off close closing closed
deliver: deliver geliefert liefer zugestellt zustell livre livrais entreg bezorg
  geleverd leveren levering consegn | arriv receiv parcel package courier shipment shipp dispatch
  came reach paket angekommen ankomm erhalten bekommen colis recu llega recib paquete pakket
  ontvang encomenda receb chega pacco ricevut
ship: ship shipped shipping ships dispatch versand versandt verschickt losgeschickt verzonden spedit
  | sent send sends sending posted mailed deliver parcel package courier on%its%way on%the%way paket
  gesendet geschickt schick unterwegs colis expedi envoy livr* enviad envia envio paquete pedido
  verstuurd bezorg pakket geleverd encomenda pacco inviat consegn
send: sent send sends sending gesendet geschickt schick
  versand verschickt versende zugesandt envoy expedi enviad envia envio mandad verstuurd verzonden
  opgestuurd stuur spedit spedizion inviat invia | post posted mail deliver provid forward pass%on
  on%its%way on%the%way attach dm geliefert lieferung liefer senden sende losgeschickt livr* manda
  mando entreg mandat bezorg gestuurd consegn spedi unterwegs share upload give link* http*
  www ship shipped shipping ships dispatch
replace: replac exchang swap swapped ersatz ersetz umgetausch umtausch austausch remplac echang
  reemplaz sustitu cambio%por vervang omruil substitu troca%por trocad sostitu cambi | new%one
  another substitut neue neuen neuer nouveau nouvelle nuevo nueva nieuw novo nova nuovo nuova
  another instead spare intercambi troca change swap redeliver fresh
return: returned returning returns%label return retour zuruckgeschickt zurucksend ruckgabe
  rucksendung zuruckgeb renvoy devol devuel teruggestuurd terugstur reso restitui | send%back
  sent%back back zuruck terug indietro
pay: paid pay pays paying payment bezahl gezahlt zahlung uberwiesen paye payer paiement pagad pago
  pagar pague betaal betaald betaling pagamento paga pagat | charg bill* cost* price money invoic
  transfer deduct debit abgebucht rechnung kost preis prix factur precio cobr rekening prijs
  fatura preco prezzo fattur bought purchas fee gekauft spent
charge: charged charge charges charging billed abgebucht belastet berechnet debite prelev facture
  cobrad cobro afgeschreven cobrado addebit | pay* paid bill* took taken deduct debit invoic fee
  payment cost price bezahl rechnung pay factur pag betaal rekening fatura fattur card withdr
  money debit
confirm: confirm bestatig confirme confirma bevestig conferm | yes correct right sure indeed verif
  check okay ok true yep yeah ja stimmt richtig oui exact si claro cierto correcto klopt sim certo
  esatto is are will done definitely
promise: promis guarantee zugesagt versproch verspricht zusage garantier garantiz promes promet
  beloof belooft toegezegd garand | will ll i'll we'll going shall werde werden wird sobald melde
  bientot allons vais reviend vamos voy avisar zullen zal vamos vou andremo faremo sara by%then
  assure soon sure
escalat: escalat eskalier weitergeleitet escalad escalad geescaleerd inoltrat transferred |
  forward pass%on passed manager supervisor senior team department specialist colleague
  raise raised report vorgesetzt abteilung weiter responsable superieur encargado leidinggevende
  superior responsabil transfer investig transmi pasado escal technical
offer: offered offers offering offer angebot angeboten bietet propos offert ofrec ofreci biedt
  aangebod oferec offre | can could would happy glad like shall may konnen konnten mochten gerne
  pouvons peux pouvez podemos puedo podria puede gustaria kunnen graag podemos posso poderia
  possiamo potremmo vorrebbe give discount voucher will let help send free if deal promo
compensate: compensat goodwill discount voucher coupon entschadig rabatt gutschein dedommag remise
  descuento compensac korting tegoedbon desconto indenniz sconto buono | credit refund code promo
  gift off free deal offer* price* reduc saving sale gratis kostenlos gratuit points miles
apologise: apologi entschuldig presente%ses%excuses disculp excus verontschuldig desculp scus* |
  sorry regret leid desol siento lament spijt lamento dispiace inconvenien pardon perdon
reset: reset unlock deactivat reactivat zuruckgesetzt entsperr reinitialis restablec ontgrendel
  redefin reimpost blocked gesperrt | restart locked password passwort block activat code
fix: repair fixed repariert reparatur repar gerepareerd consertad riparat resolved solved | fix*
  resolv solv* work* sorted sort solution behoben gelost regl resolu solucion opgelost risol
  better mend* help*
close: closed%the deleted removed geschlossen geloscht ferme supprim cerrad eliminad gesloten
  verwijderd fechad excluid chius eliminat | close* delet remov gone lost* disappear schliess
  losch cerr* elimin sluit verwijder
call: called phoned rang angerufen telefonier appele telephone llamad telefone gebeld ligou
  telefonat chiamat | call* phone ring spoke speak talk* anruf rufen telefon appel llam* bellen
  ligar chiam hotline contact number
change: changed rebooked rescheduled upgraded geandert umgebucht modifie modificad cambiad
  gewijzigd alterad modificat cambiat | updat chang rebook resched upgrad switch amend correct
  edit* move* new ander* modif cambi wijzig alter buch* book*
"""
# Advice may name these without a message that does; money and orders it may not.
SMALL_STEPS = frozenset(
    """
confirm send ship deliver promise offer call apologise fix change close reset escalat
""".split()
)

# English words that say that something was done, not only asked for or promised.
DONE_FORMS = {
    "refund": "refunded reimbursed",
    "cancel": "cancelled canceled",
    "send": "sent",
    "ship": "shipped dispatched",
    "deliver": "delivered",
    "replace": "replaced exchanged swapped",
    "return": "returned",
    "escalat": "escalated",
    "fix": "repaired fixed",
    "compensate": "compensated",
}
NOT_YET = re.compile(
    r"\b(?:will|would|can|could|should|shall|may|might|must|if|whether|when|once|until|unless|how"
    r"|to (?:be|get|have)|wants?|wanted|needs?|asks?|asked|requests?|requested|expects?|be|being"
    r"|not|never|cannot|no|n't|promised?|offer(?:s|ed)?|claims?|before|after|get|getting)\b"
)
HAPPENED = re.compile(
    r"\b(?:has|have|had|'ve|'s|been|was|were|did|done|issued|processed|made|went|gave|given"
    r"|arranged|credited|already|just|is on|are on|got|received|completed|through|complete|i've"
    r"|we've|today|yesterday|ago|came|arrived|out)\b"
)
_LONG_ENOUGH = 5  # letters


def _stems(words: str) -> str:
    return "|".join(map(_stem, words.split()))


def _stem(word: str) -> str:
    """A short word stands for itself, a longer one, or one with a star, for what it begins."""
    rest = r"\w*" if word.endswith("*") or len(word) >= _LONG_ENOUGH else ""
    return word.rstrip("*").replace("%", r"\W+(?:\w+\W+){0,2}?") + rest


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_stems(words)})(?!\w)")


_ROWS = [row.partition(": ") for row in _TABLE.replace("\n  ", " ").strip().splitlines()]
STRICT = {name: _pattern(words.partition(" | ")[0]) for name, _, words in _ROWS}
LOOSE = {name: _pattern(words.partition(" | ")[2]) for name, _, words in _ROWS}
DONE = {
    name: re.compile(rf"\b(?:{'|'.join(forms.split())})\b") for name, forms in DONE_FORMS.items()
}
