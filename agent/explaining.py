"""What a receipt lets us say of its decision: what would have changed it, and the last gate's word.

Reads what was stored, and decides nothing again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.core.counterfactual import Answer, Counterfactual, smallest_change
from agent.core.policy import Autonomy, Kind
from agent.core.score import score_words
from agent.core.standing import MAY_SEND

Plain = Mapping[str, Any]


def counterfactual_of(receipt: Plain) -> Counterfactual | None:
    """The smallest change that would have let the run go further; of a rehearsal, the real run.

    None where it went as far as there is, or where no rule decided (overtaken, noted before).
    """
    decided = receipt.get("decided") or {}
    told = decided.get("would") or decided
    if not told.get("findings") or "autonomy" not in told:
        return None
    topic = (receipt.get("proposed") or {}).get("topic") or {}
    return smallest_change(
        Autonomy[str(told["autonomy"]).upper()],
        answers_of(told["findings"]),
        topic=topic.get("name") or "",
        no_reply=told.get("why") or told.get("reply_why") or "",
        lacks_right=_standing(receipt) not in MAY_SEND,
    )


def _standing(receipt: Plain) -> str:
    right = (receipt.get("facts") or {}).get("right") or {}
    return str(right.get("standing", ""))


def answers_of(findings: Sequence[Sequence[Any]]) -> tuple[Answer, ...]:
    """Findings as a receipt keeps them: rule, kind, level, applies, evidence."""
    return tuple(
        Answer(rule=rule, kind=Kind(kind), level=Autonomy[level.upper()], applies=applies)
        for rule, kind, level, applies, _ in findings
    )


def counterfactual_json(receipt: Plain) -> dict[str, Any] | None:
    """The same for a script."""
    found = counterfactual_of(receipt)
    if found is None:
        return None
    return {
        "autonomy": found.autonomy.name.lower(),
        "if": [{"rule": change.rule, "words": change.words} for change in found.changes],
        "certain": found.is_certain,
        "words": str(found),
    }


def score_lines(proposed: Plain) -> list[str]:
    """The score of the proposed reply and what it is made of; none where there is none."""
    score = proposed.get("score")
    if not score:
        return []
    parts = [(part["name"], part["value"], part["words"]) for part in score["parts"]]
    return [score_words(score["value"], parts)]


def gate_words(decided: Plain) -> list[str]:
    """What the outbound gate said of the reply's text, a line each; none where it was not asked."""
    objections = decided.get("objections") or ()
    if objections:
        return [f"refused: {o['check']}  {o['evidence']}".rstrip() for o in objections]
    if decided.get("reply"):
        return ["passed: the approved answer with verified slots"]
    why = decided.get("reply_why")
    return [f"not reached: {why}"] if why else []
