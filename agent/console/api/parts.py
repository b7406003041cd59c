"""What the API works with. `console_wiring.py` makes it; tests make their own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.console.parts import Parts
from agent.core.tokens import Token
from agent.figures_port import Figures
from agent.on_demand import Summary
from agent.ports import Directory
from agent.token_port import TokenBook

AT_ONCE = 8  # calls that talk to Kustomer; pages of the console need threads, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was asked of Kustomer and of the model, by all workers together."""

    requests: int = 0  # to Kustomer, ever
    requests_a_minute: int = 0  # in the last one
    requests_allowed: int = 0  # a minute, our share
    model_tokens: int = 0  # ever
    model_cost: float = 0.0  # ever, in the unit of the prices in the settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """Everything the API needs beside what the pages have."""

    parts: Parts
    book: TokenBook
    figures: Figures
    directory: Callable[[], Directory]
    summarize: Callable[[str, str | None], Summary]  # conversation, language
    post: Callable[[str, str | None, bool], Summary]  # …, and whether a further note is wanted
    usage: Callable[[], Usage] = Usage
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE)
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One request that was let in, and by which token."""

    api: ApiParts
    token: Token

    def by(self, person: str = "") -> str:
        """Who did it, for the record: the token, and for whom it says it acts."""
        person = " ".join(person.split())
        return f"{person} (token {self.token.name})" if person else f"token {self.token.name}"
