"""Single fields, read leniently: what is absent, new or of another type becomes the default.

Used as pydantic types by `wire.py`. Texts are made fit to store: no NUL, which PostgreSQL
refuses, and no lone surrogates, which no encoder takes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

_MOMENT = TypeAdapter(datetime)


def clean(value: object) -> str:
    """Text as it came, fit to store; "" for anything that is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        # Pairs become one character, lone halves a replacement character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _flag(value: object) -> bool:
    return value is True or value == "true"


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _maybe_moment(value: object) -> datetime | None:
    try:
        return _utc(_MOMENT.validate_python(value))
    except (ValidationError, OverflowError):
        return None


def id_of(value: object) -> str | None:
    """An id given as text, or as an object with `id`; None when there is none."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return clean(value) or None


def _ids(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list | tuple) else [value]
    return tuple(name for name in map(id_of, found) if name)


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _list(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


Text = Annotated[str, BeforeValidator(clean)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Number = Annotated[int | None, BeforeValidator(_number)]
Id = Annotated[str | None, BeforeValidator(id_of)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_ids)]
Moment = Annotated[datetime, AfterValidator(_utc)]
MaybeMoment = Annotated[datetime | None, BeforeValidator(_maybe_moment)]
Mapped = Annotated[dict[str, Any], BeforeValidator(_mapping)]
Listed = Annotated[tuple[Any, ...], BeforeValidator(_list)]


def related(relationships: Mapping[str, Any], name: str) -> str | None:
    """The id a to-one relationship points at; its type may be `customer` or `customers`."""
    return id_of(_mapping(relationships.get(name)).get("data"))


def related_ids(relationships: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The ids a to-many relationship points at."""
    return _ids(_mapping(relationships.get(name)).get("data"))


def addresses(value: object) -> tuple[tuple[str, str], ...]:
    """(name, address) of each, from text such as "Name <address>", an object or a list."""
    if isinstance(value, list | tuple):
        return tuple(found for entry in value for found in addresses(entry))
    if isinstance(value, Mapping):
        keys = ("email", "phone", "whatsapp", "address", "id")
        address = next((clean(value[key]) for key in keys if clean(value.get(key))), "")
        return ((clean(value.get("name")), address),) if address else ()
    text = clean(value).strip()
    if "@" not in text:
        return (("", text),) if text else ()
    name, address = parseaddr(text)
    return ((name, address or text),)


def iso(moment: datetime) -> str:
    """A time as Kustomer writes it: UTC, milliseconds, `Z`; rounded down."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
