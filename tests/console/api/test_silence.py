"""What the API's framework would trace by itself: addresses in queries, and errors' texts."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.console.api.world import Api


def test_no_request_is_traced_by_a_provider_that_others_set_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exported))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)

    assert api.get("/customers", params={"email": "mara@mail.example"}).status_code == 200

    assert exported.get_finished_spans() == ()
