"""Which versions of the prompts made which notes, as far as receipts tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from agent.ports import Run, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How many runs a version was used in, from the first to the last, by the run's time."""

    runs: int
    first: datetime
    last: datetime
    engines: tuple[str, ...] = ()  # the models that answered, by name


def prompt_uses(store: Store, *, step: Callable[[], None] = lambda: None) -> Mapping[str, Use]:
    """Uses by version. Runs whose receipts were pruned, and the offline engine's, have none."""
    found: dict[str, Use] = {}
    for run in store.runs():
        step()
        proposed = (store.receipt(run.id) or {}).get("proposed") or {}
        version = str(proposed.get("prompt_version") or "")
        if version:
            found[version] = _with(found.get(version), run, str(proposed.get("engine") or ""))
    return found


def _with(known: Use | None, run: Run, engine: str) -> Use:
    at = run.updated_at
    if known is None:
        return Use(runs=1, first=at, last=at, engines=(engine,))
    return replace(
        known,
        runs=known.runs + 1,
        first=min(known.first, at),
        last=max(known.last, at),
        engines=tuple(sorted({*known.engines, engine})),
    )
