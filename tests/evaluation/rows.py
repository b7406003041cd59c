"""Builders of data: made-up people, one line of each form."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

KETTLE = ("My kettle leaks.", "It is order 40-2291.", "Can you send a new lid?")
SORRY = ("Sorry about that.", "A new lid leaves today.")


def summarised(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A conversation of two messages, from which three people picked."""
    return {
        "id": f"talk-{number}",
        "turns": [
            {"speaker": "customer", "text": " ".join(KETTLE), "sentences": list(KETTLE)},
            {"speaker": "agent", "text": " ".join(SORRY), "sentences": list(SORRY)},
        ],
        "extractive": [[[0, 0], [1, 1]], [[0, 0], [0, 2], [1, 1]], [[0, 0], [1, 1]]],
        "abstractive": ["The kettle leaks. A new lid is on its way."],
        "abstractive_parts": [["The kettle leaks.", "A new lid is on its way."]],
        **changes,
    }


def conversation(key: str = "c1", **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "subject": "Kettle",
        "messages": [
            {"direction": "in", "text": " ".join(KETTLE)},
            {"direction": "out", "text": " ".join(SORRY)},
        ],
        **changes,
    }


def exported(key: str = "c1", **changes: Any) -> dict[str, Any]:
    """A run as `runs --export` writes it."""
    messages = conversation(key)["messages"]
    receipt = {"facts": {"messages": messages}}
    return {"id": "7f3a", "conversation_id": key, "receipt": receipt, **changes}


def question(text: str, label: str, **changes: Any) -> dict[str, Any]:
    return {"text": text, "label": label, **changes}


def personal(text: str, value: str, kind: str) -> dict[str, Any]:
    start = text.index(value)
    span = {"type": kind, "start": start, "end": start + len(value), "value": value}
    return {"text": text, "spans": [span], "source": "made up"}


def mail(label: str = "human", **changes: Any) -> dict[str, Any]:
    return {"label": label, "body": "The lid leaks.", "headers": {}, **changes}


def cut(text: str, own: str) -> dict[str, Any]:
    return {"text": text, "gold_body": own, "gold_noquote": None, "source": "made up"}


def written(file: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """The file of those lines; its folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    data = text.encode()
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    return file
