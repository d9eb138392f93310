"""What is on offer: the units that an audience may see, ready for lists, filters and mandates."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from engine.appraisal import order
from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.economics.assumptions import Assumptions
from engine.economics.returns import returns
from engine.errors import EhyaError, ErrorCode
from engine.health.completeness import publishable
from engine.matching.book import UnitBook
from engine.matching.limits import exclusions
from engine.matching.opening import Opening, widest_opening
from engine.matching.reasons import Reason, WhyNot, why_not
from engine.matching.shortlist import Shortlist, shortlist
from engine.matching.unfulfilled import best_there_is, unfulfilled
from serving.desk.appraisal import Appraised
from serving.desk.question import Question
from serving.disclosure.fields import public_table
from serving.disclosure.masking import Audience


@dataclass(frozen=True, eq=False, slots=True)
class Offer:
    """The shortlist of one mandate with what stands beside it.

    Parameters
    ----------
    shortlist
        The list itself.
    among
        Public table of all units on offer.
    opening
        For an empty list: the one limit that, loosened, would let in most units; else ``None``.
    as_of
        The day of judgement.
    unfulfilled
        For an empty list: each stated limit that no unit on offer passes, with the nearest that one does.
    best
        For an empty list: the most feasible units there are where the stated floor of risk alone left nothing, or
        ``None``.
    """

    shortlist: Shortlist
    among: pd.DataFrame = field(repr=False)
    opening: Opening | None
    as_of: pd.Timestamp
    unfulfilled: tuple[Opening, ...] = ()
    best: Shortlist | None = None

    @property
    def units(self) -> pd.DataFrame:
        """Public table of its units, best first."""
        return self.among.loc[list(self.shortlist.unit_id)]

    @property
    def excluded(self) -> dict[Exclusion, int]:
        """Units by the limit that keeps them out; a unit may break several."""
        return _excluded(self.shortlist.terms.book, self.shortlist.mandate)


@dataclass(frozen=True, eq=False)
class Stock:
    """One appraisal on offer to an audience.

    Parameters
    ----------
    appraised
        The appraisal, computed for the audience.
    units
        The records that are complete enough to be shown, best first: their public columns, or for the office all.
    book
        All units, ready for matching; it lists none of those that are not shown.
    """

    appraised: Appraised
    units: pd.DataFrame
    book: UnitBook = field(repr=False)

    @classmethod
    def of(cls, appraised: Appraised) -> Stock:
        """Make an appraisal ready to be asked."""
        table = appraised.table
        day, prices, wishes = appraised.question.as_of, appraised.prices, appraised.wishes
        book = UnitBook.from_table(table, as_of=day, prices=prices, wishes=wishes)
        return cls(appraised, _on_offer(appraised), book)

    def under(self, question: Question) -> Stock:
        """The same units in the order of other weights and priorities.

        Raises
        ------
        EhyaError
            ``unknown_option``, ``sector_unknown``.
        """
        again = replace(self.appraised, question=question)
        again = replace(again, table=order(self.appraised.table, again.terms))
        return Stock(again, _on_offer(again), self.book)

    @property
    def as_of(self) -> pd.Timestamp:
        """The day that is shown."""
        return self.appraised.question.as_of

    @property
    def card(self) -> Mapping[str, Any]:
        """Card of the model behind the predictions; empty where there is none."""
        return self.appraised.card

    def book_for(self, *mandates: Mandate) -> UnitBook:
        """The units as mandates look at them: with returns beside them where one asks for a rate or a time."""
        return self.with_returns if any(one.asks_returns for one in mandates) else self.book

    @cached_property
    def with_returns(self) -> UnitBook:
        """The units with what their revival would return beside them.

        Worked out for the first mandate that asks; from the same table, so that private fields move nothing.
        """
        table, assumed = self.appraised.table, Assumptions.from_reference()
        found = returns(table, table, assumed, prices=self.appraised.prices)
        return self.book.with_returns(found, inflation=float(np.asarray(assumed.points()["expected_inflation"])))

    @cached_property
    def withheld(self) -> int:
        """Units whose records are too incomplete to be shown."""
        return len(self.appraised.table) - len(self.units)

    @cached_property
    def version(self) -> str:
        """Hash of everything that can be asked of it; equal content gives equal versions."""
        rows = pd.util.hash_pandas_object(self.units.astype("str"), index=True).to_numpy()
        content = f"{self.book.version}\0{self.model_version}\0{self.as_of}".encode()
        return hashlib.blake2b(content + rows.tobytes(), digest_size=12).hexdigest()

    @cached_property
    def model_version(self) -> str | None:
        """Version of the model behind the predictions, where there is one."""
        versions = self.units["model_version"].dropna()
        return str(versions.iloc[0]) if len(versions) else None

    @cached_property
    def facts(self) -> dict[str, object]:
        """What every answer says of the figures in it: model, dates, origins, what is prior-driven."""
        return facts_of(self.units, self.as_of)

    def offer(self, mandate: Mandate, *, limit: int | None = None, declined: Collection[str] = ()) -> Offer:
        """Match a mandate.

        Parameters
        ----------
        mandate
            What the investor wants.
        limit
            Units at most; the mandate's own limit, else 10, where ``None``.
        declined
            Units that the investor declined: they and what is like them step back.
        """
        book = self.book_for(mandate)
        found = shortlist(book, mandate, limit=limit, declined=declined)
        return Offer(
            found,
            self.units,
            None if len(found) else widest_opening(book, mandate),
            self.as_of,
            () if len(found) else unfulfilled(book, mandate),
            None if len(found) else best_there_is(book, mandate),
        )

    def excluded(self, mandate: Mandate) -> dict[Exclusion, int]:
        """How many units each limit of a mandate keeps out."""
        return _excluded(self.book_for(mandate), mandate)

    def why_not(self, mandate: Mandate, unit_id: str, *, declined: Collection[str] = ()) -> WhyNot:
        """What keeps a unit off a list, or where it stands; of a record that is not shown, nothing but that.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        found = why_not(self.book_for(mandate), mandate, unit_id, declined=declined)
        if self.appraised.audience is Audience.OFFICE:
            return found
        withheld = [reason for reason in found.excluded_by if reason.code is Exclusion.RECORD_INCOMPLETE]
        if not withheld:
            return found
        only = Reason(Exclusion.RECORD_INCOMPLETE, {"allowed": withheld[0].facts["allowed"]})
        return WhyNot(found.unit_id, (only,), (), found.position, found.feasible, found.fit, found.parts)

    def unit(self, unit_id: str) -> pd.DataFrame:
        """The public record of one unit, one row.

        Raises
        ------
        EhyaError
            ``unknown_unit`` when it is not shown.
        """
        if unit_id not in self.units.index:
            raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit_id)
        return self.units.loc[[unit_id]]


def facts_of(units: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, object]:
    """What is said of the figures of some units: model, dates, origins, what is prior-driven.

    Parameters
    ----------
    units
        Appraisal table, shape (n, columns).
    as_of
        The day of judgement.
    """
    scorable = units["scorable"].astype(bool)
    versions, until = units["model_version"].dropna(), units["model_data_until"].dropna()
    origins = {str(name): int(count) for name, count in units["origin"].value_counts().sort_index().items()}
    prior = units.loc[scorable, "prior_driven"].astype(bool)
    return {
        "model_version": str(versions.iloc[0]) if len(versions) else None,
        "model_data_until": _day(until.max()) if len(until) else None,
        "as_of": _day(as_of),
        "prior_driven": bool(prior.any()),
        "prior_driven_share": round(float(prior.mean()), 4) if len(prior) else 0.0,
        "origins": origins,
        "synthetic_share": round(origins.get("synthetic", 0) / len(units), 4) if len(units) else 0.0,
    }


def _excluded(book: UnitBook, mandate: Mandate) -> dict[Exclusion, int]:
    bits = exclusions(book, mandate)
    return {code: count for code in Exclusion if (count := int(np.count_nonzero(bits & code.bit)))}


def _on_offer(appraised: Appraised) -> pd.DataFrame:
    shown = appraised.table[publishable(appraised.table)]
    return shown if appraised.audience is Audience.OFFICE else public_table(shown)


def _day(day: object) -> str:
    return pd.Timestamp(day).date().isoformat()  # type: ignore[arg-type]
