"""What a server takes of the chat completions API, learned from what it refuses.

"OpenAI-compatible" covers servers that know no `json_schema`, want `max_tokens` where others
want `max_completion_tokens`, or refuse `temperature` or `store`. Seen, not documented: Azure
"must be one of 'json_object', 'text'"; Mistral 422 for fields it does not know; OpenAI's
reasoning models for `max_tokens` and `temperature`.
"""

import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

NEW_LIMIT, OLD_LIMIT, NO_LIMIT = "max_completion_tokens", "max_tokens", ""


class Format(StrEnum):
    """How the answer's form is asked for, best first."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    PLAIN = "plain"


_NEXT_FORMAT = {Format.SCHEMA: Format.OBJECT, Format.OBJECT: Format.PLAIN}
_FORMAT_NAMED = re.compile(r"response_format|json_schema|json_object|structured output")
_WINDOW_NAMED = re.compile(r"context[ _](length|window)")
_STORE_NAMED = re.compile(r"\bstore\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One server's way. Starts with everything; `without` takes away what it refused."""

    form: Format = Format.SCHEMA
    limits: tuple[str, ...] = (NEW_LIMIT, OLD_LIMIT, NO_LIMIT)  # the first one is used
    temperature: bool = True
    store: bool = True

    def without(self, complaint: str) -> "Dialect | None":
        """The dialect without what a complaint names, or None when it names nothing of ours.

        Each step takes something away for good, so asking again comes to an end.
        """
        said = complaint.casefold()
        if self.limits[0] and _WINDOW_NAMED.search(said):
            # Small local models: prompt and limit together exceed the window.
            return replace(self, limits=(NO_LIMIT,))
        if self.limits[0] and self.limits[0] in said:
            return replace(self, limits=self.limits[1:])
        if self.form in _NEXT_FORMAT and _FORMAT_NAMED.search(said):
            return replace(self, form=_NEXT_FORMAT[self.form])
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.store and _STORE_NAMED.search(said):
            return replace(self, store=False)
        return None

    def usable(self) -> "Dialect | None":
        """Itself, if it says what to do about the limit."""
        return self if self.limits else None

    def written(self) -> str:
        """As a text that `read_dialect` takes."""
        return json.dumps([self.form, self.limits, self.temperature, self.store])

    def request(
        self, fixed: str, growing: str, *, schema: dict[str, Any], tokens: int
    ) -> dict[str, Any]:
        """The body of a call: our instructions apart from what other people wrote.

        A server that takes no schema gets it in words.
        """
        if self.form is not Format.SCHEMA:
            fixed = f"{fixed}\n\n{_in_words(schema)}"
        body: dict[str, Any] = {
            "messages": [
                {"role": "system", "content": fixed},
                {"role": "user", "content": growing},
            ]
        }
        if self.form is Format.SCHEMA:
            described = {"name": "summary", "strict": True, "schema": schema}
            body["response_format"] = {"type": self.form.value, "json_schema": described}
        if self.form is Format.OBJECT:
            body["response_format"] = {"type": self.form.value}
        if self.limits[0]:
            body[self.limits[0]] = tokens
        if self.temperature:
            body["temperature"] = 0
        if self.store:
            body["store"] = False  # OpenAI keeps a copy of the exchange otherwise
        return body


def read_dialect(written: str) -> Dialect | None:
    """The dialect that was `written`; None when another version of us wrote it."""
    try:
        form, limits, temperature, store = json.loads(written)
        return Dialect(
            form=Format(form),
            limits=tuple(limits) if set(limits) <= {NEW_LIMIT, OLD_LIMIT, NO_LIMIT} else (),
            temperature=bool(temperature),
            store=bool(store),
        ).usable()
    except (ValueError, TypeError):
        return None


def _in_words(schema: dict[str, Any]) -> str:
    written = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return f"Answer with one JSON object of this JSON schema, and nothing else:\n{written}"
