"""Traces by OpenTelemetry: what is told of a poll, a run, a request and a call of the model."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from agent.adapters.kustomer.traced import TracedTransport, template_of
from agent.adapters.telemetry import OpenTelemetry
from agent.errors import HelpdeskRefused, ModelUnavailable
from agent.trace_port import NO_TRACES
from agent.traces_wiring import is_wanted, traces_of
from tests.adapters.model.builders import KEY, POLICY, SECRET, model_at, transcript
from tests.adapters.model.server import ModelServer
from tests.collector import Collector
from tests.small_world import KETTLE, SmallWorld

STEPS = ("read", "propose", "decide", "act", "finish")


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traces(exported: InMemorySpanExporter) -> Iterator[OpenTelemetry]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    opened = OpenTelemetry(provider)
    yield opened
    opened.close()


def named(exported: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exported.get_finished_spans() if span.name == name]


def told(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def everything(exported: InMemorySpanExporter) -> str:
    return "\n".join(span.to_json() for span in exported.get_finished_spans())


# --- runs and polls -----------------------------------------------------------------------------


def traced_world(traces: OpenTelemetry) -> SmallWorld:
    world = SmallWorld()
    runner = world.daemon.runner
    world.daemon.runner = replace(runner, pipeline=replace(runner.pipeline, traces=traces))
    world.daemon.poller.traces = traces
    world.engine.start(world.daemon.runner.carry_out, world.daemon.runner.around)
    return world


def test_a_run_holds_its_steps(traces: OpenTelemetry, exported: InMemorySpanExporter) -> None:
    world = traced_world(traces)
    conversation_id = world.conversation()
    world.live()
    (run,) = named(exported, "run")

    assert run.context is not None
    for step in STEPS:
        (span,) = named(exported, f"run.{step}")
        assert parent(span) == run.context.span_id
        assert told(span)["sidenote.run.id"] == world.run(conversation_id).id


def test_a_poll_says_how_many_runs_it_found(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    world = traced_world(traces)
    world.conversation()
    world.conversation()
    world.live()

    found = [told(span)["sidenote.poll.runs"] for span in named(exported, "poll")]
    assert (found[0], sum(found)) == (2, 2)


def test_a_step_that_fails_tells_the_errors_class_and_not_its_words(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    world = traced_world(traces)
    world.conversation()
    world.helpdesk.fail(HelpdeskRefused("GET /messages: 400 body-of-it"), on="messages")
    world.live()

    (step,), (run,) = named(exported, "run.read"), named(exported, "run")
    assert told(step)["error.type"] == "HelpdeskRefused"
    assert step.status.status_code is StatusCode.ERROR
    assert told(run)["sidenote.run.stopped"] is True
    assert "body-of-it" not in everything(exported)


def test_no_span_holds_a_customers_word(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    world = traced_world(traces)
    world.conversation(KETTLE, "Mara Lind, mara@mail.example, card 4111111111111111. Any news?")
    world.live()

    spans = everything(exported)
    assert spans
    for word in ("kettle", "Kettle", "Mara", "mail.example", "4111", "news"):
        assert word not in spans


# --- requests to Kustomer -----------------------------------------------------------------------


def ask_kustomer(traces: OpenTelemetry, path: str, answer: httpx.Response | Exception) -> None:
    def answered(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    transport = TracedTransport(httpx.MockTransport(answered), traces)
    headers = {"Authorization": "Bearer secret-key"}
    with httpx.Client(
        base_url="https://shop.api.kustomerapp.com", transport=transport, headers=headers
    ) as client:
        client.get(path, params={"q": "mara@mail.example"})


def test_a_request_is_told_by_the_conventions_names(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    ask_kustomer(traces, f"/v1/conversations/{'c' * 24}/messages", httpx.Response(200))
    (span,) = exported.get_finished_spans()

    assert (span.name, span.kind) == ("GET /v1/conversations/{id}/messages", SpanKind.CLIENT)
    assert told(span) == {
        "http.request.method": "GET",
        "url.template": "/v1/conversations/{id}/messages",
        "server.address": "shop.api.kustomerapp.com",
        "server.port": 443,
        "http.response.status_code": 200,
    }


def test_a_refused_request_is_an_error_with_its_status(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    ask_kustomer(traces, "/v1/users/current", httpx.Response(403))
    (span,) = exported.get_finished_spans()

    assert told(span)["error.type"] == "403"
    assert span.status.status_code is StatusCode.ERROR


def test_a_request_without_an_answer_tells_the_errors_class(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    with suppress(httpx.ConnectError):
        ask_kustomer(traces, "/v1/users/current", httpx.ConnectError("refused"))
    (span,) = exported.get_finished_spans()

    assert told(span)["error.type"] == "ConnectError"
    assert "http.response.status_code" not in told(span)


def test_neither_key_nor_address_nor_query_is_told(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    ask_kustomer(traces, "/v1/customers/email=mara@mail.example", httpx.Response(404))

    spans = everything(exported)
    assert "/v1/customers/email={value}" in spans
    for word in ("mara", "secret-key", "Bearer"):
        assert word not in spans


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/customers/search", "/v1/customers/search"),
        ("/v1/conversations/abc,def", "/v1/conversations/{id}"),
        ("/v1/customers/externalId=Mara", "/v1/customers/externalId={value}"),
        ("/v1/customers/Mara=x", "/v1/customers/{id}"),
        ("/v1/customers/email=ma/ra", "/v1/customers/email={value}/{id}"),
        ("/v1/customers/ma%20ra=x", "/v1/customers/{id}"),
        ("/v1/outbound-webhooks/65f0", "/v1/outbound-webhooks/{id}"),
    ],
)
def test_only_the_fixed_part_of_a_path_is_told(path: str, template: str) -> None:
    assert template_of(path) == template


# --- the model ----------------------------------------------------------------------------------


def test_a_call_of_the_model_is_told_with_its_tokens(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    with ModelServer("good") as server:
        model = model_at(server.url)
        model.traces = traces
        proposal = model.propose(transcript(), POLICY)
    (span,) = exported.get_finished_spans()

    assert (span.name, span.kind) == ("chat test-model", SpanKind.CLIENT)
    assert told(span)["gen_ai.operation.name"] == "chat"
    assert told(span)["gen_ai.request.model"] == "test-model"
    assert told(span)["gen_ai.response.model"] == "test-model"
    assert told(span)["gen_ai.conversation.id"] == "c1"
    assert told(span)["gen_ai.usage.input_tokens"] == proposal.usage.input_tokens > 0
    assert told(span)["gen_ai.usage.output_tokens"] == proposal.usage.output_tokens > 0


def test_neither_prompt_nor_answer_nor_key_is_told(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    with ModelServer("good") as server:
        model = model_at(server.url)
        model.traces = traces
        model.propose(transcript(), POLICY)

    spans = everything(exported)
    for word in (SECRET, "Ottilie", "lid", "KL-7", KEY):
        assert word not in spans


def test_a_model_that_fails_is_an_error_of_its_kind(
    traces: OpenTelemetry, exported: InMemorySpanExporter
) -> None:
    with ModelServer("closed") as server:
        model = model_at(server.url, seconds=3)
        model.traces = traces
        with pytest.raises(ModelUnavailable):
            model.propose(transcript(), POLICY)

    spans = exported.get_finished_spans()
    assert {told(span)["error.type"] for span in spans} == {"no_connection"}
    assert {span.status.status_code for span in spans} == {StatusCode.ERROR}


# --- on and off ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        pytest.param({}, False, id="nothing set"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True, id="a collector"),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True, id="for traces"
        ),
        pytest.param({"OTEL_TRACES_EXPORTER": "console"}, True, id="printed"),
        pytest.param({"OTEL_TRACES_EXPORTER": "otlp"}, True, id="the usual collector"),
        pytest.param(
            {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"},
            False,
            id="metrics only",
        ),
        pytest.param(
            {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"},
            False,
            id="switched off",
        ),
    ],
)
def test_the_standard_variables_switch_it_on(environment: dict[str, str], *, wanted: bool) -> None:
    assert is_wanted(environment) is wanted


def test_off_nothing_of_it_is_imported() -> None:
    look = (
        "import sys, agent.wiring; from agent.settings import load_settings; "
        "agent.wiring.App(load_settings({})).traces; "
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    environment = {"PATH": "/usr/bin", "HOME": "/nonexistent"}

    assert (
        subprocess.run([sys.executable, "-c", look], env=environment, check=False).returncode == 0
    )


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "possible are otlp, console and none"),
        (
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "only http/protobuf",
        ),
    ],
)
def test_what_is_not_spoken_here_is_told_and_stops_nothing(
    environment: dict[str, str], words: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        assert traces_of(environment) is NO_TRACES

    assert [words in line["why"] for line in lines] == [True]


def test_without_its_extra_it_is_told_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "agent.adapters.telemetry", None)
    with structlog.testing.capture_logs() as lines:
        assert traces_of({"OTEL_TRACES_EXPORTER": "otlp"}) is NO_TRACES

    assert ["[telemetry]" in line["why"] for line in lines] == [True]


def test_spans_reach_a_collector_under_our_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        opened = traces_of({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
        with opened.span("poll", {"sidenote.poll.runs": 2}):
            pass
        opened.close()

    assert collector.names == {"poll"}
    assert collector.resource["service.name"] == "sidenote"


def test_a_collector_that_is_gone_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = "http://127.0.0.1:9"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", gone)
    opened = traces_of({"OTEL_EXPORTER_OTLP_ENDPOINT": gone})
    with opened.span("poll"):
        pass
    opened.close()

    assert opened is not NO_TRACES
