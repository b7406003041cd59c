"""Figures for Prometheus at `/metrics`, the same from every worker: they come from the database.

Only with a token, scope metrics or read: counts of runs and topics are a company's own business,
and a page without one would also be open to every program on the machine.
"""

from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from agent.console.api.admission import admit
from agent.console.api.parts import ApiParts
from agent.console.api.problems import Refused, answer, of_error
from agent.console.certificate_figures import certificate_figures
from agent.core.tokens import Scope
from agent.errors import AgentError
from agent.ports import DeliveryState, Disposition, RunState

PATH = "/metrics"
DAY = timedelta(days=1)
TEXT = "text/plain; version=0.0.4; charset=utf-8"
QUEUED = (RunState.WAITING, RunState.HELD)
ENDS = tuple(
    state
    for state in DeliveryState
    if state not in {DeliveryState.INTENDED, DeliveryState.SAVED, DeliveryState.SENT}
)
_QUANTILES = {"0.5": 9, "0.9": 17, "0.95": 18}  # of twentieths

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


def metrics_for(api: ApiParts) -> Endpoint:
    """The endpoint."""

    def shown(request: Request) -> Response:
        try:
            admit(request, api, Scope.METRICS, Scope.READ)
            return Response(exposition(api), media_type=TEXT)
        except Refused as error:
            return answer(error.status, error.detail, headers=error.headers)
        except AgentError as error:
            return of_error(api, error)

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(shown, request)

    return endpoint


def exposition(api: ApiParts) -> bytes:
    """All figures as Prometheus reads them.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Once(tuple(families(api, api.parts.clock.now()))))
    return generate_latest(registry)


def families(api: ApiParts, now: datetime) -> Iterator[Metric]:
    """Every figure. Names and meanings are kept: dashboards and alerts rest on them."""
    yield from _runs(api)
    yield from _speed(api, now)
    yield from _usage(api)
    yield from certificate_figures(
        api.parts.policy(),
        api.parts.store.certificate_events(),
        api.figures.proposals_by_label(),
        now,
    )
    yield from _state(api)


class _Once(Collector):
    """Figures that were read already."""

    def __init__(self, found: tuple[Metric, ...]) -> None:
        self._found = found

    def collect(self) -> tuple[Metric, ...]:
        """Those."""
        return self._found


def _runs(api: ApiParts) -> Iterator[Metric]:
    done = api.figures.runs_by_outcome()
    ended = CounterMetricFamily(
        "sidenote_runs", "Runs that are done, by how they ended.", labels=["disposition"]
    )
    for outcome in Disposition:
        if outcome is not Disposition.FAILED:  # a failed run is not done: a retry may mend it
            ended.add_metric([outcome.value], done.get(outcome.value, 0))
    yield ended
    counts = api.parts.store.count_runs()
    states = GaugeMetricFamily(
        "sidenote_runs_by_state", "Runs in the database, by state.", labels=["state"]
    )
    for state in RunState:
        states.add_metric([state.value], counts.get(state, 0))
    yield states
    waiting = sum(counts.get(state, 0) for state in QUEUED)
    yield GaugeMetricFamily("sidenote_runs_waiting", "Runs that wait or are held.", waiting)
    yield from _writes(api)


def _writes(api: ApiParts) -> Iterator[Metric]:
    written = api.figures.writes_by_state()
    replies = CounterMetricFamily(
        "sidenote_replies", "Replies to customers, by what became of them.", labels=["state"]
    )
    notes = CounterMetricFamily(
        "sidenote_notes", "Notes for the team, by what became of them.", labels=["state"]
    )
    for state in ENDS:
        replies.add_metric([state.value], written.get(("reply", state.value), 0))
        notes.add_metric([state.value], written.get(("note", state.value), 0))
    yield replies
    yield notes


def _speed(api: ApiParts, now: datetime) -> Iterator[Metric]:
    seconds = api.parts.search.seconds_to_note(now - DAY)
    times = GaugeMetricFamily(
        "sidenote_message_to_note_seconds",
        "Seconds from a customer's message to its note, of the last 24 hours' newest 500.",
        labels=["quantile"],
    )
    if seconds:
        some = seconds if len(seconds) > 1 else seconds * 2  # one alone has no quantiles
        cuts = quantiles(some, n=20, method="inclusive")
        for name, place in _QUANTILES.items():
            times.add_metric([name], cuts[place])
    yield times


def _usage(api: ApiParts) -> Iterator[Metric]:
    used = api.usage()
    yield CounterMetricFamily(
        "sidenote_kustomer_requests", "Requests to Kustomer, of all workers.", used.requests
    )
    yield GaugeMetricFamily(
        "sidenote_kustomer_requests_last_minute",
        "Requests to Kustomer in the last 60 seconds.",
        used.requests_a_minute,
    )
    yield GaugeMetricFamily(
        "sidenote_request_budget_per_minute",
        "How many requests a minute are ours.",
        used.requests_allowed,
    )
    yield CounterMetricFamily(
        "sidenote_model_tokens", "Tokens that the model read and wrote.", used.model_tokens
    )
    yield CounterMetricFamily(
        "sidenote_model_cost", "What the model cost, in the unit of its prices.", used.model_cost
    )


def _state(api: ApiParts) -> Iterator[Metric]:
    paused = api.parts.paused() is not None
    yield GaugeMetricFamily("sidenote_paused", "1 while all writes are stopped.", int(paused))
    lights = GaugeMetricFamily(
        "sidenote_up", "1 while that part does its work, as far as is known here.", labels=["part"]
    )
    for light in api.parts.lights():
        lights.add_metric([light.name.lower()], int(light.is_well))
    yield lights
    build = InfoMetricFamily("sidenote_build", "The program.")
    build.add_metric([], {"version": api.parts.version})
    yield build
