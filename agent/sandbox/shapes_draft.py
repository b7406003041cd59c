"""What a draft may hold: one shape per channel.

A newer list of operations adds `scheduled` to every channel.
"""

from agent.sandbox.fields import (
    Check,
    Shape,
    either,
    email,
    flag,
    lang,
    many,
    mapping,
    object_id,
    object_ids,
    one_of,
    or_null,
    phone,
    shaped,
    text,
    time_math,
)
from agent.sandbox.shapes import MENTIONS

_PERSON = shaped({"email": email, "name": text(1 << 30, 1)}, ["email"])
_PEOPLE = many(_PERSON)
_DRAFT = Shape(
    {
        "channel": text(),
        "conversation": object_id,
        "customer": object_id,
        "sendAt": or_null(time_math),
        "scheduled": flag,
        "source": one_of("bulk", "satisfaction"),
        "lang": lang,
        "shortcuts": object_ids,
        "kbArticles": object_ids,
        "payload": mapping,
    },
    ("channel",),
)
_EMAIL_ONLY: dict[str, Check] = {
    "app": one_of("gmail", "postmark"),
    "to": either(_PEOPLE, _PERSON),
    "from": _PERSON,
    "cc": _PEOPLE,
    "bcc": _PEOPLE,
    "subject": text(1 << 30, 1),
    "replyTo": email,
    "headers": many(shaped({"name": text(1 << 30, 1), "value": text(1 << 30, 1)}, ["name"])),
    "template": or_null(object_id),
}
_UPDATE_SOURCE: dict[str, Check] = {"source": one_of("bulk", "satisfaction", "biz-rules")}
BODY_LIMITS = {
    "email": 10_240,
    "sms": 1_600,
    "whatsapp": 1_600,
    "chat": 1_024,
    "facebook": 2_000,
    "instagram": 1_000,
    "twitter-dm": 10_000,
    "twitter-tweet": 280,
    "note": 10_240,
}


def draft_shape(channel: str, *, update: bool = False) -> Shape | None:
    """The shape of a draft of that channel, or None when there is no such channel."""
    if channel not in BODY_LIMITS:
        return None
    shape = _DRAFT.plus({"body": text(BODY_LIMITS[channel])})
    shape = shape.plus(_UPDATE_SOURCE) if update else shape
    if channel == "note":
        return shape.plus({"userMentions": MENTIONS})
    return shape.plus({"auto": flag}).plus(*_own_fields(channel, update=update))


def _own_fields(channel: str, *, update: bool) -> tuple[dict[str, Check], tuple[str, ...]]:
    if channel == "email":
        extra: dict[str, Check] = {"htmlBody": text(10_240), "templateType": or_null(text(256))}
        return {**_EMAIL_ONLY, **(extra if update else {})}, ()
    if channel == "sms":
        apps = ("twilio", "zipwhip", "messagebird") if update else ("twilio", "zipwhip")
        return {"app": one_of(*apps), "to": phone, "from": text(32)}, ()
    if channel == "whatsapp":
        apps = ("twilio_whatsapp", "messagebird", "whatsapp")
        fields: dict[str, Check] = {"app": one_of(*apps), "to": phone, "from": phone}
        return {**fields, "meta": mapping}, ("app",)
    fields = {"to": text(), "from": text()}
    if channel == "chat":
        fields |= {"attachments": object_ids}
    if channel == "chat" and update:
        fields |= {"app": one_of("chat", "smooch")}
        fields |= {"responseButtons": many(mapping), "messageTemplate": mapping}
    return fields, ()
