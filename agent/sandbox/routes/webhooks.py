"""Outbound webhooks: where Kustomer calls when something happens. At most five by users."""

from agent.sandbox.answers import Answer, Refusal, nothing, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.fields import Shape, many, one_of, shaped, text
from agent.sandbox.ids import object_id, stamp
from agent.sandbox.records import Json, WebhookRecord
from agent.sandbox.resources import org
from agent.sandbox.ringing import EVENTS

MOST = 5
_PATH = "/v1/outbound-webhooks"
_HEADER = shaped({"name": text(), "value": text()}, ["name", "value"])
_NEW = Shape(
    {
        "name": text(255, 1),
        "url": text(2_000, 1),
        "events": many(one_of(*EVENTS), 12),
        "headers": many(_HEADER),
    },
    ("name", "url", "events"),
)
# Kustomer takes https only; a receiver on this machine has no certificate.
_TAKEN = ("https://", "http://127.0.0.1:", "http://localhost:", "http://[::1]:")


def _list(call: Call) -> Answer:
    return call.listed(list(call.world.webhooks.values()), _json)


def _create(call: Call) -> Answer:
    fields = call.checked(_NEW)
    if not fields["url"].startswith(_TAKEN):
        raise Refusal(400, "badparam", "Invalid parameter", parameter="url")
    if len(call.world.webhooks) >= MOST:
        raise Refusal(400, "badparam", "Too many outbound webhooks", parameter="events")
    webhook_id = call.world.new_id("webhook")
    made = WebhookRecord(
        id=webhook_id,
        name=fields["name"],
        url=fields["url"],
        events=tuple(fields["events"]),
        headers=fields.get("headers", []),
        token=object_id(f"{call.world.seed}:token:{webhook_id}") * 2,
        created_at=call.world.now(),
    )
    call.world.webhooks[made.id] = made
    told = _json(made)
    # Told once, so that a client which loses it has to make another webhook.
    told["attributes"]["token"] = made.token
    return one(told, status=201, applied=True)


def _delete(call: Call) -> Answer:
    del call.world.webhooks[call.known(call.world.webhooks).id]
    return nothing()


def _json(record: WebhookRecord) -> Json:
    return {
        "type": "outbound_webhook",
        "id": record.id,
        "attributes": {
            "name": record.name,
            "url": record.url,
            "events": list(record.events),
            "headers": record.headers,
            "enabled": record.enabled,
            "createdAt": stamp(record.created_at),
            "updatedAt": stamp(record.created_at),
        },
        "relationships": {"org": org()},
        "links": {"self": f"{_PATH}/{record.id}"},
    }


ROUTES = (
    Route("GET", _PATH, _list, "outbound_webhook.read"),
    Route("POST", _PATH, _create, "outbound_webhook.create"),
    Route("DELETE", f"{_PATH}/{{id}}", _delete, "outbound_webhook.delete"),
)
