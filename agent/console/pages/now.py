"""Now: what runs, what waits, how it goes, and what is wrong."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from agent.console.charts import PARTS, days_of, share, stacked
from agent.console.looks import page
from agent.console.parts import Parts
from agent.core.handled import middle_and_most
from agent.core.levels import effective
from agent.core.team_policy import Level
from agent.ports import RunState
from agent.run_search import RunQuery

DAYS = 14
RECENT = 10
WEEK = timedelta(days=7)
MOST_RULES = 6


def show(request: Request) -> Response:
    """The first page."""
    parts: Parts = request.app.state.parts
    now = parts.clock.now()
    counts = parts.store.count_runs()
    since = now - timedelta(days=DAYS)
    days = days_of(parts.search.runs_by_day(since), last=now.date(), days=DAYS)
    held = parts.search.held_by_rule(now - WEEK)
    policy = effective(parts.policy(), parts.store.level_changes())
    standings = parts.standings.words(parts.store, policy, now)
    return page(
        request,
        "now.html",
        counts=counts,
        queued=counts[RunState.WAITING] + counts[RunState.HELD],
        waiting=counts[RunState.AWAITING_APPROVAL],
        failed=counts[RunState.FAILED],
        running=counts[RunState.RUNNING],
        today=days[-1].parts,
        chart=stacked(days),
        legend=[(name, words) for name, (words, _) in PARTS.items()],
        has_runs=any(day.total for day in days),
        times=middle_and_most(parts.search.seconds_to_note(now - WEEK)),
        held=sorted(held.items(), key=lambda found: (-found[1], found[0]))[:MOST_RULES],
        share=share,
        climbing=[
            (topic, standings[topic.name])
            for topic in policy.topics
            if topic.level is Level.SEND or standings[topic.name]
        ],
        lights=parts.lights(),
        meters=parts.meters(),
        recent=parts.search.find_runs(RunQuery(limit=RECENT)),
    )
