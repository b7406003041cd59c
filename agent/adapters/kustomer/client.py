"""Kustomer, as the rest of Sidenote sees it: values in, values out, errors of ours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from agent.adapters.kustomer import drafts, search
from agent.adapters.kustomer.budget import Budget, Write, Written
from agent.adapters.kustomer.calls import SEARCH, Calls, Patience
from agent.adapters.kustomer.envelope import Page, parse_one, parse_page, parse_some
from agent.adapters.kustomer.owners import Owners
from agent.adapters.kustomer.transport import Answer, Request
from agent.adapters.kustomer.wire import (
    parse_account,
    parse_conversation,
    parse_customer,
    parse_draft,
    parse_id,
    parse_message,
    parse_note,
    parse_teammate,
)
from agent.core.conversation import (
    Conversation,
    Customer,
    Draft,
    Message,
    Note,
    OutboundAccount,
    Teammate,
)
from agent.errors import HelpdeskMissing, HelpdeskRefused, OutcomeUnknown, ReplyUnreadable
from agent.ports import Clock, NewDraft

PAGE_SIZE = 100  # documented maximum of the list endpoints; the search takes up to 500
MAX_PAGES = 200  # of one list: 20,000 messages are no conversation
IDS_AT_ONCE = 40  # keeps the path near 1,000 characters
RECORDED_APP = "sidenote"  # `app` is required on a recorded message, and any text

T = TypeVar("T")
Resource = Mapping[str, Any]


class Kustomer:
    """One organization's helpdesk: `agent.ports.Helpdesk` over HTTP. Threads may share it.

    `http` carries the base URL and the key (see `kustomer_client`). `own_user_id` is the user of
    that key; without it our own notes and replies count as a teammate's. `whatsapp_app` is the
    app behind the organization's WhatsApp channel, which a draft there must name.

    Every read raises HelpdeskUnavailable, HelpdeskBusy or HelpdeskLocked (try later),
    HelpdeskMissing, HelpdeskRefused or ReplyUnreadable (trying again will not help), after it has
    tried as often as `patience` says. Writes are sent once; their errors say whether they were
    applied, see `agent.ports.HelpdeskWriter`.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        clock: Clock,
        budget: Budget,
        own_user_id: str | None = None,
        patience: Patience | None = None,
        whatsapp_app: str = "whatsapp",
    ) -> None:
        self._calls = Calls(http, clock=clock, budget=budget, patience=patience or Patience())
        self._owners = Owners(budget)
        self._own_user_id = own_user_id
        self._whatsapp_app = whatsapp_app
        self._sorts = True  # until this server refuses to sort conversations

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests went out so far, by name ("search", "messages", "note", …)."""
        return self._calls.requests

    def tried_once(self) -> "Kustomer":
        """The same helpdesk, whose reads are not tried again: somebody waits for the answer."""
        once = copy(self)
        once._calls = self._calls.tried_once()  # noqa: SLF001 - our own
        return once

    # --- reads ---------------------------------------------------------------------------------

    def identify(self, user: Teammate) -> None:
        """From now on `user`'s messages and notes are our own."""
        self._own_user_id = user.id

    def current_user(self) -> Teammate:
        """The machine user of our key. Source: GET /v1/users/current needs no role."""
        return self._one("current user", "/v1/users/current", parse_teammate)

    def teammate(self, user_id: str) -> Teammate | None:
        """A user of the organization, None when there is none.

        Source: GET /v1/users/{id}, used by several public connectors; not in the description.
        """
        try:
            return self._one("teammate", _path("users", user_id), parse_teammate)
        except HelpdeskMissing:
            return None

    def changed_conversations(
        self, since: datetime, *, page_size: int = PAGE_SIZE
    ) -> Iterator[tuple[Conversation, ...]]:
        """Conversations updated at or after `since`, oldest update first, page by page.

        One request a page, none more; each counts against 100 searches a minute. Kustomer finds
        only those updated within the last two years, and a change may take seconds to be found.

        Source: POST /v1/customers/search with `queryContext` conversation.
        """
        for page in search.changed(partial(self._searched, page_size), since, page_size):
            self._owners.learn(*page)
            yield page

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation, without its messages."""
        path = _path("conversations", conversation_id)
        found = self._one("conversation", path, parse_conversation)
        self._owners.learn(found)
        return found

    def conversations(self, conversation_ids: Sequence[str]) -> tuple[Conversation, ...]:
        """Several, 40 to a request; those that are gone are left out.

        Raises:
            HelpdeskRefused: this server does not take several ids at once; read one by one.

        Source: GET /v1/conversations/{id1,id2}.
        """
        found: list[Conversation] = []
        for start in range(0, len(conversation_ids), IDS_AT_ONCE):
            ids = conversation_ids[start : start + IDS_AT_ONCE]
            request = Request(
                name="conversations", method="GET", path=_path("conversations", ",".join(ids))
            )
            some = self._calls.read(request, lambda answer: parse_some(answer.body))
            found += map(parse_conversation, some)
        self._owners.learn(*found)
        return tuple(found)

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """All messages, oldest first by (sent, created, id), none twice; attachments are named.

        Source: GET /v1/conversations/{id}/messages; its order is not documented.
        """
        found: dict[str, Message] = {}
        path = _path("conversations", conversation_id, "messages")
        for page in self._pages("messages", path, include="attachments"):
            included = {str(each.get("id")): each for each in page.included}
            for resource in page.resources:
                message = parse_message(resource, included=included, own_user_id=self._own_user_id)
                found[message.id] = message
        return tuple(sorted(found.values(), key=lambda m: (m.sent_at, m.created_at, m.id)))

    def notes(self, conversation_id: str) -> tuple[Note, ...]:
        """All notes that were not deleted, oldest first."""
        path = _path("conversations", conversation_id, "notes")
        read = partial(parse_note, own_user_id=self._own_user_id)
        notes = {note.id: note for note in self._all("notes", path, read) if note}
        return tuple(sorted(notes.values(), key=lambda note: (note.created_at, note.id)))

    def customer(self, customer_id: str) -> Customer:
        """One customer."""
        return self._one("customer", _path("customers", customer_id), parse_customer)

    def drafts(self, customer_id: str) -> tuple[Draft, ...]:
        """All unsent drafts of a customer, teammates' included; `body` may be absent ("")."""
        found = self._all("drafts", _path("customers", customer_id, "drafts"), parse_draft)
        return tuple({draft.id: draft for draft in found}.values())

    def outbound_accounts(self) -> tuple[OutboundAccount, ...]:
        """The addresses the team sends from. Source: GET /v1/outboundAccounts, role apps.read."""
        return self._all("outbound accounts", "/v1/outboundAccounts", parse_account)

    # --- writes --------------------------------------------------------------------------------

    def write_note(
        self, conversation_id: str, body: str, *, marker: str, note_id: str | None
    ) -> Note:
        """Post an internal note (1..10,240 characters, plain text).

        Source: POST /v1/conversations/{id}/notes answers 201. Whether an `externalId` or `id`
        that exists is refused is not documented.
        """
        content = {"body": body, "externalId": marker, **({"id": note_id} if note_id else {})}
        path = _path("conversations", conversation_id, "notes")
        call = Request(name="note", method="POST", path=path, content=content)
        read = partial(parse_note, own_user_id=self._own_user_id)
        note = self._write_in(conversation_id, Written.NOTES, call, read)
        if note is None:
            raise OutcomeUnknown(f"POST {path}: taken, but the note is deleted")
        return note

    def delete_note(self, note_id: str) -> None:
        """Delete a note of our own. Gone already is fine."""
        self._delete("delete note", _path("notes", note_id))

    def stage_draft(self, draft: NewDraft) -> Draft:
        """Save an unsent draft. Source: POST /v1/customers/{id}/drafts answers 200."""
        path = _path("customers", draft.customer_id, "drafts")
        content = drafts.new_draft(draft, whatsapp_app=self._whatsapp_app)
        call = Request(name="draft", method="POST", path=path, content=content)
        return self._write(call, parse_draft, Write(Written.DRAFTS, draft.customer_id))

    def release_draft(
        self, draft_id: str, channel: str, *, at: datetime, within: timedelta | None = None
    ) -> None:
        """Send that draft. Source: PUT /v1/drafts/{id} with `sendAt`; `channel` is required.

        Raises HelpdeskUnavailable when it could not be on its way `within` that span of the call.
        """
        content = drafts.release(channel, at=at, whatsapp_app=self._whatsapp_app)
        path = _path("drafts", draft_id)
        call = Request(name="release", method="PUT", path=path, content=content)
        self._calls.write(call, lambda answer: parse_id(parse_one(answer.body)), within=within)

    def delete_draft(self, draft_id: str) -> None:
        """Withdraw a draft of our own. Gone already is fine."""
        self._delete("delete draft", _path("drafts", draft_id))

    def record_message(self, conversation_id: str, body: str, *, channel: str, marker: str) -> str:
        """Record, not deliver, a customer's message; gives its id.

        Source: POST /v1/conversations/{id}/messages; the text is `preview`, `app` is required.
        """
        content = {
            "channel": channel,
            "app": RECORDED_APP,
            "direction": "in",
            "status": "received",
            "preview": body,
            "externalId": marker,
        }
        path = _path("conversations", conversation_id, "messages")
        call = Request(name="message", method="POST", path=path, content=content)
        return self._write_in(conversation_id, Written.MESSAGES, call, parse_id)

    def add_tags(self, conversation_id: str, tags: Sequence[str]) -> None:
        """Add labels; those it has are kept. Safe to repeat.

        Source: POST /v1/conversations/{id}/tags takes a bare array of names; unknown are made.
        """
        path = _path("conversations", conversation_id, "tags")
        call = Request(name="tags", method="POST", path=path, content=list(tags))
        self._write(call, parse_id)

    # --- how -----------------------------------------------------------------------------------

    def _one(self, name: str, path: str, parse: Callable[[Resource], T]) -> T:
        request = Request(name=name, method="GET", path=path)
        return self._calls.read(request, lambda answer: parse(parse_one(answer.body)))

    def _searched(self, page_size: int, since: datetime, page: int) -> Page:
        try:
            return self._search(page_size, since, page, sort=self._sorts)
        except HelpdeskRefused as error:
            # Older reference pages say that only customer attributes sort. Without a sort the
            # search still works; if it was refused for something else, this is refused too.
            if not self._sorts or page > 1 or type(error) is not HelpdeskRefused:
                raise
        found = self._search(page_size, since, page, sort=False)
        self._sorts = False
        return found

    def _search(self, page_size: int, since: datetime, page: int, *, sort: bool) -> Page:
        request = Request(
            name=SEARCH,
            method="POST",
            path="/v1/customers/search",
            params={"page": page, "pageSize": page_size},
            content=search.query(since, sort=sort),
        )
        return self._calls.read(request, lambda answer: parse_page(answer.body))

    def _pages(self, name: str, path: str, **params: str) -> Iterator[Page]:
        """Every page of a list, and no request more than that."""
        for number in range(1, MAX_PAGES + 1):
            request = Request(
                name=name,
                method="GET",
                path=path,
                params={"page": number, "pageSize": PAGE_SIZE, **params},
            )
            page = self._calls.read(request, lambda answer: parse_page(answer.body))
            yield page
            if not _goes_on(page, number):
                return
        raise ReplyUnreadable(f"GET {path}: has no end after {MAX_PAGES} pages")

    def _all(self, name: str, path: str, parse: Callable[[Resource], T]) -> tuple[T, ...]:
        return tuple(
            parse(resource) for page in self._pages(name, path) for resource in page.resources
        )

    def _write(
        self, call: Request, parse: Callable[[Resource], T], counted: Write | None = None
    ) -> T:
        return self._calls.write(
            call, lambda answer: parse(parse_one(answer.body)), counted=counted
        )

    def _write_in(
        self, conversation_id: str, kind: Written, call: Request, parse: Callable[[Resource], T]
    ) -> T:
        """A write that counts against the conversation's customer."""
        counted = self._owners.before(kind, conversation_id, self.conversation)

        def read(answer: Answer) -> T:
            resource = parse_one(answer.body)
            if counted is None:
                self._owners.after(kind, conversation_id, resource)
            return parse(resource)

        return self._calls.write(call, read, counted=counted)

    def _delete(self, name: str, path: str) -> None:
        request = Request(name=name, method="DELETE", path=path)
        try:
            self._calls.write(request, lambda _: None)
        except HelpdeskMissing:
            return


def _goes_on(page: Page, number: int) -> bool:
    if not page.resources:
        return False
    if page.total_pages is not None:
        return number < page.total_pages
    full = len(page.resources) >= min(PAGE_SIZE, page.size or PAGE_SIZE)
    return full and page.more is not False


def _path(*parts: str) -> str:
    """A path below /v1. Ids come from elsewhere: nothing in them may leave their segment."""
    return "/v1/" + "/".join(quote(part, safe=",") for part in parts)
