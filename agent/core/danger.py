"""Words after which a person must answer: anger, the law, safety, disputed money, health.

Small lists on purpose. A word too many costs a reply that a teammate then writes; a word too few
costs a wrong answer to somebody who is hurt. Where a word means something harmless in a shop
("Gericht" is a dish, "avocat" an avocado), only the phrase that is clear is listed.
See `core/phrases.py` for `*` and `~`. English, German, French, Spanish, then Arabic and Hebrew.
"""

from enum import StrEnum

from agent.core.phrases import Phrases, listed


class Danger(StrEnum):
    """What a teammate must handle. Each is a rule of the same name."""

    ANGRY = "angry"
    LEGAL = "legal"
    SAFETY = "safety"
    MONEY = "money-dispute"
    MEDICAL = "medical"


_ANGRY = """
unacceptable | disgust* | disgrace* | furious | outrag* | appalling | appalled | angry | livid
fed up | sick of | sick and tired | had enough | shame on | how dare | never again | beyond a joke
worst ~ service | worst ~ company | worst ~ experience | terrible service | horrible service
awful service | pathetic | rip off | ripoff | scam* | liars | lied to | incompeten* | useless
waste of time | waste of money | fuck* | bullshit | wtf | extremely disappointed | is a joke
ridiculous | never ~ order again | never ~ buy again | complete* joke
unverschamt* | unverschaemt* | frechheit* | unfassbar* | skandal* | sauerei | schlamperei
wutend | wuetend | stinksauer | zumutung | lacherlich* | abzock* | nie wieder | es reicht
mir reicht | scheiss* | verarsch* | inakzeptabel | sehr enttauscht
inacceptable* | inadmissible* | scandaleu* | honteu* | furieu* | arnaque* | ras le bol
en ai marre | merde | plus jamais | lamentable* | vous moquez | une honte | tres decu*
inaceptable* | vergonzos* | una verguenza | indignad* | indignante | estafa* | harto de | harta de
furios* | pesimo servicio | nunca mas | mierda | ladrones | muy decepcionad*
*غاضب* | *نصاب* | غير مقبول | *احتيال* | *מזעזע* | *שערורי* | *רמאים* | בושה | חוצפה
"""

_LEGAL = """
lawyer* | attorney* | solicitor* | legal action | legal advice | legal steps | lawsuit* | suing
sue you | sue your | take you to court | see you in court | small claims | trading standards
ombudsman | consumer protection | consumer rights | better business bureau | class action | gdpr
data protection | the police | formal complaint
anwalt* | *anwalt | *anwaltin | verklage* | vor gericht | gerichtlich* | mahnverfahren
verbraucherzentrale | verbraucherschutz* | rechtliche schritte | rechtsschutz* | strafanzeige
anzeige erstatten | polizei | schlichtungsstelle | dsgvo | datenschutzbehorde
mon avocat | mes avocats | notre avocat | en justice | tribunal | poursuites | mise en demeure
dgccrf | porter plainte | deposer plainte | mediateur | rgpd | cnil | huissier
abogad* | demandar* | denunciar* | una denuncia | juzgado* | tribunal* | acciones legales
via judicial | oficina del consumidor | hoja de reclamaciones | policia
*محامي* | *محكمة | *قانوني* | *עורך דין* | *עורכת דין* | *תביעה | לתבוע | *משטרה
"""

_SAFETY = """
injur* | burn* my ~ hand | burn* my hand* | burn* my arm* | burn* my finger* | burn* myself
burned her* | burned his* | caught fire | on fire | set fire | started smoking | burning smell
smell of burning | electric shock* | got a shock | sparks | sparking | explod* | explosion
shatter* | cut my* | cut her* | bleeding | dangerous* | hazard* | unsafe | not safe | choking
choked | overheat* | gas leak | toxic | poison* | suicid* | kill myself | hurt myself
verletz* | verbrennung* | hand verbrannt | finger verbrannt | feuer gefangen | in brand
rauchentwicklung | raucht | qualm* | explodiert* | explosion* | stromschlag* | elektrischen schlag
kurzschluss | gefahrlich* | gefaehrlich* | funken | blutet* | geplatzt | zersplitter*
uberhitz* | giftig* | vergift*
blessure* | me suis blesse* | est blesse* | brulure* | me suis brule* | brule la main | pris feu
prend feu | incendie | fumee | a explose | explosion | decharge electrique | choc electrique
dangereu* | court circuit | etincelle* | saign* | surchauffe* | toxique*
herid* | lesion* | quemadura* | me queme | se quemo | incendi* | prendio fuego | humo | exploto
descarga electrica | calambrazo | peligros* | chispas | cortocircuito | sangr* | toxic*
*حريق* | *خطير* | *احترق* | *انفجر* | *صدمة كهربائية | *מסוכן | *מסוכנת | *שריפה | נכווית*
נכוויתי | התפוצץ | התפוצצה | התחשמל*
"""

_MONEY = """
chargeback* | charge back | dispute | disputed | disputing | charged twice | charged me twice
charged ~ twice | double charged | overcharged | unauthorized | unauthorised | fraud* | stolen
money back | want my money | refuse* ~ refund | still ~ refund | never ~ refund | no refund
refund ~ not | compensation | debt collect*
ruckbuchung* | zuruckbuchen | doppelt abgebucht | zweimal abgebucht | zu viel abgebucht
doppelt berechnet | geld zuruck | kauferschutz | betrug | betruger | erstattung ~ nicht
erstattung ~ immer noch | schadenersatz | schadensersatz | inkasso* | gestohlen
faire opposition | debite* deux fois | preleve* deux fois | double prelevement | fraude* | litige*
dedommag* | indemnis* | mon argent | rembourse* ~ toujours | remboursement ~ pas
contracargo* | cobrado dos veces | cobraron dos veces | doble cargo | cobro duplicado
cobro indebido | disputa* | mi dinero | indemniz* | reembolso ~ no
*استرداد* | خصم مرتين | *فلوسي | *نقودي | החזר כספי | הכסף שלי | חויבתי פעמיים | הונאה
"""

_MEDICAL = """
allerg* | anaphyla* | hospital* | doctor | ambulance | emergency room | rash | pregnan* | pacemaker
medical* | medication* | epilep* | asthma* | vomit* | food poisoning | nausea* | heart attack
insulin | diabet* | threw up | got sick
krankenhaus* | arzt | arztin | arztlich* | notarzt* | notaufnahme | schwanger* | ausschlag
ubelkeit | erbrochen | lebensmittelvergiftung | herzschrittmacher | medizinisch* | medikament*
hopital | medecin* | aux urgences | je suis enceinte | grossesse | eruption cutanee | vomi
intoxication alimentaire | medicament* | asthm*
alergi* | alergic* | al medico | urgencias | embarazad* | sarpullido | intoxicacion* | marcapasos
asma | asmatic*
*مستشفى | *حساسية | *طبيب | *حامل | בית חולים | בית החולים | אלרגי* | *רופא | *רופאה | *בהריון
"""


WORDS: dict[Danger, Phrases] = {
    Danger.ANGRY: listed(_ANGRY),
    Danger.LEGAL: listed(_LEGAL),
    Danger.SAFETY: listed(_SAFETY),
    Danger.MONEY: listed(_MONEY),
    Danger.MEDICAL: listed(_MEDICAL),
}
