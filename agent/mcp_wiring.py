"""Puts the MCP server's tools together over an `App`: by type, none of them can send."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import uuid4

from agent.adapters.store.tokens import open_tokens
from agent.audit_port import AuditEntry, AuditKind
from agent.core.tokens import USED_EVERY, Scope, Token, digest_of
from agent.errors import Held, StoreUnavailable
from agent.mcp_server.notes_only import NotesOnly
from agent.mcp_server.tools import Tools, Writing
from agent.on_demand import Summary, in_language, summarize
from agent.pipeline import Pipeline
from agent.posting import post
from agent.rehearsal import CannotWrite, OnlyReads
from agent.token_port import TokenBook
from agent.wiring import App

NEEDED = Scope.SUMMARIZE  # the same that /conversations/ID/summary?post=true asks for


def mcp_tools(app: App, writing: Writing) -> Tools:
    """The tools on these settings. Nothing is opened before a tool asks for it."""

    def summarized(conversation_id: str, language: str | None) -> Summary:
        app.identify()
        looking = app.reading_pipeline
        desk = replace(looking.desk, reader=OnlyReads(app.kustomer), writer=CannotWrite())
        return summarize(in_language(replace(looking, desk=desk), language), conversation_id)

    return Tools(store=lambda: app.store, summarize=summarized, writing=writing)


@dataclass
class WritingNotes:
    """Writes notes for whoever holds the token of the settings, as long as that one is good."""

    app: App

    @cached_property
    def book(self) -> TokenBook:
        """The tokens in the database of these settings."""
        return open_tokens(self.app.settings.database_url)

    def why_not(self) -> str:
        """As `tools.Writing` says. Asked anew each time: a token may end meanwhile."""
        if self.app.settings.mcp_token is None:
            return (
                "no token: 'sidenote tokens add NAME --scope summarize' makes one, which "
                "SIDENOTE_MCP_TOKEN takes"
            )
        token = self.token()
        if token is None:
            return "the token of SIDENOTE_MCP_TOKEN is not known: removed, or not copied whole"
        if token.is_over(self.app.clock.now()):
            return f"the token {token.name} expired on {token.expires_at:%Y-%m-%d}"
        if not token.allows(NEEDED):
            return f"the token {token.name} does not allow it; it needs the scope {NEEDED}"
        return ""

    def token(self) -> Token | None:
        """The token of the settings as it is kept, or None."""
        given = self.app.settings.mcp_token
        return self.book.token(digest_of(given.value)) if given else None

    def post(self, conversation_id: str, language: str | None) -> Summary:
        """As `tools.Writing` says. Written down before it is done, with the token's name.

        Raises:
            Held: the token was ended this moment.
        """
        token = self.token()
        if token is None or self.why_not():
            raise Held(f"not written: {self.why_not()}")
        self.app.identify()
        self._write_down(token, conversation_id)
        return post(in_language(self.pipeline(), language), conversation_id)

    def pipeline(self) -> Pipeline:
        """The steps of a run that ends with a note, on a desk that can do nothing else."""
        desk = replace(
            self.app.desk,
            reader=OnlyReads(self.app.kustomer),
            writer=NotesOnly(self.app.kustomer),
            owner=f"{self.app.owner}/{uuid4().hex[:8]}",
        )
        return replace(self.app.pipeline, desk=desk)

    def _write_down(self, token: Token, conversation_id: str) -> None:
        now = self.app.clock.now()
        if token.used_at is None or now - token.used_at > USED_EVERY:
            with suppress(StoreUnavailable):
                self.book.used(token.digest, now)
        entry = AuditEntry(
            kind=AuditKind.API_CALL,
            subjects={"conversation": conversation_id},
            content={"by": f"token {token.name}", "action": "mcp-propose-note"},
        )
        self.app.store.append_audit(entry, now)

    def close(self) -> None:
        """Let go of the tokens' database."""
        if "book" in self.__dict__:
            self.book.close()
