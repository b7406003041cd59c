"""Runs: every run, searched and filtered, page by page."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from agent.console.looks import page
from agent.console.parts import Parts
from agent.core.rules import RULES
from agent.ports import Disposition, Run, RunState
from agent.run_search import PAGE, RunQuery, place_from, place_text

FIELDS = ("text", "state", "outcome", "topic", "rule", "since", "until")


def show(request: Request) -> Response:
    """A page of the list. What cannot be understood is told, and left out of the search."""
    parts: Parts = request.app.state.parts
    wanted = {name: request.query_params.get(name, "").strip()[:200] for name in FIELDS}
    problems: list[str] = []
    query = _query(wanted, problems, after=request.query_params.get("after", ""))
    found = parts.search.find_runs(query)
    runs, more = found[:PAGE], len(found) > PAGE
    return page(
        request,
        "runs.html",
        runs=runs,
        wanted=wanted,
        problems=problems,
        is_filtered=any(wanted.values()),
        older=_address(wanted, runs[-1]) if more else "",
        is_first=not query.after,
        states=list(RunState),
        outcomes=list(Disposition),
        topics=[topic.name for topic in parts.policy().topics],
        rules=sorted({rule.id for rule in RULES} | {"no-grant"}),
    )


def _query(wanted: dict[str, str], problems: list[str], *, after: str) -> RunQuery:
    until = _day(wanted["until"], problems)
    return RunQuery(
        text=wanted["text"],
        state=RunState(wanted["state"]) if wanted["state"] in set(RunState) else None,
        disposition=(
            Disposition(wanted["outcome"]) if wanted["outcome"] in set(Disposition) else None
        ),
        topic=wanted["topic"],
        rule=wanted["rule"],
        since=_day(wanted["since"], problems),
        until=until + timedelta(days=1) if until else None,
        after=place_from(after),
        limit=PAGE + 1,
    )


def _day(text: str, problems: list[str]) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        problems.append(f"“{text}” is no date; write it as 2026-11-30.")
        return None


def _address(wanted: dict[str, str], last: Run) -> str:
    return "/runs?" + urlencode(
        {k: v for k, v in wanted.items() if v} | {"after": place_text(last)}
    )
