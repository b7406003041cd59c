"""What each request may hold, as Kustomer's public description has it.

A newer list of operations adds `scheduled` to every channel of a draft.
"""

from agent.sandbox.fields import (
    Check,
    Shape,
    anything,
    either,
    email,
    flag,
    lang,
    many,
    mapping,
    number,
    object_id,
    object_ids,
    one_of,
    or_null,
    phone,
    shaped,
    tag,
    text,
    time,
    time_math,
)

CHANNELS = (
    *("email", "sms", "chat", "facebook", "twitter-dm"),
    *("twitter-tweet", "voice", "instagram", "whatsapp"),
)
TAGS = many(tag, 20)
SENTIMENT = shaped({"polarity": number(-1, 1), "confidence": number(-1, 1)})
QUEUE = shaped({"id": or_null(text()), "external": or_null(one_of("amazon-connect"))})
FILES = many(
    shaped(
        {
            "_id": object_id,
            "name": text(),
            "contentType": text(),
            "contentLength": number(0),
            "sourceId": object_id,
        },
        ("_id", "name", "contentType", "contentLength"),
    )
)
MENTIONS = many(mapping, 20)
AUTHORED: dict[str, Check] = {
    "createdAt": time,
    "modifiedAt": time,
    "createdBy": object_id,
    "modifiedBy": object_id,
}

NOTE = Shape(
    {
        "id": text(),
        "conversation": text(),
        "externalId": text(256),
        "body": text(10_240, 1),
        "userMentions": MENTIONS,
        "attachments": FILES,
        "importedAt": time,
        "lang": lang,
        **AUTHORED,
    },
    ("body",),
)
NOTE_UPDATE = Shape(
    {
        "conversation": text(),
        "externalId": or_null(text(256)),
        "body": text(10_240, 1),
        "userMentions": MENTIONS,
        "deleted": or_null(flag),
        "attachments": FILES,
        "updatedAt": time,
        "lang": lang,
        **AUTHORED,
    },
    ("conversation", "body"),
)

MESSAGE = Shape(
    {
        "id": object_id,
        "externalId": text(256),
        "customer": object_id,
        "conversation": object_id,
        "reference": mapping,
        "channel": one_of(*CHANNELS),
        "preview": text(10_240),
        "subject": text(256),
        "direction": one_of("in", "out"),
        "app": text(),
        "size": number(0),
        "related": text(),
        "status": one_of("sent", "received", "error"),
        "error": mapping,
        "errorAt": time,
        "auto": flag,
        "sentAt": time,
        "source": one_of("bulk", "satisfaction"),
        "shortcuts": object_ids,
        "kbArticles": object_ids,
        "attachments": either(FILES, object_ids),
        "location": mapping,
        "meta": mapping,
        "custom": mapping,
        "sentiment": SENTIMENT,
        "importedAt": time,
        "lang": lang,
        "queue": QUEUE,
        **AUTHORED,
    },
    ("channel", "app"),
)

CONVERSATION = Shape(
    {
        "id": object_id,
        "customer": object_id,
        "externalId": text(256),
        "name": text(256),
        "status": one_of("open", "done"),
        "priority": number(1, 5),
        "createdAt": time,
        "importedAt": time,
        "direction": one_of("in", "out"),
        "replyChannel": or_null(text(256)),
        "tags": TAGS,
        "assignedUsers": many(object_id, 10),
        "assignedTeams": many(object_id, 10),
        "custom": mapping,
        "defaultLang": lang,
        "queue": QUEUE,
    },
    ("customer",),
)
CONVERSATION_UPDATE = Shape(
    {
        "externalId": or_null(text(256)),
        "name": or_null(text(256)),
        "direction": one_of("in", "out"),
        "priority": number(1, 5),
        "satisfaction": or_null(number(-1, 1)),
        "satisfactionLevel": mapping,
        "suggestedShortcuts": many(mapping),
        "status": one_of("open", "snoozed", "done"),
        "replyChannel": or_null(text(256)),
        "subStatus": object_id,
        "snooze": shaped(
            {"time": time, "status": one_of("scheduled", "canceled", "elapsed")}, ("status",)
        ),
        "tags": TAGS,
        "suggestedTags": many(mapping, 20),
        "sentiment": SENTIMENT,
        "assignedUsers": many(object_id, 10),
        "assignedTeams": many(object_id, 10),
        "custom": mapping,
        "deleted": or_null(flag),
        "ended": flag,
        "endedAt": time,
        "endedReason": text(128),
        "endedBy": object_id,
        "endedByType": one_of("user", "customer"),
        "locked": flag,
        "rev": number(),
        "defaultLang": lang,
        "queue": QUEUE,
    }
)
CONVERSATION_MOVE = Shape({"customer": object_id}, ("customer",))

_ADDRESS = or_null(text(256))
_EMAILS = many(
    shaped({"type": one_of("home", "work", "other"), "email": email, "verified": flag}, ["email"]),
    10,
)
_PHONES = many(
    shaped(
        {
            "type": one_of("mobile", "home", "work", "fax", "other"),
            "phone": phone,
            "verified": flag,
        },
        ["phone"],
    ),
    10,
)
_MAPPINGS = many(mapping, 10)
CUSTOMER = Shape(
    {
        "name": or_null(text(256)),
        "company": or_null(text()),
        "externalId": or_null(text(256, 1)),
        "username": or_null(text(256)),
        "avatarUrl": or_null(text()),
        "externalIds": _MAPPINGS,
        "sharedExternalIds": _MAPPINGS,
        "emails": _EMAILS,
        "sharedEmails": _EMAILS,
        "phones": _PHONES,
        "sharedPhones": _PHONES,
        "whatsapps": _MAPPINGS,
        "facebookIds": _MAPPINGS,
        "instagramIds": _MAPPINGS,
        "socials": _MAPPINGS,
        "sharedSocials": _MAPPINGS,
        "urls": _MAPPINGS,
        "locations": _MAPPINGS,
        "locale": or_null(text(16)),
        "timeZone": or_null(text(64)),
        "tags": TAGS,
        "sentiment": SENTIMENT,
        "custom": mapping,
        "gender": or_null(one_of("m", "f")),
        "rev": number(),
        "defaultLang": lang,
        "createdAt": time,
        "importedAt": time,
        **dict.fromkeys(
            (
                *("signedUpAt", "lastActivityAt", "lastCustomerActivityAt"),
                *("lastSeenAt", "birthdayAt"),
            ),
            or_null(time),
        ),
    }
)

SEARCH = Shape(
    {
        "searchHash": text(),
        "queryContext": text(),
        "includeDeleted": flag,
        "timeZone": text(),
        "and": either(mapping, many(mapping, 20)),
        "or": either(mapping, many(mapping, 20)),
        "not": either(mapping, many(mapping, 20)),
        "sort": either(mapping, many(mapping, 5)),
        "aggs": mapping,
        "fields": many(anything, 20),
    }
)

# --- drafts, one shape per channel --------------------------------------------------------------

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
        extra: dict[str, Check] = {"htmlBody": text(10_240), "templateType": _ADDRESS}
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
