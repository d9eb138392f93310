"""A file that holds no table is named for what it is, whatever its ending says."""

import io
import zipfile

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.intake.kinds import FileKind
from engine.intake.sheets import open_sheets


def archive(*parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for part in parts:
            written.writestr(part, "<x/>")
    return file.getvalue()


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)

OTHERS = {
    "letter.docx": (archive("[Content_Types].xml", "word/document.xml"), FileKind.WORD),
    "letter.xlsx": (archive("[Content_Types].xml", "word/document.xml"), FileKind.WORD),
    "letter.doc": (COMPOUND + "WordDocument".encode("utf-16-le"), FileKind.WORD),
    "talk.pptx": (archive("[Content_Types].xml", "ppt/presentation.xml"), FileKind.SLIDES),
    "scan.pdf": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj<<>>endobj\n", FileKind.PDF),
    "scan.csv": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj<<>>endobj\n", FileKind.PDF),
    "table.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), FileKind.PICTURE),
    "table.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), FileKind.PICTURE),
    "letter.rtf": (b"{\\rtf1 hello}", FileKind.RICH_TEXT),
    "lists.zip": (archive("list.csv", "photo.png"), FileKind.ARCHIVE),
    "lists.rar": (b"Rar!\x1a\x07\x01\x00" + bytes(60), FileKind.ARCHIVE),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_without_a_table_is_named_for_what_it_is(tmp_path, name):
    content, kind = OTHERS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EhyaError) as refusal:
        open_sheets(tmp_path / name)
    assert refusal.value.code is ErrorCode.NOT_A_TABLE
    assert refusal.value.facts == {"given": name, "kind": kind}


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [("old.xls", COMPOUND + "Workbook".encode("utf-16-le"), ".xls"), ("list.ods", archive("content.xml"), ".ods")],
)
def test_a_workbook_of_another_form_is_still_called_one(tmp_path, name, content, form):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EhyaError) as refusal:
        open_sheets(tmp_path / name)
    assert (refusal.value.code, refusal.value.facts["format"]) == (ErrorCode.FORMAT_NOT_READ, form)
