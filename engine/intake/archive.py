"""Unpack a workbook within its limits, and leave for the reader only what was looked through."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from engine.errors import EhyaError, ErrorCode
from engine.intake.formats import NumberDisplay, shown_styles, styled_cells
from engine.intake.kinds import kind_of_parts, refuse
from engine.intake.limits import MAX_RATIO, MAX_WORKBOOK_CELLS, RATIO_FREE_BYTES, FileLimit, within
from engine.intake.references import References

_PIECE = 1 << 20
_PACKED_PIECE = 1 << 16
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LINK = ("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
         "{http://purl.oclc.org/ooxml/officeDocument/relationships}id")  # fmt: skip
_STYLES = "xl/styles.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_MAX_LIST_BYTES = 2_000_000  # a list of 200 sheets takes 50,000
_SPREADSHEET, _BINARY_BOOK, _OPEN_DOCUMENT = "xl/workbook.xml", "xl/workbook.bin", "content.xml"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A workbook that keeps to the limits.

    Parameters
    ----------
    path
        The same workbook, its parts stored one after the other without compression: a reader that follows other
        tables of contents than the ones looked through here would find nothing else in it.
    sheets
        Title of the sheet -> what its part names.
    to_compute
        Whether it asks to be computed when it is opened, as workbooks do that a program wrote and nobody saved since.
    from_1904
        Whether its dates count from 1904.
    styles
        Number of a cell's style -> what its number format shows beside the number.
    parts
        Title of the sheet -> name of its part.
    """

    path: Path
    sheets: dict[str, References]
    to_compute: bool
    from_1904: bool = False
    styles: dict[int, NumberDisplay] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)

    def styled(self, title: str) -> Iterator[tuple[int, int, NumberDisplay]]:
        """Cells of a sheet whose number format shows more than the number."""
        if not self.styles or title not in self.parts:
            return
        with zipfile.ZipFile(self.path) as clean, clean.open(self.parts[title]) as part:
            yield from styled_cells(iter(lambda: part.read(_PIECE), b""), self.styles)


def unpack(content: bytes, name: str, folder: Path) -> Unpacked:
    """Unpack a workbook piece by piece; stop at the first limit passed.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Name of the file, for errors.
    folder
        Where the unpacked copy goes.

    Raises
    ------
    EhyaError
        ``file_over_limit``, ``cell_too_far``, ``file_declares_entities``, ``file_protected``, ``file_unreadable``,
        ``format_not_read``.
    """
    entries = _entries(content, name)
    path = folder / "workbook.xlsx"
    references: dict[str, References] = {}
    unpacked = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as clean:
        for entry in entries:
            part = references[entry.filename] = References(name)
            with clean.open(zipfile.ZipInfo(entry.filename), "w") as out:
                for piece in _ahead(_pieces(content, entry, name)):
                    unpacked += len(piece)
                    _bounded(unpacked, len(content), name)
                    part.feed(piece)
                    out.write(piece)
            part.close()
            if part.doubtful:
                part.measure(_pieces(content, entry, name))
    sheets = {key: part for key, part in references.items() if part.is_sheet}
    within(FileLimit.SHEETS, len(sheets), file=name)
    within(FileLimit.CELLS, sum(part.area for part in sheets.values()), file=name, allowed=MAX_WORKBOOK_CELLS)
    return Unpacked(path, *_by_title(path, sheets))


def _ahead(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the next one unpacked while the one before it is looked through."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        coming = pool.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = pool.submit(next, pieces, None)
            yield piece


def _entries(content: bytes, name: str) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        raise _unreadable(name, type(error).__name__) from None
    within(FileLimit.ENTRIES, len(entries), file=name)
    names = [entry.filename for entry in entries]
    if len({one.casefold() for one in names}) < len(names):
        raise _unreadable(name, "repeated_part")
    refuse(kind_of_parts(names), name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise EhyaError(ErrorCode.FILE_PROTECTED, given=name)
    for part, form in ((_BINARY_BOOK, ".xlsb"), (_OPEN_DOCUMENT, ".ods")):
        if part in names and _SPREADSHEET not in names:
            raise EhyaError(ErrorCode.FORMAT_NOT_READ, given=name, format=form)
    return entries


def _by_title(
    path: Path, sheets: dict[str, References]
) -> tuple[dict[str, References], bool, bool, dict[int, NumberDisplay], dict[str, str]]:
    """Titles of the sheets whose part the workbook's list of parts tells, and what it says of itself.

    No declaration is left that could unfold.
    """
    try:
        with zipfile.ZipFile(path) as clean:
            if max(clean.getinfo(part).file_size for part in (_SPREADSHEET, _LINKS)) > _MAX_LIST_BYTES:
                return {}, False, False, {}, {}
            book = ElementTree.fromstring(clean.read(_SPREADSHEET))  # noqa: S314  declarations were refused
            links = ElementTree.fromstring(clean.read(_LINKS))  # noqa: S314
            styles = shown_styles(clean.read(_STYLES)) if _STYLES in clean.namelist() else {}
    except (KeyError, ElementTree.ParseError):
        return {}, False, False, {}, {}
    targets = {link.get("Id"): link.get("Target", "").removeprefix("/xl/").removeprefix("./") for link in links}
    found, parts = {}, {}
    for sheet in book.iterfind(".//{*}sheet"):
        link = next((given for name in _LINK if (given := sheet.get(name))), None)
        part = sheets.get(f"xl/{targets.get(link, '')}")
        if part is not None:
            found[sheet.get("name", "")] = part
            parts[sheet.get("name", "")] = f"xl/{targets.get(link, '')}"
    asks = any(rule.get("fullCalcOnLoad") in ("1", "true") for rule in book.iterfind(".//{*}calcPr"))
    from_1904 = any(own.get("date1904") in ("1", "true") for own in book.iterfind("./{*}workbookPr"))
    return found, asks, from_1904, styles, parts


def _bounded(unpacked: int, packed: int, name: str) -> None:
    within(FileLimit.UNPACKED_BYTES, unpacked, file=name)
    if unpacked > RATIO_FREE_BYTES:
        within(FileLimit.RATIO, unpacked // packed, file=name, allowed=MAX_RATIO)


def _pieces(content: bytes, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Bytes of one entry. The sizes that the archive states are not believed: they are counted."""
    try:
        mark, name_length, extra_length = _LOCAL_HEADER.unpack_from(content, entry.header_offset)
    except struct.error:
        raise _unreadable(name, "BadZipFile") from None
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    body = memoryview(content)[start : start + entry.compress_size]
    if mark != b"PK\x03\x04" or len(body) < entry.compress_size:
        raise _unreadable(name, "BadZipFile")
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(body[at : at + _PIECE]) for at in range(0, len(body), _PIECE))
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflated(body, entry, name)
    else:
        raise _unreadable(name, "compression")


def _inflated(body: memoryview, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    check = 0
    try:
        for at in range(0, len(body), _PACKED_PIECE):
            packed = bytes(body[at : at + _PACKED_PIECE])
            while packed and not inflate.eof:
                piece = inflate.decompress(packed, _PIECE)
                packed = inflate.unconsumed_tail
                check = zlib.crc32(piece, check)
                yield piece
        rest = inflate.flush()
    except zlib.error as error:
        raise _unreadable(name, type(error).__name__) from None
    yield rest
    if not inflate.eof or zlib.crc32(rest, check) != entry.CRC:
        raise _unreadable(name, "BadZipFile")


def _unreadable(name: str, reason: str) -> EhyaError:
    return EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason=reason)
