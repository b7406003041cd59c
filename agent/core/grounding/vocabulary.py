"""Words that grounding knows, in English, German, French, Spanish, Dutch, Portuguese, Italian.

All as `phrases.fold` gives them: small letters, no accents, straight apostrophes.
"""

NEGATIONS = frozenset(
    """
not no never none nothing nobody neither nor without
nicht kein keine keinen keinem keiner keines nie niemals nichts niemand ohne weder
pas jamais aucun aucune rien sans ni
nunca jamas ningun ninguna ninguno nada nadie sin tampoco
niet geen nooit niets niemand zonder
nao nenhum nenhuma ninguem sem
non nessun nessuna nessuno niente senza
""".split()
)
# Said of what follows: a negation before them is one of what is wanted.
WANTING = frozenset(
    """
want wants wanted wanting need needs needed mochte mochten wunsche wunscht brauche braucht veux
veut voulons quiero quiere queremos wens wenst wil wilt willen quero quer voglio vuole vogliamo
""".split()
)
# They come near to a negation: "unable to log in" may stand for "I can't log in".
SOFT_NEGATIONS = frozenset(
    """
unable fail fails failed failing failure refuse refuses refused waiting awaiting await wait waits
missing misses missed lack lacks lacking stopped stops stop denies denied declines declined hardly
unfortunately problem problems trouble issue issues impossible broken avoid prevents only otherwise
unless instead until
leider fehlt fehlen wartet warte warten unmoglich verweigert manque attend attends impossible refuse
falta faltan espera esperando imposible wacht ontbreekt onmogelijk aguarda esperando impossivel
manca mancano attende impossibile
""".split()
)
# Shouted or typed without an apostrophe.
CONTRACTED = {
    "cant": "can",
    "dont": "do",
    "doesnt": "does",
    "didnt": "did",
    "isnt": "is",
    "arent": "are",
    "wasnt": "was",
    "werent": "were",
    "wont": "will",
    "wouldnt": "would",
    "couldnt": "could",
    "shouldnt": "should",
    "hasnt": "has",
    "havent": "have",
    "hadnt": "had",
    "aint": "is",
    "cannot": "can",
    "can't": "can",
    "won't": "will",
    "shan't": "shall",
    "ain't": "is",
}

# Words that carry no matter of their own.
FUNCTION_WORDS = frozenset(
    """
a an the and or but if then so as at by for from in into of off on onto out over to up with about
after before than that this these those there here it its is am are was were be been being do does
did doing done have has had having can could will would shall should may might must i me my mine
we us our ours you your yours he him his she her hers they them their theirs who whom whose which
what when where why how all any both each more most other some such just also too very really
please still yet again now ever even only own same s t d ll m re ve i'm i've i'll i'd it's that's
you're we're they're you've we've they've you'll we'll they'll he's she's there's what's let let's
customer customers team teammate agent says said asks asked whether
der die das den dem des ein eine einen einem einer und oder aber wenn dann so als am an auf aus bei
bis fur von im in ist sind war waren sein hat haben hatte habe ich mich mir mein meine meinen wir
uns unser sie ihr ihre es er sich zu zum zur mit nach um auch noch schon nur wird werden wurde
kunde kundin ob dass
le la les un une des du de et ou mais si que qui est sont etait ont a ai avons avez je me mon ma
mes nous notre vous votre vos il elle ils se ce cette ces dans en sur pour par avec au aux plus
client cliente equipe
el los las una unos y o pero es son era fue ha han he hay yo mi mis nosotros nuestro usted su sus
lo al del para por con en se que mas muy ya equipo
het een en of maar is zijn was heeft heb ik mijn wij we ons onze u uw je zij hun hem dat die dit
te om op van voor met door aan er ook nog al wordt werd klant
o os as um uma e ou mas foi tem eu meu minha nos nosso voce seu sua no na nos nas do da dos das
il lo gli uno e o ma che e sono era ha hanno ho io mio mia noi nostro voi suo sua di da del della
al alla con per
actually fully properly quite always anymore completely exactly currently necessarily simply
hopefully get gets got getting able
""".split()
)

# A few words each that the other languages do not have, to tell the languages apart.
_TELLING = {
    "en": "the and is are was were of with for you your he she they this that asks wants"
    " customer can have has been my it to or what would please i",
    "de": "der das und ist sind war nicht ich wir ein eine einen mit fur auf kunde kundin bittet"
    " fragt mochte wunscht dass ob wurde wird dem den zum zur von seit sie",
    "fr": "les des est sont une et dans pour avec nous vous je cette demande cliente du au veut",
    "es": "el los las es una y para con por pero que pide quiere pregunta solicita mi su del esta",
    "nl": "het een en niet ik wij met voor van zijn wordt vraagt klant wil heeft bestelling",
    "pt": "os uma e nao para com voce meu minha pede quer pergunta pedido foi do da em",
    "it": "il gli una e per con non di che chiede vuole cliente della sono ordine del",
}
TELLING = {tongue: frozenset(words.split()) for tongue, words in _TELLING.items()}

# Days and words for days; each row is one meaning.
DAYS = """
monday mondays mon montag montags lundi lunes maandag segunda-feira lunedi
tuesday tuesdays tue tues dienstag dienstags mardi martes dinsdag terca-feira martedi
wednesday wednesdays wed mittwoch mittwochs mercredi miercoles woensdag quarta-feira\
 mercoledi
thursday thursdays thu thur thurs donnerstag donnerstags jeudi jueves donderdag\
 quinta-feira giovedi
friday fridays fri freitag freitags vendredi viernes vrijdag sexta-feira venerdi
saturday saturdays sat samstag samstags sonnabend samedi sabado zaterdag sabato
sunday sundays sun sonntag sonntags dimanche domingo zondag domenica
tomorrow tmrw tmr 2moro demain manana morgen amanha domani
yesterday gestern hier ayer gisteren ontem ieri
today 2day heute aujourd'hui hoy vandaag hoje oggi
tonight heute%abend ce%soir esta%noche vanavond esta%noite stasera
week weeks woche wochen wochentlich semaine semaines semana semanas weken settimana settimane
month months monat monate monaten mois mes meses maand maanden mese mesi
year years jahr jahre jahren ans annee annees ano anos jaar jaren anno anni
hour hours hrs hr stunde stunden heure heures hora horas uur ora ore
day days tag tage tagen jour jours dia dias dag dagen giorno giorni
minute minutes mins min minuten minuut minuto minutos minuti
january jan januar janvier enero januari janeiro gennaio
february feb februar fevrier febrero februari fevereiro febbraio
march mar mrz marz maerz marzo maart marco
april apr avril abril aprile
may mai mayo maggio maio mei
june jun juni juin junio junho giugno
july jul juli juillet julio julho luglio
august aug aout agosto augustus
september sep sept septembre septiembre setembro settembre
october oct okt oktober octobre octubre outubro ottobre
november nov novembre noviembre novembro
december dec dez dezember decembre diciembre dezembro dicembre
"""
# Which of these a statement may not add; "day" or "week" alone says little.
_FIRM_DAYS = frozenset((*range(11), *range(17, 29))) - {21}
_SHORT_BUT_CLEAR = frozenset("june july juni juli juin".split())
_LONG_ENOUGH = 5  # letters; "sat", "mon" and "hier" are other words too

CURRENCIES = {
    "€": "euro", "eur": "euro", "euro": "euro", "euros": "euro",
    "$": "dollar", "usd": "dollar", "dollar": "dollar", "dollars": "dollar", "bucks": "dollar",
    "£": "pound", "gbp": "pound", "pound": "pound", "pounds": "pound", "quid": "pound",
    "chf": "franc", "franken": "franc", "¥": "yen", "yen": "yen", "₹": "rupee", "rs": "rupee",
    "inr": "rupee", "rupees": "rupee", "%": "percent", "percent": "percent", "prozent": "percent",
    "pence": "pence", "cents": "cent",
}  # fmt: skip

SPELLED = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twice": "2",
    "zwei": "2", "drei": "3", "vier": "4", "funf": "5", "sechs": "6", "sieben": "7",
    "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "huit": "8", "dix": "10",
    "cuatro": "4", "cinco": "5", "siete": "7", "ocho": "8", "nueve": "9", "diez": "10",
    "twee": "2", "drie": "3", "vijf": "5", "zeven": "7", "negen": "9", "tien": "10",
    "dois": "2", "duas": "2", "quatro": "4", "sete": "7", "oito": "8", "dez": "10",
    "quattro": "4", "cinque": "5", "sette": "7", "otto": "8", "dieci": "10",
}  # fmt: skip

# Who a statement is about when it begins with them.
CUSTOMER = frozenset(
    """
customer customers client cliente clienta kunde kundin klant consumer shopper buyer user guest
passenger caller subscriber member patient
""".split()
)
TEAM = frozenset(
    """
team teams teammate teammates agent agents support we reps representative rep colleague staff
mitarbeiter mitarbeiterin kundendienst wir equipe conseiller conseillere nous equipo agente
medewerker wij atendente equipa operatore operatrice supporto brand company
""".split()
)
ARTICLES = frozenset(
    """
the our a der die das le la les l el los il lo o os as de het unser unsere notre nuestro ons
""".split()
)
# What only the one who speaks can do: these make the subject the speaker of the message.
SPEAKS = """
asks asked says said reports reported wants wanted complains complained states stated writes wrote
requests requested thanks thanked mentions mentioned explains explained tells told adds added
replies replied answers answered confirms confirmed promises promised offers offered apologises
apologizes apologised apologized refunded refunds cancelled canceled replaced shipped sent escalated
suggests suggested recommends recommended advises advised informs informed needs demands insists
updates updated provides provided wonders wondered
asking saying reporting wanting complaining stating writing requesting thanking mentioning
explaining telling replying answering confirming promising offering apologising apologizing
suggesting recommending advising informing inquiring enquiring responding wondering seeking
enquires inquires enquired inquired responds responded notes noted announced credited
fragt fragte bittet bat sagt sagte mochte schreibt schrieb meldet antwortet antwortete bietet bot
bestatigt erklart verspricht erstattet braucht wunscht
demande dit veut ecrit signale repond propose confirme explique promet souhaite
pide dice quiere escribe pregunta informa responde ofrece confirma explica promete solicita
vraagt zegt wil schrijft meldt antwoordt biedt bevestigt belooft
pergunta diz quer escreve pede responde oferece confirma promete
chiede dice vuole scrive segnala risponde offre conferma promette
"""
SPEECH = frozenset(SPEAKS.split())
# What the team does for a customer, as the first word of a statement under "done".
TEAM_DEEDS = frozenset(
    """
refunded offered promised replaced escalated shipped credited apologised apologized reimbursed
compensated rembourse propose reembolsado ofrecido erstattet angeboten
""".split()
)
_TITLES = "mr mrs ms dr herr herrn frau hr fr mme mlle monsieur madame sr sra senor senora mevrouw"
TITLES = frozenset(_TITLES.split())
# Written with a capital letter without being anybody's name.
NO_NAMES = frozenset(
    """
i i'm i've i'll i'd ok dm pm am faq id sms pdf url qr asap eta tv pc usb iban pin ai tbd vip vat
customer team teammate agent support sidenote kunde kundin mr mrs ms dr herr frau english german
french spanish dutch portuguese italian deutsch email e-mail chat whatsapp internet wifi
no yes api app sie ihr ihnen ihre ihrem ihren
""".split()
)

DAY_OF = {
    word.replace("%", " "): number
    for number, row in enumerate(DAYS.strip().splitlines())
    for word in row.split()
}
FIRM_DAY_OF = {
    word: number
    for word, number in DAY_OF.items()
    if number in _FIRM_DAYS and (len(word) >= _LONG_ENOUGH or word in _SHORT_BUT_CLEAR)
}
