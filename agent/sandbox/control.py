"""The sandbox's own calls under `/_sandbox/`: no key, no faults, no limits."""

from collections.abc import Callable, Coroutine
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agent.errors import InputError
from agent.sandbox.faults import FaultRule, Faults
from agent.sandbox.ids import stamp
from agent.sandbox.plans import parse_plan
from agent.sandbox.planting import plant
from agent.sandbox.records import Json, Value
from agent.sandbox.speaking import (
    SOMEBODY,
    customer_says,
    teammate_changes,
    teammate_drafts,
    teammate_notes,
    teammate_says,
)
from agent.sandbox.world import World

_FAULT_FIELDS = {field.name for field in fields(FaultRule)}
Do = Callable[[Request, Json], Any]


def control_routes(world: World, faults: Faults) -> list[Route]:
    """The routes, to stand before everything else."""
    control = _Control(world, faults)
    table: tuple[tuple[str, str, Do], ...] = (
        ("GET", "/_sandbox/truth", control.truth),
        ("GET", "/_sandbox/requests", control.requests),
        ("GET", "/_sandbox/faults", control.faults),
        ("POST", "/_sandbox/faults", control.set_faults),
        ("GET", "/_sandbox/switches", control.switches),
        ("POST", "/_sandbox/switches", control.set_switches),
        ("POST", "/_sandbox/clock", control.advance),
        ("POST", "/_sandbox/keys", control.make_key),
        ("POST", "/_sandbox/bounces", control.bounce),
        ("POST", "/_sandbox/conversations", control.add_conversation),
        ("POST", "/_sandbox/conversations/{id}", control.change),
        ("POST", "/_sandbox/conversations/{id}/messages", control.say),
        ("POST", "/_sandbox/conversations/{id}/notes", control.note),
        ("POST", "/_sandbox/conversations/{id}/drafts", control.draft),
    )
    return [Route(path, _answering(do), methods=[method]) for method, path, do in table]


def _answering(do: Do) -> Callable[[Request], Coroutine[Any, Any, JSONResponse]]:
    async def answer(request: Request) -> JSONResponse:
        try:
            body = await request.json() if request.method == "POST" else {}
            return JSONResponse(do(request, body))
        except (InputError, ValueError, TypeError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except KeyError as error:
            return JSONResponse({"error": f"missing or unknown: {error}"}, status_code=404)

    return answer


class _Control:
    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def truth(self, request: Request, _body: Json) -> Value:
        """Everything that is true; `?conversation=` for one, by id or key."""
        world = self._world
        wanted = request.query_params.get("conversation")
        with world.lock:
            world.catch_up()
            if wanted:
                return world.truth(world.conversation(wanted))
            return {
                "now": stamp(world.now()),
                "conversations": [world.truth(c) for c in world.conversations.values()],
                "drafts": [
                    {"id": d.id, "customer": d.customer_id, "body": d.body, "by": d.created_by}
                    for d in world.drafts.values()
                    if d.gone_at is None
                ],
                "deliveries": [_with_times(asdict(d)) for d in world.deliveries],
                "requests": len(world.requests),
            }

    def requests(self, request: Request, _body: Json) -> Value:
        """The newest requests, without bodies; `?last=` says how many."""
        with self._world.lock:
            last = int(request.query_params.get("last", 1_000))
            newest = list(self._world.requests)[-last:] if last else []
        hidden = {"body", "key"}
        rows = [{k: v for k, v in asdict(r).items() if k not in hidden} for r in newest]
        return [_with_times(row) for row in rows]

    def faults(self, _request: Request, _body: Json) -> Value:
        """The rules in force."""
        return [asdict(rule) for rule in self._faults.rules]

    def set_faults(self, _request: Request, body: Value) -> Value:
        """Replace the rules: one, a list, or an empty list."""
        given = body if isinstance(body, list) else [body]
        for one in given:
            unknown = set(one) - _FAULT_FIELDS
            if unknown:
                raise InputError(f"unknown field {sorted(unknown)}; use {sorted(_FAULT_FIELDS)}")
        self._faults.set(*(FaultRule(**one) for one in given))
        return [asdict(rule) for rule in self._faults.rules]

    def switches(self, _request: Request, _body: Json) -> Value:
        """How every switch stands."""
        return self._world.switches.as_dict()

    def set_switches(self, _request: Request, body: Json) -> Value:
        """Switch some."""
        with self._world.lock:
            self._world.switches.set_all({name: str(value) for name, value in body.items()})
        return self._world.switches.as_dict()

    def advance(self, _request: Request, body: Json) -> Value:
        """Move the clock ahead by `advance_seconds`."""
        with self._world.lock:
            self._world.clock.advance(timedelta(seconds=float(body["advance_seconds"])))
            self._world.catch_up()
            return {"now": stamp(self._world.now())}

    def make_key(self, _request: Request, body: Json) -> Value:
        """A new key: `without` roles, of a `pod`, or `expired`."""
        made = self._world.make_key(
            without=body.get("without", ()),
            pod=body.get("pod", "prod1"),
            expired=bool(body.get("expired")),
        )
        return {"key": made}

    def bounce(self, _request: Request, body: Json) -> Value:
        """From now on delivery to `address` fails."""
        with self._world.lock:
            self._world.bouncing.add(str(body["address"]))
            return sorted(self._world.bouncing)

    def add_conversation(self, _request: Request, body: Json) -> Value:
        """A conversation as in a loader's file."""
        with self._world.lock:
            made = plant(self._world, [parse_plan(body, "request")])
            return self._world.truth(made[0])

    def change(self, request: Request, body: Json) -> Value:
        """A teammate changes `status`, `assigned`, `spam`, `deleted`, `merged_into`, …"""
        author = body.pop("author", SOMEBODY)
        where = request.path_params["id"]
        return self._world.truth(teammate_changes(self._world, where, body, author=author))

    def say(self, request: Request, body: Json) -> Value:
        """A customer (`direction` "in", the default) or a teammate ("out") speaks."""
        where = request.path_params["id"]
        if body.get("direction", "in") == "in":
            said = customer_says(self._world, where, body["text"])
        else:
            author = body.get("author", SOMEBODY)
            said = teammate_says(self._world, where, body["text"], author=author)
        return {"id": said.id, "sent_at": stamp(said.sent_at)}

    def note(self, request: Request, body: Json) -> Value:
        """A teammate writes a note."""
        where, author = request.path_params["id"], body.get("author", SOMEBODY)
        return {"id": teammate_notes(self._world, where, body["body"], author=author).id}

    def draft(self, request: Request, body: Json) -> Value:
        """A teammate begins a reply."""
        where, author = request.path_params["id"], body.get("author", SOMEBODY)
        return {"id": teammate_drafts(self._world, where, body["body"], author=author).id}


def _with_times(row: Json) -> Json:
    return {k: stamp(v) if isinstance(v, datetime) else v for k, v in row.items()}
