"""What does not fit together in a policy, though each part of it could be right alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.core.asks import ASKS_FOR_A_PERSON
from agent.core.disclosure import LINES
from agent.core.outgoing_text import MAX_REPLY, reply_problem
from agent.core.phrases import fold
from agent.core.slots import FROM_MESSAGE
from agent.core.team_policy import Level, SlotKind
from agent.policy_file.answers import Answer, text_problem
from agent.policy_file.countries import country_problem
from agent.policy_file.lines import Path as Place
from agent.policy_file.problems import Problem, either
from agent.policy_file.shape import (
    AudienceTable,
    HoursTable,
    PolicyFile,
    ReplyTable,
    TopicTable,
)

Misfit = tuple[Place, str]  # where in the policy; the key's value and what to write instead
_MAY_ANSWER = frozenset({Level.DRAFT, Level.SEND})
_NARROWEST = min(MAX_REPLY, key=lambda channel: MAX_REPLY[channel])


def policy_misfits(policy: PolicyFile, answers: Sequence[Answer]) -> Iterator[Misfit]:
    """All of them, in the order of the tables. Asks for no file but the holidays' package."""
    yield from _reply_misfits(policy.reply)
    yield from _hours_misfits(policy.hours)
    yield from _audience_misfits(policy.audience)
    for name, topic in policy.topics.items():
        own = [answer for answer in answers if answer.topic == name]
        yield from _language_misfits(name, topic, policy.reply, own)
        yield from _slot_misfits(name, topic, own)


def answer_misfits(policy: PolicyFile, answers: Sequence[Answer]) -> Iterator[Problem]:
    """What is wrong in an answer's file, seen from its topic."""
    for answer in answers:
        topic = policy.topics.get(answer.topic)
        if topic is None:
            continue
        for slot, line in answer.slots():
            if slot not in topic.slots:
                words = f"there is no [topics.{answer.topic}.slots.{slot}] in the policy"
                yield Problem(
                    file=answer.file, line=line, words=f"{words}; write that table: source = …"
                )
        for channel in topic.channels:
            if len(answer.text) > MAX_REPLY[channel]:
                words = f"has {len(answer.text)} characters; {channel} takes {MAX_REPLY[channel]}"
                yield Problem(file=answer.file, words=words)


def no_answer(folder: Path, name: str) -> str:
    """What to write for a topic that has no approved answer."""
    return (
        f"[topics.{name}] has no approved answer; write {folder / name}.en.md "
        '(or another language), or set level = "off"'
    )


def _reply_misfits(reply: ReplyTable) -> Iterator[Misfit]:
    hosts = frozenset(reply.links)
    for language, line in reply.disclosure.items():
        place: Place = ("reply", "disclosure", language)
        if "\n" in line.strip() or "{{" in line:
            yield place, "write one line, without slots"
        elif why := text_problem(line, hosts) or reply_problem(line, _NARROWEST):
            yield place, why
        elif ASKS_FOR_A_PERSON.find(fold(line)) is None:
            known = LINES.get(language, LINES["en"])
            yield place, f'does not say how to reach a person; write such as "{known}"'


def _hours_misfits(hours: HoursTable) -> Iterator[Misfit]:
    if hours.region and not hours.country:
        yield ("hours", "region"), 'needs its country; write country = "DE", or leave it out'
    if hours.country and (found := country_problem(hours.country, hours.region)):
        key, words = found
        yield ("hours", key), words


def _audience_misfits(audience: AudienceTable) -> Iterator[Misfit]:
    for kind in ("tags", "teams", "queues"):
        only: list[str] = getattr(audience, f"only_{kind}")
        never: list[str] = getattr(audience, f"never_{kind}")
        folded = {name.casefold() for name in only}
        for position, name in enumerate(never):
            if name.casefold() in folded:
                words = f'"{name}" is in only_{kind} too; leave it out of one of the two'
                yield ("audience", f"never_{kind}", position), words


def _language_misfits(
    name: str, topic: TopicTable, reply: ReplyTable, answers: Sequence[Answer]
) -> Iterator[Misfit]:
    written = sorted(answer.language for answer in answers)
    if not written:
        return  # told once, with the file to write
    for position, language in enumerate(topic.languages):
        if language not in written:
            words = (
                f'"{language}" has no approved answer; write {name}.{language}.md, or leave it out'
            )
            yield ("topics", name, "languages", position), words
    if topic.level not in _MAY_ANSWER:
        return
    place: Place = ("topics", name, "level")
    used = [one for one in written if one in (topic.languages or written)]
    if reply.languages and not set(used) & set(reply.languages):
        words = f"its answers are in {either(used)}, and [reply] languages lists none of these"
        yield place, words
    for language in used:
        if language not in LINES and language not in reply.disclosure:
            words = f'nothing in "{language}" says that an automatic assistant wrote it; write '
            yield place, f'{words}{language} = "…" under [reply.disclosure]'


def _slot_misfits(name: str, topic: TopicTable, answers: Sequence[Answer]) -> Iterator[Misfit]:
    used = {slot for answer in answers for slot, _ in answer.slots()}
    for slot, table in topic.slots.items():
        if table.source == FROM_MESSAGE and table.kind == SlotKind.TEXT and not table.pattern:
            words = (
                'kind "text" with source "message" takes any words of the customer\'s; write what '
                "they may be, such as pattern = 'red|green|blue', or choose another kind"
            )
            yield ("topics", name, "slots", slot), words
        if answers and slot not in used:
            words = f"no answer holds {{{{{slot}}}}}; write it there, or leave the slot out"
            yield ("topics", name, "slots", slot), words
