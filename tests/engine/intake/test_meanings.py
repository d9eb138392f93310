"""A person says what a register means by its own words."""

import pytest

from engine.errors import EhyaError
from engine.intake import read_register
from engine.intake.meanings import meanings


def test_the_words_of_a_register_are_read_as_stated(tmp_path):
    text = "نام واحد,شهرستان,وضعیت,علت رکود,سند مالکیت\nالف,خوی,چ,پ۱,د\nب,خوی,ن,نقدینگی,x\nج,خوی,؟؟,,\n"
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    values = {
        "status": {"چ": "idle", "ن": "semi_active", "؟؟": "-"},
        "stop_causes": {"پ۱": "bank_debt;tax_debt"},
        "title_deed": {"د": "yes", "X": "no"},
    }
    intake = read_register(tmp_path / "r.csv", values=values)
    assert intake.units["status"].fillna("").tolist() == ["idle", "semi_active", ""]
    assert intake.units["stop_causes"].fillna("").tolist() == ["bank_debt;tax_debt", "working_capital", ""]
    assert intake.units["title_deed"].tolist()[:2] == [True, False]
    assert intake.rejected_cells.empty


@pytest.mark.parametrize(
    "values", [{"status": {"x": "asleep"}}, {"state": {"x": "idle"}}, {"title_deed": {"x": "maybe"}}]
)
def test_what_names_no_field_or_code_is_refused_with_what_is_allowed(values):
    with pytest.raises(EhyaError) as error:
        meanings(values)
    assert error.value.code == "unknown_option"
    assert error.value.facts["allowed"]
