"""Where the demo keeps its own database, apart from the team's."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import click

from agent.errors import InputError
from agent.settings import Settings, load_settings
from agent.shipped import shipped

FILE = "demo.sqlite"
POLICY = "demo-policy/policy.toml"  # two of its topics are at send, two at draft
Decorated = TypeVar("Decorated", bound=Callable[..., object])


def demo_folder(environment: Mapping[str, str]) -> Path:
    """The folder in the state folder; it may not exist yet."""
    home = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "sidenote" / "demo"


def demo_environment(folder: Path) -> dict[str, str]:
    """The only settings that the demo reads, so that no key of the team's is ever used."""
    return {
        "SIDENOTE_DATABASE_URL": f"sqlite:///{folder / FILE}",
        "SIDENOTE_POLICY": str(shipped("prompts") / POLICY),
        "SIDENOTE_QUIET_SECONDS": "2",
        "SIDENOTE_POLL_SECONDS": "1",
        "SIDENOTE_REQUESTS_PER_MINUTE": "1000",
        "SIDENOTE_CONSOLE": "127.0.0.1:8321",
    }


def settings_for(*, demo: bool) -> Settings:
    """The team's settings, or those of the last demo.

    Raises:
        ConfigError: they cannot work.
        InputError: there was no demo yet.
    """
    if not demo:
        return load_settings()
    folder = demo_folder(os.environ)
    if not (folder / FILE).exists():
        raise InputError("there was no demo yet; start one with 'sidenote demo'")
    return load_settings(demo_environment(folder))


def demo_option(function: Decorated) -> Decorated:
    """Adds `--demo`."""
    option = click.option("--demo", is_flag=True, help="Look into the last demo's database.")
    return option(function)


def rehearsal_option(function: Decorated) -> Decorated:
    """Adds `--rehearsal`."""
    option = click.option("--rehearsal", is_flag=True, help="Look into the rehearsals' database.")
    return option(function)
