"""Words that bind the team: money, dates, promises, law. Wide on purpose.

An approved answer may hold them, because a person approved it. Nothing else may bring them in.
"""

import re
from collections import Counter

from agent.core.figures import figures
from agent.core.phrases import fold, listed

_DAY = re.compile(r"(?:\d{4}/)?\d{1,2}/\d{1,2}")
_MONEY = re.compile(
    r"[€$£¥₹%]|\b(?:eur|usd|gbp|chf|jpy|cad|aud|brl|pln|sek|nok|dkk)\b|\b(?:us|r|a|c)\$"
)
_COUNTED_TIME = re.compile(
    r"\b\d+\s*(?:-\s*\d+\s*)?(?:h|hrs?|hours?|days?|weeks?|months?|minutes?|min|stunden?|tagen?|tage?"
    r"|wochen?|monaten?|minuten?|heures?|jours?|semaines?|mois|horas?|dias?|semanas?|meses|mes"
    r"|uur|uren|dagen|dag|weken|week|maanden|minutos?|ore|ora|giorni|giorno|settiman[ae]|mesi)\b"
)
# Sources: the terms that consumer law and shops' own rules turn on, and how people promise.
_WORDS = listed("""
euro* | dollar* | pound* | percent | per cent | cents | money back | refund* | reimburs*
compensat* | credit* | discount* | voucher* | coupon* | gift card* | goodwill | free of charge
for free | at no cost | no charge | waive* | price match | price | prices | cheaper | pay you
pay for | half price | rebate* | cashback | bonus
guarantee* | warrant* | promise* | commit* | assure* | we will | we'll | we shall | i will | i'll
we are going to | you will get | you will receive | you'll get | you'll receive | we can offer
we owe | entitled | you are owed | rest assured | certainly | definitely | replacement
replace it
new one | cancel* | extend* | exception | approve* | accept* | confirm* | make it right
tomorrow | today | tonight | monday | tuesday | wednesday | thursday | friday | saturday | sunday
next week | this week | next month | end of the week | end of the month | within | by noon
by the end | at the latest | overnight | same day | next day | working day* | business day*
liab* | legal* | lawsuit | sue | court | attorney* | lawyer* | contract* | binding | statutory
right to | rights | obligat* | agree* | settlement | damages | negligen* | admit* | at fault
our fault | responsib* | terms
prozent | geld zuruck | erstatt* | ruckerstatt* | ruckzahl* | zuruckzahl* | uberweis*
gutschrift*
gutschein* | rabatt* | nachlass* | kostenlos* | kostenfrei* | gratis | umsonst | entschadig*
schadenersatz | schadensersatz | kulanz* | preis* | gunstiger | bonus | ersetzen | ersatz*
ersatzlieferung | garant* | gewahrleist* | versprech* | verspricht | zusag* | zusicher*
sichern ~ zu
wir werden | ich werde | sie erhalten | sie bekommen | wir ubernehmen | ubernehmen wir
verbindlich*
morgen | heute | montag* | dienstag* | mittwoch* | donnerstag* | freitag* | samstag* | sonntag*
nachste woche | innerhalb | spatestens | werktag* | bis ende | binnen | ende der woche | stornier*
haft* | rechtlich* | recht auf | anspruch* | anwalt* | gericht* | klage* | vertrag* | verpflicht*
schuld* | anerkenn* | verantwort* | rechtsverbindlich* | gesetzlich* | bestatig* | genehmig*
pour cent | rembours* | avoir | bon d'achat | bons d'achat | remise* | reduction* | rabais
gratuit* | sans frais | dedommag* | indemnis* | compens* | geste commercial | prix | offert*
offrons | garanti* | promet* | promis | promesse* | engage* | nous allons | je vais
vous recevrez
vous aurez | vous serez | nous vous | assur* | remplac* | annul* | demain | aujourd'hui | lundi
mardi
mercredi | jeudi | vendredi | samedi | dimanche | semaine prochaine | d'ici | au plus tard | sous
jours ouvr* | responsab* | juridi* | legal* | droit a | droits | tribunal | avocat* | contrat*
oblig* | faute | reconnai* | poursui* | accept* | confirm*
por ciento | por cento | reembols* | devolv* | devoluc* | abono* | abonar* | descuento* | vale
vales
cupon* | gratuit* | sin coste | sin costo | sin cargo | compens* | indemniz* | precio* | regal*
garant* | promet* | promes* | compromet* | compromis* | aseguramos | aseguro | le enviaremos
recibira | recibiras | vamos a | voy a | tendra | le pagaremos | reemplaz* | sustitu* | cancel*
manana | hoy | lunes | martes | miercoles | jueves | viernes | sabado | domingo | proxima semana
antes del | a mas tardar | dias habiles | dias laborables | responsab* | legal* | derecho*
tribunal* | abogad* | contrato* | oblig* | culpa | demanda | acept* | confirm* | plazo
procent | terugbeta* | terugbetal* | vergoed* | tegoed* | korting* | waardebon* | kortingscode
kosteloos | schadevergoeding | compens* | prijs | prijzen | garand* | garant* | belov* | beloof*
toezeg* | zeggen ~ toe | verzeker* | wij zullen | we zullen | ik zal | u krijgt | u ontvangt
je krijgt
je ontvangt | vervang* | annuler* | morgen | vandaag | maandag | dinsdag | woensdag | donderdag
vrijdag | zaterdag | zondag | volgende week | uiterlijk | binnen | werkdag* | aansprakelijk*
juridisch* | wettelijk* | recht op | rechter | advocaat | contract* | verplicht* | schuld
bevestig*
reembols* | devolu* | desconto* | vale | cupom | cupao | gratuit* | gratis | sem custo*
sem encargo*
indemniz* | indeniz* | compensa* | preco* | oferec* | garant* | promet* | promess* | compromet*
compromis* | asseguramos | asseguro | vamos | vou | recebera | tera | iremos | pagaremos
substitu*
cancel* | amanha | hoje | segunda-feira | terca-feira | quarta-feira | quinta-feira | sexta-feira
sabado | domingo | proxima semana | ate ao | o mais tardar | dias uteis | responsab* | juridic*
direito* | tribunal | advogad* | contrato* | obrig* | culpa | aceit* | confirm* | prazo
rimbors* | rest ~ soldi | accredit* | sconto | sconti | buono | buoni | coupon | gratis | gratuit*
senza costi | senza spese | risarci* | indennizz* | compens* | prezzo | prezzi | omaggio
offriamo
garant* | promett* | promess* | impegn* | assicur* | provvederemo | ricevera | ricevere* | avra
faremo | faro | le invieremo | pagheremo | sostitu* | annull* | domani | oggi | lunedi | martedi
mercoledi | giovedi | venerdi | sabato | domenica | prossima settimana | entro | al piu tardi
giorni lavorativi | responsab* | legal* | diritto | diritti | tribunale | avvocat* | contratt*
obblig* | colpa | accett* | conferm*
""")


def commitments(text: str) -> tuple[str, ...]:
    """Every word or figure of a text that may bind the team, folded, as often as it stands."""
    folded = fold(text)
    days = (f.written for f in figures(text) if any(_DAY.fullmatch(form) for form in f.forms))
    return (
        *_WORDS.find_all(folded),
        *_MONEY.findall(folded),
        *(" ".join(m[0].split()) for m in _COUNTED_TIME.finditer(folded)),
        *days,
    )


def brought_in(body: str, approved: str, carried: tuple[str, ...]) -> tuple[str, ...]:
    """What binds in `body` beyond what `approved` holds and what the `carried` values bring."""
    extra = Counter(commitments(body)) - Counter(commitments(approved))
    for value in carried:
        extra -= Counter(commitments(value))
    return tuple(sorted(extra))
