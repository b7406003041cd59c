"""What the environment and `.env` say, read once, all problems at once.

Every secret can be a file: `NAME_FILE` beside `NAME`. `.env` never overrides the environment.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from agent.core.spending import LEAST_CAP, MILLION, Caps, Price
from agent.errors import ConfigError

PRICES_FORM = "write MODEL=0.15/0.60, the prices of a million tokens in and out"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Secret:
    """A key. Printing it shows only how long it is."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"set, {len(self.value)} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of design's table. Only `kustomer_*` and the model's are optional."""

    kustomer_url: str | None
    kustomer_key: Secret | None
    openai_key: Secret | None
    openai_url: str | None
    model: str | None
    database_url: str
    policy: Path | None
    poll: timedelta
    quiet: timedelta
    requests_per_minute: int | None
    console: str | None
    worker: str
    paused: bool
    pause_file: Path
    keep: timedelta
    public_url: str | None = None  # where Kustomer reaches the doorbell
    webhook_token: Secret | None = None
    mcp_token: Secret | None = None  # with which an assistant may write notes
    console_url: str | None = None  # where teammates open the console, behind a proxy
    proxies: frozenset[str] = frozenset()  # addresses whose X-Forwarded headers are believed
    caps: Caps = field(default_factory=Caps)
    price: Price | None = None  # of the configured model

    @property
    def kustomer(self) -> tuple[str, Secret]:
        """Base URL and key.

        Raises:
            ConfigError: one is not set.
        """
        if self.kustomer_url is None or self.kustomer_key is None:
            missing = [
                name
                for name, value in (
                    ("KUSTOMER_BASE_URL", self.kustomer_url),
                    ("KUSTOMER_API_KEY", self.kustomer_key),
                )
                if value is None
            ]
            raise ConfigError(
                f"{' and '.join(missing)} not set. Set them in the environment or in .env "
                "(.env.example shows how), or try 'sidenote demo', which needs no keys."
            )
        return self.kustomer_url, self.kustomer_key


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment over `.env` of the working folder.

    Raises:
        ConfigError: with every problem, one a line.
    """
    if environment is None:
        environment = {**_dotenv(), **os.environ}
    reader = _Reader(environment)
    settings = _read(reader)
    if reader.problems:
        raise ConfigError("\n".join(["The settings cannot work:", *reader.problems]))
    return settings


def _dotenv() -> dict[str, str]:
    try:
        return {name: value for name, value in dotenv_values(".env").items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f".env cannot be read: {type(error).__name__}") from None


def _read(read: "_Reader") -> Settings:
    state = _state_folder(read.environment)
    database_url = read.text("SIDENOTE_DATABASE_URL") or f"sqlite:///{state / 'sidenote.sqlite'}"
    if not database_url.startswith(("sqlite:///", "postgresql://")):
        read.problem("SIDENOTE_DATABASE_URL", "must be sqlite:///PATH or postgresql://…")
    openai_key = read.secret("OPENAI_API_KEY")
    model = read.text("SIDENOTE_MODEL")
    if openai_key and not model:
        read.problem("SIDENOTE_MODEL", "is required with OPENAI_API_KEY; name the model")
    pause_file = read.text("SIDENOTE_PAUSE_FILE")
    beside = Path(database_url.removeprefix("sqlite:///")).parent
    folder = beside if database_url.startswith("sqlite:///") else state
    public_url = read.url("SIDENOTE_PUBLIC_URL")
    policy = read.text("SIDENOTE_POLICY")
    if policy and not Path(policy).is_file():
        read.problem("SIDENOTE_POLICY", f"no file {policy!r}; name a policy.toml or leave it out")
    return Settings(
        kustomer_url=read.url("KUSTOMER_BASE_URL"),
        kustomer_key=read.secret("KUSTOMER_API_KEY"),
        openai_key=openai_key,
        openai_url=read.url("OPENAI_BASE_URL"),
        model=model,
        database_url=database_url,
        policy=Path(policy) if policy else None,
        poll=timedelta(seconds=read.number("SIDENOTE_POLL_SECONDS", 30, lowest=0.2)),
        quiet=timedelta(seconds=read.number("SIDENOTE_QUIET_SECONDS", 60, lowest=0)),
        requests_per_minute=read.whole("SIDENOTE_REQUESTS_PER_MINUTE"),
        console=read.address("SIDENOTE_CONSOLE", "127.0.0.1:8321"),
        worker=read.text("SIDENOTE_WORKER") or "worker-1",
        paused=read.yes("SIDENOTE_PAUSED"),
        pause_file=Path(pause_file) if pause_file else folder / "sidenote.pause",
        keep=timedelta(days=read.number("SIDENOTE_KEEP_DAYS", 90, lowest=1)),
        public_url=public_url,
        webhook_token=read.secret("SIDENOTE_WEBHOOK_TOKEN"),
        mcp_token=read.secret("SIDENOTE_MCP_TOKEN"),
        console_url=_console_url(read, public_url),
        proxies=read.addresses("SIDENOTE_TRUSTED_PROXIES"),
        caps=_caps(read),
        price=_price(read, model),
    )


def _console_url(read: "_Reader", public: str | None) -> str | None:
    url = read.url("SIDENOTE_CONSOLE_URL")
    if url and not read.text("SIDENOTE_TRUSTED_PROXIES"):
        read.problem(
            "SIDENOTE_CONSOLE_URL", "needs SIDENOTE_TRUSTED_PROXIES, the addresses of the proxy"
        )
    if url and public and urlsplit(url).hostname == urlsplit(public).hostname:
        read.problem(
            "SIDENOTE_PUBLIC_URL", "must be another host than SIDENOTE_CONSOLE_URL: it is for all"
        )
    return url


def _caps(read: "_Reader") -> Caps:
    spend = read.number("SIDENOTE_SPEND_PER_DAY", 0, lowest=0)
    return Caps(
        tokens_per_conversation=read.tokens("SIDENOTE_TOKENS_PER_CONVERSATION", 200_000),
        tokens_per_hour=read.tokens("SIDENOTE_TOKENS_PER_HOUR", 2_000_000),
        spend_per_day=round(spend * MILLION) or None,
    )


def _price(read: "_Reader", model: str | None) -> Price | None:
    prices = read.prices("SIDENOTE_PRICES")
    if model and model not in prices and read.text("SIDENOTE_SPEND_PER_DAY"):
        read.problem("SIDENOTE_PRICES", f"must name a price of {model!r}: {PRICES_FORM}")
    return prices.get(model or "")


def _state_folder(environment: Mapping[str, str]) -> Path:
    home = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "sidenote"


class _Reader:
    """Reads one name at a time and gathers the problems."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def problem(self, name: str, words: str) -> None:
        self.problems.append(f"  {name} {words}")

    def text(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def secret(self, name: str) -> Secret | None:
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            self.problem(name, f"and {name}_FILE are both set; keep one")
        elif file:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                self.problem(f"{name}_FILE", f"cannot be read: {type(error).__name__}")
            if not value:
                self.problem(f"{name}_FILE", "is empty")
        if value and any(c.isspace() or not c.isascii() or not c.isprintable() for c in value):
            self.problem(name, "holds white space or characters that no key has; copy it again")
        return Secret(value) if value else None

    def url(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in {"http", "https"} or port == 0:
            self.problem(name, f"is no address: {value!r}; write https://HOST")
            return None
        if parts.scheme == "http" and host not in LOOPBACK:
            self.problem(name, "must be https; plain http is only for this machine")
        if parts.username or parts.password or parts.query or parts.fragment:
            self.problem(name, "must hold no name, password, query or fragment")
        return value.rstrip("/")

    def number(self, name: str, default: float, *, lowest: float) -> float:
        value = self.text(name)
        if value is None:
            return default
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not lowest <= number < 1e7:
            self.problem(name, f"must be a number, {lowest:g} or more; it is {value!r}")
            return default
        return number

    def whole(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit() or not 0 < int(value) < 10**7:
            self.problem(name, f"must be a whole number, 1 or more; it is {value!r}")
            return None
        return int(value)

    def tokens(self, name: str, default: int) -> int | None:
        if (self.text(name) or "").lower() == "off":
            return None
        number = self.whole(name) or default
        if number < LEAST_CAP:
            self.problem(name, f"must be {LEAST_CAP} or more, or 'off'; less lets no call through")
        return number

    def prices(self, name: str) -> dict[str, Price]:
        prices = {}
        for entry in (self.text(name) or "").replace(",", " ").split():
            match = re.fullmatch(r"(\S+)=(\d{1,6}(?:\.\d+)?)/(\d{1,6}(?:\.\d+)?)", entry)
            if match is None:
                self.problem(name, f"cannot be read: {entry!r}; {PRICES_FORM}")
                continue
            prices[match[1]] = Price(input=float(match[2]), output=float(match[3]))
        return prices

    def addresses(self, name: str) -> frozenset[str]:
        found = set()
        for entry in (self.text(name) or "").replace(",", " ").split():
            try:
                found.add(str(ip_address(entry)))
            except ValueError:
                self.problem(name, f"takes IP addresses with commas between; not {entry!r}")
        return frozenset(found)

    def yes(self, name: str) -> bool:
        value = (self.text(name) or "no").lower()
        # Anything but a clear no pauses: the mistake that stops is the cheaper one.
        return value not in {"0", "no", "false", "off"}

    def address(self, name: str, default: str) -> str | None:
        value = self.text(name) or default
        if value.lower() == "off":
            return None
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) < 65536:
            self.problem(name, f"must be HOST:PORT or 'off'; it is {value!r}")
        return value
