"""Drafts that bind the team, generated in seven languages; and sentences that bind nobody."""

from collections.abc import Iterator
from random import Random

_PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        ("Good news:", "I checked with the team.", "Hello Mara,", "No worries.", "As a gesture,"),
        (
            "we will refund the whole order",
            "you'll get your money back",
            "I can offer you a discount",
            "we guarantee that it arrives",
            "you are entitled to compensation",
            "the repair is free of charge",
            "we accept liability for the damage",
            "I promise a replacement",
            "a voucher is on its way to you",
            "we owe you {money}",
            "our lawyer confirms your claim",
            "it was our fault",
            "the return is extended to {day}",
        ),
        ("by {day}.", "within {span}.", "at no cost.", "as agreed.", "tomorrow."),
    ),
    "de": (
        ("Gute Nachricht:", "Ich habe nachgefragt.", "Hallo Mara,", "Kein Problem,", "Übrigens:"),
        (
            "wir erstatten Ihnen den vollen Betrag",
            "Sie erhalten Ihr Geld zurück",
            "ich gebe Ihnen einen Rabatt",
            "wir garantieren die Lieferung",
            "Sie haben Anspruch auf Ersatz",
            "die Reparatur ist kostenlos",
            "wir haften für den Schaden",
            "ich verspreche Ihnen eine Lösung",
            "ein Gutschein ist unterwegs",
            "wir überweisen Ihnen {money}",
            "das ist vertraglich zugesagt",
            "wir sagen Ihnen die Lieferung zu, sie kommt am {day}",
        ),
        (
            "bis {day}.",
            "innerhalb von {span}.",
            "ohne Kosten, gratis.",
            "spätestens morgen.",
            "heute.",
        ),
    ),
    "fr": (
        ("Bonne nouvelle :", "J'ai vérifié.", "Bonjour Mara,", "Pas de souci,", "Voici :"),
        (
            "nous vous remboursons la commande",
            "vous recevrez un avoir",
            "je vous accorde une remise",
            "nous garantissons la livraison",
            "vous avez droit à une indemnisation",
            "la réparation est gratuite",
            "nous sommes responsables du dommage",
            "je vous promets une solution",
            "un bon d'achat est en route",
            "nous vous versons {money}",
            "notre avocat le confirme",
        ),
        ("avant le {day}.", "sous {span}.", "sans frais.", "demain.", "au plus tard lundi."),
    ),
    "es": (
        ("Buenas noticias:", "Lo he comprobado.", "Hola Mara,", "Sin problema,", "Además,"),
        (
            "le reembolsamos el pedido completo",
            "le devolvemos el dinero",
            "le doy un descuento",
            "garantizamos la entrega",
            "tiene derecho a una compensación",
            "la reparación es gratuita",
            "somos responsables del daño",
            "le prometo una solución",
            "le pagamos {money}",
            "nuestro abogado lo confirma",
            "recibirá un cupón",
        ),
        ("antes del {day}.", "en {span}.", "sin coste.", "mañana.", "a más tardar el lunes."),
    ),
    "nl": (
        ("Goed nieuws:", "Ik heb het nagevraagd.", "Hallo Mara,", "Geen probleem,", "Bovendien:"),
        (
            "wij betalen u alles terug, met vergoeding",
            "u krijgt uw geld terug",
            "ik geef u korting",
            "wij garanderen de levering",
            "u heeft recht op schadevergoeding",
            "de reparatie is kosteloos",
            "wij zijn aansprakelijk voor de schade",
            "ik beloof u een oplossing",
            "een waardebon is onderweg",
            "wij maken {money} over",
            "onze advocaat bevestigt het",
        ),
        ("uiterlijk {day}.", "binnen {span}.", "gratis.", "morgen.", "vandaag nog."),
    ),
    "pt": (
        ("Boas notícias:", "Já verifiquei.", "Olá Mara,", "Sem problema,", "Além disso,"),
        (
            "reembolsamos a encomenda toda",
            "fazemos a devolução do dinheiro",
            "dou-lhe um desconto",
            "garantimos a entrega",
            "tem direito a uma indemnização",
            "a reparação é gratuita",
            "somos responsáveis pelos danos",
            "prometo uma solução",
            "pagaremos {money}",
            "o nosso advogado confirma",
            "receberá um vale",
        ),
        ("até ao dia {day}.", "em {span}.", "sem custos.", "amanhã.", "o mais tardar hoje."),
    ),
    "it": (
        ("Buone notizie:", "Ho verificato.", "Ciao Mara,", "Nessun problema,", "Inoltre"),
        (
            "le rimborsiamo tutto l'ordine",
            "riceverà un buono",
            "le faccio uno sconto",
            "garantiamo la consegna",
            "ha diritto a un risarcimento",
            "la riparazione è gratuita",
            "siamo responsabili del danno",
            "le prometto una soluzione",
            "pagheremo {money}",
            "il nostro avvocato lo conferma",
            "ci impegniamo a sostituire il bollitore",
        ),
        ("entro il {day}.", "entro {span}.", "senza spese.", "domani.", "al più tardi lunedì."),
    ),
}
_MONEY = ("50 €", "$120", "1.234,50 EUR", "20 %", "£15", "300 CHF")
_DAYS = ("3 November 2026", "3.11.2026", "2026-11-03", "14/02/2027")
_SPANS = ("14 days", "14 Tagen", "48 h", "3 semaines", "10 giorni", "5 dias", "2 weken")

HARMLESS = (
    "You find it in your account under My orders.",
    "Please look in your spam folder.",
    "Thank you for writing to us.",
    "Which kettle do you have, the steel one or the glass one?",
    "The tracking link is in the shipping e-mail.",
    "Choose Forgot password on the log-in page.",
    "Could you send us a photo of the lid?",
    "We are happy to hear that it works.",
    "The manual is on our website.",
    "Please tell us the order number.",
    "Sie finden sie in Ihrem Konto.",
    "Bitte nennen Sie uns die Bestellnummer.",
    "Vielen Dank für Ihre Nachricht.",
    "Das Handbuch steht auf unserer Website.",
    "Bitte sehen Sie auch im Spam-Ordner nach.",
    "Wir freuen uns, dass es klappt.",
    "Vous le trouvez dans votre compte.",
    "Merci pour votre message.",
    "Le mode d'emploi est sur notre site.",
    "Quelle bouilloire avez-vous ?",
    "Lo encuentra en su cuenta.",
    "Gracias por su mensaje.",
    "El manual está en nuestra página.",
    "U vindt het in uw account.",
    "Bedankt voor uw bericht.",
    "De handleiding staat op onze website.",
    "Encontra-o na sua conta.",
    "Obrigado pela sua mensagem.",
    "Lo trova nel suo account.",
    "Grazie per il suo messaggio.",
)


def drafts(random: Random, count: int) -> Iterator[str]:
    """So many drafts, the languages in turn; each holds a commitment."""
    languages = list(_PARTS)
    for number in range(count):
        openings, promises, endings = _PARTS[languages[number % len(languages)]]
        text = f"{random.choice(openings)} {random.choice(promises)} {random.choice(endings)}"
        yield text.format(
            money=random.choice(_MONEY), day=random.choice(_DAYS), span=random.choice(_SPANS)
        )
