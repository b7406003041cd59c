"""What a customer asks for beside the topic: a person, several things, or a change of our rules."""

import re

from agent.core.phrases import fold, listed

_LINK = re.compile(r"(?:https?:|www\.)\S*")  # a link's "?" asks nothing
_SENTENCE_ENDS = re.compile(r"([.!?؟？\n]+)")
_QUESTION_MARKS = frozenset("?؟？")

ASKS_FOR_A_PERSON = listed("""
real person | real human | human being | a human | actual person | actual human | live agent
live person | speak ~ person | talk ~ person | speak ~ manager | talk ~ manager | your manager
a manager | the manager | supervisor | speak ~ someone | talk ~ someone
speak ~ somebody | talk ~ somebody | speak ~ representative | talk ~ representative
speak ~ agent | talk ~ agent | call me | ring me | escalate | not a bot | a bot | a robot
echten menschen | einem menschen | echte person | mitarbeiter sprechen | mit ~ mitarbeiter*
vorgesetzte* | rufen sie mich | ruckruf | kein bot | ein bot | keinen bot | jemandem sprechen
jemanden sprechen
parler a quelqu'un | parler ~ personne | parler ~ humain | parler ~ conseill* | vraie personne
un humain | un conseiller | votre responsable | rappelez moi | m'appeler | un robot
hablar con ~ persona | hablar con una persona | hablar con ~ humano | hablar con alguien
hablar con ~ agente | hablar con ~ encargado | hablar con ~ responsable | persona real
un humano | llamenme | llameme | un robot
شخص حقيقي | *موظف حقيقي | اتصلوا بي | מישהו אמיתי | נציג אנושי | בן אדם | תתקשרו אלי
human | mensch | humain | humano | umano | medewerker
""")

# A hint only: what a message says never becomes an instruction, with or without this list.
READS_LIKE_INSTRUCTIONS = listed("""
ignore ~ instruction* | disregard ~ instruction* | forget ~ instruction* | override ~ instruction*
ignore ~ rules | ignore ~ prompt* | previous instruction* | prior instruction*
system prompt | your prompt | you are now | you must now | developer mode | jailbreak*
do anything now | as an ai | pretend ~ you are | act as if you | system override | admin override
ignoriere* ~ anweisung* | vergiss ~ anweisung* | missachte* ~ anweisung* | neue anweisung*
ignore* ~ consigne* | oublie* ~ instruction* | oublie* ~ consigne* | nouvelles instructions
ignora* ~ instruccion* | olvida* ~ instruccion* | nuevas instrucciones
تجاهل ~ التعليمات | התעלם ~ ההוראות | התעלמו ~ ההוראות
""")


def questions(text: str) -> int:
    """How many sentences end in a question mark; the same one twice counts once."""
    parts = _SENTENCE_ENDS.split(_LINK.sub(" ", fold(text)))
    asked = (
        " ".join(words.split())
        for words, end in zip(parts[::2], parts[1::2], strict=False)
        if _QUESTION_MARKS & set(end)
    )
    return len({words for words in asked if any(c.isalpha() for c in words)})


# The nearest topic may be the very thing that is not wanted: likeness does not see a "not". Or the
# question was taken back since.
SAYS_NO = listed("""
do not send | don't send | dont send | do not want | don't want | dont want | do not need
don't need | dont need | no longer need | not need | no need | stop sending
bitte keine* | bitte nicht | brauche ~ nicht | brauche keine* | mochte keine* | mochte ~ nicht
will keine* | nicht schicken | nicht senden
pas besoin | n'envoyez pas | ne m'envoyez pas | n'envoyez plus | ne veux pas | n'en veux
ne souhaite pas
no me envie* | no envie* | no quiero | no necesito | ya no necesito | no hace falta
stuur ~ geen | niet nodig | wil geen | hoef geen | nao envie* | nao quero | nao preciso
non inviat* | non mandat* | non voglio | non mi serve | non ho bisogno
never mind | nevermind | nvm | forget it | forget about it | ignore my question | already solved
already sorted | solved it | sorted it out | found it myself | no longer an issue
hat sich erledigt | hat sich geklart | schon erledigt | vergessen sie es | vergiss es
laissez tomber | c'est regle | probleme resolu | oubliez ma question
olvidelo | olvidalo | ya esta resuelto | ya lo he resuelto | dejelo
laat maar | al opgelost | deixa para la | ja resolvi | lascia perdere | lasci perdere | gia risolto
""")
