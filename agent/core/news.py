"""Whether a customer's newer messages bring anything that the last note does not say."""

import re
from collections.abc import Sequence

from agent.core.conversation import Direction
from agent.core.proposal import Statement
from agent.core.transcript import Line

# Words that carry no fact or ask: thanks, greetings, agreement, in the languages we know.
_POLITE = frozenset(
    """
    thanks thank you thx ty cheers great perfect awesome brilliant lovely nice cool good wonderful
    ok okay yes yep yeah sure fine alright got it will do that this is was very much so all best
    regards kind have a day evening weekend bye hello hi hey dear again for your help the and to i
    we really appreciate appreciated noted understood received works worked now
    danke dank vielen schön schoen super toll prima gut ja passt alles klar mfg viele grüße gruss
    gruß liebe freundliche hallo für ihre eure hilfe das ist sehr tag noch einen schönen
    merci beaucoup parfait d accord oui très bien bonne journée soirée cordialement bonjour pour
    votre aide c est
    gracias muchas perfecto vale sí muy bien saludos hola por su ayuda buen día está todo
    bedankt dank u wel je hartelijk fijn prima goed helder groet groeten hoor de hulp dag
    obrigado obrigada muito perfeito ótimo tudo certo bom dia olá pela ajuda cumprimentos
    grazie mille perfetto va bene ottimo ciao buona giornata per l aiuto saluti tutto ok
    """.split()
)
_WORD = re.compile(r"[^\W_]+")
_QUESTION = re.compile(r"[?？؟¿]")
_FRESH_WORDS = 3  # fewer words that we have not told are no news


def brings_news(lines: Sequence[Line], told: Sequence[Statement], *, since_message: str) -> bool:
    """Whether customer lines after `since_message` hold a question, a number or new words.

    True when `since_message` is not among the lines: in doubt there is news.
    """
    ids = [line.message_id for line in lines]
    if since_message not in ids:
        return True
    newer = lines[ids.index(since_message) + 1 :]
    known = set(_words(" ".join(statement.text for statement in told))) | _POLITE
    for line in newer:
        if line.direction is not Direction.IN:
            continue
        if _QUESTION.search(line.text) or line.unread:
            return True
        fresh = {word for word in _words(line.text) if word not in known}
        if len(fresh) >= _FRESH_WORDS or any(character.isdigit() for character in line.text):
            return True
    return False


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
