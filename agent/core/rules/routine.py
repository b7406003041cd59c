"""Rules on the topic: is it routine, clear, and answered in the customer's language?"""

from hashlib import sha256

from agent.core.certificate import Standing
from agent.core.policy import Aside, Facts
from agent.core.situation import matched_topic, turn_message
from agent.core.team_policy import Level

ALL = 100  # percent


def model_stood_in(facts: Facts) -> str | None:
    """The configured model failed, so its judgement of the topic is missing."""
    return facts.proposal.stood_in or None


def transcript_cut(facts: Facts) -> str | None:
    """The model judged without having seen everything."""
    return facts.proposal.shortened or None


def model_changed(facts: Facts) -> str | None:
    """Another model answers than the one that the team tried and trusts."""
    return facts.proposal.new_model or None


def topic_unclear(facts: Facts) -> str | None:
    """The nearest topic is not far enough ahead of the next one."""
    guess, wanted = facts.proposal.topic, facts.policy.min_margin
    if guess.name is None or guess.margin >= wanted:
        return None
    return f"margin {guess.margin:.2f}, under {wanted:.2f}"


def less_clear(facts: Facts) -> str | None:
    """Clear enough for a draft that a teammate looks at, not for sending unseen."""
    topic, wanted = matched_topic(facts), facts.policy.send_margin
    margin = facts.proposal.topic.margin
    if topic is None or margin >= wanted:
        return None
    return f"margin {margin:.2f}, under {wanted:.2f} for sending"


def unsupported_language(facts: Facts) -> str | None:
    """The team answers by itself in some languages only."""
    languages, language = facts.policy.languages, facts.proposal.language
    if not languages or matched_topic(facts) is None or language in languages:
        return None
    return f"{language or 'an unknown language'}, not one of {', '.join(sorted(languages))}"


def no_answer_in_language(facts: Facts) -> str | None:
    """There is an approved answer, but none in the customer's language."""
    topic, language = matched_topic(facts), facts.proposal.language
    if topic is None:
        return None
    if language not in topic.answers:
        return f"no approved answer in {language or 'an unknown language'}"
    if topic.languages and language not in topic.languages:
        return f"{topic.name} is not answered in {language}"
    return None


def canary_share(facts: Facts) -> str | None:
    """Only a share of a topic's replies is sent; which ones depends on the turn alone."""
    topic = matched_topic(facts)
    if topic is None or topic.level is not Level.SEND or topic.share >= ALL:
        return None
    turn = f"{facts.conversation.id}:{facts.message_id}"
    place = int(sha256(f"share:{turn}".encode()).hexdigest(), 16) % ALL
    if place < topic.share:
        return None
    return (
        f"{topic.share} % of {topic.name} is sent; this is one of the other {ALL - topic.share} %"
    )


def certificate(facts: Facts) -> str | None:
    """A topic sends by itself only with a certificate, or while a lead answers for it by name."""
    topic, right = matched_topic(facts), facts.right
    if topic is None or topic.level is not Level.SEND or not facts.gathered:
        return None
    if right is None:
        return "whether it is certified was not read"
    if right.standing is Standing.WAIVED:
        return Aside(f"uncertified: {right.words}")
    if right.standing is not Standing.CERTIFIED:
        return f"not certified: {right.words}"
    score = facts.proposal.score.value if facts.proposal.score is not None else 0.0
    if score < right.threshold:
        return f"score {score:.2f}, under {right.threshold:.2f} from which the certificate holds"
    return None


def routine_topic_draft(facts: Facts) -> str | None:
    """The topic has climbed to drafts."""
    return _routine(facts, Level.DRAFT)


def routine_topic_send(facts: Facts) -> str | None:
    """The topic has climbed to sending."""
    return _routine(facts, Level.SEND)


def _routine(facts: Facts, level: Level) -> str | None:
    topic, message = matched_topic(facts), turn_message(facts)
    if topic is None or message is None or topic.level is not level or not topic.answers:
        return None
    if topic.channels and message.channel not in topic.channels:
        return None
    return f"{topic.name} is at {level}"
