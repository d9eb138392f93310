"""What a register means by its own words, as a person states it: «چ» is idle, «ن» semi-active."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.codes import Code
from engine.domain.unit import FIELDS, Barrier, DealForm, Field, Kind, Status
from engine.errors import EhyaError, ErrorCode
from engine.intake.distinct import Distinct, among
from engine.parsing.text import fold, fold_column

_CODES: dict[Field, type[Code]] = {Field.STATUS: Status, Field.STOP_CAUSES: Barrier, Field.DEAL_FORMS: DealForm}
_FLAGS = ("yes", "no")
NOTHING = "-"
"""Stands for "not known" among the meanings."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """Words of a register by field: folded word -> what is read in its place."""

    words: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)

    def applied(self, what: Field, cells: Distinct) -> Distinct:
        """The same cells, what a person has stated in the place of the register's own words."""
        meant = self.words.get(what)
        if not meant:
            return cells
        hits = among(cells.folded, meant)
        if not hits.any():
            return cells
        texts = cells.cells.astype(object).copy()
        texts.loc[hits] = [meant[text] for text in cells.folded[hits]]
        known = Distinct(
            texts, cells.folded.where(~hits, fold_column(texts.astype("str"), once=True)), cells.codes, cells.rows
        )
        return known.only(~(hits & np.asarray(texts == NOTHING, dtype=bool)))


def meanings(stated: Mapping[str, Mapping[str, str]] | None) -> Meanings:
    """Check what a person states of a register's words.

    Parameters
    ----------
    stated
        Field -> word -> code of the field; several codes parted by semicolons for lists of codes, ``yes`` or ``no`` for
        flags, a value as a cell would hold it for other fields, ``-`` for "not known".

    Raises
    ------
    EhyaError
        ``unknown_option`` for a field or a code that there is not.

    Examples
    --------
    >>> meanings({"status": {"چ": "idle"}}).words[Field.STATUS]
    {'چ': 'idle'}
    """
    found: dict[Field, dict[str, str]] = {}
    for name, words in (stated or {}).items():
        if name not in set(Field):
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="values", given=name, allowed=[one.value for one in Field])
        what = Field(name)
        for word, meaning in words.items():
            allowed = _allowed(what)
            parts = meaning.split(";") if FIELDS[what].kind is Kind.CODES else [meaning]
            if allowed and meaning != NOTHING and not set(parts) <= set(allowed):
                raise EhyaError(
                    ErrorCode.UNKNOWN_OPTION, option=f"values.{name}.{word}", given=meaning, allowed=[*allowed, NOTHING]
                )
            found.setdefault(what, {})[fold(word)] = meaning
    return Meanings(found)


def _allowed(what: Field) -> list[str]:
    if what in _CODES:
        return [one.value for one in _CODES[what]]
    return list(_FLAGS) if FIELDS[what].kind is Kind.FLAG else []
