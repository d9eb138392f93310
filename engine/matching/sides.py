"""How far an investor is one that the owner of a unit, and the bank that holds it, want: factors with their reasons.

Each wish that an investor does not meet takes a part of the fit away, each that its mandate says nothing of a little;
wishes are multiplied, so that no number of liked sectors buys off an owner who wants somebody else. What nobody wished
takes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.codes import Code
from engine.domain.mandate import Mandate
from engine.domain.partner import CapitalForm, PartnerKind
from engine.domain.unit import DealForm
from engine.domain.unit_wishes import Side, UnitWishes, Wish
from engine.economics.prices import PriceIndex
from engine.matching.checks import Rows
from engine.matching.money import ticket_bounds

WISH_UNMET = 0.7
"""What is left of the fit for each wish that an investor does not meet (assumed)."""

WISH_UNSAID = 0.95
"""What is left of it for each wish that its mandate says nothing of (assumed)."""

NOBODY = -1


class SideReason(Code):
    """What a side wants that the investor does not offer, or says nothing of."""

    OWNER_PRICE = "owner_price"
    OWNER_DEAL_FORM = "owner_deal_form"
    OWNER_PARTNER = "owner_partner"
    OWNER_CAPITAL_FORM = "owner_capital_form"
    OWNER_SHARE = "owner_share"
    OWNER_LANGUAGE = "owner_language"
    BANK_PRICE = "bank_price"
    BANK_DEAL_FORM = "bank_deal_form"
    BANK_PARTNER = "bank_partner"
    BANK_CAPITAL_FORM = "bank_capital_form"
    BANK_SHARE = "bank_share"
    BANK_LANGUAGE = "bank_language"


_REASONS = {side: [SideReason(f"{side}_{wish}") for wish in Wish] for side in Side}


@dataclass(frozen=True, eq=False, slots=True)
class Sides:
    """Wishes of owners and banks beside a book of units: lines for those units alone of which somebody wished anything.

    Parameters
    ----------
    line
        Shape (sides, n): line of each unit's owner and bank, ``NOBODY`` where nothing is wished.
    side
        Shape (lines,): place of the line's side in ``Side``.
    wishes
        Shape (lines,): what is wished.
    """

    line: NDArray[np.int32]
    side: NDArray[np.int8]
    wishes: tuple[UnitWishes, ...]

    @classmethod
    def of(cls, unit_id: NDArray[np.object_], wishes: pd.DataFrame | None) -> Sides | None:
        """Lay wishes beside units.

        Parameters
        ----------
        unit_id
            Units of a book, shape (n,).
        wishes
            ``unit_id, side, wishes`` (`UnitWishes`), one line a unit and side; of units that the book does not hold,
            nothing is kept. ``None`` for no wishes.

        Returns
        -------
        Sides or None
            ``None`` where nobody wishes anything.
        """
        if wishes is None or wishes.empty:
            return None
        order = list(Side)
        rows = pd.Index(unit_id).get_indexer(pd.Index(wishes["unit_id"].astype(object)))
        there = [
            (int(row), order.index(Side(side)), one)
            for row, side, one in zip(rows, wishes["side"], wishes["wishes"], strict=True)
            if row != NOBODY and one.stated
        ]
        if not there:
            return None
        line = np.full((len(order), unit_id.size), NOBODY, dtype=np.int32)
        there.sort(key=lambda one: one[:2])
        for number, (row, side, _) in enumerate(there):
            line[side, row] = number
        return cls(line, np.array([side for _, side, _ in there], np.int8), tuple(one for *_, one in there))

    @property
    def content(self) -> dict[str, Any]:
        """What a digest of the book reads."""
        return {"sides.line": self.line, "sides.wishes": [one.model_dump_json() for one in self.wishes]}

    def over(self, mandate: Mandate, prices: PriceIndex | None) -> Wanted:
        """Hold a mandate to all wishes."""
        met = np.array([_met(one, mandate) for one in self.wishes]).reshape(-1, len(Wish))
        met[:, list(Wish).index(Wish.PRICE)] = _price_met(self.wishes, mandate, prices)
        factor = np.select([met == _UNMET, met == _UNSAID], [WISH_UNMET, WISH_UNSAID], 1.0).prod(axis=1)
        return Wanted(self, met, factor)


@dataclass(frozen=True, eq=False, slots=True)
class Wanted:
    """A mandate held to the wishes of owners and banks.

    Parameters
    ----------
    sides
        The wishes.
    met
        Shape (lines, wishes): whether each wish is met, unmet, not said, or not wished at all.
    factor
        Shape (lines,): what is left of the fit, 0..1.
    """

    sides: Sides
    met: NDArray[np.int8]
    factor: NDArray[np.float64]

    def factors(self, rows: Rows) -> NDArray[np.float64]:
        """What both sides together leave of the fit of the rows, 0..1, shape (rows,)."""
        padded = np.append(self.factor, 1.0)  # the last one stands for nobody
        found: NDArray[np.float64] = padded[self.sides.line[:, rows]].prod(axis=0)
        return found

    def reasons(self, rows: NDArray[np.intp]) -> list[str]:
        """Codes of ``SideReason`` for the rows: what is not met, then what is not said; joined by ``;``."""
        return [";".join(self._reasons(row)) for row in rows.tolist()]

    def all_met(self, rows: NDArray[np.intp], side: Side) -> NDArray[np.bool_]:
        """Whether a side of each row wishes something, and all of it is met."""
        met = np.append((self.met >= _MET).all(axis=1), False)
        found: NDArray[np.bool_] = met[self.sides.line[list(Side).index(side), rows]]
        return found

    def _reasons(self, row: int) -> list[str]:
        found: list[str] = []
        for place, side in enumerate(Side):
            line = self.sides.line[place, row]
            if line != NOBODY:
                states = self.met[line].tolist()
                for wanted in (_UNMET, _UNSAID):
                    found += [_REASONS[side][at].value for at, state in enumerate(states) if state == wanted]
        return found


_UNMET, _UNSAID, _MET, _NOT_WISHED = 0, 1, 2, 3


def _met(wishes: UnitWishes, mandate: Mandate) -> list[int]:
    forms = {*(mandate.deal_forms.wanted or mandate.deal_forms.like)}
    refused = {*mandate.deal_forms.must_not}
    stated = {
        Wish.PRICE: _NOT_WISHED,
        Wish.DEAL_FORM: _any(
            wishes.deal_forms, wishes.deal_forms_refused, forms or ({*DealForm} - refused if refused else set())
        ),
        Wish.PARTNER: _any(wishes.partners, wishes.partners_refused, {*mandate.partner_kinds}),
        Wish.CAPITAL_FORM: _any(wishes.capital_forms, (), {*mandate.capital_forms}),
        Wish.SHARE: _share(wishes.max_share, mandate.least_share),
        Wish.LANGUAGE: _any(wishes.languages, (), {*mandate.languages}),
    }
    return [stated[wish] for wish in Wish]


def _any(
    wanted: Sequence[DealForm | PartnerKind | CapitalForm | str], refused: Sequence[object], offered: set[Any]
) -> int:
    """Whether something that is offered is wanted, and not only what is refused."""
    if not wanted and not refused:
        return _NOT_WISHED
    if not offered:
        return _UNSAID
    left = offered - {*refused}
    return _MET if (left & {*wanted} if wanted else left) else _UNMET


def _share(most: float | None, least: float | None) -> int:
    if most is None:
        return _NOT_WISHED
    return _UNSAID if least is None else _MET if least <= most else _UNMET


def _price_met(wishes: Sequence[UnitWishes], mandate: Mandate, prices: PriceIndex | None) -> NDArray[np.int8]:
    """Whether the greatest ticket reaches what is asked, in the prices of the year of the asking."""
    asked = np.array([np.nan if one.asking_price_rial is None else float(one.asking_price_rial) for one in wishes])
    bounds = ticket_bounds(mandate, tuple(one.price_year for one in wishes), prices)
    if bounds is None:
        state = np.full(asked.size, _UNSAID)
    else:
        high = np.broadcast_to(bounds.high, asked.shape)
        state = np.where(np.isnan(high), _UNSAID, np.where(asked <= high, _MET, _UNMET))
    return np.where(np.isnan(asked), _NOT_WISHED, state).astype(np.int8)
