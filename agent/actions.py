"""Sidenote's actions as Python calls, for scripts and for the console's HTTP API."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import MappingProxyType

from agent.notes import NoteDesk
from agent.sending import send
from agent.settings import Settings, load_settings
from agent.wanted import parse_wanted
from agent.wiring import App

NO_VARIABLES: Mapping[str, object] = MappingProxyType({})


def send_message(
    inputs: Mapping[str, object],
    *,
    variables: Mapping[str, object] = NO_VARIABLES,
    key: str | None = None,
    again: bool = False,
    settings: Settings | None = None,
    desk: NoteDesk | None = None,
) -> dict[str, object]:
    """Write a note, send a reply or record a customer's message; gives what became of it.

    `inputs` are `conversation_id` and `body`, and if need be `channel` and `direction` ("note",
    "out" or "in"); each may hold `{{path.to.value}}`, filled from `variables` (JSON values). The
    answer is `{"data": {"id", "attributes": {"body", "direction", "channel", "state"}}}`, where
    `state` is saved, sent, arrived, unknown, overtaken or failed.

    Each call is a new send, unless `key` names it: the same key never writes twice. Works on
    `desk` when one is given, else on `settings`, else on the environment and `.env`.

    Raises:
        InputError: an input or a variable is missing, unknown or of no use; nothing was done.
        ConfigError: the settings cannot work.
        TransientError: it did not get through. Call again with the same key or text.
        PermanentError: refused, or it is not certain whom it would reach.
    """
    wanted = parse_wanted(inputs, variables, key=key, again=again)
    if desk is not None:
        return send(desk, wanted).as_json()
    with _own_desk(settings) as own:
        return send(own, wanted).as_json()


@contextmanager
def _own_desk(settings: Settings | None) -> Iterator[NoteDesk]:
    with closing(App(settings or load_settings())) as app:
        yield app.desk
