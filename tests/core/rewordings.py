"""What a teammate makes of a proposed reply without changing a fact, and with changing one.

Our own inventions. `REWORDED` are (proposed, sent) pairs; some are put so freely that a careful
matcher stays silent. `FACTS` are what `planted` puts in the place of a fact.
"""

import re
from collections.abc import Iterator

REWORDED = (
    # --- English
    (
        "Your parcel left our warehouse on 12 May and arrives within 3 working days.",
        (
            "Hi Tom,\nyour package left our warehouse on May 12th and arrives within three "
            "business "
            "days.\nBest regards\nEve"
        ),
    ),
    (
        "You can return the lamp within 30 days. The label is in the box.",
        "Of course! You can return the lamp within 30 days. The label's in the box.",
    ),
    (
        "We have cancelled order 88-1204. The €35.00 are on your card by Friday.",
        (
            "Hello Ms Kent, we've cancelled order 88-1204. The 35 euros are on your card by "
            "Friday. "
            "Sorry for the inconvenience!"
        ),
    ),
    (
        "Open the order under My orders and choose Invoice to download it as a PDF.",
        (
            "Please open the order under My orders and select Invoice to download it as a "
            "PDF. Let us "
            "know if you need anything else."
        ),
    ),
    (
        "Our shop opens at 9:30 on Saturdays. On 24 December it is closed.",
        "On 24 December it is closed. Our shop opens at 9:30 on Saturdays.",
    ),
    (
        "The battery cannot be replaced, but the charger can. It costs $14.50.",
        "Hi, the battery can't be replaced, but the charger can. It costs USD 14.50.",
    ),
    (
        "Please send us a photo of the scratch, then we will send you a new glass.",
        "Could you send us a picture of the scratch? We'll get a new glass out to you then.",
    ),
    (
        "Set a new password with Forgot password on the log-in page. We then e-mail you a link.",
        "Just click Forgot password where you log in. You get a link by e-mail.",
    ),
    (
        "Your appointment on 3 June at 10:00 is confirmed. Please bring the receipt.",
        (
            "Good morning Mr Hale, your appointment on June 3 at 10:00 is confirmed. Kindly "
            "bring the "
            "receipt. Have a nice day!"
        ),
    ),
    # --- German
    (
        "Ihr Paket hat am 12. Mai unser Lager verlassen und kommt innerhalb von 3 Werktagen an.",
        (
            "Hallo Herr Rot,\nIhre Sendung hat am 12. Mai unser Lager verlassen und kommt "
            "innerhalb "
            "von drei Arbeitstagen an.\n\nFreundliche Grüße\nEva"
        ),
    ),
    (
        "Sie können die Lampe innerhalb von 30 Tagen zurückgeben. Das Etikett liegt im Karton.",
        (
            "Natürlich können Sie die Lampe innerhalb von 30 Tagen zurückgeben. Das Etikett "
            "liegt im "
            "Karton."
        ),
    ),
    (
        "Wir haben die Bestellung 88-1204 storniert. Die 35,00 € sind bis Freitag auf Ihrer Karte.",
        (
            "Die Bestellung 88-1204 haben wir storniert. Die 35 Euro sind bis Freitag auf "
            "Ihrer Karte. "
            "Bitte entschuldigen Sie die Unannehmlichkeiten."
        ),
    ),
    (
        "Am 24. Dezember ist unser Laden geschlossen. Samstags öffnet er um 9:30 Uhr.",
        "Samstags öffnet unser Laden um 9:30 Uhr. Am 24.12. ist er geschlossen.",
    ),
    (
        "Der Akku lässt sich nicht tauschen. Das Ladegerät kostet 14,50 €.",
        "Guten Tag, der Akku lässt sich leider nicht tauschen. Das Ladegerät kostet EUR 14,50.",
    ),
    (
        "Bitte schicken Sie uns ein Foto des Kratzers, dann senden wir Ihnen ein neues Glas.",
        (
            "Liebe Frau Blau, bitte senden Sie uns ein Foto des Kratzers, dann schicken wir "
            "Ihnen ein "
            "neues Glas. Bei Fragen melden Sie sich gerne."
        ),
    ),
    # --- French
    (
        "Votre colis a quitté notre entrepôt le 12 mai et arrive sous 3 jours ouvrés.",
        (
            "Bonjour Madame,\nvotre colis a quitté notre entrepôt le 12 mai et arrive sous "
            "trois jours "
            "ouvrables.\nCordialement\nÈve"
        ),
    ),
    (
        "Vous pouvez renvoyer la lampe sous 30 jours. L'étiquette est dans le carton.",
        (
            "Bien sûr, vous pouvez renvoyer la lampe sous 30 jours. L'étiquette est dans le "
            "carton. "
            "N'hésitez pas à nous écrire."
        ),
    ),
    (
        "Nous avons annulé la commande 88-1204. Les 35,00 € sont sur votre carte avant vendredi.",
        "J'ai annulé la commande 88-1204. Les 35 euros sont sur votre carte avant vendredi.",
    ),
    (
        "Notre magasin ouvre à 9:30 le samedi. Le 24 décembre il est fermé.",
        "Le 24 décembre il est fermé. Notre magasin ouvre à 9:30 le samedi. Bonne journée !",
    ),
    (
        "La batterie ne peut pas être remplacée. Le chargeur coûte 14,50 €.",
        "Il n'est pas possible de remplacer la batterie. Comptez 14,50 € pour le chargeur.",
    ),
    # --- Spanish
    (
        "Su paquete salió de nuestro almacén el 12 de mayo y llega en 3 días laborables.",
        (
            "Hola Tomás:\nsu envío salió de nuestro almacén el 12 de mayo y llega en 3 días "
            "hábiles.\n"
            "Un saludo,\nEva"
        ),
    ),
    (
        "Puede devolver la lámpara en 30 días. La etiqueta está en la caja.",
        "Claro, puede devolver la lámpara en 30 días. La etiqueta está en la caja.",
    ),
    (
        "Hemos cancelado el pedido 88-1204. Los 35,00 € estarán en su tarjeta antes del viernes.",
        (
            "Estimada señora Sol, he cancelado el pedido 88-1204. Los 35 euros estarán en su "
            "tarjeta "
            "antes del viernes. Disculpe las molestias."
        ),
    ),
    (
        "La batería no se puede cambiar. El cargador cuesta 14,50 €.",
        "Lamentablemente no es posible sustituir la batería; el cargador vale 14,50 €.",
    ),
)

FACTS = (
    # order numbers, amounts, days, times
    ("88-1204", "88-1240"), ("88-1204", "38-1204"), ("35.00", "53.00"), ("35,00", "30,00"),
    ("€35", "$35"), ("14.50", "15.40"), ("14,50", "41,50"), ("$14", "€14"), ("12 May", "21 May"),
    ("12 May", "12 March"), ("12. Mai", "12. März"), ("12 mai", "12 mars"), ("de mayo", "de marzo"),
    ("24 December", "31 December"), ("24. Dezember", "24. November"),
    ("24 décembre", "25 décembre"),
    ("9:30", "10:30"), ("10:00", "11:00"), ("3 June", "3 July"), ("Saturdays", "Sundays"),
    ("Samstags", "Sonntags"), ("samedi", "dimanche"), ("Friday", "Monday"), ("Freitag", "Montag"),
    ("vendredi", "lundi"), ("viernes", "lunes"),
    # spans and bounds
    ("3 working days", "3 days"), ("3 working days", "3 weeks"), ("3 Werktagen", "3 Wochen"),
    ("3 jours ouvrés", "13 jours ouvrés"), ("3 días laborables", "3 semanas"),
    ("30 days", "14 days"), ("30 Tagen", "30 Stunden"), ("within", "after"),
    ("innerhalb von", "nach"), ("sous 30", "après 30"), ("en 30", "tras 30"),
    ("by Friday", "after Friday"),
    ("bis Freitag", "ab Freitag"), ("avant", "après"), ("antes del", "después del"),
    # outcome
    ("can return", "cannot return"), ("can return", "must return"), ("can.", "can't."),
    ("cannot be", "can be"), ("is closed", "is open"), ("is closed", "is not closed"),
    ("have cancelled", "will cancel"), ("have cancelled", "have not cancelled"),
    ("is confirmed", "is cancelled"), ("is confirmed", "was confirmed"),
    ("können", "müssen"), ("können die", "können leider nicht die"), ("nicht", "auch"),
    ("storniert", "bestätigt"), ("haben die", "werden die"), ("geschlossen", "geöffnet"),
    ("pouvez", "devez"), ("pouvez", "ne pouvez pas"), ("fermé", "ouvert"), ("annulé", "confirmé"),
    ("ne peut pas être", "peut être"), ("Puede", "Debe"), ("Puede", "No puede"),
    ("cancelado", "confirmado"), ("no se puede", "se puede"),
    # what and whose
    ("battery", "screen"), ("charger", "battery"), ("lamp", "bulb"), ("box", "bag"),
    ("Invoice", "Return"), ("receipt", "passport"), ("glass", "case"), ("our shop", "your shop"),
    ("Akku", "Bildschirm"), ("Etikett", "Formular"), ("lampe", "table"), ("étiquette", "facture"),
    ("lámpara", "mesa"), ("caja", "bolsa"), ("arrives", "arrived"), ("We then", "You then"),
    ("send us a photo", "send us no photo"), ("a new glass", "a used glass"),
)  # fmt: skip


def planted() -> Iterator[tuple[str, str]]:
    """Every proposed reply beside itself, and beside its rewording, with one fact replaced."""
    for proposed, sent in REWORDED:
        for fact, other in FACTS:
            for text in (proposed, sent):
                changed = re.sub(rf"(?<!\w){re.escape(fact)}", other, text, count=1)
                if changed != text:
                    yield proposed, changed
