"""Whether traces are asked for, by the variables that every program with OpenTelemetry reads."""

from collections.abc import Mapping

from agent.errors import ConfigError
from agent.log import logger
from agent.trace_port import NO_TRACES, Traces

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
MISSING = "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"


def traces_of(environment: Mapping[str, str]) -> Traces:
    """Traces, if they are asked for and can be had; else none, and nothing is imported.

    Never raises: a machine may set these for all its programs, and no run waits for its traces.
    """
    if not is_wanted(environment):
        return NO_TRACES
    try:  # here, because the packages are an extra and take 0.2 s to import
        from agent.adapters.telemetry import open_traces  # noqa: PLC0415
    except ImportError:
        logger().warning("traces.off", why=f"the extra [telemetry] is missing: {MISSING}")
        return NO_TRACES
    try:
        return open_traces(environment)
    except ConfigError as error:
        logger().warning("traces.off", why=str(error))
        return NO_TRACES


def is_wanted(environment: Mapping[str, str]) -> bool:
    """An exporter is named, or a collector; and nobody switched it off."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "").strip()
    if exporter:
        return exporter != "none"
    return any(environment.get(name, "").strip() for name in ENDPOINTS)
