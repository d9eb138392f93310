"""Files that lie with a unit: looked into before they are kept, since somebody will open them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import PurePosixPath

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import StoredDocument
from serving.desk.workspace import open_register

KINDS = (".pdf", ".png", ".jpg", ".jpeg", ".xlsx", ".docx")
"""Endings of files that are kept."""
LARGEST = 10 * 2**20
"""Bytes of one file."""
MOST = 50
"""Files of one unit."""
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction|AA|RichMedia|XFA)\b")
_LARGEST_UNPACKED = 200 * 2**20
_MOST_PIXELS = 80_000_000


def documents(settings: Settings, unit_id: str) -> tuple[StoredDocument, ...]:
    """Files of a unit, the newest first."""
    with open_register(settings) as register:
        return register.documents(unit_id)


def add_document(
    settings: Settings, unit_id: str, name: str, content: bytes, *, made_at: datetime, actor: str
) -> StoredDocument:
    """Keep a file with a unit.

    Parameters
    ----------
    settings, unit_id
        The workspace, and the unit.
    name, content
        Name that the file bears, and its bytes.
    made_at, actor
        UTC, and who adds it.

    Raises
    ------
    EhyaError
        ``document_refused`` with the reason: its ending, its size, or that its content is not what its ending says;
        ``unknown_unit``.
    """
    title = plain_name(name)
    kind = PurePosixPath(title.lower()).suffix
    _look_into(title, kind, content)
    with open_register(settings) as register:
        unit = str(register.units.one(unit_id).index[0])
        if len(register.documents(unit)) >= MOST:
            raise EhyaError(ErrorCode.DOCUMENT_REFUSED, given=title, reason="many", allowed=[str(MOST)])
        number = register.documents.add(unit, title, kind, content, made_at=made_at, actor=actor)
        return register.documents.content(unit, number)[0]


def plain_name(name: str) -> str:
    r"""The name of a file without folders, control characters and marks of direction.

    Examples
    --------
    >>> plain_name("..\\..\\a\u202egnp.exe"), plain_name("/etc/سند.pdf"), plain_name("...")
    ('agnp.exe', 'سند.pdf', 'file')
    >>> plain_name("بهره\u200cبرداری.pdf") == "بهره\u200cبرداری.pdf"  # what keeps Persian words apart is part of a name
    True
    """
    last = re.split(r"[\\/]", name)[-1]
    plain = "".join(sign for sign in last if sign.isprintable() or sign == "\u200c")
    return plain.strip(" .")[-120:] or "file"


def _look_into(title: str, kind: str, content: bytes) -> None:
    def refuse(reason: str, allowed: list[str] | None = None) -> EhyaError:
        return EhyaError(ErrorCode.DOCUMENT_REFUSED, given=title, reason=reason, allowed=allowed or [])

    if kind not in KINDS:
        raise refuse("kind", list(KINDS))
    if not content or len(content) > LARGEST:
        raise refuse("size", [f"{LARGEST // 2**20} MB"])
    if kind == ".pdf":
        if not content.startswith(b"%PDF-"):
            raise refuse("content")
        if _ACTIVE_PDF.search(content):
            raise refuse("active")
    elif kind in (".png", ".jpg", ".jpeg"):
        if not _is_picture(kind, content):
            raise refuse("content")
    elif not _is_office(kind, content):
        raise refuse("content")


def _is_picture(kind: str, content: bytes) -> bool:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as picture:
            wanted = "PNG" if kind == ".png" else "JPEG"
            fits = picture.format == wanted and picture.width * picture.height <= _MOST_PIXELS
            picture.verify()
            return fits
    except Exception:  # a library of pictures raises what its decoders do
        return False


def _is_office(kind: str, content: bytes) -> bool:
    """Whether it is a workbook or a text without macros, and no bomb."""
    part = "xl/workbook.xml" if kind == ".xlsx" else "word/document.xml"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            names = {one.filename for one in entries}
            small = sum(one.file_size for one in entries) <= _LARGEST_UNPACKED
            return part in names and small and not any("vbaProject" in one or "activeX" in one for one in names)
    except (zipfile.BadZipFile, ValueError):
        return False


def document(settings: Settings, unit_id: str, number: int) -> tuple[StoredDocument, bytes]:
    """A file of a unit.

    Raises
    ------
    EhyaError
        ``document_unknown``.
    """
    with open_register(settings) as register:
        return register.documents.content(unit_id, number)


def remove_document(
    settings: Settings, unit_id: str, number: int, *, made_at: datetime, actor: str, undo: bool = False
) -> None:
    """Remove a file of a unit, or put it back.

    Raises
    ------
    EhyaError
        ``document_unknown``.
    """
    with open_register(settings) as register:
        register.documents.remove(unit_id, number, made_at=made_at, actor=actor, undo=undo)
