"""The conversations that ship with Sidenote, as turns to decide: for a team without runs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.core.certificate import RightToSend, Standing
from agent.core.conversation import (
    Address,
    Author,
    AuthorKind,
    Conversation,
    Customer,
    Direction,
    Message,
    Status,
)
from agent.core.limits import Counts
from agent.core.policy import Facts
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import transcript_of
from agent.ports import Model
from agent.replaying import Case

APART = timedelta(minutes=10)  # between two messages
QUIET = timedelta(minutes=2)  # since the newest


def fixture_cases(folder: Path, policy: TeamPolicy, offline: Model, now: datetime) -> list[Case]:
    """One for each conversation of the folder's JSON Lines files.

    Their customers are taken for known ones, nothing was sent before, and topics that send are
    taken for certified.
    """
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            case = _case(json.loads(line), policy, offline, now)
            if case is not None:
                found.append(case)
    return found


def _case(
    described: Mapping[str, Any], policy: TeamPolicy, offline: Model, now: datetime
) -> Case | None:
    messages = tuple(_messages(described, now))
    inbound = [message for message in messages if message.direction is Direction.IN]
    if not inbound:
        return None
    conversation = Conversation(
        id=described["key"],
        updated_at=now,
        customer_id="customer",
        name=described.get("subject", ""),
        status=Status(described.get("status", "open")),
        channels=(_channel(described),),
        spam=bool(described.get("spam")),
        deleted=bool(described.get("deleted")),
        ended=bool(described.get("ended")),
        merged_into=described.get("merged_into"),
    )
    address = _address(described)
    transcript = transcript_of(conversation, messages)
    cleaned = {line.message_id: line.text for line in transcript.lines}
    facts = Facts(
        conversation=conversation,
        messages=tuple(replace(m, text=cleaned.get(m.id, m.text)) for m in messages),
        message_id=inbound[-1].id,
        proposal=offline.propose(transcript, policy),
        policy=policy,
        now=now,
        gathered=True,
        customer=Customer(
            id="customer",
            external_id="known",
            emails=(Address(value=address, verified=True),),
            phones=(Address(value=address, verified=True),),
        ),
        drafts=(),
        counts=Counts(),
        right=RightToSend(standing=Standing.CERTIFIED, words="as if it were certified"),
    )
    return Case(run_id="", conversation_id=described["key"], at=now, facts=facts)


def _messages(described: Mapping[str, Any], now: datetime) -> Iterator[Message]:
    said = described["messages"]
    for number, each in enumerate(said):
        at = now - QUIET - APART * (len(said) - 1 - number)
        is_in = each["direction"] == "in"
        yield Message(
            id=f"{described['key']}/{number + 1}",
            direction=Direction(each["direction"]),
            text=each.get("text", ""),
            sent_at=at,
            created_at=at,
            author=Author(kind=AuthorKind.CUSTOMER if is_in else AuthorKind.TEAMMATE),
            channel=_channel(described),
            subject=described.get("subject", ""),
            sender=_address(described) if is_in else "",
            auto=bool(each.get("auto")),
            headers=tuple((str(k), str(v)) for k, v in _headers(each)),
        )


def _headers(each: Mapping[str, Any]) -> list[tuple[object, object]]:
    given = each.get("headers") or {}
    return list(given.items()) if isinstance(given, Mapping) else [tuple(pair) for pair in given]


def _channel(described: Mapping[str, Any]) -> str:
    return str(described.get("channel", "email"))


def _address(described: Mapping[str, Any]) -> str:
    return str(
        described.get("customer_email") or described.get("customer_phone") or "mara@home.example"
    )
