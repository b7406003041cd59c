"""The history of certificates: unlocked, lapsed, void, taken back, waived."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from agent.adapters.store.database import Database
from agent.adapters.store.tables import certificates as table
from agent.core.certificate import Certificate, Terms
from agent.core.labels import MadeBy
from agent.label_port import CertificateEvent


class CertificateTables:
    """Certificates' part of the store."""

    _database: Database

    def certificate_events(self, *, topic: str = "") -> tuple[CertificateEvent, ...]:
        """See `LabelBook`."""
        query = select(table).order_by(table.c.number)
        if topic:
            query = query.where(table.c.topic == topic)
        rows = self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_event_of_row(row) for row in rows)

    def add_certificate_event(self, event: CertificateEvent) -> bool:
        """See `LabelBook`."""

        def work(connection: Connection) -> bool:
            self._database.one_at_a_time(connection)
            newest = connection.execute(select(func.max(table.c.number))).scalar() or 0
            if newest != event.number - 1:
                return False
            connection.execute(table.insert(), _event_values(event))
            return True

        return self._database.write(work)


def _event_values(event: CertificateEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "topic": event.topic,
        "channel": event.channel,
        "kind": event.kind,
        "at": event.at,
        "by_whom": event.by,
        "why": event.why,
        "certificate": _json_of(event.certificate) if event.certificate else None,
        "until": event.until,
        "cases": event.cases,
    }


def _event_of_row(row: Row[Any]) -> CertificateEvent:
    return CertificateEvent(
        number=row.number,
        topic=row.topic,
        channel=row.channel,
        kind=row.kind,
        at=row.at,
        by=row.by_whom,
        why=row.why,
        certificate=_certificate_of(row.certificate) if row.certificate else None,
        until=row.until,
        cases=tuple(row.cases),
    )


def _json_of(certificate: Certificate) -> dict[str, Any]:
    terms = certificate.terms
    return asdict(certificate) | {
        "terms": {
            "error_limit": terms.error_limit,
            "confidence": terms.confidence,
            "valid_seconds": terms.valid_for.total_seconds(),
        },
        "unlocked_at": certificate.unlocked_at.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
    }


def _certificate_of(stored: dict[str, Any]) -> Certificate:
    terms = stored["terms"]
    return Certificate(
        **stored
        | {
            "terms": Terms(
                error_limit=terms["error_limit"],
                confidence=terms["confidence"],
                valid_for=timedelta(seconds=terms["valid_seconds"]),
            ),
            "made_by": MadeBy(**stored["made_by"]),
            "unlocked_at": datetime.fromisoformat(stored["unlocked_at"]),
            "valid_until": datetime.fromisoformat(stored["valid_until"]),
        }
    )
