"""Topics: how far each has climbed and how it did; a lead raises and lowers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from agent.console.looks import page
from agent.console.pages.run import LONGEST_REASON, told
from agent.console.parts import Parts
from agent.console.standings import Word as Standing
from agent.core.levels import LADDER, LevelChange, effective, in_force, newest, next_step
from agent.core.slots import GAP
from agent.core.standing import may_send_somewhere
from agent.core.team_policy import Level, TeamPolicy, Topic
from agent.errors import InputError
from agent.levels import Word, lower_topic, raise_topic
from agent.ports import Store
from agent.topic_figures import TopicFigures, figures_of

WEEK = timedelta(days=7)
Change = Callable[[Store, TeamPolicy, Word], LevelChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One topic at its level, with its figures and its history, newest first."""

    topic: Topic
    step: Level | None
    below: tuple[Level, ...]
    set_by: LevelChange | None
    figures: TopicFigures
    answers: tuple[tuple[str, Markup], ...]
    history: tuple[LevelChange, ...]
    standings: tuple[Standing, ...]  # by channel
    lacks_right: bool  # to send, where that is asked for


def show(request: Request) -> Response:
    """All topics of the policy."""
    parts: Parts = request.app.state.parts
    file, changes = parts.policy(), parts.store.level_changes()
    counts = parts.store.topic_counts(parts.clock.now() - WEEK)
    held = newest(changes)
    policy = effective(file, changes)
    now, events = parts.clock.now(), parts.store.certificate_events()
    standings = parts.standings.words(parts.store, policy, now)
    topics = [
        Shown(
            topic=topic,
            step=next_step(topic.level),
            below=LADDER[: LADDER.index(topic.level)],
            set_by=in_force(starts, held),
            figures=figures_of(topic.name, counts),
            answers=tuple(
                (language, marked(text)) for language, text in sorted(topic.answers.items())
            ),
            history=tuple(c for c in reversed(changes) if c.topic == topic.name),
            standings=standings[topic.name],
            lacks_right=not may_send_somewhere(events, topic, now, terms=policy.certificates),
        )
        for topic, starts in zip(policy.topics, file.topics, strict=True)
    ]
    return page(request, "topics.html", topics=topics, ladder=LADDER, Level=Level)


def raise_(request: Request) -> Response:
    """One step up."""
    form = request.state.form
    if form.get("to") == Level.SEND and not form.get("sure"):
        return _back("Nothing was changed: tick that no teammate looks first.")
    return _changed(request, raise_topic)


def lower(request: Request) -> Response:
    """Down at once."""
    return _changed(request, lower_topic)


def marked(text: str) -> Markup:
    """An approved answer with its slots marked."""
    pieces, at = [], 0
    for gap in GAP.finditer(text):
        pieces += [Markup("{}").format(text[at : gap.start()])]
        pieces += [Markup('<mark class="slot">{}</mark>').format(gap[1])]
        at = gap.end()
    return Markup("").join([*pieces, Markup("{}").format(text[at:])])


def _changed(request: Request, change: Change) -> Response:
    parts: Parts = request.app.state.parts
    form = request.state.form
    if form.get("to") not in set(Level):
        return _back("The form is not whole; open the page again.")
    word = Word(
        topic=request.path_params["topic"],
        to=Level(form["to"]),
        by=request.state.who.name,
        at=parts.clock.now(),
        why=form.get("why", "").strip()[:LONGEST_REASON],
    )
    try:
        made = change(parts.store, parts.policy(), word)
    except InputError as error:
        return _back(f"Nothing was changed: {error}.")
    return _back(f"{made.topic}: {made.was} → {made.level}, in force now.")


def _back(said: str) -> Response:
    return told("/topics", said)
