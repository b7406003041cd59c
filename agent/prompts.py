"""Prompts are files that declare their inputs. A file that lies does not load.

The output format is not here: it goes to the model as a schema, from code.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from string import Template

from agent.core.slots import quoted_slots
from agent.core.team_policy import TeamPolicy, Topic
from agent.core.transcript import Line, Transcript
from agent.errors import ConfigError
from agent.shipped import shipped

FENCE = "<transcript>"  # what comes before it is ours; from here on it is other people's
LINE_BREAK = " ⏎ "  # inside a message, so that its text cannot pass for the next message

PAUSE = timedelta(hours=4)  # after which the time is told again; telling it always costs a fifth

# What could close our fences, or what a server's chat template reads as a change of speaker.
_TAG = re.compile(
    r"<(?=\s*/?\s*(?:transcript|topics|think|s)\b|\|)|\[(?=\s*/?\s*INST\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One file under `prompts/`. `version` is 12 hex digits of the hash of the whole file."""

    name: str
    version: str
    purpose: str
    inputs: frozenset[str]
    text: str

    def render(self, **values: str) -> tuple[str, str]:
        """The text in two parts: what stays the same between conversations, and the rest.

        The second part starts with the transcript's fence; it is empty in a prompt without one.
        Values are put in as they are: a `$` in them means nothing.

        Raises:
            KeyError: an input is missing.
        """
        fixed, fence, growing = self.text.partition(FENCE)
        return (
            Template(fixed).substitute(values).rstrip(),
            Template(fence + growing).substitute(values),
        )


def parse_prompt(name: str, source: str) -> Prompt:
    """Read a prompt file: a TOML header between two lines of `+++`, then a `string.Template`.

    Raises:
        ConfigError: no header, a header that is no TOML or lacks a field, a `$` that stands
            for nothing, or inputs that are not exactly those the text uses.
    """
    try:
        before, header, text = source.split("+++\n", 2)
        meta = tomllib.loads(header)
        purpose, inputs = str(meta["purpose"]), frozenset(map(str, meta["inputs"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"prompts/{name}.md: cannot read the header: {error}") from error
    template = Template(text)
    used = frozenset(template.get_identifiers())
    if before.strip():
        raise ConfigError(f"prompts/{name}.md: the file must begin with +++")
    if inputs != used:
        said = f"says it takes {sorted(inputs)} but uses {sorted(used)}"
        raise ConfigError(f"prompts/{name}.md: {said}")
    if not template.is_valid():
        raise ConfigError(f"prompts/{name}.md: a $ that is no input must be written $$")
    version = sha256(source.encode()).hexdigest()[:12]
    return Prompt(name=name, version=version, purpose=purpose, inputs=inputs, text=text.strip())


def load_prompts(folder: Path | None = None) -> dict[str, Prompt]:
    """Every prompt of the installation (or of `folder`) by name, in the order of their names.

    Raises:
        ConfigError: a file cannot be used, see `parse_prompt`.
    """
    files = sorted((folder or shipped("prompts")).glob("*.md"))
    return {file.stem: parse_prompt(file.stem, file.read_text("utf-8")) for file in files}


@dataclass(frozen=True, slots=True)
class SummaryPrompt:
    """`prompts/summary.md`, ready to be filled from a transcript and the team's policy."""

    prompt: Prompt

    @property
    def version(self) -> str:
        """The version of the file."""
        return self.prompt.version

    def render(
        self,
        transcript: Transcript,
        policy: TeamPolicy,
        *,
        first_word: str = "",
        last_word: str = "",
    ) -> tuple[str, str]:
        """Our instructions, the same for every conversation, and the fenced transcript.

        The check words stand at the very beginning and at the very end.
        """
        return self.prompt.render(
            first_word=first_word,
            last_word=last_word,
            language=policy.note.language,
            max_words=str(policy.note.max_words),
            topics="\n".join(map(_topic, policy.topics)) or "(there are none)",
            transcript=render_transcript(transcript),
        )


def summary_prompt(folder: Path | None = None) -> SummaryPrompt:
    """The summary prompt of the installation, or of `folder`.

    Raises:
        ConfigError: the file is missing or cannot be used.
    """
    prompts = load_prompts(folder)
    if "summary" not in prompts:
        raise ConfigError("prompts/summary.md: not in this installation; install sidenote again")
    return SummaryPrompt(prompts["summary"])


def render_transcript(transcript: Transcript) -> str:
    """One line per message, oldest first: `m1 customer: text`.

    A line `2026-11-03 09:12, email` (UTC) stands before the first message of a day, of another
    channel, and after a pause. Line breaks inside a message become `⏎`, and tags that could end
    our fence lose their bracket. What our last note said of messages that are left out comes last.
    Same transcript, same bytes; a message more only adds to the end.
    """
    lines = [f"subject: {_tame(transcript.subject)}"] if transcript.subject else []
    if transcript.left_out:
        lines.append(f"({transcript.left_out} messages are left out)")
    told: Line | None = None
    for line in transcript.lines:
        if told is None or _is_elsewhere(line, told):
            told = line
            channel = _tame(line.channel) or "unknown channel"
            lines.append(f"{line.sent_at:%Y-%m-%d %H:%M}, {channel}")
        lines.append(_line(line))
    lines += [f"last note, {s.section.value}: {_tame(s.text)}" for s in transcript.earlier]
    return "\n".join(lines)


def _is_elsewhere(line: Line, told: Line) -> bool:
    """Whether the time and channel that were told last do not hold for this message."""
    if line.channel != told.channel or line.sent_at.date() != told.sent_at.date():
        return True
    return line.sent_at - told.sent_at >= PAUSE


def _line(line: Line) -> str:
    unread = "".join(f" (attachment, not read: {name})" for name in line.unread)
    return f"{line.ref} {line.author.kind.value}: {_tame(line.text + unread)}"


def _topic(topic: Topic) -> str:
    examples = "; ".join(f'"{_tame(example)}"' for example in topic.examples)
    described = f"- {topic.name}: {_tame(topic.description)}"
    slots = ", ".join(f"{slot.name} ({slot.kind.value})" for slot in quoted_slots(topic))
    described += f" Slots: {slots}." if slots else ""
    return f"{described} For example: {examples}" if examples else described


def _tame(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()  # half an emoji cannot be sent
    one_line = LINE_BREAK.join(part.strip() for part in text.splitlines() if part.strip())
    return _TAG.sub(lambda bracket: "‹" if bracket[0] == "<" else "(", one_line)
