"""Rows of boxes for the lists of a unit: how a page writes them, and what a form sends back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.domain.items import item_objects
from engine.domain.unit import PARTS, Condition, Creditor, Field
from serving.desk.editing import Edited, RefusedEdit, box_of
from serving.desk.listing import MOST_ITEMS, ListEdit, MeanwhileEdit, Row, Shown, brought_together, items_of, keyed
from serving.i18n import Speech
from serving.reports.ranked import isolated
from serving.reports.refusals import refusal_said
from serving.reports.words import items_in_words

EMPTY_ROWS = 2
"""Empty rows that stand below a list."""
MORE_ROWS = 8
"""Empty rows that are folded away below those, for who has more to write down."""
_CODES: Mapping[str, type[Condition] | type[Creditor]] = {"condition": Condition, "creditor": Creditor}
_NEEDED = ("name", "creditor", "rial")


def item_boxes(field: Field, item: str, words: Speech) -> dict[str, str]:
    """What stands in the boxes of an item: part -> text, such that it is read back as it is.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> item_boxes(Field.EQUIPMENT, "2|پرس|2009|sound", speech("fa"))
    {'count': '۲', 'name': 'پرس', 'year': '۱۳۸۸', 'condition': 'sound'}
    """
    found = item_objects(item, PARTS[field])
    known: Mapping[str, Any] = found[0] if found else {}
    return {part: _written(part, known[part], words) if part in known else "" for part in PARTS[field]}


def sent_list(field: Field, sent: Mapping[str, str], words: Speech) -> ListEdit | None:
    """What a form says of a list; ``None`` where it did not show it.

    Parameters
    ----------
    field
        The list.
    sent
        Name of a box -> what stood in it.
    words
        The language in which the boxes were written.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where what it says of the list that it showed is none.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> sent = {"seen_equipment": "|saw||", "equipment_new1_name": "press", "equipment_ddfa0fdc-1_remove": "1"}
    >>> [(row.key, row.removed, row.touched) for row in sent_list(Field.EQUIPMENT, sent, speech("en")).rows]
    [('ddfa0fdc-1', True, True), ('new1', False, True)]
    """
    seen = sent.get(f"seen_{field.value}")
    if seen is None:
        return None
    rows = []
    for key, item in keyed(items_of(field, seen)):
        shown = item_boxes(field, item, words)
        typed = {part: sent.get(box_of(field.value, key, part), text).strip() for part, text in shown.items()}
        removed = box_of(field.value, key, "remove") in sent
        rows.append(Row(key, item, None if typed == shown else typed, removed))
    for key in _new_keys(field, sent):
        typed = {part: sent.get(box_of(field.value, key, part), "").strip() for part in PARTS[field]}
        rows.append(Row(key, "", typed, box_of(field.value, key, "remove") in sent))
    return ListEdit(seen, rows)


def list_shown(
    field: Field, now: str, edit: ListEdit | None, done: Edited | None, words: Speech
) -> dict[str, Any] | None:
    """Rows of a list, as a template writes them; ``None`` where it is too long for boxes.

    Parameters
    ----------
    field
        The list.
    now
        What stands now, compact text.
    edit
        What the person wrote; ``None`` where nothing.
    done
        Why it could not be kept.
    words
        Language.
    """
    if len(items_of(field, now)) > MOST_ITEMS:
        return None
    refused = {} if done is None else {one.field: one for one in done.refused}
    rows, gone = brought_together(field, edit, now)
    first = 1 + max((int(one.row.key[3:]) for one in rows if not one.row.item), default=0)
    empty = [Shown(Row(f"new{at}", "")) for at in range(first, first + EMPTY_ROWS + MORE_ROWS)]
    lines = [_line(field, at, one, refused, words) for at, one in enumerate([*rows, *empty], start=1)]
    whole = refused.get(field.value)
    return {
        "code": field.value,
        "name": words.text(field),
        "parts": [(part, _label(field, part, words)) for part in PARTS[field]],
        "seen": now,
        "rows": lines[: len(rows) + EMPTY_ROWS],
        "more": lines[len(rows) + EMPTY_ROWS :],
        "error": "" if whole is None else words.text(whole.code, **whole.facts),
        "gone": [isolated(text) for item in gone for text in items_in_words(field, item, words)],
        "met": done is not None and any(one.field == field for one in done.met),
        "hint": words.text(f"list_edit.hint_{field.value}"),
    }


def list_boxes(shown: Mapping[str, Any]) -> frozenset[str]:
    """Names of the boxes of a list, and of the list itself."""
    rows = [*shown["rows"], *shown["more"]]
    return frozenset({shown["code"], *(box["name"] for row in rows for box in row["boxes"])})


def _new_keys(field: Field, sent: Mapping[str, str]) -> list[str]:
    pattern = re.compile(rf"{field.value}_new(\d{{1,4}})_[a-z]+", re.ASCII)
    numbers = {int(found[1]) for name in sent if (found := pattern.fullmatch(name)) and sent[name].strip()}
    return [f"new{number}" for number in sorted(numbers)][: 2 * MOST_ITEMS]


def _line(field: Field, at: int, shown: Shown, refused: Mapping[str, RefusedEdit], words: Speech) -> dict[str, Any]:
    row = shown.row
    stands = item_boxes(field, row.item, words)
    opened = item_boxes(field, shown.was, words) if shown.beside is MeanwhileEdit.BOTH else {}
    own = {part: text for part, text in (row.boxes or {}).items() if opened.get(part) != text}
    values = stands | own  # what the person left alone is as somebody else wrote it
    boxes = []
    for part in PARTS[field]:
        name, label = box_of(field.value, row.key, part), _label(field, part, words)
        wrong = refused.get(name)
        boxes.append(
            {
                "name": name,
                "label": label,
                "said": words.text("list_edit.box", number=at, part=label),
                "value": values[part],
                "error": "" if wrong is None else _why(wrong, field, part, words),
                "choices": [(code.value, words.text(code)) for code in _CODES[part]] if part in _CODES else [],
            }
        )
    return {
        "boxes": boxes,
        "old": bool(row.item),
        "remove": box_of(field.value, row.key, "remove"),
        "remove_said": words.text("list_edit.remove_said", number=at),
        "removed": row.removed,
        "beside": _beside(field, shown, words),
    }


def _beside(field: Field, shown: Shown, words: Speech) -> str:
    if shown.beside is None:
        return ""
    was, now = (isolated(words.join(items_in_words(field, item, words))) for item in (shown.was, shown.row.item))
    facts = {MeanwhileEdit.ADDED: {}, MeanwhileEdit.BOTH: {"was": was, "now": now}}.get(shown.beside, {"was": was})
    return words.text(f"list_edit.{shown.beside.value}", **facts)


def _label(field: Field, part: str, words: Speech) -> str:
    return words.text(f"list_edit.{part}_{field.value}" if part == "name" else f"list_edit.{part}")


def _why(wrong: RefusedEdit, field: Field, part: str, words: Speech) -> str:
    if not wrong.given.strip() and part in _NEEDED:
        return words.text("list_edit.needed", part=_label(field, part, words))
    label = _label(field, part, words)
    facts = {"given": wrong.given, "field": label, "column": label, "allowed": None} | dict(wrong.facts)
    return refusal_said(words, wrong.code.key, facts)


def _written(part: str, value: Any, words: Speech) -> str:
    if part == "rial":
        return words.text("money.rial", amount=words.number(value))
    if part == "year":
        return words.year(value)
    return words.digits(str(value)) if part == "count" else str(value)
