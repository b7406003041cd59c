"""What a reverse proxy says about a request is believed from the proxies that the team named.

From everybody else the forwarding headers are taken away before anything could read them: who
asks, from where, for which host and whether under TLS is then what the connection itself says.
"""

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_FORWARDED = (b"x-forwarded-", b"forwarded")
_SAYS_IT_FORWARDS = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An ASGI application around the doors. `proxies` are IP addresses.

    Behind it, `scope["state"]["is_proxied"]` says whether a trusted proxy passed the request on,
    and `["proxy_user"]` whom that proxy signed in ("" for nobody).
    """

    app: ASGIApp
    proxies: frozenset[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with what is to be believed of it."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        is_proxied = _peer(scope) in self.proxies and any(h in headers for h in _SAYS_IT_FORWARDS)
        own = [(k, v) for k, v in scope["headers"] if not k.lower().startswith(_FORWARDED)]
        inner = {**scope, "headers": own, "state": dict(scope.get("state", {}))}
        inner["state"] |= {"is_proxied": is_proxied, "proxy_user": ""}
        if is_proxied:
            self._believe(headers, inner)
        await self.app(inner, receive, send)

    def _believe(self, headers: Headers, scope: Scope) -> None:
        scope["state"]["proxy_user"] = _single(headers, "x-forwarded-user")
        proto = _single(headers, "x-forwarded-proto").lower()
        scope["scheme"] = "https" if proto == "https" else "http"
        client = self._client(headers)
        if client:
            scope["client"] = (client, 0)
        host = _single(headers, "x-forwarded-host")
        if host or "x-forwarded-host" in headers:
            others = [(k, v) for k, v in scope["headers"] if k.lower() != b"host"]
            scope["headers"] = [*others, (b"host", host.encode("latin-1", "replace"))]

    def _client(self, headers: Headers) -> str:
        """Who asked the outermost of our proxies: what stands before that may be invented."""
        named = ",".join(headers.getlist("x-forwarded-for")).split(",")
        for each in reversed(named):
            address = _address(each.strip())
            if not address:
                return ""
            if address not in self.proxies:
                return address
        return ""


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return _address(client[0]) if client else ""


def _address(text: str) -> str:
    """In one spelling; IPv4 inside IPv6 as IPv4; "" for what is no address."""
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _single(headers: Headers, name: str) -> str:
    """The value that the header has once; "" when it is missing or there are several."""
    values = headers.getlist(name)
    value = values[0].strip() if len(values) == 1 else ""
    return "" if "," in value else value
