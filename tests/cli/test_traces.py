"""Traces of a real daemon, as a collector beside it gets them."""

from pathlib import Path

from agent.sandbox.server import Sandbox
from tests.collector import Collector
from tests.processes import Sidenote, environment_of

SAID = "Hello, the lid of the kettle from order 40-2291 arrived cracked. I need a new lid, please."


def test_a_daemons_spans_reach_the_collector_with_ids_alone(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    conversation = sandbox.add_conversation(
        "kettle", SAID, "out: Sorry. I asked the warehouse.", "Any news on it?", subject="Kettle"
    )
    with Collector() as collector:
        environment = environment_of(
            sandbox,
            f"sqlite:///{tmp_path / 'sidenote.sqlite'}",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        )
        daemon = Sidenote(
            "start", "--once", "--json", folder=tmp_path / "out", environment=environment
        )
        assert daemon.printed()["noted"] == 1

    assert {"poll", "run", "run.act", "POST /v1/conversations/{id}/notes"} <= collector.names
    (run,) = [span for span in collector.spans if span.name == "run"]
    within = {span.name for span in collector.spans if span.trace_id == run.trace_id}
    assert {"run.read", "run.propose", "run.decide", "run.act", "run.finish"} <= within
    assert "POST /v1/conversations/{id}/notes" in within
    sent = b"".join(collector.bodies)
    assert conversation.id.encode() in sent
    for word in (b"kettle", b"Kettle", b"warehouse", sandbox.key.encode()):
        assert word not in sent
