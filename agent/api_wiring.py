"""Puts the parts of the HTTP API together over an `App`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from agent.adapters.store.figures import open_figures
from agent.adapters.store.tokens import open_tokens
from agent.console.api.parts import ApiParts, Usage
from agent.console.parts import Parts
from agent.core.spending import MILLION
from agent.on_demand import Summary, in_language, summarize
from agent.pipeline import Pipeline
from agent.posting import post
from agent.tokens import Tokens
from agent.wiring import App


def tokens_of(app: App, *, by: str) -> Tokens:
    """The tokens in the database of these settings. Whoever asks closes their book."""
    return Tokens(
        book=open_tokens(app.settings.database_url), record=app.store, clock=app.clock, by=by
    )


@contextmanager
def api_parts(app: App, parts: Parts) -> Iterator[ApiParts]:
    """What the API works with while the block runs, on the same desk as the pages."""
    url = app.settings.database_url

    def pipeline() -> Pipeline:
        return replace(app.pipeline, desk=parts.desk())

    def summarized(conversation_id: str, language: str | None) -> Summary:
        return summarize(in_language(app.reading_pipeline, language), conversation_id)

    def posted(conversation_id: str, language: str | None, again: bool) -> Summary:  # noqa: FBT001 - a port
        return post(in_language(pipeline(), language), conversation_id, again=again)

    with closing(open_tokens(url)) as book, closing(open_figures(url)) as figures:
        yield ApiParts(
            parts=parts,
            book=book,
            figures=figures,
            directory=lambda: app.directory,
            summarize=summarized,
            post=posted,
            usage=lambda: _usage(app),
        )


def _usage(app: App) -> Usage:
    used = app.budget.used()
    tokens, cost = app.model_book.total()
    return Usage(
        requests=used.ever,
        requests_a_minute=used.last_minute,
        requests_allowed=used.per_minute,
        model_tokens=tokens,
        model_cost=cost / MILLION,
    )
