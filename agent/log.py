"""Log lines: a fixed event name with keys, on stderr.

Never customer text, a key or a prompt: ids, counts, states and our own words only.
"""

import logging
import sys

import structlog


def configure(*, as_json: bool = False, level: int = logging.INFO) -> None:
    """Set the log's form: plain lines for people, or one JSON object a line."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=18)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if not as_json else "iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """The log. Call it as `logger().info("run.decided", run=run.id)`."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log
