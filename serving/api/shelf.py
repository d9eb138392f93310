"""What the service holds: one appraisal, made ready once, and the answers already written."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from engine.health import publishable
from engine.matching import UnitBook
from engine.settings import Settings
from serving.disclosure.fields import in_public_order, public_table
from serving.reports.ranked import ranked

PREPARED_BYTES = 64 * 2**20
"""Memory for written answers; beyond it the one asked for longest ago is dropped."""


@dataclass(slots=True)
class Prepared:
    """Written answers by what was asked; the shelf never changes, so they stay right.

    Parameters
    ----------
    limit
        Bytes to keep at most.

    Examples
    --------
    >>> prepared = Prepared(limit=4)
    >>> prepared.answer("a", lambda: b"123"), prepared.answer("a", lambda: b"never asked again")
    (b'123', b'123')
    >>> prepared.answer("b", lambda: b"45"), prepared.answer("a", lambda: b"new")
    (b'45', b'new')
    """

    limit: int = PREPARED_BYTES
    size: int = 0
    kept: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)

    def answer(self, asked: Hashable, write: Callable[[], bytes]) -> bytes:
        """The answer kept for a question, or a new one."""
        # A question may be much longer than its answer, and its length is the asker's choice.
        key = hashlib.sha256(repr(asked).encode(errors="backslashreplace")).digest()
        found = self.kept.get(key)
        if found is not None:
            self.kept.move_to_end(key)
            return found
        body = write()
        self.kept[key] = body
        self.size += len(body)
        while self.size > self.limit and self.kept:
            self.size -= len(self.kept.popitem(last=False)[1])
        return body


@dataclass(frozen=True, eq=False)
class Shelf:
    """One appraisal on offer.

    Parameters
    ----------
    appraisal
        Appraisal table, best first; it holds private columns and stays inside the process.
    units
        What HTTP may see of it, in an order that public figures alone give: public columns of the records that are
        complete enough to be shown.
    book
        All units, ready for matching; it lists none of those that are not shown.
    as_of
        The day that is shown.
    card
        Card of the model behind the predictions; empty where there is none.
    """

    appraisal: pd.DataFrame
    units: pd.DataFrame
    book: UnitBook
    as_of: pd.Timestamp
    card: Mapping[str, Any] = field(default_factory=dict)
    prepared: Prepared = field(default_factory=Prepared)

    @classmethod
    def of(cls, appraisal: pd.DataFrame, *, as_of: pd.Timestamp, card: Mapping[str, Any] | None = None) -> Shelf:
        """Make an appraisal ready to be asked."""
        best = ranked(appraisal)
        shown = best[publishable(best)]
        book = UnitBook.from_table(appraisal, as_of=as_of)
        return cls(best, in_public_order(public_table(shown)), book, as_of, card or {})

    @classmethod
    def opened(cls, settings: Settings, *, as_of: pd.Timestamp) -> Shelf:
        """Appraise the register of a workspace with its promoted model.

        Raises
        ------
        EhyaError
            ``no_model``, ``model_changed``, ``database_failed``.
        """
        from serving.appraisal import appraise
        from serving.workspace import champion, open_register, standing_units

        with open_register(settings) as register:
            units, model = standing_units(register, as_of=as_of), champion(register, settings)
        return cls.of(appraise(units, model, as_of=as_of), as_of=as_of, card=model.card)

    @cached_property
    def model_version(self) -> str | None:
        """Version of the model behind the predictions, where there is one."""
        versions = self.units["model_version"].dropna()
        return str(versions.iloc[0]) if len(versions) else None

    @cached_property
    def facts(self) -> dict[str, object]:
        """What every answer says of the figures in it: model, dates, origins, what is prior-driven."""
        units = self.units
        scorable = units["scorable"].astype(bool)
        until = units["model_data_until"].dropna()
        origins = {str(name): int(count) for name, count in units["origin"].value_counts().sort_index().items()}
        prior = units.loc[scorable, "prior_driven"].astype(bool)
        return {
            "model_version": self.model_version,
            "model_data_until": _day(until.max()) if len(until) else None,
            "as_of": _day(self.as_of),
            "prior_driven": bool(prior.any()),
            "prior_driven_share": round(float(prior.mean()), 4) if len(prior) else 0.0,
            "origins": origins,
            "synthetic_share": round(origins.get("synthetic", 0) / len(units), 4) if len(units) else 0.0,
        }


def _day(day: object) -> str:
    return pd.Timestamp(day).date().isoformat()  # type: ignore[arg-type]
