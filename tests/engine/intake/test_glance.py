"""What a person sees of a file: headers, rows as they stand, units of money, and nothing of persons."""

from engine.intake.glance import glance

TITLED = (
    "فهرست واحدها (مبالغ به میلیون ریال)\n"
    "نام واحد,شهرستان,بدهی بانکی,موبایل,توضیح\n"
    "الف,خوی,۱۲۰,09141234567,تماس 09141234567\n"
)


def write(folder, text):
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_header_and_rows_bear_the_numbers_of_the_sheet(tmp_path):
    _, (found,) = glance(write(tmp_path, TITLED))
    assert (found.first, found.last, found.rows.index.tolist()) == (2, 2, [3])


def test_the_unit_of_money_of_a_title_is_told_beside_the_column(tmp_path):
    _, (found,) = glance(write(tmp_path, TITLED))
    assert [unit.factor for unit in found.money.values()] == [1_000_000]


def test_amounts_that_name_no_unit_are_told_apart(tmp_path):
    _, (found,) = glance(write(tmp_path, "Unit name,County,Bank debt\nA,Khoy,12\n"))
    assert list(found.money.values()) == [None]


def test_nothing_of_persons_is_among_the_cells(tmp_path):
    _, (found,) = glance(write(tmp_path, TITLED), rows={"list": {3}})
    assert "0914" not in found.rows.to_string()
    assert 3 not in found.rows.columns


def test_rows_that_are_asked_for_stand_beside_the_first(tmp_path):
    lines = "".join(f"Unit {number},Khoy,{number}\n" for number in range(9))
    _, (found,) = glance(write(tmp_path, f"Unit name,County,Jobs now\n{lines}"), rows={"list": {8}})
    assert found.rows.index.tolist() == [2, 3, 4, 8]
    assert found.rows.loc[8].tolist() == ["Unit 6", "Khoy", "6"]
