"""Machines and debts by hand: whole or not at all, nobody's rows lost, sums follow, taken back exactly."""

import pandas as pd
import pytest

from engine.domain.unit import Field
from engine.errors import EhyaError
from engine.parsing.rejection import RejectionCode
from engine.store import Register
from serving.desk.editing import Edit, Edited, edit_units
from serving.desk.listing import ListEdit, MeanwhileEdit, Row, brought_together, items_of
from serving.i18n import speech
from serving.pages.desk.listing import item_boxes, list_shown, sent_list
from tests.serving.api.parties import NOON

BY = {"now": NOON, "actor": "user:sara"}
PRESS, SAW = "2|press|2009|sound", "|saw|2000|"


def _units(settings):
    with Register.open(settings.database_url) as register:
        return register.units()


def _edit(unit, seen="", rows=(), field=Field.EQUIPMENT):
    return Edit([unit], {}, {}, {field: ListEdit(seen, list(rows))})


@pytest.fixture
def unit(own_copy):
    """A unit whose record states no machines, no year of them and no tax debt."""
    table = _units(own_copy.settings)
    bare = table[["equipment", "machinery_year", "tax_debt_rial"]].isna().all(axis=1)
    return str(table.index[bare][0])


def test_lists_are_written_followed_by_their_sums_and_taken_back_exactly(own_copy, unit):
    settings, before = own_copy.settings, _units(own_copy.settings)
    rows = [Row("new1", "", {"count": "۲", "name": "press", "year": "۱۳۸۸", "condition": "sound"}), Row("new2", "", {})]
    owed = str(before.loc[unit, "debts"])
    debts = ListEdit(owed, [Row("a", owed), Row("new1", "", {"creditor": "tax", "rial": "3 bn rial"})])
    edit = Edit([unit], {"jobs_now": "9"}, {}, {Field.EQUIPMENT: ListEdit("", rows), Field.DEBTS: debts})
    done = edit_units(settings, edit, **BY)
    row = _units(settings).loc[unit]
    assert row[["equipment", "debts", "jobs_now"]].tolist() == [PRESS, f"{owed};tax||3000000000", 9]
    assert row[["machinery_year", "tax_debt_rial"]].tolist() == [2009, 3_000_000_000]
    assert {"machinery_year", "tax_debt_rial"} <= set(row["derived"].split(";"))
    assert row["price_year"] == before.loc[unit, "price_year"]
    with Register.open(settings.database_url) as register:
        assert register.units.facts(unit).loc["equipment", "source"] == "desk:sara"
        assert register.check() == ()
        register.imports.undo(done.number, made_at=NOON)
        pd.testing.assert_frame_equal(register.units(), before)


def test_rows_are_changed_and_removed_and_the_others_stay_to_the_letter(own_copy, unit):
    settings = own_copy.settings
    edit_units(settings, _edit(unit, rows=[Row("new1", "", {"name": "press"}), Row("new2", "", {"name": "saw"})]), **BY)
    kept, seen = "|press||", "|press||;|saw||"
    rows = [Row("a", kept, {"name": "press", "year": "2001"}), Row("b", "|saw||", removed=True)]
    edit_units(settings, _edit(unit, seen, rows), **BY)
    assert _units(settings).loc[unit, "equipment"] == "|press|2001|"


def test_what_was_not_touched_is_no_edit(own_copy, unit):
    settings = own_copy.settings
    edit_units(settings, _edit(unit, rows=[Row("new1", "", {"name": "press"})]), **BY)
    assert edit_units(settings, _edit(unit, "|press||", [Row("a", "|press||"), Row("new1", "", {})]), **BY) == Edited()
    same = [Row("a", "|press||", {"name": " press "})]
    assert edit_units(settings, _edit(unit, "|press||", same), **BY) == Edited()


def test_one_box_that_cannot_be_read_keeps_everything_out(own_copy, unit):
    rows = [Row("new1", "", {"name": "press", "year": "2009"}), Row("new2", "", {"count": "many", "name": "saw"})]
    edit = Edit([unit], {"jobs_now": "9"}, {}, {Field.EQUIPMENT: ListEdit("", rows)})
    before = _units(own_copy.settings)
    done = edit_units(own_copy.settings, edit, **BY)
    assert [(one.field, one.given, one.code) for one in done.refused] == [
        ("equipment_new2_count", "many", RejectionCode.NOT_A_NUMBER)
    ]
    pd.testing.assert_frame_equal(_units(own_copy.settings), before)


def test_a_list_does_not_become_empty_since_an_empty_cell_says_nothing(own_copy, unit):
    settings = own_copy.settings
    edit_units(settings, _edit(unit, rows=[Row("new1", "", {"name": "press"})]), **BY)
    done = edit_units(settings, _edit(unit, "|press||", [Row("a", "|press||", removed=True)]), **BY)
    assert [one.code for one in done.refused] == ["list_edit.emptied_equipment"]
    assert _units(settings).loc[unit, "equipment"] == "|press||"


def test_who_comes_second_is_told_whatever_was_written(own_copy, unit):
    settings = own_copy.settings
    edit_units(settings, _edit(unit, rows=[Row("new1", "", {"name": "press"})]), **BY)
    for boxes in ({"name": "saw"}, {"count": "many", "name": "saw"}):
        met = edit_units(settings, _edit(unit, rows=[Row("new1", "", boxes)]), **BY)
        assert [(one.field, one.was, one.now) for one in met.met] == [("equipment", "", "|press||")]
    assert _units(settings).loc[unit, "equipment"] == "|press||"


def test_rows_of_two_people_are_brought_together_and_none_is_lost():
    a, b, c, d, e = "|a||", "|b||", "|c||", "|d||", "|e||"
    mine = ListEdit(
        ";".join([a, b, c, d, e]),
        [Row("1", a, {"name": "a", "year": "2001"}), Row("2", b), Row("3", c, {"name": "my c"}),
         Row("4", d, removed=True), Row("5", e), Row("new1", "", {"name": "new"})],
    )  # fmt: skip
    rows, gone = brought_together(Field.EQUIPMENT, mine, ";".join(["2|a||", b, "|x||", d, "3|e||"]))
    told = [(one.row.item, (one.row.boxes or {}).get("name"), one.row.removed, one.beside) for one in rows]
    assert told == [
        ("2|a||", "a", False, MeanwhileEdit.BOTH),
        (b, None, False, None),
        ("|x||", None, False, MeanwhileEdit.ADDED),
        (d, None, True, None),
        ("3|e||", None, False, MeanwhileEdit.CHANGED),
        ("", "new", False, None),
        ("", "my c", False, MeanwhileEdit.REMOVED),
    ]
    assert gone == []
    assert brought_together(Field.EQUIPMENT, ListEdit(a, [Row("1", a)]), "")[1] == [a]
    assert len({one.row.key for one in rows}) == len(rows)


def test_of_a_machine_that_both_changed_each_box_is_as_who_changed_it_left_it():
    words = speech("en")
    opened = {"seen_equipment": PRESS, "equipment_new1_name": "saw"}
    (row, _) = sent_list(Field.EQUIPMENT, opened, words).rows
    edit = sent_list(Field.EQUIPMENT, opened | {f"equipment_{row.key}_year": "2010"}, words)
    shown = list_shown(Field.EQUIPMENT, PRESS.replace("2|", "5|", 1), edit, None, words)
    assert [box["value"] for box in shown["rows"][0]["boxes"]] == ["5", "press", "2010", "sound"]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize(
    ("field", "text"),
    [(Field.EQUIPMENT, f"{PRESS};{SAW};{SAW}"), (Field.DEBTS, "bank|بانک ملی|12345678901;other||0")],
)
def test_a_form_that_nobody_touched_says_so_in_either_language(language, field, text):
    words = speech(language)
    sent = {f"seen_{field.value}": text}
    edit = sent_list(field, sent, words)
    boxes = {
        f"{field.value}_{row.key}_{part}": said
        for row in edit.rows
        for part, said in item_boxes(field, row.item, words).items()
    }
    assert not sent_list(field, sent | boxes, words).touched
    assert ";".join(row.item for row in edit.rows) == text


@pytest.mark.parametrize("text", ["a", "x|press||", "1|2|3|4|5", ";", "bank|x|y"])
def test_a_list_that_we_did_not_write_is_refused(text):
    with pytest.raises(EhyaError, match="value_unreadable"):
        items_of(Field.EQUIPMENT, text)
