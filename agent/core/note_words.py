"""The words of a note that are ours, in the languages a team may choose.

Adding a language is adding one entry.
"""

from dataclasses import dataclass

from agent.core.proposal import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's labels. Each `{}` is filled by position or name in `core/note.py`."""

    sections: dict[Section, str]
    months: tuple[str, ...]
    messages: tuple[str, str]  # one, several
    customer: str
    team: str
    new: str
    repeated: str
    edited: tuple[str, str]
    redacted: tuple[str, str]
    earlier: str
    unread: tuple[str, str]
    left_out: tuple[str, str]
    not_here: str
    asks: tuple[str, str]
    unverified: str
    suggested: str
    no_suggestion: str
    answer: str
    wait: str
    to_a_person: str
    drafted: str
    replied: str
    no_reply: str
    reply_failed: str
    reply_unknown: str
    offline: str
    stood_in: str


ENGLISH = Words(
    sections={
        Section.REQUEST: "Asks",
        Section.DONE: "Done",
        Section.OPEN: "Open",
        Section.NEXT: "Next",
    },
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    messages=("1 message", "{} messages"),
    customer="customer",
    team="team",
    new="New since the last note: {}",
    repeated="Asked again since the last note.",
    edited=(
        "1 message behind the last note was changed since.",
        "{} messages behind the last note were changed since.",
    ),
    redacted=(
        "1 message behind the last note was removed since.",
        "{} messages behind the last note were removed since.",
    ),
    earlier="earlier",
    unread=("1 attachment was not read: {names}.", "{n} attachments were not read: {names}."),
    left_out=("1 message was left out for length.", "{} messages were left out for length."),
    not_here="Not in this note: {}.",
    asks=("1 question", "{} questions"),
    unverified="unverified",
    suggested="Check and send the suggested reply ({topic}):",
    no_suggestion="No reply is suggested ({topic}): {why}.",
    answer="Answer the customer's last message.",
    wait="Wait for the customer: the team spoke last.",
    to_a_person="A teammate should answer this personally.",
    drafted="Drafted a reply ({topic}): it waits in the composer, sent to nobody.",
    replied="Replied to the customer ({topic}).",
    no_reply="No reply was sent ({topic}): {why}.",
    reply_failed="The reply ({topic}) could not be delivered: {why}.",
    reply_unknown="A reply ({topic}) was released, but is not to be seen. Please look.",
    offline="offline engine",
    stood_in="offline engine, because {}",
)

GERMAN = Words(
    sections={
        Section.REQUEST: "Anliegen",
        Section.DONE: "Erledigt",
        Section.OPEN: "Offen",
        Section.NEXT: "Weiter",
    },
    months=("Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez"),
    messages=("1 Nachricht", "{} Nachrichten"),
    customer="Kunde",
    team="Team",
    new="Neu seit der letzten Notiz: {}",
    repeated="Seit der letzten Notiz nachgefragt.",
    edited=(
        "1 Nachricht hinter der letzten Notiz wurde geändert.",
        "{} Nachrichten hinter der letzten Notiz wurden geändert.",
    ),
    redacted=(
        "1 Nachricht hinter der letzten Notiz wurde entfernt.",
        "{} Nachrichten hinter der letzten Notiz wurden entfernt.",
    ),
    earlier="früher",
    unread=("1 Anhang wurde nicht gelesen: {names}.", "{n} Anhänge wurden nicht gelesen: {names}."),
    left_out=(
        "1 Nachricht wurde wegen der Länge ausgelassen.",
        "{} Nachrichten wurden wegen der Länge ausgelassen.",
    ),
    not_here="Nicht in dieser Notiz: {}.",
    asks=("1 Frage", "{} Fragen"),
    unverified="ungeprüft",
    suggested="Antwortvorschlag prüfen und senden ({topic}):",
    no_suggestion="Kein Antwortvorschlag ({topic}): {why}.",
    answer="Die letzte Nachricht des Kunden beantworten.",
    wait="Auf den Kunden warten: das Team schrieb zuletzt.",
    to_a_person="Das sollte ein Mensch persönlich beantworten.",
    drafted="Antwort entworfen ({topic}): Sie wartet im Editor und wurde nicht gesendet.",
    replied="Dem Kunden geantwortet ({topic}).",
    no_reply="Keine Antwort gesendet ({topic}): {why}.",
    reply_failed="Die Antwort ({topic}) konnte nicht zugestellt werden: {why}.",
    reply_unknown="Eine Antwort ({topic}) ging hinaus, ist aber nicht zu sehen. Bitte nachsehen.",
    offline="Offline-Engine",
    stood_in="Offline-Engine, denn: {}",
)

FRENCH = Words(
    sections={
        Section.REQUEST: "Demande",
        Section.DONE: "Fait",
        Section.OPEN: "En attente",
        Section.NEXT: "Suite",
    },
    months=(
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ),
    messages=("1 message", "{} messages"),
    customer="client",
    team="équipe",
    new="Nouveau depuis la dernière note : {}",
    repeated="Relance depuis la dernière note.",
    edited=(
        "1 message de la dernière note a été modifié.",
        "{} messages de la dernière note ont été modifiés.",
    ),
    redacted=(
        "1 message de la dernière note a été supprimé.",
        "{} messages de la dernière note ont été supprimés.",
    ),
    earlier="plus tôt",
    unread=(
        "1 pièce jointe n'a pas été lue : {names}.",
        "{n} pièces jointes n'ont pas été lues : {names}.",
    ),
    left_out=(
        "1 message a été omis (longueur).",
        "{} messages ont été omis (longueur).",
    ),
    not_here="Absent de cette note : {}.",
    asks=("1 question", "{} questions"),
    unverified="non vérifié",
    suggested="Vérifier et envoyer la réponse proposée ({topic}) :",
    no_suggestion="Aucune réponse proposée ({topic}) : {why}.",
    answer="Répondre au dernier message du client.",
    wait="Attendre le client : l'équipe a écrit en dernier.",
    to_a_person="Une personne devrait répondre elle-même.",
    drafted="Réponse préparée ({topic}) : elle attend dans le brouillon, rien n'est envoyé.",
    replied="Réponse envoyée au client ({topic}).",
    no_reply="Aucune réponse envoyée ({topic}) : {why}.",
    reply_failed="La réponse ({topic}) n'a pas pu être remise : {why}.",
    reply_unknown="Une réponse ({topic}) a été envoyée mais ne se voit pas. Merci de vérifier.",
    offline="moteur hors ligne",
    stood_in="moteur hors ligne, car : {}",
)

SPANISH = Words(
    sections={
        Section.REQUEST: "Pide",
        Section.DONE: "Hecho",
        Section.OPEN: "Pendiente",
        Section.NEXT: "Siguiente",
    },
    months=("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    messages=("1 mensaje", "{} mensajes"),
    customer="cliente",
    team="equipo",
    new="Nuevo desde la última nota: {}",
    repeated="Ha vuelto a preguntar desde la última nota.",
    edited=(
        "1 mensaje de la última nota se modificó después.",
        "{} mensajes de la última nota se modificaron después.",
    ),
    redacted=(
        "1 mensaje de la última nota se eliminó después.",
        "{} mensajes de la última nota se eliminaron después.",
    ),
    earlier="antes",
    unread=("1 adjunto no se leyó: {names}.", "{n} adjuntos no se leyeron: {names}."),
    left_out=(
        "Se omitió 1 mensaje por longitud.",
        "Se omitieron {} mensajes por longitud.",
    ),
    not_here="No está en esta nota: {}.",
    asks=("1 pregunta", "{} preguntas"),
    unverified="sin verificar",
    suggested="Revisar y enviar la respuesta sugerida ({topic}):",
    no_suggestion="No se sugiere respuesta ({topic}): {why}.",
    answer="Responder al último mensaje del cliente.",
    wait="Esperar al cliente: el equipo escribió el último.",
    to_a_person="Debería responder una persona.",
    drafted="Respuesta en borrador ({topic}): espera en el editor, no se ha enviado.",
    replied="Respondido al cliente ({topic}).",
    no_reply="No se envió respuesta ({topic}): {why}.",
    reply_failed="La respuesta ({topic}) no pudo entregarse: {why}.",
    reply_unknown="Se envió una respuesta ({topic}) pero no se ve. Compruébelo, por favor.",
    offline="motor sin conexión",
    stood_in="motor sin conexión, porque: {}",
)

DUTCH = Words(
    sections={
        Section.REQUEST: "Vraagt",
        Section.DONE: "Gedaan",
        Section.OPEN: "Open",
        Section.NEXT: "Verder",
    },
    months=("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    messages=("1 bericht", "{} berichten"),
    customer="klant",
    team="team",
    new="Nieuw sinds de vorige notitie: {}",
    repeated="Opnieuw gevraagd sinds de vorige notitie.",
    edited=(
        "1 bericht achter de vorige notitie is gewijzigd.",
        "{} berichten achter de vorige notitie zijn gewijzigd.",
    ),
    redacted=(
        "1 bericht achter de vorige notitie is verwijderd.",
        "{} berichten achter de vorige notitie zijn verwijderd.",
    ),
    earlier="eerder",
    unread=("1 bijlage is niet gelezen: {names}.", "{n} bijlagen zijn niet gelezen: {names}."),
    left_out=(
        "1 bericht is weggelaten om de lengte.",
        "{} berichten zijn weggelaten om de lengte.",
    ),
    not_here="Niet in deze notitie: {}.",
    asks=("1 vraag", "{} vragen"),
    unverified="niet geverifieerd",
    suggested="Voorgesteld antwoord nakijken en versturen ({topic}):",
    no_suggestion="Geen antwoord voorgesteld ({topic}): {why}.",
    answer="Het laatste bericht van de klant beantwoorden.",
    wait="Op de klant wachten: het team schreef het laatst.",
    to_a_person="Een collega kan dit beter persoonlijk beantwoorden.",
    drafted="Antwoord klaargezet ({topic}): het wacht als concept en is niet verstuurd.",
    replied="De klant is beantwoord ({topic}).",
    no_reply="Geen antwoord verstuurd ({topic}): {why}.",
    reply_failed="Het antwoord ({topic}) kon niet worden bezorgd: {why}.",
    reply_unknown="Een antwoord ({topic}) is verstuurd, maar niet te zien. Graag nakijken.",
    offline="offline-engine",
    stood_in="offline-engine, want: {}",
)

PORTUGUESE = Words(
    sections={
        Section.REQUEST: "Pede",
        Section.DONE: "Feito",
        Section.OPEN: "Em aberto",
        Section.NEXT: "A seguir",
    },
    months=("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"),
    messages=("1 mensagem", "{} mensagens"),
    customer="cliente",
    team="equipa",
    new="Novo desde a última nota: {}",
    repeated="Voltou a perguntar desde a última nota.",
    edited=(
        "1 mensagem da última nota foi alterada.",
        "{} mensagens da última nota foram alteradas.",
    ),
    redacted=(
        "1 mensagem da última nota foi removida.",
        "{} mensagens da última nota foram removidas.",
    ),
    earlier="antes",
    unread=("1 anexo não foi lido: {names}.", "{n} anexos não foram lidos: {names}."),
    left_out=(
        "1 mensagem ficou de fora pela extensão.",
        "{} mensagens ficaram de fora pela extensão.",
    ),
    not_here="Não consta desta nota: {}.",
    asks=("1 pergunta", "{} perguntas"),
    unverified="não verificado",
    suggested="Rever e enviar a resposta sugerida ({topic}):",
    no_suggestion="Nenhuma resposta sugerida ({topic}): {why}.",
    answer="Responder à última mensagem do cliente.",
    wait="Aguardar o cliente: a equipa escreveu por último.",
    to_a_person="Convém que uma pessoa responda.",
    drafted="Resposta em rascunho ({topic}): aguarda no editor, não foi enviada.",
    replied="Cliente respondido ({topic}).",
    no_reply="Nenhuma resposta enviada ({topic}): {why}.",
    reply_failed="A resposta ({topic}) não pôde ser entregue: {why}.",
    reply_unknown="Uma resposta ({topic}) foi enviada, mas não se vê. Verifique, por favor.",
    offline="motor offline",
    stood_in="motor offline, porque: {}",
)

ITALIAN = Words(
    sections={
        Section.REQUEST: "Chiede",
        Section.DONE: "Fatto",
        Section.OPEN: "In sospeso",
        Section.NEXT: "Poi",
    },
    months=("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"),
    messages=("1 messaggio", "{} messaggi"),
    customer="cliente",
    team="team",
    new="Novità dall'ultima nota: {}",
    repeated="Ha chiesto di nuovo dall'ultima nota.",
    edited=(
        "1 messaggio dell'ultima nota è stato modificato.",
        "{} messaggi dell'ultima nota sono stati modificati.",
    ),
    redacted=(
        "1 messaggio dell'ultima nota è stato rimosso.",
        "{} messaggi dell'ultima nota sono stati rimossi.",
    ),
    earlier="prima",
    unread=(
        "1 allegato non è stato letto: {names}.",
        "{n} allegati non sono stati letti: {names}.",
    ),
    left_out=(
        "1 messaggio è stato omesso per la lunghezza.",
        "{} messaggi sono stati omessi per la lunghezza.",
    ),
    not_here="Non in questa nota: {}.",
    asks=("1 domanda", "{} domande"),
    unverified="non verificato",
    suggested="Controllare e inviare la risposta suggerita ({topic}):",
    no_suggestion="Nessuna risposta suggerita ({topic}): {why}.",
    answer="Rispondere all'ultimo messaggio del cliente.",
    wait="Attendere il cliente: il team ha scritto per ultimo.",
    to_a_person="È meglio che risponda una persona.",
    drafted="Risposta in bozza ({topic}): attende nell'editor, non è stata inviata.",
    replied="Risposto al cliente ({topic}).",
    no_reply="Nessuna risposta inviata ({topic}): {why}.",
    reply_failed="La risposta ({topic}) non è stata consegnata: {why}.",
    reply_unknown="Una risposta ({topic}) è stata inviata ma non si vede. Controllare, per favore.",
    offline="motore offline",
    stood_in="motore offline, perché: {}",
)

WORDS = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "nl": DUTCH,
    "pt": PORTUGUESE,
    "it": ITALIAN,
}


def words_for(language: str) -> Words:
    """The labels of a language (ISO 639-1); English when it is not here."""
    return WORDS.get(language[:2].lower(), ENGLISH)
