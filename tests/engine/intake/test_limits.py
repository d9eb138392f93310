"""A file that would fill the memory is refused, by name of the limit, before it is unpacked."""

import io
import resource
import subprocess
import sys
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from engine.errors import EhyaError
from engine.intake import limits, read_register
from engine.intake.references import References

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROOM = 1_500_000_000  # bytes of address space that a refusal may need, the interpreter and its libraries included
READ = """
import resource, sys
from engine.errors import EhyaError
from engine.intake import read_register
resource.setrlimit(resource.RLIMIT_DATA, ({room}, {room}))
try:
    read_register(sys.argv[1])
except EhyaError as error:
    print(error.code, error.facts.get("limit", ""), error.facts.get("cell", ""))
"""


def register(path, **cells):
    book = Workbook()
    book.active.append(["Unit name", "County", "Jobs now"])
    book.active.append(["A", "Khoy", 12])
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(path)
    return path


def rewritten(path, part, change, *, method=zipfile.ZIP_DEFLATED):
    """The same workbook with one part changed, as nobody's spreadsheet would write it."""
    with zipfile.ZipFile(path) as old:
        parts = {entry.filename: old.read(entry) for entry in old.infolist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", method) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return path


def answer(path):
    script = READ.replace("{room}", str(ROOM))
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("cell", ["XFD20000", "XFD1048576", "AB1048576"])
def test_one_stray_cell_far_away_is_refused_with_its_name(tmp_path, cell):
    assert answer(register(tmp_path / "r.xlsx", **{cell: "x"})) == ["cell_too_far", "cells", cell]


@pytest.mark.parametrize(
    "hidden",
    [
        b"<row><c\tr='XFD900000'><v>1</v></c></row>",
        b'<row><c  r = "XFD900000" ><v>1</v></c></row>',
        b'<row><c t="n"r="XFD900000"><v>1</v></c></row>',
        b'<row r="900000"><c r="XFD900000"><v>1</v></c></row>',
        b'<row r="900000"><c r="xfd900000"><v>1</v></c></row>',
        b'<row r="999999">' + b"<c><v>1</v></c>" * 900 + b"</row>",
        b'<row r="1">' + b"<c><v>1</v></c>" * 9000 + b"</row>",
        b"<row" + b" " * 4_400_000 + b' r="900000"><c' + b" " * 4_400_000 + b' r="XFD900000"><v>1</v></c></row>',
        b'<x:row xmlns:x="u" r="900000"><x:c r="XFD900000"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_a_far_cell_is_found_however_it_is_written(tmp_path, hidden):
    path = register(tmp_path / "r.xlsx")
    rewritten(path, SHEET, lambda xml: xml.replace(b"</sheetData>", hidden + b"</sheetData>"))
    assert answer(path)[0] in ("cell_too_far", "file_unreadable")


def test_what_the_sheet_says_of_its_own_size_is_not_believed(tmp_path):
    path = register(tmp_path / "r.xlsx", XFD30000="x")
    rewritten(path, SHEET, lambda xml: xml.replace(b'ref="A1:XFD30000"', b'ref="A1:B2"'))
    assert answer(path)[0] == "cell_too_far"


def test_a_size_that_the_archive_understates_is_counted_all_the_same(tmp_path):
    path = register(tmp_path / "r.xlsx")
    rewritten(path, SHEET, lambda xml: xml.replace(b"</sheetData>", b" " * 40_000_000 + b"</sheetData>"))
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    assert answer(path)[:2] == ["file_over_limit", "ratio"]


def test_a_file_that_unpacks_to_a_hundred_times_its_size_is_refused(tmp_path):
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (3, 3) for _ in range(4))
    path = register(tmp_path / "r.xlsx")
    rewritten(path, SHEET, lambda xml: xml.replace(b"</sheetData>", rows * 1_000_000 + b"</sheetData>"))
    assert path.stat().st_size < 2_000_000
    assert answer(path)[:2] == ["file_over_limit", "ratio"]


def test_many_parts_and_many_sheets_are_refused(tmp_path):
    path = register(tmp_path / "r.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(limits.MAX_ENTRIES):
            archive.writestr(f"xl/media/{number}.png", b"")
    assert answer(path)[:2] == ["file_over_limit", "entries"]
    path = register(tmp_path / "s.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(limits.MAX_SHEETS):
            archive.writestr(f"xl/worksheets/sheet{number + 2}.xml", f"<worksheet {MAIN}><sheetData/></worksheet>")
    assert answer(path)[:2] == ["file_over_limit", "sheets"]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused_wherever_they_are_declared(tmp_path, part):
    path = register(tmp_path / "r.xlsx")
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
    rewritten(path, part, lambda xml: xml.replace(b"?>", b"?>" + bomb, 1) if b"?>" in xml else bomb + xml)
    with pytest.raises(EhyaError) as error:
        read_register(path)
    assert error.value.code == "file_declares_entities"


def test_markup_of_two_byte_characters_is_refused(tmp_path):
    path = register(tmp_path / "r.xlsx", XFD30000="x")
    rewritten(path, SHEET, lambda xml: xml.decode().encode("utf-16"))
    assert answer(path) == ["file_unreadable"]


def test_a_part_named_twice_is_refused(tmp_path):
    path = register(tmp_path / "r.xlsx")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert answer(path) == ["file_unreadable"]


def test_blank_cells_that_only_have_a_colour_do_no_harm(tmp_path):
    book = Workbook()
    book.active.append(["Unit name", "County"])
    book.active.append(["A", "Khoy"])
    book.active["XFD1048576"].fill = PatternFill("solid", "FF0000")
    book.save(tmp_path / "r.xlsx")
    assert answer(tmp_path / "r.xlsx") == []
    assert len(read_register(tmp_path / "r.xlsx").units) == 1


def test_a_text_file_with_a_line_of_many_separators_is_refused(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("name,county\nA,Khoy\n" + "," * 2_000_000 + "\n" * 100_000)
    assert answer(path)[:2] == ["file_over_limit", "columns"]
    path.write_text("name,county" + "," * 900 + "\n" * 100_000)
    assert answer(path)[:2] == ["file_over_limit", "cells"]


def test_the_size_of_a_file_is_asked_before_it_is_read(tmp_path):
    path = tmp_path / "r.csv"
    with path.open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)  # sparse: takes no room
    assert answer(path)[:2] == ["file_over_limit", "file_bytes"]


@pytest.mark.parametrize(("part", "form"), [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")])
def test_other_workbooks_are_refused_with_what_to_do(tmp_path, part, form):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(part, b"x")
    (tmp_path / "r").write_bytes(content.getvalue())
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r")
    assert (error.value.code, error.value.facts["format"]) == ("format_not_read", form)


def test_every_limit_is_within_what_a_large_register_needs():
    assert limits.MAX_WORKBOOK_CELLS >= 100_000 * 40
    assert limits.MAX_TABLE_CELLS >= 500_000 * 40


def test_a_register_at_the_edge_of_the_limit_is_read_within_the_room(tmp_path):
    usage = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    path = register(tmp_path / "r.xlsx", CV70000="x")  # 7 million cells, nearly all of them blank
    assert answer(path) == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 <= max(ROOM, usage * 1024)


def test_of_a_cell_only_as_much_is_kept_as_tells_an_error_from_a_value() -> None:
    part = References("f")
    sheet = b'<x:sheetData><x:row r="1"><x:c r="A1" t="e"><x:v>#' + b"A\n" * 50_000 + b"</x:v></x:c>"
    sheet += b'<x:c r="B1" t="e"><x:v>#REF!</x:v></x:c></x:row></x:sheetData>'
    part.measure([sheet[:70_000], sheet[70_000:]])
    assert part.errors[0, 1] == "#REF!"
    assert len(part.errors[0, 0]) <= 128
