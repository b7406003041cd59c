"""Who a key belongs to, teammates, and the addresses the team sends from."""

from agent.sandbox.answers import Answer, dumps, one
from agent.sandbox.calls import Call, Route
from agent.sandbox.resources import ORG_ID, user_json


def _current(call: Call) -> Answer:
    """The machine user of the key; needs no role."""
    return one(user_json(call.world.teammates[call.actor]))


def _token(call: Call) -> Answer:
    token = {"type": "token", "id": ORG_ID, "attributes": {"user": call.actor}}
    return one({**token, "links": {"self": "/v1/auth/tokens/current"}})


def _teammate(call: Call) -> Answer:
    return one(user_json(call.known(call.world.teammates)))


def _accounts(call: Call) -> Answer:
    data = [
        {
            "type": "outbound_account",
            "attributes": {"channel": channel, "name": name, "account": account},
        }
        for channel, name, account in call.world.accounts
    ]
    links = {"self": "/v1/outboundAccounts"}
    return Answer(status=200, body=dumps({"meta": {}, "data": data, "links": links}))


ROUTES = (
    Route("GET", "/v1/users/current", _current),
    Route("GET", "/v1/users/{id}", _teammate, "user.read"),
    Route("GET", "/v1/auth/tokens/current", _token),
    Route("GET", "/v1/outboundAccounts", _accounts, "apps.read"),
)
