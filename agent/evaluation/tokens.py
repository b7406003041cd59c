"""What a conversation costs to read: our prompt beside a naive one, and how much of it a server
can keep when one more message comes.

Tokens are estimated at four bytes each: no tokenizer fits every model, and here only what is
compared counts.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from statistics import mean

from agent.core.conversation import Message
from agent.core.transcript import Transcript
from agent.evaluation.figures import Beside, Figure, Section, Unit, Wanted
from agent.evaluation.talks import Talk, messages_of, transcript_of_talk
from agent.evaluation.watch import Watch

BYTES_A_TOKEN = 4
AT_MOST_TIMES, AT_LEAST_UNCHANGED = 1.2, 0.80
NAIVE = "Summarise this support conversation for a teammate, and name its topic."

Render = Callable[[Transcript], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one conversation. `unchanged` is None where there is only one message."""

    fixed: int
    growing: int
    cleaned: int
    naive: int
    unchanged: float | None


def cost_of(talk: Talk, render: Render) -> Cost:
    """Tokens of each part; `render` gives what is always the same, and the rest."""
    messages = messages_of(talk)
    transcript = transcript_of_talk(talk)
    whole = "".join(render(transcript))
    fixed = tokens("".join(render(replace(transcript, subject="", lines=()))))
    cleaned = "\n".join((transcript.subject, *(line.text for line in transcript.lines)))
    return Cost(
        fixed,
        tokens(whole) - fixed,
        tokens(cleaned),
        tokens(NAIVE + json.dumps([_resource(message) for message in messages])),
        _unchanged(talk, messages, whole, render) if len(messages) > 1 else None,
    )


def tokens(text: str) -> int:
    """About how many a model's server counts."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_A_TOKEN)


def _unchanged(talk: Talk, messages: Sequence[Message], whole: str, render: Render) -> float:
    before = "".join(render(transcript_of_talk(talk, messages[:-1])))
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, whole, strict=False))
    return sum(1 for _ in same) / len(whole)


def _resource(message: Message) -> dict[str, object]:
    """A message as Kustomer's API gives it, the fewest of its fields."""
    return {
        "type": "message",
        "id": f"{int(message.id):024x}",
        "attributes": {
            "channel": message.channel,
            "direction": message.direction.value,
            "preview": message.text,
            "sentAt": message.sent_at.isoformat(),
            "createdAt": message.created_at.isoformat(),
        },
    }


def tokens_section(talks: Sequence[Talk], render: Render, watch: Watch, *, data: str) -> Section:
    """Means over conversations."""
    costs = [cost_of(talk, render) for talk in watch.each(talks) if talk.texts]
    cleaned = sum(cost.cleaned for cost in costs)
    unchanged = [cost.unchanged for cost in costs if cost.unchanged is not None]
    naive = mean(cost.naive for cost in costs)
    return Section(
        key="tokens",
        title="Tokens",
        means="What a model reads of a conversation: our instructions, always the same, and the "
        "transcript, which grows. Estimated at four bytes a token.",
        figures=(
            Figure(
                key="per_conversation",
                name="tokens a conversation, without the fixed part",
                means="What each conversation costs to read beyond our instructions.",
                value=mean(cost.growing for cost in costs),
                unit=Unit.NUMBER,
                beside=(
                    Beside(key="naive", name="naive prompt: messages as JSON", value=naive),
                    Beside(
                        key="cleaned", name="the cleaned words alone", value=cleaned / len(costs)
                    ),
                ),
            ),
            Figure(
                key="times_cleaned",
                name="times the cleaned words",
                means="References, authors and times are added to what people wrote.",
                value=sum(cost.growing for cost in costs) / max(1, cleaned),
                unit=Unit.NUMBER,
                wanted=Wanted(value=AT_MOST_TIMES, at_least=False),
                beside=(
                    Beside(
                        key="naive",
                        name="naive prompt: messages as JSON",
                        value=sum(cost.naive for cost in costs) / max(1, cleaned),
                    ),
                ),
            ),
            Figure(
                key="fixed",
                name="tokens of the fixed part",
                means="Our instructions. Servers keep them from call to call and charge less.",
                value=round(mean(cost.fixed for cost in costs)),
                unit=Unit.COUNT,
            ),
            Figure(
                key="unchanged_prefix",
                name="of the prompt, unchanged after one more message",
                means="What stays the same from the beginning on is not read anew.",
                value=mean(unchanged) if unchanged else None,
                wanted=Wanted(value=AT_LEAST_UNCHANGED),
            ),
        ),
        data=f"{data}: {len(costs)} conversations",
    )
