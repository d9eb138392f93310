"""Hold what was read of a sheet against the table ``plausible``: refuse what cannot be, remark on what hardly can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.domain.unit import Field
from engine.health.plausibility import RIAL_READ_AS, Guess, Implausible, bounds, implausible
from engine.intake.columns import SheetColumns
from engine.intake.header import Column
from engine.parsing.money import MoneyUnit
from engine.parsing.rejection import NoteCode, RejectionCode

_BILLION = 10**9


def within_bounds(
    units: pd.DataFrame,
    read: SheetColumns,
    named: Mapping[Field, Column],
    money: Mapping[Field, MoneyUnit | None] | None = None,
) -> pd.DataFrame:
    """Units without the figures that break a hard bound; what was refused and remarked is added to ``read``.

    Parameters
    ----------
    units
        Unit table of the accepted rows, with their ``row`` in the sheet.
    read
        Columns of the sheet.
    named
        Field -> column it was read from; a field that was not read from a cell is not judged here.
    money
        Field -> unit of money that its heading states: tells rial and toman apart in a guess.

    Returns
    -------
    pandas.DataFrame
        ``units``, a refused figure missing.
    """
    units = units.copy()
    position = units["row"].astype("int64") - 1
    for bound in bounds():
        field = Field(bound.fields[0])
        if bound.code == "amount" and field in named:
            amount = units[field.value].astype("float64")
            beyond = (amount < bound.hard_low) | (amount > bound.hard_high)
            if not beyond.any():
                continue
            facts = {"low": _plain(bound.hard_low), "high": _plain(bound.hard_high)}
            at = position[beyond.to_numpy(dtype=bool)]
            read.judge(field, named[field], refused=_problems(at, RejectionCode.OUT_OF_RANGE, [facts] * len(at)))
            units[field.value] = units[field.value].mask(beyond)
    odd = implausible(units)
    judged = {
        joined: next((name for name in joined.split(";") if name in named), "") for joined in odd["fields"].unique()
    }
    odd["field"] = odd["fields"].map(judged)
    kind = odd.groupby(_OF, dropna=False, sort=False).ngroup().to_numpy()
    kinds: list[dict[Any, Any]] = odd.loc[~pd.Series(kind, index=odd.index).duplicated(), _OF].to_dict("records")
    fields, places = odd["field"].to_numpy(dtype=object), position[odd["unit_id"]]
    for name in dict.fromkeys(fields[fields != ""]):
        lines = np.flatnonzero(fields == name)
        told = _told(kind[lines].tolist(), kinds, (money or {}).get(Field(name)))
        noted = _problems(places.iloc[lines], NoteCode.IMPLAUSIBLE, told)
        stated = noted.index.isin(read.stated(named[Field(name)]).rows)
        read.judge(Field(name), named[Field(name)], noted=noted[stated])
    return units


RATIO = "ratio"
"""Measure of a bound that compares two figures: its ends are no money, whatever the field is."""


_OF = ["code", "low", "high", "guess", "measure"]


def _told(kind: Sequence[int], kinds: Sequence[Mapping[str, Any]], unit: MoneyUnit | None) -> list[dict[str, Any]]:
    """Facts of each line; lines that break the same bound with the same guess are of one kind and share them."""
    facts = {
        at: {"what": Implausible(one["code"]), "low": _plain(one["low"]), "high": _plain(one["high"])}
        | {"guess": _named(Guess(one["guess"]), unit)}
        | ({"measure": RATIO} if one["measure"] == RATIO else {})
        for at, one in ((at, kinds[at]) for at in dict.fromkeys(kind))
    }
    return [facts[at] for at in kind]


def _problems(position: pd.Series, code: Code, facts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Problems of cells: ``code, facts``, index: position."""
    codes = pd.Series([code] * len(position), dtype=object)
    told = pd.DataFrame({"code": codes, "facts": pd.Series(list(facts), dtype=object)})
    return told.set_axis(pd.Index(position.to_numpy()))


def _plain(bound: float) -> int | float | None:
    """A bound as texts name it; whole numbers without a decimal."""
    if pd.isna(bound):
        return None
    return int(bound) if bound.is_integer() else bound


def _named(guess: Guess, unit: MoneyUnit | None) -> Guess:
    """A guess about millions or billions in the very unit of the heading."""
    if unit is None or guess not in (Guess.RIAL_AS_MILLIONS, Guess.RIAL_AS_BILLIONS):
        return guess
    one = unit.factor or 0
    return RIAL_READ_AS.get(one, guess) if (one >= _BILLION) == (guess is Guess.RIAL_AS_BILLIONS) else guess
