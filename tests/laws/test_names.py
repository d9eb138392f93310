"""One name for one thing: a public class is found by its name alone."""

from __future__ import annotations

import ast
from collections import defaultdict

import house

ALLOWED: dict[str, str] = {}
"""Names that two classes may bear, each with the reason."""


def test_no_two_public_classes_bear_one_name():
    places: dict[str, list[str]] = defaultdict(list)
    for path in house.sources():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(house.module_name(path))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert twice.keys() <= ALLOWED.keys(), {name: twice[name] for name in twice.keys() - ALLOWED.keys()}
    assert ALLOWED.keys() <= twice.keys(), f"no longer twice: {sorted(ALLOWED.keys() - twice.keys())}"
