"""One run as text that a person reads: what was read, proposed, decided and done, and why."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.core.policy import NO_HEADERS
from agent.explaining import counterfactual_of, gate_words, score_lines
from agent.ports import Delivery, Run, RunState

FIRST_WORDS = 60  # characters of the customer's message that are shown
_LABEL = 9  # columns of a line's label
_MARGIN = " " * 7

Plain = Mapping[str, Any]


def render_receipt(
    run: Run,
    receipt: Plain | None,
    deliveries: Sequence[Delivery] = (),
    *,
    with_all: bool = False,
    width: int | None = None,
) -> str:
    """The receipt; times are the machine's own zone. Lines are folded at `width` columns, if any.

    Rules that did not apply are counted, or listed `with_all`. Without `receipt` (not ended yet,
    or pruned) it says so and shows what the run itself still tells.
    """
    lines = [_headline(run), _line("run", f"{run.id}  {run.state}{_tries(run)}")]
    lines.append(_line("turn", _turn(run, receipt)))
    if receipt is None:
        lines += [_line("receipt", _no_receipt(run)), *_done(run, {}, deliveries)]
    else:
        lines += _reading(receipt)
        lines += _proposal(receipt.get("proposed") or {})
        lines += _right(receipt.get("facts") or {})
        lines += _decision(receipt, with_all=with_all)
        lines += _done(run, receipt.get("did") or {}, deliveries)
    lines += _stopped(run)
    return "\n".join(_folded(line, width) for line in lines)


def _headline(run: Run) -> str:
    said = run.autonomy or str(run.state)
    because = f"   because  {', '.join(run.because)}" if run.because else ""
    outcome = f"{run.disposition}" if run.disposition else "not ended"
    return f"{said} · {outcome}{because}"


def _tries(run: Run) -> str:
    return f", tried {run.tries} times" if run.tries > 1 else ""


def _turn(run: Run, receipt: Plain | None) -> str:
    words = f'  "{_first_words(run.turn.message_id, receipt)}"' if receipt else ""
    name = " ".join(str(run.snapshot.get("name") or "").split())
    about = f"  {name}" if name else ""
    return f"{_moment(run.message_at)}{words}  conversation {run.turn.conversation_id}{about}"


def _first_words(message_id: str, receipt: Plain) -> str:
    for message in (receipt.get("read") or {}).get("messages") or ():
        if message.get("message_id") == message_id:
            text = " ".join(str(message.get("text", "")).split())
            return text if len(text) <= FIRST_WORDS else text[: FIRST_WORDS - 1].rstrip() + "…"
    return "…"


def _no_receipt(run: Run) -> str:
    if run.state in {RunState.DONE, RunState.FAILED} and run.error is None:
        return "its content was removed (SIDENOTE_KEEP_DAYS)"
    return "none yet: it is written when the run ends"


def _reading(receipt: Plain) -> list[str]:
    read = receipt.get("read") or {}
    parts = [
        _count(read.get("message_count", 0), "message"),
        _count(read.get("notes_read"), "note"),
    ]
    if read.get("left_out"):
        parts.append(f"{read['left_out']} left out for length")
    unread = [name for line in read.get("messages") or () for name in line.get("unread") or ()]
    if unread:
        parts.append(f"{_count(len(unread), 'attachment')} not read")
    if any(f[4] == NO_HEADERS for f in (receipt.get("decided") or {}).get("findings") or ()):
        parts.append(f"e-mail {NO_HEADERS}")
    at = f"  at {_clock(read['read_at'])}" if read.get("read_at") else ""
    return [_line("read", ", ".join(parts) + at)]


def _proposal(proposed: Plain) -> list[str]:
    if not proposed.get("engine"):
        return [_line("engine", "none: nothing was to be summarised")]
    topic = proposed.get("topic") or {}
    name, margin = topic.get("name"), topic.get("margin") or 0.0
    usage = proposed.get("usage") or {}
    cost = (
        f"  {usage.get('input_tokens', 0)} + {usage.get('output_tokens', 0)} tokens"
        if usage.get("calls")
        else ""
    )
    stood_in = f"  stood in: {proposed['stood_in']}" if proposed.get("stood_in") else ""
    lines = [
        _line("topic", f"{name} (margin {margin:.2f})" if name else "none of the list"),
        *(_line("score", words) for words in score_lines(proposed)),
        _line("engine", f"{proposed['engine']}{cost}{stood_in}"),
    ]
    for statement in proposed.get("statements") or ():
        text = " ".join(str(statement.get("text", "")).split())
        cited = ", ".join(str(i)[-6:] for i in statement.get("message_ids") or ())
        doubt = f"  unverified: {statement['unverified']}" if statement.get("unverified") else ""
        lines.append(_line(str(statement.get("section", "")), f"{text}  [{cited}]{doubt}"))
    for text, reason in proposed.get("dropped") or ():
        lines.append(_line("dropped", f"{' '.join(str(text).split())}  ({reason})"))
    lines += [_line("untold", " ".join(str(one).split())) for one in proposed.get("left_out") or ()]
    return lines


def _right(facts: Plain) -> list[str]:
    """What the topic may do on this channel; read only where a reply was in reach."""
    right = facts.get("right") or {}
    return [_line("right", str(right["words"]))] if right.get("words") else []


def _decision(receipt: Plain, *, with_all: bool) -> list[str]:
    """Rules, the outbound gate, and what would have changed it; a rehearsal tells of the real."""
    decided = receipt.get("decided") or {}
    would = decided.get("would")
    lines = _rehearsed(would) if would else []
    lines += _rules(would or decided, with_all=with_all)
    lines += [_line("gate", words) for words in gate_words(would or decided)]
    lesser = counterfactual_of(receipt)
    return [*lines, _line("", str(lesser))] if lesser is not None else lines


def _rehearsed(would: Plain) -> list[str]:
    because = ", ".join(would.get("because") or ())
    lines = [_line("would", f"{would.get('autonomy')}   because  {because}")]
    if would.get("reply"):
        to = f" to {would['to']}" if would.get("to") else ""
        lines.append(_line("reply", f"by {would.get('channel') or 'its channel'}{to}:"))
        lines += [_line("", text) for text in str(would["reply"]).splitlines() if text.strip()]
    if would.get("note"):
        lines.append(_line("note", str(would["note"]).splitlines()[0]))
        lines += [_line("", text) for text in str(would["note"]).splitlines()[1:] if text.strip()]
    return lines


def _rules(decided: Plain, *, with_all: bool) -> list[str]:
    because = set(decided.get("because") or ())
    findings = list(decided.get("findings") or ())
    shown = [f for f in findings if with_all or f[3] or f[0] in because]
    # What decided first, then what applied, then the rest; the table's order within each.
    shown.sort(key=lambda f: (f[0] not in because, not f[3]))
    known = {f[0] for f in findings}
    width = max((len(name) for name in [*(f[0] for f in shown), *because]), default=0)
    lines = [_rule(f, deciding=f[0] in because, width=width) for f in shown]
    # Reasons that no rule had to find, such as "no-grant".
    lines += [f"     * {name}" for name in sorted(because - known)]
    silent = len(findings) - len(shown)
    if silent:
        lines.append(_line("", f"{_count(silent, 'other rule')} did not apply"))
    return lines


def _rule(finding: Sequence[Any], *, deciding: bool, width: int) -> str:
    name, kind, level, applies, evidence = finding
    mark = "*" if deciding else " "
    effect = f"{'up to' if kind == 'grant' else 'at most'} {str(level).upper()}" if applies else "–"
    text = " ".join(str(evidence).split()) or ("" if applies else "does not apply")
    return f"     {mark} {name:{width}}  {effect:15}  {text}".rstrip()


def _done(run: Run, did: Plain, deliveries: Sequence[Delivery]) -> list[str]:
    if not deliveries:
        if run.note_id or did.get("note_id"):
            return [_line("did", f"note {run.note_id or did.get('note_id')} was there already")]
        return [_line("did", "nothing was written")]
    written = [_line("did", _delivery(delivery)) for delivery in reversed(deliveries)]
    return [*written, *_draft(did)]


def _draft(did: Plain) -> list[str]:
    """What a teammate made of the draft, here or in Kustomer."""
    if not did.get("draft"):
        return []
    by = f" by {did['by']}" if did.get("by") else ""
    return [_line("draft", f"{did['draft']}{by}")]


def _delivery(delivery: Delivery) -> str:
    written = delivery.remote_id or "(no id)"
    attempts = _count(delivery.attempts, "attempt")
    error = f"  {delivery.error}" if delivery.error else ""
    at = _clock(delivery.updated_at.isoformat())
    return f"{delivery.action} {written}, {delivery.state} {at}, {attempts}{error}"


def _stopped(run: Run) -> list[str]:
    if run.error is None:
        return []
    lines = [_line("stopped", f"at {run.error.step}, {_moment(run.error.at)}: {run.error.message}")]
    if run.state is RunState.FAILED:
        lines.append(_line("", f"'sidenote retry {run.id}' goes on from there"))
    if run.state is RunState.HELD:
        lines.append(_line("", f"it goes on by itself, not before {_moment(run.due_at)}"))
    return lines


def _folded(line: str, width: int | None) -> str:
    if width is None or len(line) <= width:
        return line
    below = " " * (len(_MARGIN) + _LABEL)
    return textwrap.fill(
        line,
        max(width, 2 * len(below)),
        subsequent_indent=below,
        replace_whitespace=False,
        break_on_hyphens=False,  # rule ids stay whole
    )


def _line(label: str, text: str) -> str:
    return f"{_MARGIN}{label:{_LABEL}}{text}".rstrip()


def _count(number: int | None, noun: str) -> str:
    number = number or 0
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _moment(at: datetime) -> str:
    local = at.astimezone()
    return f"{local.day} {local:%b %H:%M}"


def _clock(iso: str) -> str:
    # Times in receipts are written by `isoformat`; anything else is shown as it stands.
    if not re.match(r"\d{4}-\d\d-\d\dT", iso):
        return iso
    return f"{datetime.fromisoformat(iso).astimezone():%H:%M:%S}"
