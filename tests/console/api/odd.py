"""Odd requests at the whole API, made from its own description.

`python -m tests.console.api.odd [HOW_MANY [SEED]]` prints how many there were and how they were
answered.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from agent.core.team_policy import Level
from agent.ports import RunState
from tests.console.api.world import EVERYTHING, Api, api_at, bearer
from tests.test_answering import ask

MANY = 10_000
BROKEN = 500
Statuses = Counter[int]


def a_busy_team(folder: Path) -> Api:
    """A team with notes, a draft that waits and a run that failed."""
    api = api_at(folder, Level.DRAFT)
    api.world.conversation()
    ask(api.world)
    api.world.live()
    return api


def odd_requests(api: Api, requests: int, *, start: int = 0) -> Statuses:
    """Send at least that many, the same share to each call; gives how often each status came.

    Another `start` makes other requests. Raises what schemathesis finds: a status of 500 or above,
    or an answer that the description does not know.
    """
    described = api.client.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    every: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]
    known, statuses = _known(api), Counter[int]()
    while (left := requests - sum(statuses.values())) > 0:  # few calls have little to vary
        for operation in every:
            start += 1
            ask_oddly = _asking(api, operation, known, statuses)
            share = settings(ODD, max_examples=-(-left // len(every)))
            cases = given(case=_cases(operation), is_known=st.booleans())
            seed(start)(share(cases(ask_oddly)))()
    return statuses


ODD = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _cases(operation: Any) -> st.SearchStrategy[Any]:
    """As described, and as not described."""
    kinds = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]
    return st.one_of(*kinds)


def _asking(
    api: Api, operation: Any, known: dict[str, str], statuses: Statuses
) -> Callable[..., None]:
    held = bearer(api.token(*EVERYTHING))

    def ask_oddly(case: Any, is_known: bool) -> None:
        if is_known:  # or hardly any request would get past a 404
            for name in set(case.path_parameters or {}) & set(known):
                case.path_parameters[name] = known[name]
        api.world.store.resume()  # one of the odd requests may have paused
        asked = case.as_transport_kwargs(base_url="http://127.0.0.1:8321/api/v1")
        headers = {k: v for k, v in asked.pop("headers").items() if k.lower() != "authorization"}
        asked.pop("cookies", None)
        if isinstance(asked.get("data"), str | bytes):
            asked["content"] = asked.pop("data")
        answer = api.client.request(**asked, headers={**headers, **held})
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    return ask_oddly


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def _known(api: Api) -> dict[str, str]:
    (run,) = api.world.store.runs(states=(RunState.AWAITING_APPROVAL,))
    return {
        "conversation_id": run.turn.conversation_id,
        "run_id": run.id,
        "name": "order-status",
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
        from_seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
        found = odd_requests(a_busy_team(Path(folder)), wanted, start=from_seed)
    broken = sum(count for status, count in found.items() if status >= BROKEN)
    print(f"{sum(found.values()):,} requests, {broken} of them answered 500 or above")
    print(", ".join(f"{status}: {count:,}" for status, count in sorted(found.items())))
