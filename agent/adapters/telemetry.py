"""Traces by OpenTelemetry, sent by OTLP over HTTP or printed.

Importing this costs 0.2 s of CPU, and its packages are an extra: import it only where the
environment asks for traces. The provider is our own and never made the process's: libraries that
trace by themselves (FastAPI, the model's client) put addresses and queries into their spans.
"""

import logging
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode

from agent.errors import ConfigError
from agent.log import logger
from agent.trace_port import Attributes

CLOSE_WITHIN = 3.0  # seconds; a collector that is gone must not hold up a stop
SILENCE = 600.0  # seconds after which spans that do not get through are worth another line
_HTTP = "http/protobuf"


class OpenTelemetry:
    """`agent.trace_port.Traces` over a provider of spans."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("sidenote", version("sidenote"))

    @contextmanager
    def span(
        self, name: str, attributes: Attributes | None = None, *, is_call: bool = False
    ) -> Iterator["_Span"]:
        """See `Traces`."""
        with self._tracer.start_as_current_span(
            name,
            kind=SpanKind.CLIENT if is_call else SpanKind.INTERNAL,
            attributes=attributes,
            record_exception=False,  # its text and stack may hold more than ids
            set_status_on_exception=False,
        ) as inner:
            span = _Span(inner)
            try:
                yield span
            except BaseException as error:
                span.failed_unless_told(type(error).__name__)
                raise

    def close(self) -> None:
        """See `Traces`."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(CLOSE_WITHIN)


class _Span:
    def __init__(self, inner: OtelSpan) -> None:
        self._inner = inner
        self._is_told = False

    def tell(self, attributes: Attributes) -> None:
        """See `Span`."""
        self._inner.set_attributes(attributes)

    def failed(self, kind: str) -> None:
        """See `Span`."""
        self._is_told = True
        self._inner.set_attribute("error.type", kind)
        self._inner.set_status(Status(StatusCode.ERROR))

    def failed_unless_told(self, kind: str) -> None:
        """An error that leaves the block; the block itself may have told more of it."""
        if not self._is_told:
            self.failed(kind)


class _Told(SpanExporter):
    """An exporter whose failures are one line now and then, and not the package's own many."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._quiet_until = 0.0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; what does not get through is lost."""
        sent = self._inner.export(spans)
        if sent is not SpanExportResult.SUCCESS and time.monotonic() > self._quiet_until:
            self._quiet_until = time.monotonic() + SILENCE
            logger().warning("traces.not-sent", spans=len(spans))
        return sent

    def shutdown(self) -> None:
        """Let go of it."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._inner.force_flush(timeout_millis)


def open_traces(environment: Mapping[str, str]) -> OpenTelemetry:
    """Traces as the standard variables want them. The packages read the others by themselves.

    Raises:
        ConfigError: they name an exporter or a protocol that is not here.
    """
    provider = TracerProvider(resource=_resource(environment), shutdown_on_exit=False)
    if environment.get("OTEL_TRACES_EXPORTER", "").strip() == "console":
        provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr)))
    else:
        provider.add_span_processor(BatchSpanProcessor(_Told(_otlp(environment))))
    return OpenTelemetry(provider)


def _otlp(environment: Mapping[str, str]) -> SpanExporter:
    name = environment.get("OTEL_TRACES_EXPORTER", "").strip() or "otlp"
    if name != "otlp":
        raise ConfigError(f"OTEL_TRACES_EXPORTER is {name!r}; possible are otlp, console and none")
    for variable in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        protocol = environment.get(variable, "").strip()
        if protocol not in {"", _HTTP}:
            raise ConfigError(f"{variable} is {protocol!r}; only {_HTTP} is spoken here")
    # Here, because printing needs none of it.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # see `_Told`
    return OTLPSpanExporter()


def _resource(environment: Mapping[str, str]) -> Resource:
    named = "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    own = {"service.version": version("sidenote")}
    if not named and not environment.get("OTEL_SERVICE_NAME"):
        own["service.name"] = "sidenote"
    return Resource.create(own)
