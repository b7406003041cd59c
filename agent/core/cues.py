"""Words that tell what a sentence is for, in English, German, French and Spanish.

Few on purpose: other languages get along on length, place and punctuation alone.
"""

import re


def _any_of(*expressions: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(expressions)})(?!\w)", re.IGNORECASE)


# Manners: an apology, thanks, a wish. Long ones would pass for content otherwise.
_MANNERS = _any_of(
    r"sorry|apolog(?:y|ies|i[sz]e[ds]?)|thanks?|thank you|thx|appreciated?|hope|regret|welcome",
    r"entschuldig\w*|danke\w*|tut (?:mir|uns) (?:sehr )?leid|freundliche\w*|schönen tag",
    r"désolée?s?|merci\w*|excus\w+|cordialement|bonne journée|regrett\w+",
    r"lo sient[oe]\w*|lamento|lamentamos|gracias|disculp\w+|saludos|perdón|perdone",
)
# A step for the other side: an instruction, a request for details, a way to get in touch.
_STEPS = _any_of(
    r"please|kindly|can you|could you|would you|dm|send|contact|call|reach|let us know|check|try",
    r"visit|need to|should|you can|e?-?mail|chat|confirm|which|what|when",
    r"bitte|könn(?:en|ten) sie|kannst du|schick\w*|send\w*|prüf\w*|melde\w*|rufen|welche[rsn]?",
    r"müssen|wann",
    r"veuillez|merci de|pouvez-vous|pourriez-vous|envoy\w+|contact\w+|vérifi\w+|quel(?:le)?s?",
    r"quand|essay\w+",
    r"por favor|puedes?|podrías?|puede|envíe\w*|envia\w*|contact\w+|llam\w+|revis\w+|cuál|cuándo",
)
# It cannot go on before the other side does something.
_ASKS_BACK = _any_of(
    r"please|kindly|can you|could you|would you|let (?:us|me) know|(?:dm|send|call) us",
    r"bitte|könn(?:en|ten) sie|kannst du|möchten sie",
    r"veuillez|merci de|pouvez-vous|pourriez-vous",
    r"por favor|puedes?|podrías?",
)
# What a customer wants or misses.
_WANTS = _any_of(
    r"want|need|would like|can i|could i|how (?:do|can|long|much)|trying to|waiting|refund",
    r"(?:ca|wo|is|did|does|was|has|have)n['’]?t|not working|still|never",
    r"not (?:yet|received|arrived|come)|missing",
    r"möchte|brauche|ich will|wollte|kann ich|wie (?:kann|lange|viel)|warte|immer noch",
    r"(?:funktioniert|geht|klappt) (?:\w+ )?nicht|noch nicht|fehlt|fehlen",
    r"nicht (?:bekommen|erhalten|angekommen)",
    r"je voudrais|j['’]aimerais|je veux|besoin|comment|puis-je|attends|ne \w+ pas|toujours pas",
    r"pas encore|manque\w*",
    r"quiero|quisiera|necesito|cómo|puedo|espero|no funciona|todavía|aún no|no ha llegado|falta\w*",
    r"sigo",
)
# The team commits itself to something that is still to come.
_PROMISES = _any_of(
    r"we['’]?ll|i['’]?ll|(?:we|i|team|they) will|will (?:get|contact|update|reply|look|send)",
    r"will (?:write|answer|call|ring|ask|check|try|confirm|come back)|by (?:mon|tues|wednes|thurs"
    r"|fri)day|i am (?:checking|asking|looking)",
    r"we(?:['’]re| are) (?:working|looking|checking|investigating)|get back to you|keep you posted",
    r"(?:wir|ich) (?:werden|werde|melde|melden|kümmer\w+|prüf\w+)|sobald|in kürze",
    r"(?:nous|je) (?:allons|vais|reviendr\w+|reviens|revenons)|vous tiendr\w+",
    r"(?:le|les|te) (?:avisar\w+|informar\w+|contactar\w+|responder\w+)|(?:vamos|voy) a|en breve",
)
# Something was done, not only said.
_ACTIONS = _any_of(
    r"(?:we|i|they|team)(?:['’]?ve| have| has)|has been|have been|was|were",
    r"(?:wir|ich) (?:haben|habe)|wurden?|worden",
    r"nous avons|j['’]ai|a été|ont été",
    r"hemos|he|ha sido|han sido",
)
# It is over: the customer says so.
_SOLVED = _any_of(
    r"(?:it|that|this|all|everything)(?:['’]?s| is| has been)? (?:\w+ )?(?:work(?:s|ed|ing)|fixed"
    r"|solved|resolved|sorted)",
    r"works now|working now|fixed (?:it|now)|got it working|did the trick|never mind|nevermind",
    r"(?:funktioniert|geht|klappt) (?:jetzt|wieder|nun)|hat (?:geklappt|funktioniert)",
    r"erledigt|gelöst",
    r"ça (?:marche|fonctionne)|c['’]est (?:bon|réglé|résolu)|tout est réglé",
    r"ya (?:funciona|está|quedó)|(?:está|quedó) (?:solucionado|resuelto|arreglado)",
)
_QUESTION_MARKS = "?？؟"


def is_manners(sentence: str) -> bool:
    """Thanks, apologies and wishes are in it."""
    return _MANNERS.search(sentence) is not None


def gives_step(sentence: str) -> bool:
    """It tells or asks the other side to do something."""
    return _STEPS.search(sentence) is not None


def asks_back(sentence: str) -> bool:
    """The other side must do something before it can go on."""
    return is_question(sentence) or _ASKS_BACK.search(sentence) is not None


def wants_something(sentence: str) -> bool:
    """A wish, a lack or a complaint that asks for something."""
    return is_question(sentence) or _WANTS.search(sentence) is not None


def is_question(sentence: str) -> bool:
    """It carries a question mark of any script."""
    return any(mark in sentence for mark in _QUESTION_MARKS)


def tells_of_action(sentence: str) -> bool:
    """It says that something was done."""
    return _ACTIONS.search(sentence) is not None


def is_promise(sentence: str) -> bool:
    """It commits the speaker to something still to come."""
    return _PROMISES.search(sentence) is not None


def is_solved(sentence: str) -> bool:
    """It says that the matter is settled."""
    return _SOLVED.search(sentence) is not None and not is_question(sentence)
