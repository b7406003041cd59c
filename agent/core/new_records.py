"""What a new customer or conversation may be made of, checked before anything is done."""

import re
import unicodedata

LONGEST = 256  # characters of a name, an address or an external id. Source: the create schemas
MOST = 10  # e-mail addresses or phone numbers of one customer. Source: the same
STATUSES = ("open", "done")

# Source: `email-relaxed` and `phone-number` of the description; E.164 has at most 15 digits.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[1-9]\d{1,14}")
_BETWEEN_DIGITS = re.compile(r"[\s().\-/]")
_ID = re.compile(r"[0-9a-fA-F]{24}")


def plain_problem(text: str) -> str | None:
    """Why this cannot be a name or an external id, in words; None when it can."""
    if not text.strip():
        return "is empty"
    if len(text) > LONGEST:
        return f"has {len(text)} characters; at most {LONGEST} are possible"
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in text):
        return "holds a control character"
    return None


def email_problem(text: str) -> str | None:
    """The same of an e-mail address."""
    if not _EMAIL.fullmatch(text):
        return "is no e-mail address such as mara@example.com"
    return plain_problem(text)


def phone_of(text: str) -> str:
    """A phone number without the spaces, brackets and dashes that people write."""
    return _BETWEEN_DIGITS.sub("", text)


def phone_problem(text: str) -> str | None:
    """The same of a phone number that went through `phone_of`."""
    return None if _PHONE.fullmatch(text) else "is no phone number such as +491511234567"


def id_problem(text: str) -> str | None:
    """The same of an id that Kustomer gave."""
    return None if _ID.fullmatch(text) else "is no id: those have 24 hex digits"
