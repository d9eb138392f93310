"""What a file is that holds no table: a letter, slides, a picture; said before anybody looks for a header in it."""

from __future__ import annotations

from collections.abc import Collection

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode


class FileKind(Code):
    """A kind of file that no register is kept in."""

    WORD = "word"
    SLIDES = "slides"
    PDF = "pdf"
    PICTURE = "picture"
    RICH_TEXT = "rich_text"
    ARCHIVE = "archive"


_MARKS: tuple[tuple[bytes, FileKind], ...] = (
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n", FileKind.PICTURE),
    (b"\xff\xd8\xff", FileKind.PICTURE),  # JPEG
    (b"GIF87a", FileKind.PICTURE),
    (b"GIF89a", FileKind.PICTURE),
    (b"II*\x00", FileKind.PICTURE),  # TIFF
    (b"MM\x00*", FileKind.PICTURE),
    (rb"{\rtf", FileKind.RICH_TEXT),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b\x08", FileKind.ARCHIVE),  # gzip
)
_FOLDERS = {"word": FileKind.WORD, "ppt": FileKind.SLIDES}
_STREAMS = {"WordDocument": FileKind.WORD, "PowerPoint Document": FileKind.SLIDES}
_WORKBOOKS = ("xl/", "[Content_Types].xml", "content.xml")


def kind_of(content: bytes) -> FileKind | None:
    """What a file is by its first bytes; ``None`` where it may hold a table.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7 ..."), kind_of("نام;شهرستان".encode())
    (<FileKind.PDF: 'pdf'>, None)
    """
    return next((kind for mark, kind in _MARKS if content.startswith(mark)), None)


def kind_of_parts(names: Collection[str]) -> FileKind | None:
    """What an archive is by the names of its parts; ``None`` where it may be a workbook.

    Examples
    --------
    >>> kind_of_parts(["[Content_Types].xml", "word/document.xml"]), kind_of_parts(["photo.png"])
    (<FileKind.WORD: 'word'>, <FileKind.ARCHIVE: 'archive'>)
    """
    folders = {name.partition("/")[0] for name in names}
    if "xl" not in folders:
        for folder, kind in _FOLDERS.items():
            if folder in folders:
                return kind
    return None if any(name.startswith(_WORKBOOKS) for name in names) or not names else FileKind.ARCHIVE


def kind_of_compound(content: bytes) -> FileKind | None:
    """What a file of the older Office is by the name of its stream; ``None`` where it may be a workbook."""
    return next((kind for name, kind in _STREAMS.items() if name.encode("utf-16-le") in content), None)


def refuse(kind: FileKind | None, name: str) -> None:
    """Refuse a file that is of such a kind.

    Raises
    ------
    EhyaError
        ``not_a_table`` with the kind.
    """
    if kind is not None:
        raise EhyaError(ErrorCode.NOT_A_TABLE, given=name, kind=kind)
