"""What docstrings may not leave to another one."""

from __future__ import annotations

import re

import house

ONLY_ELSEWHERE = re.compile(r"^ *As for [^ ]+\.?$", re.MULTILINE)


def test_a_docstring_says_what_a_parameter_is_and_not_only_where_that_stands():
    for path in house.sources():
        found = ONLY_ELSEWHERE.search(path.read_text("utf-8"))
        assert not found, f"{path}: {found.group().strip()!r} sends the reader away" if found else ""
