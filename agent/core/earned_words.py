"""What a topic has earned on a channel, and what is missing, in sentences for a team."""

from collections.abc import Iterator

from agent.core.certificate import Certificate, RightToSend, Standing, Terms
from agent.core.earning import Earned
from agent.core.standing import last_day, percent

_CHANNELS = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp"}


def words_of(earned: Earned) -> str:
    """One sentence: the certificate where there is one, else what is missing."""
    return missing_words(earned) if earned.certificate is None else promise(earned.certificate)


def promise(certificate: Certificate) -> str:
    """What a certificate says, whether or not it still holds."""
    terms = certificate.terms
    matched = f", {certificate.compared:,} compared" if certificate.compared else ""
    return (
        f"With {percent(terms.confidence)} confidence at most {percent(terms.error_limit)} of "
        f"automatic {certificate.topic} replies by {by_channel(certificate.channel)} are wrong: "
        f"{certificate.reviewed:,} reviewed{matched}, {certificate.wrong:,} wrong, threshold "
        f"{certificate.threshold:.2f}, answers {percent_of(certificate.coverage)} of such "
        f"questions, valid until {last_day(certificate.valid_until)}."
    )


def missing_words(earned: Earned) -> str:
    """What is missing to unlock the threshold in work."""
    if earned.threshold is None:
        return "Nothing is missing: the loosest threshold has passed."
    counts = (
        f"{earned.reviewed:,} reviewed, {earned.wrong:,} wrong at threshold "
        f"{earned.threshold:.2f}, which answers {percent_of(earned.coverage)} of such questions"
    )
    if not earned.is_feasible:
        return (
            f"Not feasible as it is: {counts}; at least {percent(earned.at_least)} are wrong, "
            f"the limit is {percent(earned.terms.error_limit)}."
        )
    more = earned.more_clean or 0
    noun = "review" if more == 1 else "reviews"
    return f"{more:,} more clean {noun} to a certificate of {limit_words(earned.terms)}: {counts}."


def short_words(right: RightToSend, earned: Earned | None) -> str:
    """Such as "certified until 12 Feb 2027", "41 more clean reviews", "taken back on …"."""
    if right.standing is Standing.CERTIFIED:
        return right.words.partition(":")[0]
    if right.standing is not Standing.MISSING or earned is None:
        return right.words
    if not earned.is_feasible:
        return "not feasible: too many wrong"
    more = earned.more_clean
    if more is None:
        return right.words
    return f"{more:,} more clean review{'' if more == 1 else 's'}"


def limit_words(terms: Terms) -> str:
    """What a certificate promises, in short."""
    return f"at most {percent(terms.error_limit)} wrong"


def asides(earned: Earned) -> tuple[str, ...]:
    """What does not count, and why; each a sentence."""
    return tuple(_asides(earned))


def _asides(earned: Earned) -> Iterator[str]:
    aside = earned.set_aside
    for differing, count in aside.others:
        maker = " and ".join(f"another {each}" for each in differing)
        yield f"{_reviews(count, 'earlier')} of {maker} and {_do(count)} not count."
    if aside.older:
        yield f"{_reviews(aside.older, 'older')} used up by an earlier certificate or alarm."
    if aside.again:
        yield f"{_reviews(aside.again, 'further clean')} of conversations that count already."
    if aside.earlier:
        yield f"{_reviews(aside.earlier, 'earlier')} used up in choosing the threshold."
    if aside.matched:
        yield (
            f"{_count(aside.matched, 'comparison')} with what a teammate sent {_do(aside.matched)} "
            "not count yet: too few were audited."
        )
    if aside.unlabelled:
        yield f"{_count(aside.unlabelled, 'proposal')} not reviewed."


def by_channel(channel: str) -> str:
    """A channel's name after "by"."""
    return _CHANNELS.get(channel, channel)


def percent_of(share: float) -> str:
    """A share in whole percent, but never 100 % or 0 % of what is not all or nothing."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{share:.0%}".replace("%", " %")


def _reviews(count: int, which: str) -> str:
    return f"{_count(count, f'{which} review')} {'was' if count == 1 else 'were'}"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _do(count: int) -> str:
    return "does" if count == 1 else "do"
