"""The way to a model's server: the key, the proxy, and a bound on every exchange.

Importing this costs 0.8 s of CPU (the openai package), so it is imported only when a key is set.
"""

import logging
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from agent.adapters.model.answerer import OPENAI
from agent.adapters.model.whole_timeout import WholeTimeout
from agent.errors import ConfigError

LOOPBACK = {None, "localhost", "127.0.0.1", "::1"}
LONGEST = 60.0  # seconds for one exchange, where a call names no other bound


def openai_client(api_key: str, base_url: str | None = None) -> openai.OpenAI:
    """A client for `OpenAIModel`: no retries of its own, no redirects, every exchange bounded.

    Proxies are taken from the environment, as usual, except for this machine's own servers.

    Raises:
        ConfigError: the key cannot stand in an HTTP header, or the proxy cannot be used.
    """
    if not api_key.isascii() or not api_key.isprintable():
        raise ConfigError("OPENAI_API_KEY holds characters that no key has; copy it again")
    # At debug level the package logs whole prompts; OPENAI_LOG=debug would switch that on.
    logging.getLogger("openai").setLevel(logging.WARNING)
    url = base_url or OPENAI
    no_keep_alive = httpx2.Limits(max_keepalive_connections=0)  # see WholeTimeout
    try:
        inner = httpx2.HTTPTransport(proxy=_proxy_for(url), limits=no_keep_alive)
    except (ImportError, ValueError):
        # Not chained: a proxy's address often holds a password.
        raise ConfigError(
            "the proxy that the environment names cannot be used; it must be http:// or https://"
        ) from None
    http = httpx2.Client(transport=WholeTimeout(inner))
    return openai.OpenAI(
        api_key=api_key, base_url=url, max_retries=0, timeout=LONGEST, http_client=http
    )


def is_openai(client: openai.OpenAI) -> bool:
    """Whether it asks OpenAI itself."""
    return urlsplit(str(client.base_url)).hostname == urlsplit(OPENAI).hostname


def _proxy_for(url: str) -> str | None:
    # httpx2 looks at the environment only when it makes the transport itself.
    parts = urlsplit(url)
    if parts.hostname in LOOPBACK or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
