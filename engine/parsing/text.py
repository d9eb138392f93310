"""Fold Persian and Latin spelling, so that two ways of writing one word compare equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_DIGITS = {ord(digit): str(value) for zero in "۰٠" for value, digit in enumerate(chr(ord(zero) + n) for n in range(10))}
_LETTERS = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ئ": "ی", "ې": "ی", "ے": "ی", "ك": "ک", "ڪ": "ک", "ة": "ه", "ۀ": "ه", "ۂ": "ه", "ہ": "ه",
        "ە": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ء": "", "ـ": "",
        "،": ",", "٬": ",", "؛": ";", "؟": "?", "٪": "%", "٫": ".", "−": "-", "–": "-", "—": "-", "‑": "-", "‐": "-",
        "\u200c": " ", "\u200d": "", "\u00ad": " ", "¬": " ", "\ufeff": "", "\u200b": "",
        "\u200e": "", "\u200f": "", "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
        "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": "", "\u061c": "",
    }
)  # fmt: skip
_KEPT: dict[int, str] = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ـ": "", "\u200e": "", "\u200f": "", "\ufeff": "", "\u200b": ""}
)
_FOLDED = _LETTERS | _DIGITS
_MARKS = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
_EZAFE = re.compile(r"(?<=ه) ی(?![^\W\d_])")
_SPACES = re.compile(r"[^\S\0]{2,}|[^\S\0 ]")  # a single plain space stays as it is
_SEPARATOR = "\0"  # joins a column into one text: no letter, no space, and nothing composes with it
_LONG = 500  # from here on, a table over all characters is faster than looking each one up
_GONE = 0x110000
_SEQUENCES = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-_])")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def latin_digits(text: str) -> str:
    """Persian and Arabic digits as 0-9; everything else as it was.

    Examples
    --------
    >>> latin_digits("۱۴۰۳/٠٢/11")
    '1403/02/11'
    """
    return text.translate(_DIGITS)


def printable(text: str) -> str:
    r"""A person's words as one line that steers nothing: no control characters, no sequences that a terminal obeys, no
    overrides of the direction of writing; half-spaces and marks stay.

    Examples
    --------
    >>> printable("\x1b[31mred\x1b[0m,\n  <b>bold</b>\x00\u202e"), printable("می\u200cخواهم")
    ('red, <b>bold</b>', 'می\u200cخواهم')
    """
    return " ".join(_CONTROLS.sub(" ", _SEQUENCES.sub("", text)).split())


def fold(text: str) -> str:
    """Bring a text to the spelling in which texts are compared; never the spelling in which they are kept.

    Arabic yeh, kaf and teh marbuta become Persian letters, alef and hamza lose their seats, vowel signs, kashida and
    directional marks go, the half-space becomes a space, ``ه‌ی`` and ``هٔ`` become ``ه``, digits become 0-9, Persian
    punctuation becomes ASCII, Latin letters become small, and runs of spaces become one.

    Examples
    --------
    >>> fold("  كارخانه‌ي   نيمه‌فعّال ۱۲ ") == fold("کارخانهٔ نیمه فعال 12")
    True
    """
    return _fold(text.replace(_SEPARATOR, ""))


def compact(text: str) -> str:
    """Fold a text and drop everything but letters and digits.

    Examples
    --------
    >>> compact("میاندو آب") == compact("ميان‌دوآب")
    True
    """
    return re.sub(r"[\W_]+", "", fold(text))


def tidy_column(texts: pd.Series, *, once: bool = False) -> pd.Series:
    """Texts as they are kept: Persian yeh and kaf, no directional marks, single spaces; half-spaces and digits stay.

    Parameters
    ----------
    texts
        Shape (n,); text or missing; none is missing under ``once``.
    once
        Whether each stands but once, as far as is known: then they are not told apart first.

    Returns
    -------
    pandas.Series
        ``str``, shape (n,); blank becomes empty.

    Examples
    --------
    >>> tidy_column(pd.Series([" مصنوعات  فلزي "])).tolist()
    ['مصنوعات فلزی']
    """
    return _by_distinct(texts, _tidy, once=once)


def fold_column(texts: pd.Series, *, once: bool = False) -> pd.Series:
    """Fold every text of a column at once.

    Parameters
    ----------
    texts
        Shape (n,); text or missing; none is missing under ``once``.
    once
        Whether each stands but once, as far as is known: then they are not told apart first.

    Returns
    -------
    pandas.Series
        Shape (n,), dtype ``str``; missing stays missing. Equal to :func:`fold` of each text.

    Examples
    --------
    >>> fold_column(pd.Series(["بوكان ", None])).tolist()
    ['بوکان', nan]
    """
    return _by_distinct(texts, _fold, once=once)


def compact_column(texts: pd.Series) -> pd.Series:
    """Compact every text of a column at once.

    Parameters
    ----------
    texts
        Shape (n,); text or missing.

    Returns
    -------
    pandas.Series
        Shape (n,), dtype ``str``; missing stays missing. Equal to :func:`compact` of each text.

    Examples
    --------
    >>> compact_column(pd.Series(["میاندو آب", None])).tolist()
    ['میاندواب', nan]
    """
    return _by_distinct(texts, lambda joined: re.sub(r"[^\w\0]+|_", "", _fold(joined)))


def arrow(texts: pd.Series) -> pa.Array:
    """Texts as an arrow array in one piece, for the kernels that pandas walks one by one.

    Examples
    --------
    >>> arrow(pd.Series(["a", None], dtype="str")).to_pylist()
    ['a', None]
    """
    if isinstance(texts.dtype, pd.StringDtype):  # what is arrow already is not made into it again
        found = texts.array.__arrow_array__()
    else:
        found = pa.array(texts.astype("str"), type=pa.large_string(), from_pandas=True)
    if isinstance(found, pa.ChunkedArray):
        found = found.chunk(0) if found.num_chunks == 1 else found.combine_chunks()
    return found if found.type == pa.large_string() else found.cast(pa.large_string())


def _by_distinct(texts: pd.Series, change: Callable[[str], str], *, once: bool = False) -> pd.Series:
    if once:
        return _series(_changed(arrow(texts), change), texts)
    told = arrow(texts).dictionary_encode()
    return _series(_changed(told.dictionary, change).take(told.indices), texts)


def _changed(texts: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Each text as a change makes it, shape (n,): all of them are joined, changed once, and parted again."""
    if not len(texts):
        return texts
    joined = _joined(texts)
    if joined.count(_SEPARATOR) != len(texts) - 1:
        joined = _joined(pc.replace_substring(texts, _SEPARATOR, ""))
    return pc.split_pattern(pa.array([change(joined)], type=pa.large_string()), _SEPARATOR).flatten()


def _joined(texts: pa.Array) -> str:
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(texts)], type=pa.int64()), texts)
    return str(pc.binary_join(whole, pa.scalar(_SEPARATOR, type=pa.large_string()))[0].as_py())


def _series(texts: pa.Array, like: pd.Series) -> pd.Series:
    return pd.Series(pd.array(texts, dtype="str"), index=like.index, name=like.name)


def _tidy(text: str) -> str:
    text, loose, _ = _replaced(text, "kept")
    if loose:
        text = _SPACES.sub(" ", text)
    if "\u200c" not in text:
        return text.replace(" \0", _SEPARATOR).replace("\0 ", _SEPARATOR).strip(" ")
    return re.sub("[ \u200c]+\0[ \u200c]*|\0[ \u200c]+", _SEPARATOR, text).strip(" \u200c")


def _fold(text: str) -> str:
    if text.isascii() and len(text) < _LONG:
        return _SPACES.sub(" ", text.lower()).replace(" \0", _SEPARATOR).replace("\0 ", _SEPARATOR).strip(" ")
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text, loose, marked = _replaced(text.casefold(), "folded")
    if marked:
        text, loose = _MARKS.sub("", text), True
    if loose:
        text = _SPACES.sub(" ", text)
    text = text.replace(" \0", _SEPARATOR).replace("\0 ", _SEPARATOR).strip(" ")
    return _EZAFE.sub("", text) if "ه ی" in text else text


def _replaced(text: str, name: str) -> tuple[str, bool, bool]:
    """Text with its letters replaced, whether spaces in it are not single plain ones, whether it holds vowel signs."""
    if len(text) < _LONG:
        return text.translate(_KEPT if name == "kept" else _FOLDED), True, True
    table, space, mark = _tables(name)
    codes = table[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)]
    gone = codes == _GONE
    if gone.any():
        codes = codes[~gone]
    plain = codes == ord(" ")
    loose = bool((plain[1:] & plain[:-1]).any() or space[codes].any())
    return codes.tobytes().decode("utf-32-le", "surrogatepass"), loose, bool(mark[codes].any())


@cache
def _tables(name: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """For each character: what it becomes, whether it is a space of another kind, whether it is a vowel sign."""
    letters: Mapping[int, str] = _KEPT if name == "kept" else _FOLDED
    table, space, mark = np.arange(_GONE, dtype=np.uint32), np.zeros(_GONE, dtype=bool), np.zeros(_GONE, dtype=bool)
    for letter, becomes in letters.items():
        table[letter] = ord(becomes) if becomes else _GONE
    low = [chr(code) for code in range(0x10000)]
    space[[ord(one) for one in low if one.isspace() and one != " "]] = True
    mark[[ord(one) for one in low if _MARKS.match(one)]] = True
    return table, space, mark
