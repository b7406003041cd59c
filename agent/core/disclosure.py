"""The line under every automatic reply: that a machine wrote it, and how to reach a person."""

from agent.core.team_policy import ReplySettings

# The word in capitals asks for a person: `core/asks.py` knows each of them.
LINES = {
    "en": "An automatic assistant wrote this. Reply HUMAN to reach a person.",
    "de": "Das schrieb ein automatischer Assistent. Antworten Sie MENSCH, um einen Menschen zu "
    "erreichen.",
    "fr": "Ce message vient d'un assistant automatique. Répondez HUMAIN pour joindre une personne.",
    "es": "Lo escribió un asistente automático. Responda HUMANO para hablar con una persona.",
    "nl": "Dit schreef een automatische assistent. Antwoord MEDEWERKER om een mens te bereiken.",
    "pt": "Escrito por um assistente automático. Responda HUMANO para falar com uma pessoa.",
    "it": "Lo ha scritto un assistente automatico. Risponda UMANO per parlare con una persona.",
}


def disclosure_for(settings: ReplySettings, language: str) -> str:
    """The team's own line in that language, else the built-in one; "" when there is neither.

    A blank line of the team's counts as none: what goes out always carries one.
    """
    own = " ".join(settings.disclosure.get(language, "").split())
    return own or LINES.get(language, "")
