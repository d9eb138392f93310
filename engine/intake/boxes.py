"""Read one item of a list whose parts stand in boxes of their own: a machine, a debt by creditor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.domain.items import compact_item
from engine.domain.unit import FIELDS, PARTS, Condition, Creditor, Field
from engine.errors import EhyaError, ErrorCode
from engine.intake.cells import read_cells, stated
from engine.intake.lists import MOST_MACHINES, is_institution
from engine.intake.persons import holds_contact
from engine.parsing.rejection import Refusal, RejectionCode
from engine.parsing.text import fold

_CLASSIFIER = re.compile(r"^[x×]\s*|\s*(?:عدد|دستگاه|pcs|pieces?|units?|x|×)\.?$", re.IGNORECASE)


def read_item(field: Field, boxes: Mapping[str, str], *, latest: date | None = None) -> str | dict[str, Refusal]:
    """Read an item as a cell with such a list is read (`engine.intake.lists`), each part in its own box.

    What a cell with a list would drop with a remark is refused here, since there is somebody to ask.

    Parameters
    ----------
    field
        ``equipment`` or ``debts``.
    boxes
        Part -> what was written (`engine.domain.unit.PARTS`); ``condition`` and ``creditor`` are codes.
    latest
        Last day that a year can be of.

    Returns
    -------
    str or dict
        Compact text (`engine.domain.items`), years Gregorian, money in rial; or part -> why it was refused.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a condition or a creditor that there is not.

    Examples
    --------
    >>> read_item(Field.EQUIPMENT, {"count": "۲ دستگاه", "name": "پرس", "year": "۱۳۸۸", "condition": "sound"})
    '2|پرس|2009|sound'
    >>> read_item(Field.DEBTS, {"creditor": "bank", "name": "Bank Melli", "rial": "12 bn rial"})
    'bank|Bank Melli|12000000000'
    >>> read_item(Field.DEBTS, {"creditor": "tax", "rial": "12"})["rial"].code.value
    'money_without_unit'
    """
    own = _Boxes(boxes, latest)
    item = own.machine() if field is Field.EQUIPMENT else own.debt()
    return own.refused or compact_item(item, PARTS[field])


class _Boxes:
    """The boxes of one item, and why some of them were refused."""

    def __init__(self, boxes: Mapping[str, str], latest: date | None) -> None:
        self._boxes, self._latest = boxes, latest
        self.refused: dict[str, Refusal] = {}

    def machine(self) -> dict[str, Any]:
        return {
            "count": self._count(),
            "name": self._machine_name(),
            "year": self._year(),
            "condition": self._code("condition", Condition),
        }

    def debt(self) -> dict[str, Any]:
        creditor = self._code("creditor", Creditor)
        if creditor is None:
            self.refused["creditor"] = Refusal(RejectionCode.NO_CREDITOR, {"part": self._text("rial")})
        rial = self._read("rial", Field.OTHER_DEBT_RIAL)
        if rial is None and "rial" not in self.refused:
            part = self._text("name") or self._text("creditor")
            self.refused["rial"] = Refusal(RejectionCode.DEBT_WITHOUT_AMOUNT, {"part": part})
        return {"creditor": creditor, "name": self._creditor_name(creditor), "rial": rial}

    def _text(self, part: str) -> str:
        return self._boxes.get(part, "").strip()

    def _code(self, part: str, family: type[Code]) -> Code | None:
        given = self._text(part)
        if given and given not in list(family):
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option=part, given=given, allowed=[one.value for one in family])
        return family(given) if given else None

    def _read(self, part: str, as_field: Field, text: str | None = None) -> Any:
        """What stands in a box, read as the cells of a field are; ``None`` where it says nothing or was refused."""
        given = self._text(part) if text is None else text
        found = read_cells(as_field, stated(pd.Series([given], dtype=object)), latest=self._latest)
        if len(found.refused):
            one = found.refused.iloc[0]
            self.refused[part] = Refusal(one["code"], dict(one["facts"]))
        return found.values.iloc[0] if len(found.values) else None

    def _count(self) -> int | None:
        found = self._read("count", Field.LITIGATION_COUNT, _CLASSIFIER.sub("", self._text("count")))
        if found is not None and not 1 <= found <= MOST_MACHINES:
            self._outside("count", 1, MOST_MACHINES)
        return None if found is None else int(found)

    def _year(self) -> int | None:
        found, spec = self._read("year", Field.MACHINERY_YEAR), FIELDS[Field.MACHINERY_YEAR]
        low, high = int(spec.low or 0), int(spec.high or 0)
        if found is not None and not low <= found <= high:
            self._outside("year", low, high)
        return None if found is None else int(found)

    def _outside(self, part: str, low: int, high: int) -> None:
        self.refused[part] = Refusal(RejectionCode.OUT_OF_RANGE, {"low": low, "high": high})

    def _machine_name(self) -> str | None:
        name = self._read("name", Field.MACHINERY_TEXT)
        if name is None or not re.search(r"[^\W\d_]", name):
            self.refused["name"] = Refusal(RejectionCode.NO_MACHINE)
        elif self._of_a_person(name):
            self.refused["name"] = Refusal(RejectionCode.OF_A_PERSON)
        return None if name is None else str(name)

    def _creditor_name(self, creditor: Code | None) -> str | None:
        name = self._read("name", Field.SECTOR_TEXT)
        if name is None:
            return None
        named = creditor is Creditor.BANK or is_institution(name)
        if not named or re.search(r"\d", fold(name)) or self._of_a_person(name):
            self.refused["name"] = Refusal(RejectionCode.OF_A_PERSON)
        return str(name)

    def _of_a_person(self, name: str) -> bool:
        return bool(holds_contact(pd.Series([fold(name)], dtype="str"))[0])
