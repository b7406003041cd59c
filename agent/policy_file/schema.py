"""The JSON schema of `policy.toml`, for editors: they complete keys and mark what is wrong.

It says less than `sidenote policy check`, which also reads the answers.
"""

import json
from typing import Any

from agent.policy_file.shape import PolicyFile

_DIALECT = "http://json-schema.org/draft-07/schema#"  # the newest that taplo reads

_OPTIONAL = {"anyOf", "default", "description"}


def schema_text() -> str:
    """The schema as it is shipped: JSON, indented, with a line end."""
    schema = {"$schema": _DIALECT, **_plain(PolicyFile.model_json_schema())}
    schema["title"] = "Sidenote policy"
    return f"{json.dumps(schema, ensure_ascii=False, indent=2)}\n"


def _plain(part: Any) -> Any:  # noqa: ANN401 - JSON
    """Without what only programs read, and with free names held to their pattern."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.keys() - {"title"} == _OPTIONAL and part["default"] is None:
        (kind,) = [one for one in part["anyOf"] if one != {"type": "null"}]
        part = {**kind, "description": part["description"]}  # TOML has no null: it is left out
    kept = {name: _plain(value) for name, value in part.items() if name != "title"}
    if "properties" in part:
        kept["properties"] = {name: _plain(value) for name, value in part["properties"].items()}
    if "$ref" in part:
        kept.pop("default", None)  # what a table has when it is left out, its keys say themselves
    if "patternProperties" in part:
        kept["additionalProperties"] = False
    return kept
