"""Find what belongs to persons in the cells of a register: their numbers, codes and addresses are kept nowhere."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.intake.distinct import Columns, contains_pattern
from engine.intake.header import Column

LEFT_OUT = "…"
"""Stands in a text where a number or an address was taken out."""

_GAP = r"[\s()-]{0,2}"
_MOBILE = rf"(?:\+98|0098|0){_GAP}9\d{{2}}{_GAP}\d{{3}}[\s-]?\d{{2}}[\s-]?\d{{2}}"
_ADDRESS = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}"
_ACCOUNT = r"ir\s?\d{2}(?:\s?\d{4}){5}\s?\d{2}"
_CODE = r"کد\s?ملی\D{0,12}\d{10}"
_CONTACT = rf"(?:^|\D)(?:{_MOBILE}|{_ACCOUNT}|{_CODE})(?:$|\D)|{_ADDRESS}"
_LONG_ENOUGH = "(?s)@|[0-9].{8,}[0-9]"
"""Ten digits at least, or an address: few columns hold any, and the long pattern takes longer to read than they do."""

_SPANS = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_ACCOUNT}|{_CODE})(?!\d)|{_ADDRESS}", re.IGNORECASE)
_PLAIN_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩ي", "01234567890123456789ی")
_BARE = rf"(?:\+?98|0098|0)?9\d{{9}}|(?:\+?98|0)[1-8]\d{{9}}|[56]\d{{15}}|{_ADDRESS}"
"""Nothing but a mobile or landline number, the number of a bank card, or an address."""

_CODE_WEIGHTS = np.arange(10, 1, -1)
_Mask = npt.NDArray[np.bool_]


def holds_contact(folded: pd.Series) -> _Mask:
    """Which folded texts hold a mobile number, a personal code, an account or an e-mail address, shape (n,).

    Examples
    --------
    >>> holds_contact(pd.Series(["تماس 0914 123 45 67", "a.b@mail.example", "0.9141234567", "10101234567"])).tolist()
    [True, True, False, False]
    """
    found = contains_pattern(folded, _LONG_ENOUGH)
    if found.any():
        found[found] = contains_pattern(folded[found], _CONTACT)
    return found


def personal_texts(folded: pd.Series) -> _Mask:
    """Which folded texts are nothing but a number, a code or an address of a person, shape (n,).

    Examples
    --------
    >>> personal_texts(pd.Series(["044-3344 5566", "6037-9912-3456-7890", "0499370899", "a@b.example", "A7"])).tolist()
    [True, True, True, True, False]
    """
    tight = folded.str.replace(r"[\s()-]", "", regex=True)
    coded = tight.where(contains_pattern(tight, "^[0-9]{8,10}$"))
    return contains_pattern(tight, f"^(?:{_BARE})$") | _national_codes(pd.to_numeric(coded).fillna(0))


def personal_numbers(numbers: pd.Series) -> _Mask:
    """Which numbers are those of mobile telephones, with or without the country's 98, bank cards or national codes.

    Examples
    --------
    >>> personal_numbers(pd.Series([9141234567.0, 989141234567.0, 6037991234567890.0, 499370899.0, 4021.0])).tolist()
    [True, True, True, True, False]
    """
    mobile = numbers.between(9e9, 1e10, inclusive="left") | numbers.between(989e9, 990e9, inclusive="left")
    card = numbers.between(5e15, 7e15, inclusive="left")
    return (mobile | card).to_numpy(dtype=bool) | _national_codes(numbers)


def without_contacts(columns: Columns, of: tuple[Column, ...]) -> tuple[Columns, list[str]]:
    """The cells of columns that fields read, without numbers and addresses of persons.

    A text keeps its other words; a cell that holds nothing else becomes blank.

    Parameters
    ----------
    columns
        Cells of a sheet.
    of
        Which of its columns are looked through.

    Returns
    -------
    columns : Columns
        The same cells, ``LEFT_OUT`` where something was taken out.
    headings : list of str
        Of the columns in which something was.

    Examples
    --------
    >>> cells = pd.DataFrame([["نوساز، تماس: ۰۹۱۴۱۲۳۴۵۶۷"], ["0914-123-4567"], ["سالم"]], dtype=object)
    >>> kept, headings = without_contacts(Columns(cells), (Column(0, ("Notes",), "Notes", "notes"),))
    >>> kept.table[0].tolist(), headings
    (['نوساز، تماس: …', None, 'سالم'], ['Notes'])
    """
    headings: list[str] = []
    for column in of:
        apart = columns[column.position]
        hit = holds_contact(apart.folded)
        if not hit.any():
            continue
        cells = apart.cells.to_numpy(dtype=object, copy=True)
        cells[hit] = [_without(str(cell)) for cell in cells[hit]]
        kept = pd.Series(None, index=columns.table.index, dtype=object)
        kept.loc[apart.rows] = cells[apart.codes]
        columns = columns.replaced(column.position, kept)
        headings.append(column.label)
    return columns, headings


def _without(cell: str) -> str | None:
    plain = cell.translate(_PLAIN_DIGITS)
    spans = [found.span() for found in _SPANS.finditer(plain)]
    if not spans:  # marks between its digits: what cannot be cut out is not kept at all
        return None
    starts, ends = zip(*spans, strict=True)
    left = LEFT_OUT.join(cell[start:end] for start, end in zip((0, *ends), (*starts, len(cell)), strict=True))
    return left if re.search(r"[^\W_]", left) else None


def _national_codes(numbers: pd.Series) -> _Mask:
    """National codes of persons: ten digits whose last checks the others (weights 10 to 2, modulo 11)."""
    likely = (numbers.between(1e7, 1e10, inclusive="left") & (numbers % 1 == 0)).to_numpy(dtype=bool)
    whole = np.where(likely, numbers.to_numpy(dtype="float64"), 0).astype(np.int64)
    digits = whole[:, None] // 10 ** np.arange(9, -1, -1) % 10
    rest = (digits[:, :9] * _CODE_WEIGHTS).sum(axis=1) % 11
    valid: _Mask = likely & (digits[:, 9] == np.where(rest < 2, rest, 11 - rest))
    return valid
