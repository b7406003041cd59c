"""A conversation whose routine question was drafted an answer to, on a Sandbox."""

from contextlib import closing
from datetime import UTC, datetime

from agent.engine import STEPS
from agent.poller import Poller
from agent.ports import Run, RunState
from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from agent.tidying import Tidying
from agent.wiring import App

QUESTION = "Where is my order? I ordered last week and have no tracking number."


def drafted(sandbox: Sandbox) -> Run:
    """The run that waits, made on the settings of this environment; its topic must be at draft."""
    asked = sandbox.add_conversation(
        "where", QUESTION, subject="Order 40-2291", customer_email="mara@mail.example"
    )
    with closing(App(load_settings())) as app:
        app.store.watermark(datetime(2020, 1, 1, tzinfo=UTC))  # so that it is no backlog
        Poller(
            reader=app.kustomer,
            store=app.store,
            clock=app.clock,
            quiet=app.settings.quiet,
            tidy=Tidying(app.desk).tidy,
        ).poll()
        (run,) = app.store.runs(conversation_id=asked.id)
        given: list[dict[str, object]] = []
        for step in STEPS:
            given.append(getattr(app.pipeline, step)(run.turn, *given))
        (ended,) = app.store.runs(conversation_id=asked.id)
    assert ended.state is RunState.AWAITING_APPROVAL, ended.because
    return ended
