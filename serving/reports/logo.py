"""A logo for the cover: a picture that somebody gives, made small and plain before it goes on paper."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from engine.errors import EhyaError, ErrorCode

LARGEST = 5_000_000
"""Bytes of a file from which on it is no logo."""

_SIZE = (900, 300)  # pixels: 25 mm high at 300 an inch
_KINDS = ("PNG", "JPEG")


def read_logo(path: Path) -> bytes:
    """Read a picture, at most as large as a cover needs, as PNG without anything else that its file held.

    Parameters
    ----------
    path
        A .png or .jpg; what it is counts, not how it is called.

    Raises
    ------
    EhyaError
        ``file_not_found``; ``logo_refused`` for what is no picture of these kinds, is broken or too large.
    """
    from PIL import Image

    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    if (size := path.stat().st_size) > LARGEST:
        raise EhyaError(ErrorCode.LOGO_REFUSED, given=path.name, why=f"{size} > {LARGEST} B", allowed=list(_KINDS))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture of more pixels than anybody prints is a warning there
            with Image.open(path, formats=_KINDS) as found:
                found.thumbnail(_SIZE)
                plain = found.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        why = type(error).__name__
        raise EhyaError(ErrorCode.LOGO_REFUSED, given=path.name, why=why, allowed=list(_KINDS)) from error
    written = io.BytesIO()
    plain.save(written, "PNG")
    return written.getvalue()
