"""What each request may hold, as Kustomer's public description has it."""

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
