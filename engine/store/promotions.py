"""Models that were put to work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engine.store import schema
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True)
class Promotion:
    """A model that was put to work.

    Parameters
    ----------
    model_version
        Its version.
    digest
        sha256 of its file, hexadecimal: the file opens only while this agrees.
    promoted_at
        When, UTC.
    reason
        Why, as a code or a sentence of the person who promoted it.
    metrics
        Its measured figures at promotion.
    """

    model_version: str
    digest: str
    promoted_at: datetime
    reason: str
    metrics: Mapping[str, Any]


class Promotions:
    """Models that were put to work; called, it gives them, the last first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, *, newest: int | None = None) -> tuple[Promotion, ...]:
        """Models that were put to work, the one promoted last first.

        Parameters
        ----------
        newest
            Only so many.
        """
        table = schema.promotions
        with self._session.read() as connection:
            rows = connection.execute(select(table).order_by(table.c.id.desc()).limit(newest)).mappings().all()
        return tuple(Promotion(**{name: value for name, value in row.items() if name != "id"}) for row in rows)

    def champion(self) -> Promotion | None:
        """The model promoted last; ``None`` before the first."""
        return next(iter(self(newest=1)), None)

    def record(
        self, *, model_version: str, digest: str, promoted_at: datetime, reason: str, metrics: Mapping[str, Any]
    ) -> None:
        """Record that a model was put to work: from now on it is the champion."""
        promotion = Promotion(model_version, digest, utc(promoted_at), reason, dict(metrics))
        with self._session.write() as connection:
            insert_line(connection, schema.promotions, asdict(promotion))
