"""The pictures and signatures of docs/architecture.md and docs/rooms are those of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import house
import pytest

DOCS = house.ROOT / "docs"
PAGES = [DOCS / "architecture.md", DOCS / "tables.md", *sorted((DOCS / "rooms").glob("*.md"))]
PAGE = "\n".join(page.read_text("utf-8") for page in PAGES)
LONGEST_PAGE = 260
LIBRARIES = re.compile(r"\b(pd|np|npt)\.")
LONGEST_CELL = 200

SIGNATURES = [
    line
    for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
    if line
]
PICTURES = {
    found[1]: {tuple(arrow.split(" --> ")) for arrow in re.findall(r"\w+ --> \w+", found[2])}
    for found in re.finditer(r"^```mermaid\n.*?%% (\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
}


@cache
def graph() -> dict[str, set[str]]:
    """Module -> modules of ours that it imports."""
    return house.graph()


@cache
def body(module: str) -> list[ast.stmt] | None:
    """Statements of a module of ours; ``None`` where there is none of this name."""
    place = house.ROOT.joinpath(*module.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return ast.parse(path.read_text("utf-8")).body
    return None


def found(module: str, name: str) -> tuple[str, ast.stmt] | None:
    """The definition behind a name of a module, through re-exports, with the module where it stands."""
    for node in body(module) or []:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
            return module, node
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    return found(node.module, alias.name)
    return None


def member(module: str, owner: ast.ClassDef, name: str) -> tuple[str, ast.stmt] | None:
    """A method of a class, or the class of an attribute that its ``__init__`` makes."""
    for node in owner.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return module, node
    for node in ast.walk(owner):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == f"self.{name}":
            assert isinstance(node.value, ast.Call)
            return found(module, ast.unparse(node.value.func))
    return None


def definition(dotted: str) -> ast.FunctionDef:
    """The function or method that a dotted name stands for."""
    parts = dotted.split(".")
    split = max(place for place in range(1, len(parts)) if body(".".join(parts[:place])) is not None)
    here: tuple[str, ast.stmt] | None = found(".".join(parts[:split]), parts[split])
    for name in parts[split + 1 :]:
        module, node = here or ("", None)
        assert isinstance(node, ast.ClassDef), f"{dotted}: {name} stands in no class"
        here = member(module, node, name)
    module, node = here or ("", None)
    if isinstance(node, ast.ClassDef):
        _, node = member(module, node, "__call__") or ("", None)
    assert isinstance(node, ast.FunctionDef), f"there is no {dotted}"
    return node


def parameters(function: ast.FunctionDef) -> Iterator[str]:
    """Parameters with their types, as the page writes them: no defaults, no positional-only mark."""
    spec = function.args
    first = [one for one in (*spec.posonlyargs, *spec.args) if one.arg not in ("self", "cls")]
    yield from (typed(one) for one in first)
    if spec.kwonlyargs:
        yield "*"
    yield from (typed(one) for one in spec.kwonlyargs)
    if spec.kwarg:
        yield f"**{typed(spec.kwarg)}"


def typed(parameter: ast.arg) -> str:
    """One parameter with its type."""
    assert parameter.annotation
    return f"{parameter.arg}: {plain(parameter.annotation)}"


def plain(annotation: ast.expr) -> str:
    """A type as the page writes it, without the name of its library."""
    return LIBRARIES.sub("", ast.unparse(annotation))


def brackets_closed(text: str) -> list[str]:
    """Parameters of a signature; a comma inside brackets parts nothing."""
    parts, depth = [""], 0
    for letter in text:
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


@pytest.mark.parametrize("line", SIGNATURES)
def test_a_signature_of_the_page_is_that_of_the_code(line):
    name, written, returned = re.fullmatch(r"([\w.]+)\((.*)\) -> (.+)", line).groups()
    function = definition(name)
    there = list(parameters(function))
    assert function.returns is not None
    assert plain(function.returns) == returned
    if not written.endswith("..."):
        assert ", ".join(there) == written
        return
    left = ", ".join(there)
    for one in brackets_closed(written.removesuffix("...").rstrip(", ")):
        assert one in there, f"{one!r} is no parameter among {left}"


@pytest.mark.parametrize("whole", PICTURES)
def test_a_picture_shows_the_imports_between_its_rooms_and_no_other(whole):
    arrows = PICTURES[whole]
    rooms = {room for arrow in arrows for room in arrow}
    imports = {
        (name.split(".")[1], target.split(".")[1])
        for name, targets in graph().items()
        for target in targets
        if all(one.split(".")[0] == whole and one.count(".") for one in (name, target))
    }
    between = {(one, other) for one, other in imports if one != other and {one, other} <= rooms}
    assert arrows <= between, f"drawn, but not imported: {arrows - between}"
    implied = set(arrows)
    while more := {(one, end) for one, middle in implied for start, end in arrows if middle == start} - implied:
        implied |= more
    assert between <= implied, f"imported, but not drawn: {between - implied}"


def test_there_are_pictures_of_the_rooms_that_hold_rooms():
    assert set(PICTURES) == {"engine", "training", "serving"}


def test_every_room_has_a_page_and_each_page_is_short():
    assert {page.stem for page in PAGES[2:]} == {room.split("/")[0] for room in house.ROOMS}
    assert max(page.read_text("utf-8").count("\n") for page in PAGES) <= LONGEST_PAGE


def test_every_link_of_these_pages_leads_somewhere():
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_no_cell_of_a_table_is_a_page_long():
    cells = [cell for line in PAGE.splitlines() if line.startswith("|") for cell in line.split("|")]
    assert max(map(len, cells)) <= LONGEST_CELL
