"""Lists of a unit as rows of boxes: machines and debts are read row by row, and two people's rows are brought together.

See docs/decisions/0041-sessions-and-pages.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from engine.domain.items import ITEM, item_objects
from engine.domain.unit import FIELDS, PARTS, Field, Kind
from engine.errors import EhyaError, ErrorCode
from engine.intake.boxes import read_item

LISTS = tuple(one for one in Field if FIELDS[one].kind is Kind.LIST)
"""Fields that are lists."""
_NAMES = ("name", "creditor")
MOST_ITEMS = 100
"""Rows of a list that a page shows as boxes; a longer list comes with a file."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a person sent it.

    Parameters
    ----------
    key
        Its name on the page.
    item
        Compact text of the item that stood in it; empty where it was an empty row.
    boxes
        Part -> what was written; ``None`` where the item stands as it was shown.
    removed
        Whether the item is to go.
    """

    key: str
    item: str
    boxes: Mapping[str, str] | None = None
    removed: bool = False

    @property
    def touched(self) -> bool:
        """Whether the person wants something of it."""
        return self.removed if self.item else any(text.strip() for text in (self.boxes or {}).values())


@dataclass(frozen=True, slots=True)
class ListEdit:
    """What a person wants of a list.

    Parameters
    ----------
    seen
        What stood there when it was opened, compact text.
    rows
        A row for each of its items, in their order, and then new ones.
    """

    seen: str
    rows: Sequence[Row]

    @property
    def touched(self) -> bool:
        """Whether anything in it was written or removed."""
        return any(row.touched or (row.item and row.boxes is not None) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A box that could not be taken: its row and part (empty: the list as a whole), what stood in it, and why."""

    key: str
    part: str
    given: str
    code: Any
    facts: Mapping[str, Any]


class MeanwhileEdit(StrEnum):
    """What somebody else did meanwhile to the item of a row."""

    ADDED = "added"
    CHANGED = "changed"
    BOTH = "both"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of a page: as `Row`, with what somebody else did meanwhile, and what stood in it before.

    Parameters
    ----------
    row
        The row; its ``item`` is what stands now.
    beside
        What somebody else did; ``None`` where nothing.
    was
        Compact text of the item when the page was opened; empty where there was none.
    """

    row: Row
    beside: MeanwhileEdit | None = None
    was: str = ""


def items_of(field: Field, text: str) -> list[str]:
    """Items of a list, each in compact text.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where it is no list of ours.

    Examples
    --------
    >>> items_of(Field.EQUIPMENT, "2|press|2009|sound;|saw||")
    ['2|press|2009|sound', '|saw||']
    """
    items = text.split(ITEM) if text else []
    try:
        sound = all(len(item.split("|")) == len(PARTS[field]) and item_objects(item, PARTS[field]) for item in items)
    except ValueError:
        sound = False
    if not sound:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=field.value, given=text[:40], allowed=list(PARTS[field]))
    return items


def keyed(items: Sequence[str]) -> list[tuple[str, str]]:
    """Items with a name for the row of each, that stays its own while the item does, wherever it stands.

    Examples
    --------
    >>> [key for key, _ in keyed(["|saw||", "|saw||"])]
    ['ddfa0fdc-1', 'ddfa0fdc-2']
    """
    seen: Counter[str] = Counter()
    named = []
    for item in items:
        seen[item] += 1
        named.append((f"{hashlib.sha256(item.encode()).hexdigest()[:8]}-{seen[item]}", item))
    return named


def read_list(field: Field, edit: ListEdit, *, latest: date) -> str | tuple[Wrong, ...]:
    """The list that rows make, or the boxes that could not be taken.

    An item that stands as it was shown is not read anew. Items keep their order; new ones come last.

    Parameters
    ----------
    field
        ``equipment`` or ``debts``.
    edit
        The rows.
    latest
        Last day that a year can be of.

    Returns
    -------
    str or tuple of Wrong
        Compact text (`engine.domain.items`). A list cannot become empty: an empty cell says nothing in a register, so
        that what stood there would go on standing.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a condition or a creditor that there is not.

    Examples
    --------
    >>> rows = [Row("a", "|saw||"), Row("new1", "", {"name": "پرس", "year": "۱۳۸۸"})]
    >>> read_list(Field.EQUIPMENT, ListEdit("|saw||", rows), latest=date(2026, 1, 1))
    '|saw||;|پرس|2009|'
    """
    items: list[str] = []
    wrong: list[Wrong] = []
    for row in edit.rows:
        if row.removed or not (row.item or row.touched):
            continue
        if row.boxes is None:
            items.append(row.item)
            continue
        read = read_item(field, row.boxes, latest=latest)
        if isinstance(read, str):
            items.append(read)
            continue
        wrong += [Wrong(row.key, part, row.boxes.get(part, ""), one.code, one.facts) for part, one in read.items()]
    if wrong:
        return tuple(wrong)
    if edit.seen and not items:
        return (Wrong("", "", "", f"list_edit.emptied_{field.value}", {}),)
    if len(items) > max(MOST_ITEMS, edit.seen.count(ITEM) + 1):
        return (Wrong("", "", "", "list_edit.too_many", {"allowed": MOST_ITEMS}),)
    return ITEM.join(items)


def brought_together(field: Field, edit: ListEdit | None, now: str) -> tuple[list[Shown], list[str]]:
    """Rows of a list as it stands now, with what a person wrote in them, who had opened it as it stood before.

    Parameters
    ----------
    field
        ``equipment`` or ``debts``.
    edit
        What the person wrote; ``None`` where nothing.
    now
        What stands now, compact text.

    Returns
    -------
    rows : list of Shown
        Nothing that either wrote is lost: of an item that both changed the boxes that the person changed hold their
        words, and what somebody else removed and the person had changed is a row of its own.
    gone : list of str
        Items that somebody else removed and the person had left alone, compact text.

    Examples
    --------
    >>> mine = ListEdit("|saw||;|press||", [Row("a", "|saw||", {"name": "saw", "year": "2009"}), Row("b", "|press||")])
    >>> rows, gone = brought_together(Field.EQUIPMENT, mine, "|saw||;2|press||;|drill||")
    >>> [(one.row.item, one.row.boxes is None, one.beside and one.beside.value) for one in rows]
    [('|saw||', False, None), ('2|press||', True, 'changed'), ('|drill||', True, 'added')]
    """
    items = keyed(items_of(field, now))
    if edit is None:
        return [Shown(Row(key, item)) for key, item in items], []
    before = items_of(field, edit.seen)
    mine = [row for row in edit.rows if row.item]
    rows: list[Shown] = []
    orphans: list[Shown] = []
    gone: list[str] = []
    steps = SequenceMatcher(None, before, [item for _, item in items], autojunk=False).get_opcodes()
    for _, first, last, low, high in steps:
        left = mine[first:last]
        for key, item in items[low:high]:
            own = next((row for row in left if _same_thing(field, row.item, item)), None)
            if own is None:
                rows.append(Shown(Row(key, item), MeanwhileEdit.ADDED))
                continue
            left.remove(own)
            rows.append(_beside(own, key, item))
        for row in left:
            if row.boxes is not None and not row.removed:
                orphans.append(Shown(Row(row.key, "", row.boxes), MeanwhileEdit.REMOVED, row.item))
            elif not row.removed:
                gone.append(row.item)
    new = [Shown(row) for row in edit.rows if not row.item and row.touched]
    orphans = [Shown(Row(f"new{at}", "", one.row.boxes), one.beside, one.was) for at, one in
               enumerate(orphans, start=1 + _last_number([row.row.key for row in new]))]  # fmt: skip
    return [*rows, *new, *orphans], gone


def _same_thing(field: Field, one: str, other: str) -> bool:
    """Whether two items speak of one machine or one creditor, whatever else they say."""
    named = [part for part in PARTS[field] if part in _NAMES]
    told = [(item_objects(item, PARTS[field]) or [{}])[0] for item in (one, other)]
    return all(told[0].get(part) == told[1].get(part) for part in named)


def _beside(row: Row, key: str, item: str) -> Shown:
    now = Row(key, item, row.boxes, row.removed)
    if item == row.item:
        return Shown(now)
    touched = row.removed or row.boxes is not None
    return Shown(now, MeanwhileEdit.BOTH if touched else MeanwhileEdit.CHANGED, row.item)


def _last_number(keys: Sequence[str]) -> int:
    numbers = [int(key.removeprefix("new")) for key in keys if key.removeprefix("new").isdecimal()]
    return max(numbers, default=0)
