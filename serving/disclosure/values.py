"""Single values of a table as they leave: what is known, lists of codes, sources that a browser can open."""

from __future__ import annotations

from urllib.parse import urlsplit

import pandas as pd


def known(value: object) -> bool:
    """Whether a cell holds a value.

    Examples
    --------
    >>> known(""), known(float("nan")), known(pd.NA), known(0)
    (False, False, False, True)
    """
    return bool(not pd.isna(value) and value != "")  # type: ignore[call-overload]


def codes(joined: object) -> list[str]:
    """Codes of a cell that joins them by ``;``."""
    if isinstance(joined, str):
        return [code for code in joined.split(";") if code]
    return [code for code in str(joined).split(";") if code] if known(joined) else []


def link(source: object) -> str:
    """The source as an address that may be followed; empty where it is a file or another scheme.

    Examples
    --------
    >>> link("https://example.org/news/1"), link("javascript:alert(1)"), link("register.xlsx")
    ('https://example.org/news/1', '', '')
    """
    address = str(source) if known(source) else ""
    parts = urlsplit(address) if address.startswith(("http://", "https://")) else None
    return address if parts and parts.hostname else ""


def web_address(source: object) -> str:
    """The part of a source that a browser can open: what follows a space only says which page of the site it was.

    Examples
    --------
    >>> web_address("https://example.org/ (452268)"), web_address("register.xlsx")
    ('https://example.org/', '')
    """
    return link(source).split(" ", 1)[0]


def cited(source: object) -> str:
    """A source that can be opened, said shortly: its site and what tells the page; empty for other sources.

    Examples
    --------
    >>> cited("https://www.example.org/ (452268)"), cited("https://example.org/news/1"), cited("register.xlsx")
    ('example.org (452268)', 'example.org', '')
    """
    first, _, rest = link(source).partition(" ")
    host = (urlsplit(first).hostname or "").removeprefix("www.")
    return f"{host} {rest}".strip()
