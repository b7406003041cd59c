"""Settings: read once, all problems at once, secrets never shown."""

from pathlib import Path

import pytest

from agent.core.spending import Caps, Price
from agent.errors import ConfigError
from agent.settings import load_settings

KUSTOMER = {
    "KUSTOMER_BASE_URL": "https://acme.api.kustomerapp.com/",
    "KUSTOMER_API_KEY": "key-of-a-machine-user",
}


def test_with_nothing_set_the_defaults_hold() -> None:
    settings = load_settings({"XDG_STATE_HOME": "/var/state"})

    assert settings.database_url == "sqlite:////var/state/sidenote/sidenote.sqlite"
    assert settings.pause_file == Path("/var/state/sidenote/sidenote.pause")
    assert (settings.poll.total_seconds(), settings.quiet.total_seconds()) == (30, 60)
    assert (settings.worker, settings.keep.days, settings.paused) == ("worker-1", 90, False)


def test_commands_that_need_kustomer_say_what_is_missing() -> None:
    with pytest.raises(ConfigError, match="KUSTOMER_BASE_URL and KUSTOMER_API_KEY not set"):
        _ = load_settings({}).kustomer


def test_an_env_file_that_is_no_text_is_a_problem_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # From outside: a traceback, and exit 1 instead of 3.
    (tmp_path / ".env").write_bytes(b"KUSTOMER_API_KEY=\xff\n")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match=r"\.env cannot be read: UnicodeDecodeError"):
        load_settings()


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as told:
        load_settings(
            {
                "KUSTOMER_BASE_URL": "http://acme.example",
                "OPENAI_API_KEY": "sk-1",
                "SIDENOTE_POLL_SECONDS": "soon",
                "SIDENOTE_REQUESTS_PER_MINUTE": "0",
                "SIDENOTE_DATABASE_URL": "mysql://x",
                "SIDENOTE_CONSOLE": "8321",
                "SIDENOTE_POLICY": "/nonexistent/policy.toml",
            }
        )

    for name in (
        "KUSTOMER_BASE_URL",
        "SIDENOTE_MODEL",
        "SIDENOTE_POLL_SECONDS",
        "SIDENOTE_REQUESTS_PER_MINUTE",
        "SIDENOTE_DATABASE_URL",
        "SIDENOTE_CONSOLE",
        "SIDENOTE_POLICY",
    ):
        assert name in str(told.value)


@pytest.mark.parametrize("host", ["localhost:8399", "127.0.0.1:8399", "[::1]:8399"])
def test_plain_http_is_fine_on_this_machine(host: str) -> None:
    assert load_settings({"KUSTOMER_BASE_URL": f"http://{host}"}).kustomer_url == f"http://{host}"


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-a-file\n")
    settings = load_settings({"KUSTOMER_API_KEY_FILE": str(file)})

    assert settings.kustomer_key is not None
    assert settings.kustomer_key.value == "from-a-file"


def test_a_secret_in_two_places_is_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("x")
    with pytest.raises(ConfigError, match="keep one"):
        load_settings({"KUSTOMER_API_KEY": "y", "KUSTOMER_API_KEY_FILE": str(file)})


def test_printing_settings_shows_no_secret() -> None:
    settings = load_settings({**KUSTOMER, "OPENAI_API_KEY": "sk-secret", "SIDENOTE_MODEL": "m"})

    shown = repr(settings) + str(settings.kustomer_key)
    assert "key-of-a-machine-user" not in shown
    assert "sk-secret" not in shown


@pytest.mark.parametrize(
    ("value", "paused"),
    [("1", True), ("yes", True), ("of course", True), ("0", False), ("", False)],
)
def test_in_doubt_it_is_paused(value: str, paused: bool) -> None:
    assert load_settings({"SIDENOTE_PAUSED": value}).paused is paused


# --- what the model may cost -------------------------------------------------------------------


def test_caps_on_tokens_are_set_where_nothing_is_said() -> None:
    assert load_settings({}).caps == Caps(
        tokens_per_conversation=200_000, tokens_per_hour=2_000_000, spend_per_day=None
    )


def test_caps_and_prices_are_the_teams() -> None:
    settings = load_settings(
        {
            "SIDENOTE_MODEL": "kettle/1:free",
            "SIDENOTE_TOKENS_PER_CONVERSATION": "off",
            "SIDENOTE_TOKENS_PER_HOUR": "50000",
            "SIDENOTE_SPEND_PER_DAY": "2.50",
            "SIDENOTE_PRICES": "other=1/2, kettle/1:free=0.15/0.60",
        }
    )

    assert settings.caps == Caps(tokens_per_hour=50_000, spend_per_day=2_500_000)
    assert settings.price == Price(input=0.15, output=0.6)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SIDENOTE_TOKENS_PER_HOUR", "39999", "must be 40000 or more, or 'off'"),
        ("SIDENOTE_TOKENS_PER_CONVERSATION", "many", "must be a whole number"),
        ("SIDENOTE_SPEND_PER_DAY", "-1", "must be a number, 0 or more"),
        ("SIDENOTE_PRICES", "kettle=1", "write MODEL=0.15/0.60"),
        ("SIDENOTE_PRICES", "kettle=1/x", "write MODEL=0.15/0.60"),
    ],
)
def test_a_cap_that_cannot_be_kept_is_a_problem(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} .*{words}"):
        load_settings({name: value})


def test_a_cap_on_money_needs_the_models_price() -> None:
    with pytest.raises(ConfigError, match="SIDENOTE_PRICES must name a price of 'kettle'"):
        load_settings({"SIDENOTE_MODEL": "kettle", "SIDENOTE_SPEND_PER_DAY": "5"})


def test_the_doors_of_the_console_are_closed_unless_named() -> None:
    settings = load_settings({})

    assert (settings.console_url, settings.public_url, settings.proxies) == (
        None,
        None,
        frozenset(),
    )


def test_proxies_are_addresses_in_one_spelling() -> None:
    settings = load_settings({"SIDENOTE_TRUSTED_PROXIES": "10.0.0.5, 2001:DB8::0:1"})

    assert settings.proxies == {"10.0.0.5", "2001:db8::1"}


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SIDENOTE_TRUSTED_PROXIES": "proxy.example"}, "IP addresses"),
        ({"SIDENOTE_TRUSTED_PROXIES": "10.0.0.0/8"}, "IP addresses"),
        ({"SIDENOTE_CONSOLE_URL": "https://console.example"}, "needs SIDENOTE_TRUSTED_PROXIES"),
        ({"SIDENOTE_PUBLIC_URL": "http://hooks.example"}, "must be https"),
        (
            {
                "SIDENOTE_CONSOLE_URL": "https://one.example",
                "SIDENOTE_PUBLIC_URL": "https://one.example",
                "SIDENOTE_TRUSTED_PROXIES": "10.0.0.5",
            },
            "another host",
        ),
    ],
)
def test_doors_that_cannot_be_meant_are_refused(environment: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        load_settings(environment)
