"""Set a document on paper: a template of ``serving/reports/typst`` and the words that go into it become a PDF."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pandas as pd

LONGEST_WORD = 28
"""Letters from which on a word may break, so that it never leaves its box."""

_LONG_WORD = re.compile(rf"[^\s\u200b]{{{LONGEST_WORD}}}(?=[^\s\u200b])")
_NEGATIVE = re.compile("\u200e?(−[۰-۹][۰-۹٬٫]*(?:\u066a)?)")
_DIRECTION = re.compile("[\u202a-\u202e]")  # overrides and embeddings: one that is never closed turns the whole page


def typeset(template: str, document: Mapping[str, Any], *, made_on: pd.Timestamp) -> bytes:
    """Set a document as PDF, A4, in Vazirmatn; the same document gives the same bytes.

    Parameters
    ----------
    template
        Name of a template of ``serving/reports/typst``, without its ending.
    document
        What the template shows: texts, numbers, lists of them. Nothing in it is taken for markup.
    made_on
        The day that the file bears, UTC; no clock is read.

    Examples
    --------
    >>> document = {"language": "en", "direction": "ltr", "title": "*Mill*", "digits": "0123456789"}
    >>> typeset("plain", document, made_on=pd.Timestamp("2026-01-01"))[:5]
    b'%PDF-'
    """
    pages = _compiled(template, document, "pdf", made_on)
    assert isinstance(pages, bytes)
    return pages


def pictures(template: str, document: Mapping[str, Any], *, made_on: pd.Timestamp, ppi: float = 80) -> list[bytes]:
    """The same pages as pictures (PNG), in order.

    Parameters
    ----------
    template, document, made_on
        See `typeset`.
    ppi
        Pixels of an inch.
    """
    pages = _compiled(template, document, "png", made_on, ppi)
    return [pages] if isinstance(pages, bytes) else list(pages)


def printed(text: str) -> str:
    r"""The text as it goes to paper.

    A very long word may break, marks that turn the direction of a page are gone, and a negative number stands between
    marks of its own: a bare minus would come after its digits.

    Examples
    --------
    >>> printed("short words stay"), len(printed("a" * 60)), printed("−۱۲") == "\u2066−۱۲\u2069"
    ('short words stay', 62, True)
    """
    broken = _LONG_WORD.sub(lambda match: f"{match[0]}\u200b", _DIRECTION.sub("", text))
    return _NEGATIVE.sub("\u2066\\1\u2069", broken)


def _compiled(
    template: str, document: Mapping[str, Any], ending: Any, made_on: pd.Timestamp, ppi: float | None = None
) -> bytes | list[bytes]:
    import typst

    folder = resources.files("serving.reports") / "typst"
    source = b"\n".join((folder / f"{name}.typ").read_bytes() for name in ("prelude", template))
    with resources.as_file(resources.files("serving") / "static" / "fonts") as fonts:
        compiler = typst.Compiler(
            source,
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(fonts)]),
            sys_inputs={"document": _text(document)},
        )
        stamp = datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC)
        pages = compiler.compile(format=ending, ppi=ppi, timestamp=stamp)
    assert pages is not None
    return pages


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(_clean(document), ensure_ascii=False, allow_nan=False)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return printed(value)
    if isinstance(value, Mapping):
        return {name: _clean(part) for name, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, (list, tuple)) else value
